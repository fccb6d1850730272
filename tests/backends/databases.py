"""New, empty databases on a PostgreSQL server, for as long as a test needs them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid4

import asyncpg
import pytest

from shared.config import APPLICATIONS


@asynccontextmanager
async def chosen(backend: str, request: pytest.FixtureRequest, *applications: str) -> AsyncIterator[dict[str, str]]:
    """The setting that puts a platform, or some of its applications, on a backend: none for SQLite, new databases for
    PostgreSQL."""
    if backend == "sqlite":
        yield {}
        return
    async with new_databases(request.getfixturevalue("postgres_url"), *applications) as template:
        yield {"database_url": template}


@asynccontextmanager
async def new_databases(postgres_url: str, *applications: str) -> AsyncIterator[str]:
    """A URL template with ``{service}`` for a new database of each application, dropped afterwards."""
    prefix = f"test_{uuid4().hex}"
    server = await asyncpg.connect(postgres_url.format(database="postgres").replace("+asyncpg", ""))
    names = [f"{prefix}_{service}" for service in applications or APPLICATIONS]
    try:
        for name in names:
            await server.execute(f"CREATE DATABASE {name} TEMPLATE template0")
        yield postgres_url.format(database=f"{prefix}_{{service}}")
        for name in names:
            await server.execute(f"DROP DATABASE {name} WITH (FORCE)")
    finally:
        await server.close()
