"""Migrations of every service on both databases: from nothing to what the models say, and back."""

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from uuid import uuid4

import orjson
import pytest
from alembic import command
from sqlalchemy import Connection, func, inspect, select

from shared.config import APPLICATIONS
from shared.contracts import OWNERS
from shared.storage import migrations
from shared.storage.db import Database

every_service = pytest.mark.parametrize("service", APPLICATIONS)


@pytest.fixture
async def database(database_template: str, service: str) -> AsyncIterator[Database]:
    database = Database(database_template.replace("{service}", service))
    yield database
    await database.close()


async def tables(database: Database) -> set[str]:
    async with database.read() as connection:
        return set(await connection.run_sync(lambda sync: inspect(sync).get_table_names()))


def step(service: str, revision: str) -> Callable[[Connection], None]:
    """Up to the newest revision, or down to another one."""

    def run(connection: Connection) -> None:
        config = migrations._config(service)
        config.attributes["connection"] = connection
        (command.upgrade if revision == "head" else command.downgrade)(config, revision)

    return run


@every_service
async def test_from_nothing_to_what_the_models_say(service: str, database: Database) -> None:
    assert await tables(database) == set()
    await migrations.upgrade(service, database)
    async with database.read() as connection:
        assert await migrations.current(connection) == migrations.newest(service)
        assert await migrations.differences(service, connection) == []
    assert await tables(database) == {*migrations.metadata(service).tables, "alembic_version"}


@every_service
async def test_a_second_time_changes_nothing(service: str, database: Database) -> None:
    await migrations.upgrade(service, database)
    async with database.write() as connection:
        for table in migrations.metadata(service).tables.values():
            if table.name == "leader":
                await connection.execute(table.update().values(holder="somebody", term=7))
    await migrations.upgrade(service, database)
    async with database.read() as connection:
        assert await migrations.differences(service, connection) == []
        if service in OWNERS:
            leader = migrations.metadata(service).tables["leader"]
            assert (await connection.execute(select(leader.c.holder, leader.c.term))).all() == [("somebody", 7)]


@pytest.mark.parametrize("service", OWNERS)
async def test_there_is_one_lease_and_nobody_holds_it(service: str, database: Database) -> None:
    await migrations.upgrade(service, database)
    leader = migrations.metadata(service).tables["leader"]
    async with database.read() as connection:
        row = (await connection.execute(select(leader))).one()
        assert (row.holder, row.term, row.position) == ("", 0, 0)
        assert row.until.year == row.recorded_until.year == 1970
        assert (await connection.execute(select(func.count()).select_from(leader))).scalar_one() == 1


@every_service
async def test_every_step_can_be_taken_back(service: str, database: Database) -> None:
    def back(connection: Connection) -> None:
        config = migrations._config(service)
        config.attributes["connection"] = connection
        command.downgrade(config, "base")

    await migrations.upgrade(service, database)
    async with database.write() as connection:
        await connection.run_sync(back)
    assert await tables(database) == {"alembic_version"}
    await migrations.upgrade(service, database)
    async with database.read() as connection:
        assert await migrations.differences(service, connection) == []


@pytest.mark.parametrize("service", OWNERS)
async def test_changes_from_before_there_were_traces_stay(service: str, database: Database) -> None:
    changes = migrations.metadata(service).tables["change"]
    old = {
        "epoch": 1, "kind": "k", "id": uuid4(), "version": 1, "action": "created", "actor": "x", "correlation_id": "c",
        "data": "{}",
    }  # fmt: skip
    await migrations.upgrade(service, database)
    async with database.write() as connection:
        await connection.execute(changes.insert().values(old | {"traceparent": "t"}))
        await connection.run_sync(step(service, "0001"))
        await connection.run_sync(step(service, "head"))
    async with database.read() as connection:
        row = (await connection.execute(select(changes))).mappings().one()
    assert {name: row[name] for name in old} == old
    assert row["traceparent"] is None


