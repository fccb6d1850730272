"""Which server a command talks to, and as whom."""

import getpass
import json
from dataclasses import dataclass
from pathlib import Path

DEFAULT_SERVER = "http://127.0.0.1:8000"
DEFAULT_HOME = Path("data")


class Unusable(Exception):
    """The options, or what they point at, cannot be used; the message says why."""


@dataclass(frozen=True)
class Endpoint:
    server: str
    token: str


def locate(server: str | None, token: str | None, home: Path | None) -> Endpoint:
    """Said outright wins over the home; the usual home is looked at when nothing is said. Raises Unusable."""
    if home is None and not server and (DEFAULT_HOME / "server.json").is_file():
        home = DEFAULT_HOME
    if home is None:
        return Endpoint(server or DEFAULT_SERVER, token or "")
    return Endpoint(server or _server_of(home), token or _token_of(home))


def issuer_key(home: Path) -> Path:
    """The key that signs tokens for the platform in a home."""
    from shared.config import ISSUER_KEY, KEYS  # costs more than most commands

    path = home / KEYS / ISSUER_KEY
    if not path.is_file():
        raise Unusable(f"There is no key in {home}: it is made when the platform first starts there.")
    return path


def user() -> str:
    """The subject of a token when none is named."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container may run as a user without a name
        return "admin"


def _server_of(home: Path) -> str:
    try:
        return str(json.loads((home / "server.json").read_text())["url"])
    except (OSError, ValueError, KeyError, TypeError):
        raise Unusable(f"Nothing seems to run in {home}: start it with `plumbline up`, or name a --server.") from None


def _token_of(home: Path) -> str:
    from shared.auth import mint  # costs more than most commands

    return mint(issuer_key(home), user())
