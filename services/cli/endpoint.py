"""Which server a command talks to, and as whom.

A token goes to the server that it was made for, and to no other. A folder that others can write, or that came with a
download, must not say where a token goes: so what a home names is a server on this machine, a token made for it is
signed by its own keys, and one that is given by hand goes only where the server was given by hand as well.
"""

import fcntl
import getpass
import json
import os
import stat
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from shared.bounded import read_bounded

DEFAULT_SERVER = "http://127.0.0.1:8000"
DEFAULT_HOME = Path("data")
SERVER_FILE = "server.json"
LOCK_FILE = "lock"
_LARGEST = 4096
"""Bytes that say where a server is."""
_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_ROOT = 0
_TOKEN_HOURS = 1 / 6
"""Of a token for one command; one that takes longer gets another."""


class Unusable(Exception):
    """The options, or what they point at, cannot be used; the message says why."""


class NothingRuns(Unusable):
    """A home is named in which no platform runs at the moment."""


@dataclass(frozen=True)
class Endpoint:
    server: str
    token: str | Callable[[], str]

    def is_here(self) -> bool:
        """On this machine: what goes there has no business with a proxy."""
        return _origin(self.server)[1] in _LOOPBACK


def locate(server: str | None, token: str | None, home: Path | None) -> Endpoint:
    """Said outright wins over the home; the usual home is looked at when nothing is said. Raises Unusable."""
    if home is None and not server and (DEFAULT_HOME / SERVER_FILE).is_file():
        home = DEFAULT_HOME
    if home is None:
        return Endpoint(server or DEFAULT_SERVER, token or "")
    if token:
        if not server:
            raise Unusable(
                f"Name the server that the token is for with --server: {home} may not say where a token goes."
            )
        return Endpoint(server, token)
    runs = running_server(home)
    if server and _origin(server) != _origin(runs):
        said = f"The keys in {home} make tokens for {runs} alone: for {server} set PLUMBLINE_TOKEN to one of its own."
        raise Unusable(said)
    return Endpoint(runs, _HomeToken(_within(home, issuer_key(home))))


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


def running_server(home: Path) -> str:
    """Where the platform of a home said that it serves, on this machine. Raises Unusable."""
    for path in (home, _within(home, home / SERVER_FILE)):
        _demand_own(path, home)
    if not _is_running(home):
        raise _nothing_runs(home)
    try:
        url = str(json.loads(read_bounded(home / SERVER_FILE, _LARGEST))["url"])
    except (OSError, ValueError, KeyError, TypeError):
        raise _nothing_runs(home) from None
    if _origin(url)[:2] not in [("http", host) for host in _LOOPBACK]:
        raise Unusable(f"{home / SERVER_FILE} names {url!r}, which is not on this machine: name it by --server.")
    return url


def _within(home: Path, path: Path) -> Path:
    """A link in a home could lead to the keys of another."""
    if not path.resolve().is_relative_to(home.resolve()):
        raise Unusable(f"{path} is a link that leads out of {home}: a home holds its own files.")
    return path


def _is_running(home: Path) -> bool:
    """Whether a process holds the home: after one that was killed, anybody may have taken its port."""
    try:
        with (home / LOCK_FILE).open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


def _demand_own(path: Path, home: Path) -> None:
    """Nobody but the user, or root, can have written it."""
    try:
        found = path.stat()
    except OSError:
        raise _nothing_runs(home) from None
    if found.st_uid not in (os.geteuid(), _ROOT) or stat.S_IMODE(found.st_mode) & 0o022:
        raise Unusable(f"{path} is not yours alone: others can write it, and say where your token goes.")


def _nothing_runs(home: Path) -> NothingRuns:
    return NothingRuns(f"Nothing seems to run in {home}: start it with `plumbline up`, or name a --server.")


def _origin(url: str) -> tuple[str, str, int | None]:
    """Scheme, host and port. Raises Unusable for what is no address."""
    try:
        parts = urlsplit(url)
        port = parts.port or {"http": 80, "https": 443}.get(parts.scheme)
    except ValueError:
        raise Unusable(f"{url!r} is not the address of a server: write it as http://127.0.0.1:8000.") from None
    if parts.username is not None or not parts.hostname:
        raise Unusable(f"{url!r} is not the address of a server: write it as http://127.0.0.1:8000.")
    return parts.scheme, parts.hostname, port


class _HomeToken:
    """A token that lives minutes, and another one in good time."""

    def __init__(self, key: Path) -> None:
        self._key = key
        self._token, self._until = "", 0.0

    def __call__(self) -> str:
        from shared.http.auth import mint  # costs more than most commands

        if time.monotonic() >= self._until:
            self._token = mint(self._key, user(), hours=_TOKEN_HOURS)
            self._until = time.monotonic() + _TOKEN_HOURS * 1800
        return self._token