@pytest.mark.parametrize("service", ["strategy"])
async def test_what_was_signed_under_the_first_release_keeps_who_wrote_it(service: str, database: Database) -> None:
    """Down to before there were authors and up again: as if the rows had come from there."""

    tables = migrations.metadata(service).tables
    signed, draft, item, at = uuid4(), uuid4(), uuid4(), datetime(2026, 3, 1, tzinfo=UTC)
    frozen = [{"kind": "tactic", "id": str(item), "version": 1, "hash": "sha256:x"}]
    common = {
        "type": "sign_off", "items": [], "signers": [], "authors": [], "sign_offs": [], "version": 1, "provenance": [],
        "created_at": at, "created_by": "ann", "updated_at": at, "updated_by": "ann", "name": "N", "folded": "n",
        "tags": [], "external_refs": [], "custom": {},
    }  # fmt: skip
    rows = [
        common | {"id": signed, "key": "signed", "state": "signed", "package": frozen},
        common | {"id": draft, "key": "draft", "state": "draft", "package": []},
    ]
    writers = [(signed, 1, "ann"), (signed, 2, "ben"), (signed, 3, "system"), (draft, 1, "cy")]
    written = [
        {
            "epoch": 1, "kind": "increment", "id": id, "version": version, "action": "changed", "actor": by,
            "correlation_id": "c", "data": orjson.dumps({"state": {"id": str(id), "updated_by": by}}).decode(),
        }
        for id, version, by in writers
    ]  # fmt: skip
    await migrations.upgrade(service, database)
    async with database.write() as connection:
        await connection.execute(tables["increment"].insert(), rows)
        await connection.execute(tables["change"].insert(), written)
        await connection.run_sync(step(service, "0005"))
        await connection.run_sync(step(service, "head"))
    async with database.read() as connection:
        found = {row.id: row for row in await connection.execute(select(tables["increment"]))}
        held = (await connection.execute(select(tables["signed_item"]))).all()
    assert [(found[id].type, found[id].authors, found[id].package_hash) for id in (signed, draft)] == [
        ("sign_off", ["ann", "ben"], None),
        ("sign_off", ["cy"], None),
    ]
    assert [tuple(row) for row in held] == [("tactic", item, signed, at)]


@pytest.mark.parametrize("service", ["roles"])
async def test_names_from_before_are_found_by_plain_letters(service: str, database: Database) -> None:
    """As the release before folded them: by case alone."""
    roles, at = migrations.metadata(service).tables["role"], datetime(2026, 3, 1, tzinfo=UTC)
    common = {
        "state": "active", "version": 1, "provenance": [], "created_at": at, "created_by": "ann", "updated_at": at,
        "updated_by": "ann", "tags": [], "external_refs": [], "custom": {}, "required_skills": [],
    }  # fmt: skip
    names = {"plain": "Purser", "wide": "\uff30urser\u3000A", "ligature": "\ufb01rst"}
    rows = [
        common | {"id": uuid4(), "key": key, "name": name, "folded": f"{name.casefold()} {key}"}
        for key, name in names.items()
    ]
    await migrations.upgrade(service, database)
    async with database.write() as connection:
        await connection.run_sync(step(service, "0006"))
        await connection.execute(roles.insert(), rows)
        await connection.run_sync(step(service, "head"))
    async with database.read() as connection:
        found = dict((await connection.execute(select(roles.c.key, roles.c.folded))).all())
        kept = dict((await connection.execute(select(roles.c.key, roles.c.name))).all())
    assert found == {"plain": "purser plain", "wide": "purser a wide", "ligature": "first ligature"}
    assert kept == names


@pytest.mark.parametrize("service", ["strategy"])
async def test_a_drift_would_be_seen(service: str, database: Database) -> None:
    await migrations.upgrade(service, database)
    async with database.write() as connection:
        await connection.exec_driver_sql("ALTER TABLE tactic ADD COLUMN colour TEXT")
        await connection.exec_driver_sql("DROP TABLE outcome")
    async with database.read() as connection:
        found = {difference[0] for difference in await migrations.differences(service, connection)}
    assert found >= {"remove_column", "add_table"}


@pytest.mark.parametrize("service", APPLICATIONS)
def test_code_runs_on_its_own_schema_and_on_a_later_one(service: str) -> None:
    """Neither without a schema nor on an older one, which lacks what it needs."""
    newest = migrations.newest(service)
    assert migrations.serves(service, newest)
    assert migrations.serves(service, "9999_of_a_later_release")
    assert not migrations.serves(service, None)
    assert not migrations.serves(service, "0001") or newest == "0001"
