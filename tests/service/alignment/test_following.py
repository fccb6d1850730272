"""What the view reads from the bus and where it reads on are one thing: both are there, or neither."""

import asyncio
from random import Random
from typing import Any

import pytest
from sqlalchemy import text

from services.alignment.follow import projector
from services.alignment.judge import present
from services.alignment.models import OFFSET
from services.alignment.view import dead_letters, generations
from tests.service.alignment.served import LOG, Server, batch, reader
from tests.service.alignment.world import REFS
from tests.service.api import eventually
from tests.service.conftest import BACKENDS

TACTIC = next(ref for ref in REFS if ref.startswith("tactic/"))


async def offset(server: Server) -> int:
    async with server.database.read() as connection:
        return int((await connection.execute(OFFSET.select())).one().next)


async def version(server: Server) -> int | None:
    answer = await server.http.get(f"/alignment/v1/nodes/{TACTIC}")
    return int(answer.json()["version"]) if answer.status_code == 200 else None


async def test_a_fault_leaves_both_as_they_were(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    follower = await reader(server)
    server.world.write(TACTIC, Random(1))
    with monkeypatch.context() as broken:

        async def fail(*_: Any) -> None:
            raise OSError("the disk is full")

        broken.setattr(dead_letters, "bury", fail)
        with pytest.raises(OSError, match="disk"):
            await follower._apply_batches([batch(server.world.events, 0)], LOG)
        assert (await offset(server), await version(server)) == (0, None)
    await follower._apply_batches([batch(server.world.events, 0)], LOG)
    assert (await offset(server), await version(server)) == (1, 1)


async def test_who_was_overtaken_applies_nothing(server: Server) -> None:
    """A process that slept while another one read on must not take the view back to where it stood."""
    asleep, awake = await reader(server), await reader(server)
    for _ in range(2):
        server.world.write(TACTIC, Random(1))
    await awake._apply_batches([batch(server.world.events, 0)], LOG)
    with pytest.raises(generations.OffsetMoved):
        await asleep._apply_batches([batch(server.world.events[:1], 0)], LOG)
    with pytest.raises(generations.OffsetMoved):
        await asleep._apply_batches([batch([], 2)], "another log")
    assert (await offset(server), await version(server)) == (2, 2)


async def test_a_later_epoch_is_newer_whatever_its_version(server: Server) -> None:
    """An owner that was restored from an older copy counts its versions anew in a later epoch."""
    for _ in range(3):
        server.world.write(TACTIC, Random(1))
    *before, last = server.world.events
    id = before[0]["id"].replace(":1.1", ":2.1")
    restored = {**before[0], "id": id, "epoch": 2, "position": 4, "time": last["time"]}
    await server.arrive([*before, last])
    await server.arrive([restored])
    assert await version(server) == 1
    await server.arrive([last])
    assert await version(server) == 1


async def test_a_version_that_comes_late_has_its_place_between_the_others(server: Server) -> None:
    for _ in range(4):
        server.world.write(TACTIC, Random(1))
    first, second, third, fourth = server.world.events
    for event in (fourth, first, third, second):
        await server.arrive([event])
    shown = [await server.get(f"nodes/{TACTIC}", as_of=event["time"]) for event in server.world.events]
    assert [node["version"] for node in shown] == [1, 2, 3, 4]


async def test_what_is_deleted_is_still_known_to_have_been(server: Server) -> None:
    server.world.write(TACTIC, Random(1))
    server.world.delete(TACTIC)
    made, gone = server.world.events
    await server.arrive([gone])
    await server.arrive([made])
    answer = await server.http.get(f"/alignment/v1/nodes/{TACTIC}")
    assert answer.status_code == 410


async def test_old_rows_stay_until_the_new_ones_are_there(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    server.world.write(TACTIC, Random(1))
    await server.arrive(server.world.events)
    seen = []
    apply = projector.apply

    async def watched(*given: Any) -> Any:
        seen.append(await version(server))
        return await apply(*given)

    monkeypatch.setattr(projector, "apply", watched)
    await server.build()
    assert seen == [1] * len(seen) != []


async def told(server: Server) -> int:
    """How many versions PostgreSQL's planner takes the view to have."""
    async with server.database.read() as connection:
        query = text("SELECT reltuples FROM pg_class WHERE oid = 'record'::regclass")
        return int((await connection.execute(query)).scalar_one())


@pytest.mark.parametrize("server", [each for each in BACKENDS if each != "sqlite"], indirect=True)
async def test_the_planner_hears_of_a_view_that_grows(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """From nothing to much, and not again before there is twice as much. SQLite's is told once and for all."""
    monkeypatch.setattr("services.alignment.view.planner._FEW", 4)
    follower, dice, heard = await reader(server), Random(1), []
    for _ in range(10):
        server.world.write(TACTIC, dice)
    for start in range(0, 10, 2):
        await follower._apply_batches([batch(server.world.events[start : start + 2], start)], LOG)
        heard.append(await told(server))
    assert heard == [heard[0], 4, 4, 8, 8]


async def test_what_has_been_built_is_not_loaded_again_to_be_followed(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Taking the lease counts a batch; who has built the view knows that nobody else has written."""
    loaded = []
    load = present.load

    async def watched(*given: Any) -> Any:
        loaded.append(given[1])
        return await load(*given)

    monkeypatch.setattr(present, "load", watched)
    await server.build()
    generation = await server.generation()
    assert await server.writer.leads(generation)
    server.world.write(TACTIC, Random(1))
    await server.arrive(server.world.events)
    assert loaded.count(generation) == 1


async def test_who_has_lost_the_lease_says_so(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also while nothing comes that it could not write."""
    follower = await reader(server)
    follower.leading = True

    async def lost(_: int) -> bool:
        return False

    monkeypatch.setattr(follower.writer, "leads", lost)
    looks = asyncio.create_task(follower.catch_up_forever())
    await eventually(lambda: _is(not follower.leading))
    looks.cancel()


async def _is(it: bool) -> bool:
    return it
