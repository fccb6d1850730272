"""Alembic for any service, configured here: upgrade, the check that a database is at its head, and new revisions."""

import importlib
from pathlib import Path
from typing import Any, Literal

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import JSON, BigInteger, Connection, Float, MetaData, Text, text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.storage.db import Database, Moment

_MIGRATION_LOCK = 7_203_001


def _config(service: str) -> Config:
    config = Config()
    folder = Path(str(importlib.import_module(f"services.{service}").__file__)).parent
    config.set_main_option("script_location", str(folder / "migrations"))
    config.set_main_option("path_separator", "os")
    return config


def metadata(service: str) -> MetaData:
    models: Any = importlib.import_module(f"services.{service}.models")
    found: MetaData = models.Base.metadata
    return found


def newest(service: str) -> str | None:
    return ScriptDirectory.from_config(_config(service)).get_current_head()


def serves(service: str, revision: str | None) -> bool:
    """Whether this code runs on a database of that revision: its own newest, or one that only a later release knows.

    Later releases expand before they contract, so the code of one runs on the schema of the next: during a rollout,
    and on the way back.
    """
    script = ScriptDirectory.from_config(_config(service))
    known = {each.revision for each in script.walk_revisions()}
    return revision is not None and (revision == script.get_current_head() or revision not in known)


async def upgrade(service: str, database: Database) -> None:
    """Bring a database to the newest revision; several migrators at once wait for each other."""
    async with database.write() as connection:
        if connection.dialect.name == "postgresql":
            await connection.execute(text(f"select pg_advisory_xact_lock({_MIGRATION_LOCK})"))
        await connection.run_sync(lambda sync: _run(service, sync))


def _run(service: str, connection: Connection) -> None:
    config = _config(service)
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


async def current(connection: AsyncConnection) -> str | None:
    """The revision that a database is at."""
    return await connection.run_sync(lambda sync: MigrationContext.configure(sync).get_current_revision())


async def differences(service: str, connection: AsyncConnection) -> list[Any]:
    """What the models have and the database has not, or the other way round."""
    return await connection.run_sync(lambda sync: compare_metadata(_context(sync), metadata(service)))


def _context(connection: Connection) -> MigrationContext:
    return MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})


def revision(service: str, message: str, connection: Connection) -> None:
    """Write a new revision from what the models have and the database has not."""
    config = _config(service)
    config.attributes["connection"] = connection
    command.revision(config, message, autogenerate=True)


_NAMES = {Text: "db.TEXT", BigInteger: "db.BIG", Moment: "db.MOMENT", JSON: "db.JSON_TEXT", Float: "db.FLOAT"}


def _render(kind: str, value: Any, _: Any) -> str | Literal[False]:
    """Column types by the names that shared/storage/db.py gives them."""
    return _NAMES.get(type(value), False) if kind == "type" else False


def environment() -> None:
    """The body of every service's ``migrations/env.py``."""
    from alembic import context

    connection: Connection = context.config.attributes["connection"]
    service = Path(str(context.config.get_main_option("script_location"))).parent.name
    context.configure(
        connection=connection,
        target_metadata=metadata(service),
        render_as_batch=True,
        compare_type=True,
        render_item=_render,
    )
    # the caller's transaction: the upgrade is committed as a whole or not at all
    context.run_migrations()
