"""A throw-away PostgreSQL server from the binaries of this machine."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.backends.server import Identity, Missing, directory, free_port, ordinary_user, running

# What is lost in a crash is only tests' data. The locale is not C, so that a query that forgot its collation shows.
_INITDB = ("--auth=trust", "--username=plumbline", "--encoding=UTF8", "--no-sync", "--no-instructions", "--locale=C")
_ICU = ("--locale-provider=icu", "--icu-locale=en-US")
_SETTINGS = {"listen_addresses": "127.0.0.1", "unix_socket_directories": "", "max_connections": "200"}
_DURABLE = {"wal_level": "logical"}  # as where changes are captured from its log
_NOT_DURABLE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


@contextmanager
def postgres(*, durable: bool = False, certificate: bytes = b"") -> Iterator[str]:
    """With a ``certificate``, and its private key before it, the server speaks TLS to whoever asks for it."""
    programs, user = _programs(), ordinary_user()
    with directory(user) as home:
        data, log, port = home / "data", home / "log", free_port()
        _initdb([str(programs / "initdb"), "-D", str(data), *_INITDB, *_ICU], user)
        tls = _speaking_tls(home, certificate, user) if certificate else {}
        chosen = _SETTINGS | tls | (_DURABLE if durable else _NOT_DURABLE) | {"port": str(port)}
        settings = [f"--{name}={value}" for name, value in chosen.items()]
        with running(
            [str(programs / "postgres"), "-D", str(data), *settings], log, lambda: _is_ready(log), "INT", user
        ):
            yield f"postgresql+asyncpg://plumbline:plumbline@127.0.0.1:{port}/{{database}}"


def _speaking_tls(home: Path, certificate: bytes, user: Identity) -> dict[str, str]:
    file = home / "server.pem"
    file.write_bytes(certificate)
    file.chmod(0o600)
    if user:
        os.chown(file, user["user"], user["group"])
    return {"ssl": "on", "ssl_cert_file": str(file), "ssl_key_file": str(file)}


def _programs() -> Path:
    """The newest installed server; Debian keeps it off the PATH."""
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    found = str(versions[-1]) if versions else shutil.which("initdb")
    if found is None:
        raise Missing("no PostgreSQL server binaries")
    return Path(found).resolve().parent


def _initdb(command: list[str], user: Identity) -> None:
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd="/", **user)
    if done.returncode:
        raise Missing(f"initdb failed: {done.stdout[-300:]}")


def _is_ready(log: Path) -> bool:
    """Its port takes connections before the server does; and messages are in English under the locale C."""
    return b"ready to accept connections" in log.read_bytes()
