"""The leader of an owner's changes: one at a time, in order, and nothing lost whatever happens around it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from services.strategy import models
from shared.bus import BusUnavailable
from shared.changes import Leader, append
from shared.changes.leader import BATCH, LeaseLost
from shared.storage import migrations
from shared.storage.db import Database
from shared.workers import running
from tests.service.api import eventually
from tests.service.fake_bus import FakeBus

CHANGES, LEASE = models.Base.metadata.tables["change"], models.Base.metadata.tables["leader"]
NewLeader = Callable[..., Leader]


@pytest.fixture
async def database(database_template: str) -> AsyncIterator[Database]:
    database = Database(database_template.replace("{service}", "strategy"))
    await migrations.upgrade("strategy", database)
    yield database
    await database.close()


@pytest.fixture
def bus() -> FakeBus:
    return FakeBus()


@pytest.fixture
async def new_leader(database: Database, bus: FakeBus) -> AsyncIterator[NewLeader]:
    """Leaders as of several processes: each has connections of its own."""
    async with AsyncExitStack() as stack:

        def make(*, lease: float = 60, exclusive: bool = False) -> Leader:
            own = Database(database.url)
            stack.push_async_callback(own.close)
            more = {"lease": lease, "sweep": 0.02, "exclusive": exclusive}
            return Leader("strategy", own, CHANGES, LEASE, bus, **more)  # type: ignore[arg-type]

        yield make


def change() -> dict[str, Any]:
    more = {"causation_id": None, "data": '{"state":{},"changed":[]}'}
    return {
        "kind": "tactic", "id": uuid4(), "version": 1, "action": "created", "actor": "x", "correlation_id": "c", **more
    }  # fmt: skip


async def record(database: Database, count: int = 1) -> None:
    async with database.write() as connection:
        await append(connection, CHANGES, [change() for _ in range(count)])


async def rows(database: Database) -> list[Any]:
    async with database.read() as connection:
        return list((await connection.execute(select(CHANGES).order_by(CHANGES.c.sequence))).all())


async def lease(database: Database) -> Any:
    async with database.read() as connection:
        return (await connection.execute(select(LEASE))).one()


async def test_only_one_leads(database: Database, new_leader: NewLeader) -> None:
    first, second = new_leader(), new_leader()
    assert await first.acquire()
    assert not await second.acquire()
    assert (await lease(database)).holder == first.me


async def test_of_many_at_once_one_leads(new_leader: NewLeader) -> None:
    assert sum(await asyncio.gather(*(new_leader().acquire() for _ in range(5)))) == 1


async def test_a_lease_given_back_is_free_at_once(new_leader: NewLeader) -> None:
    first, second = new_leader(), new_leader()
    await first.acquire()
    await first.release()
    assert first.term is None
    assert await second.acquire()
    assert second.term == 2


async def test_who_stops_while_the_database_is_busy_stops(
    new_leader: NewLeader, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = new_leader()
    assert await first.acquire()

    async def busy(*_: object, **__: object) -> None:
        raise OperationalError("UPDATE", {}, Exception("database is locked"))

    monkeypatch.setattr(first, "_advance", busy)
    await first.release()
    assert first.term is None


async def test_a_lease_that_has_ended_is_free(new_leader: NewLeader) -> None:
    first, second = new_leader(lease=0.05), new_leader()
    await first.acquire()
    assert await eventually(second.acquire)


async def test_who_works_keeps_the_lease(database: Database, new_leader: NewLeader) -> None:
    leader = new_leader()
    await leader.acquire()
    before = (await lease(database)).until
    await leader.sequence()
    assert (await lease(database)).until > before


async def test_a_process_that_is_alone_takes_it_from_anybody(new_leader: NewLeader) -> None:
    await new_leader().acquire()
    assert await new_leader(exclusive=True).acquire()


async def test_who_was_asleep_too_long_changes_nothing(database: Database, new_leader: NewLeader, bus: FakeBus) -> None:
    zombie, leader = new_leader(lease=0.05), new_leader()
    await record(database)
    await zombie.acquire()
    await zombie.sequence()
    await record(database)
    await eventually(leader.acquire)
    before = await rows(database), await lease(database)
    with pytest.raises(LeaseLost):
        await zombie.sequence()
    with pytest.raises(LeaseLost):
        await zombie.publish()  # what it sends is what the other sends too
    await zombie.release()
    assert (await rows(database), await lease(database)) == before
    assert bus.positions == [1]


async def test_a_second_term_of_ones_own_is_another_term(database: Database, new_leader: NewLeader) -> None:
    leader = new_leader()
    await leader.acquire()
    old = leader.term
    await leader.acquire()
    leader.term, new = old, leader.term
    assert new == 2
    with pytest.raises(LeaseLost):
        await leader.sequence()


async def test_positions_and_moments_go_on_where_the_last_leader_stopped(
    database: Database, new_leader: NewLeader
) -> None:
    for _ in range(3):
        leader = new_leader()
        await record(database, 3)
        await leader.acquire()
        assert await leader.sequence() == 3
        await leader.release()
    moments = [row.recorded_at for row in await rows(database)]
    assert [row.position for row in await rows(database)] == list(range(1, 10))
    assert sorted(set(moments)) == moments
    assert (await lease(database)).position == 9
    assert (await lease(database)).recorded_until == moments[-1]


async def test_the_head_moves_while_there_is_nothing_to_do(database: Database, new_leader: NewLeader) -> None:
    leader = new_leader()
    await leader.acquire()
    seen = []
    for _ in range(3):
        assert await leader.sequence() == 0
        seen.append((await lease(database)).recorded_until)
    assert sorted(set(seen)) == seen


async def test_a_crowd_is_sequenced_and_sent_in_batches(
    database: Database, new_leader: NewLeader, bus: FakeBus
) -> None:
    await record(database, BATCH + 1)
    leader = new_leader()
    await leader.acquire()
    assert [await leader.sequence() for _ in range(3)] == [BATCH, 1, 0]
    assert [await leader.publish() for _ in range(3)] == [BATCH, 1, 0]
    assert bus.positions == list(range(1, BATCH + 2))


async def test_nothing_is_marked_when_sending_fails(database: Database, new_leader: NewLeader, bus: FakeBus) -> None:
    await record(database, 3)
    leader = new_leader()
    await leader.acquire()
    await leader.sequence()
    bus.away, bus.stores_before_it_fails = True, 2
    with pytest.raises(BusUnavailable):
        await leader.publish()
    assert [row.published_at for row in await rows(database)] == [None] * 3
    bus.away = False
    assert await leader.publish() == 3
    assert bus.positions == [1, 2, 1, 2, 3]
    assert all(row.published_at for row in await rows(database))


async def test_what_has_no_position_is_not_sent(database: Database, new_leader: NewLeader, bus: FakeBus) -> None:
    await record(database)
    leader = new_leader()
    await leader.acquire()
    assert await leader.publish() == 0
    assert bus.attempts == 0


async def test_two_processes_together_send_everything_once(
    database: Database, new_leader: NewLeader, bus: FakeBus
) -> None:
    leaders = [new_leader(), new_leader()]
    loops = {
        f"{n} {loop.__name__}": loop
        for n, one in enumerate(leaders)
        for loop in (one.sequence_forever, one.publish_forever)
    }

    async def all_sent() -> bool:
        return all(row.published_at for row in await rows(database))

    async with running(loops):
        for _ in range(10):
            await record(database, 3)
        await eventually(all_sent)
    assert bus.positions == list(range(1, 31))


@pytest.mark.postgres
async def test_a_lower_number_that_is_committed_later_is_not_lost(postgres_database: str) -> None:
    database, bus = Database(postgres_database), FakeBus()
    await migrations.upgrade("strategy", database)
    leader = Leader("strategy", database, CHANGES, LEASE, bus, lease=60, sweep=1, exclusive=False)
    await leader.acquire()
    async with database.write() as slow:
        await append(slow, CHANGES, [change()])
        await record(database)
        assert await leader.sequence() == 1
    assert await leader.sequence() == 1
    assert await leader.publish() == 2
    assert [row.position for row in await rows(database)] == [2, 1]
    assert bus.positions == [1, 2]
    await database.close()
