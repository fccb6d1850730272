"""Random histories in which rules are set, in time or too late: what followed, what was loaded and what was built anew
are the same, row by row.

``PLUMBLINE_FUZZ_EXAMPLES=n`` plays n histories that nobody has seen yet.
"""

import os
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Any

import pytest
from sqlalchemy import select

from services import assembly
from services.alignment.judge import known, present
from services.alignment.judge.settings import Setting, Settings
from services.alignment.models import FINDING
from shared import clock
from tests.backends.databases import chosen
from tests.platform import settings_for
from tests.service.alignment import setting
from tests.service.alignment.recomputed import Findings
from tests.service.alignment.served import Server
from tests.service.alignment.test_engine import whole
from tests.service.alignment.world import LINK_REFS, MINUTE, REFS
from tests.service.conftest import BACKENDS

SEEDS = range(int(os.environ.get("PLUMBLINE_FUZZ_EXAMPLES") or 3))
STEPS = 8
Rows = list[tuple[Any, ...]]


@pytest.fixture(params=BACKENDS)
async def database(request: pytest.FixtureRequest) -> AsyncIterator[dict[str, Any]]:
    async with chosen(request.param, request, "alignment") as given:
        yield given


@pytest.fixture(params=[0, 150])
async def server(
    request: pytest.FixtureRequest, database: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Server]:
    monkeypatch.setattr(known, "EVERY", 0)
    configured = settings_for(tmp_path, settle_seconds=request.param, **database)
    await assembly.migrate(configured, "alignment")
    made = Server(configured)
    await made.begin()
    yield made
    await made.close()


async def found(server: Server) -> Rows:
    """Every interval of the active generation, also of what is only counted."""
    columns = [column for column in FINDING.c if column.name != "generation"]
    query = select(*columns).where(FINDING.c.generation == await server.generation())
    async with server.database.read() as connection:
        rows = (await connection.execute(query.order_by(FINDING.c.id, FINDING.c.opened_at))).all()
    return [tuple(row) for row in rows]


async def open_rules(server: Server) -> set[str]:
    """By which something is wrong at present."""
    open_ = FINDING.c.generation == await server.generation(), FINDING.c.resolved_at == clock.FOREVER
    async with server.database.read() as connection:
        return {*(await connection.execute(select(FINDING.c.rule).where(*open_))).scalars()}


async def caught_up(server: Server) -> None:
    """As the clock and the follower of the process that leads would have it."""
    generation = await server.generation()
    await server.writer.settle(generation, clock.now())
    if server.writer.came_late(generation):
        await server.build()


async def played(server: Server, seed: int, *, limits: bool) -> tuple[list[Any], list[Setting]]:
    """The events that have arrived, and what has been set. While anything waits nothing is built anew; with an odd seed
    nothing ever is: everything is set for an instant that is still to come, and only events are late."""
    dice, world, in_time = Random(seed), server.world, seed % 2 == 1
    waiting: list[Any] = []
    arrived: list[Any] = []
    made: list[Setting] = []
    for step in range(STEPS):
        before = len(world.events)
        for ref in dice.sample(REFS, 12 if step == 0 else 5):
            world.write(ref, dice)
        for ref in dice.sample(LINK_REFS, 4):
            world.link(ref, dice)
        waiting += world.events[before:]
        late = dice.sample(waiting, dice.randrange(len(waiting) + 1)) if dice.random() < 0.5 else list(waiting)
        waiting = [event for event in waiting if event not in late]
        arrived += late
        await server.arrive(late)
        if dice.random() < 0.7:
            times = [datetime.fromisoformat(event["time"]) for event in world.events]
            at = times[-1] + MINUTE / 2 if in_time else setting.instants(dice, times, clock.now())
            made.append(setting.some(dice, at, limits=limits, among=await open_rules(server)))
            await setting.put(server.database, made[-1])
            if in_time:
                continue
            if server.writer.came_late(await server.generation()) or dice.random() < 0.5:
                await server.arrive(waiting)
                arrived, waiting = list(world.events), []
                await caught_up(server)
    await server.arrive(waiting)
    assert not (in_time and server.writer.came_late(await server.generation()))
    await caught_up(server)
    return list(world.events), made


@pytest.mark.parametrize("seed", SEEDS)
async def test_what_followed_is_what_is_built_anew(server: Server, seed: int) -> None:
    await played(server, seed, limits=True)
    followed = await found(server)
    await server.build()
    assert await found(server) == followed


@pytest.mark.parametrize("seed", SEEDS)
async def test_what_is_found_is_found_by_the_rules_of_each_moment(server: Server, seed: int) -> None:
    events, made = await played(server, 100 + seed, limits=False)
    reference, dice = Findings(events, clock.now(), server.settle, made), Random(seed)
    rows = await found(server)
    for moment in dice.sample(reference.instants, 12):
        shown = {id: (rule, subject, severity) for id, opened, resolved, _, rule, subject, severity, _ in rows
                 if opened <= moment < resolved and severity >= 0}  # fmt: skip
        assert shown == reference.at(moment), moment
        for id, opened, resolved, since, *_ in rows:
            if id in shown and opened <= moment < resolved:
                assert since == reference.since(id, moment)


@pytest.mark.parametrize("seed", SEEDS)
async def test_one_that_loads_and_one_that_followed_are_alike(server: Server, seed: int) -> None:
    _, made = await played(server, 200 + seed, limits=True)
    generation = await server.generation()
    judge = server.writer._held[generation].judge
    in_order = sorted(made, key=lambda each: each.at)
    async with server.database.write() as connection:
        loaded = await present.load(connection, generation, server.settle, Settings(in_order).plan)
    assert whole(loaded) == whole(judge)
    assert loaded.standing.due() == judge.standing.due()
    assert server.writer.came_late(generation) is False
