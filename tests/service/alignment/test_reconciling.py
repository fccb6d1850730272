"""A view that is not what the owners say is found without any event telling of it, and built anew."""

from random import Random
from typing import Any

import pytest
from sqlalchemy import text

from services.alignment.follow import reconciling
from services.alignment.follow.follower import Follower
from services.alignment.view import generations
from tests.service.alignment.forging import OTHER, TACTIC, healed, hear, letters, names, real
from tests.service.alignment.served import Server, reader

PASS = 4  # a page of seven rows, and another that finds nothing more


@pytest.fixture
async def follower(server: Server) -> Follower:
    """With a view of some history."""
    follower, dice = await reader(server), Random(1)
    for ref in (TACTIC, OTHER) * 5:
        server.world.write(ref, dice)
    await hear(follower, 0, *server.world.events)
    return follower


async def whole_pass(follower: Follower) -> None:
    for _ in range(PASS):
        await follower.reconcile("strategy")


async def asked(follower: Follower) -> bool:
    return not follower._asked.empty()


async def change(server: Server, statement: str) -> None:
    async with server.database.write() as connection:
        assert (await connection.execute(text(statement))).rowcount


async def test_a_view_that_is_right_is_left_alone(server: Server, follower: Follower) -> None:
    for _ in range(3):
        await whole_pass(follower)
    server.world.write(TACTIC, Random(2))
    await whole_pass(follower)
    assert not await asked(follower)
    await server.build()
    follower.generation = None
    async with server.database.read() as connection:
        follower.generation = await generations.active(connection)
    await whole_pass(follower)
    assert not await asked(follower)


TAMPERED = {
    "other content": "UPDATE record SET data = '{}' WHERE position = 4",
    "another time": "UPDATE record SET recorded_from = '2026-01-01 00:03:00.000001+00:00' WHERE position = 4",
    "another position": "UPDATE record SET position = 90 WHERE position = 10",
    "gone": "DELETE FROM record WHERE position = 9",
    "made up": "UPDATE record SET version = 77 WHERE position = 9",
}


@pytest.mark.parametrize("statement", TAMPERED.values(), ids=TAMPERED)
async def test_a_row_that_somebody_changed_is_found(server: Server, follower: Follower, statement: str) -> None:
    await change(server, statement)
    await whole_pass(follower)
    assert await asked(follower)
    await healed(follower)
    assert (await names(server), await names(server, OTHER)) == (real(server), real(server, OTHER))
    assert (await server.get("status"))["last_reconciliation"]["reason"].startswith("strategy: the ")
    await whole_pass(follower)
    assert not await asked(follower)


async def test_an_entity_that_somebody_added_is_found(server: Server, follower: Follower) -> None:
    """Beside what is right: a copy of a version under another number."""
    columns = "generation, ref, epoch, kind, service, position, name, state, live, deleted, recorded_from, recorded_to"
    more = f"INSERT INTO record ({columns}, version, actor, data) SELECT {columns}, 99, actor, data FROM record"
    await change(server, f"{more} WHERE position = 5")
    await whole_pass(follower)
    assert await asked(follower)


async def test_what_building_anew_does_not_mend_is_not_built_again_and_again(
    server: Server, follower: Follower
) -> None:
    for _ in range(2):
        await change(server, "UPDATE record SET data = '{}' WHERE position = 4")
        await whole_pass(follower)
        if await asked(follower):
            await healed(follower)
    assert not await asked(follower)
    async with server.database.read() as connection:
        assert await generations.active(connection) == follower.generation


async def test_a_row_that_is_a_letter_is_not_missed(server: Server, follower: Follower) -> None:
    changes = server.world.changes

    async def spoiled(service: str, after: int, limit: int) -> dict[str, Any]:
        page = await changes(service, after, limit)
        return page | {"items": [item | {"time": "soon"} if item["position"] == 3 else item for item in page["items"]]}

    server.world.changes = spoiled  # type: ignore[method-assign]
    await server.build()
    async with server.database.read() as connection:
        follower.generation = await generations.active(connection)
    assert (await letters(server)).keys() == {"3"}
    await whole_pass(follower)
    assert not await asked(follower)


async def test_a_step_reads_a_few_rows(server: Server, follower: Follower, monkeypatch: pytest.MonkeyPatch) -> None:
    limits: list[int] = []
    changes = server.world.changes

    async def counted(service: str, after: int, limit: int) -> dict[str, Any]:
        limits.append(limit)
        return await changes(service, after, limit)

    monkeypatch.setattr(server.world, "changes", counted)
    await whole_pass(follower)
    assert limits == [reconciling.ROWS] * PASS
