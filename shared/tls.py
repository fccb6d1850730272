"""Whom to trust at the other end of a connection."""

import ssl
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Engine, event, make_url


def trusting(ca_file: Path | str | None) -> ssl.SSLContext:
    """Certificates that these authorities have signed, or those of the system, for the host that we asked for.

    Raises OSError.
    """
    if ca_file and not Path(ca_file).exists():
        raise FileNotFoundError(f"there is no {ca_file}")
    return ssl.create_default_context(cafile=ca_file)


def without_tls(url: str) -> tuple[URL, dict[str, str]]:
    """A database URL without what it says of TLS, in the words of libpq, which asyncpg does not take in a query."""
    parsed = make_url(url)
    said = {name: str(parsed.query[name]) for name in ("sslmode", "sslrootcert") if name in parsed.query}
    return parsed.difference_update_query(said), said


def check_certificates(engine: Engine, said: dict[str, str]) -> None:
    """Connect as the URL said. The file is read for each connection: the authority may be renewed meanwhile."""
    mode, file = said.get("sslmode"), said.get("sslrootcert")
    if mode is None and file is None:
        return

    @event.listens_for(engine, "do_connect")
    def _connect(_: Any, __: Any, ___: Any, parameters: dict[str, Any]) -> None:
        parameters["ssl"] = trusting(file) if mode in (None, "verify-full") else mode
