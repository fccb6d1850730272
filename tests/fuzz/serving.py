"""The whole platform in a process of its own: on SQLite, or on PostgreSQL where a URL is given."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.system import processes


@contextmanager
def serving_at(home: Path, database_url: str | None = None) -> Iterator[list[str]]:
    """Its address, and a token."""
    environment = {"PLUMBLINE_DATABASE_URL": database_url} if database_url else {}
    with processes.embedded(home / "home", **environment) as (address, token):
        yield [address, token]
