"""Backends for every test that asks for them: started at the first request, one each per run, stopped at the end."""

import gc
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest

from shared.telemetry import configure_logging
from tests import backends
from tests.backends.databases import new_databases
from tests.backends.server import Missing

configure_logging("ERROR")

LONG = {"system", "fuzz"}
"""Folders of tests that start processes of their own: what those run is not measured."""
_SAME_ANYWHERE = "test_hostile"
"""What is sent there is refused by the same lines for every kind and on every Python."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        folders = item.path.relative_to(Path(__file__).parent).parts
        if LONG & set(folders) or item.path.name.startswith(_SAME_ANYWHERE):
            item.add_marker(pytest.mark.long)


def pytest_collection_finish() -> None:
    """Thousands of tests stay until the end: to look through them for garbage again and again takes a tenth of the
    time of a run."""
    gc.collect()
    gc.freeze()


def _offer(name: str, source: AbstractContextManager[str]) -> Iterator[str]:
    with ExitStack() as stack:
        try:
            url = stack.enter_context(source)
        except Missing as reason:
            backends.skip(name, reason)
        yield url


@pytest.fixture(scope="session")
def kafka_url() -> Iterator[str]:
    """``kafka://host:port`` of a broker."""
    yield from _offer("kafka", backends.kafka())


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """``postgresql+asyncpg://.../{database}`` of a server."""
    yield from _offer("postgres", backends.postgres())


@pytest.fixture
async def postgres_database(postgres_url: str) -> AsyncIterator[str]:
    """``postgresql+asyncpg://...`` of a new, empty database, dropped after the test."""
    name = f"test_{uuid4().hex}"
    server = await asyncpg.connect(postgres_url.format(database="postgres").replace("+asyncpg", ""))
    try:
        await server.execute(f"CREATE DATABASE {name} TEMPLATE template0")
        yield postgres_url.format(database=name)
        await server.execute(f"DROP DATABASE {name} WITH (FORCE)")
    finally:
        await server.close()


@pytest.fixture
async def postgres_databases(postgres_url: str) -> AsyncIterator[str]:
    async with new_databases(postgres_url) as template:
        yield template


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database_template(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Databases of both kinds, one per service: whoever asks runs once on each."""
    if request.param == "sqlite":
        return f"sqlite+aiosqlite:///{tmp_path}/{{service}}.sqlite"
    url: str = request.getfixturevalue("postgres_databases")
    return url
