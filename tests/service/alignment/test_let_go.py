"""What is no longer written to leaves the memory, although the collector was told to leave it alone."""

import asyncio
import gc
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import select

from services import assembly
from services.alignment.follow import writer
from services.alignment.judge.garbage import unsearched
from services.alignment.judge.graph import Node
from services.alignment.models import GENERATION
from services.alignment.queries import counts
from tests.platform import settings_for
from tests.service.alignment.served import Server, reader
from tests.service.alignment.world import LINK_REFS, REFS


@pytest.fixture
async def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Server]:
    monkeypatch.setattr(writer, "_MANY", 5)
    configured = settings_for(tmp_path, settle_seconds=0)
    await assembly.migrate(configured, "alignment")
    made = Server(configured)
    await made.begin()
    for at in REFS:
        made.world.write(at, Random(1))
    await made.arrive(made.world.events)
    yield made
    await made.close()


def in_memory() -> int:
    """Nodes of all generations, also those that nothing leads to and that wait for the collector."""
    return sum(isinstance(each, Node) for each in gc.get_objects())


async def test_nothing_is_counted_of_a_generation_that_is_gone(server: Server) -> None:
    """Another replica may sweep one that this one still takes for the one that answers."""
    async with server.database.write() as connection:
        assert await counts.keep(connection, 99, timedelta(0)) is False


async def test_a_generation_that_was_replaced_does(server: Server) -> None:
    follower = await reader(server)
    before = follower.generation
    assert before is not None
    gc.unfreeze()
    held = len(server.writer._held[before].judge.graph.nodes)
    gc.collect()
    others = in_memory() - held  # of tests that ran before in this process
    gc.freeze()
    await server.build()
    await follower._note_switch()
    gc.unfreeze()
    assert list(server.writer._held) == [follower.generation] != [before]
    assert in_memory() <= held + others


async def test_so_does_one_that_fails(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fails(_: int) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr(server.rebuild, "_count", fails)
    held = list(server.writer._held)
    with pytest.raises(OSError, match="full"):
        await server.build()
    assert list(server.writer._held) == held


async def test_who_is_told_to_stop_gives_the_lease_back(server: Server) -> None:
    follower = await reader(server)
    number = await server.generation()
    follows = asyncio.create_task(follower.follow_forever())
    while not follower.leading:  # noqa: ASYNC110  it has only this flag
        await asyncio.sleep(0)
    assert await _writer(server, number) is not None
    follows.cancel()
    with pytest.raises(asyncio.CancelledError):
        await follows
    assert await _writer(server, number) is None
    assert not server.writer._held


async def _writer(server: Server, number: int) -> str | None:
    async with server.database.read() as connection:
        query = select(GENERATION.c.writer).where(GENERATION.c.number == number)
        found: str | None = (await connection.execute(query)).scalar()
    return found


async def test_a_piece_of_the_past_does_once_it_has_been_told_again(server: Server) -> None:
    """Without a search for garbage, which is left out meanwhile."""
    world, dice = server.world, Random(2)
    for at in LINK_REFS:
        world.link(at, dice)
    joined = world.events[-len(LINK_REFS) :]
    for at in REFS:
        world.write(at, dice)
    late, *others = world.events[-len(REFS) :]
    await server.arrive([*joined, *others])
    held = server.writer._held[await server.generation()].judge.graph.nodes
    gc.unfreeze()
    gc.collect()
    usual = gc.get_threshold()
    gc.set_threshold(0)
    try:
        before = in_memory() - len(held)
        await server.arrive([late])
        gc.unfreeze()
        assert in_memory() - len(held) == before
    finally:
        gc.set_threshold(*usual)


def test_garbage_is_searched_for_again_once_nobody_does_without() -> None:
    with unsearched():
        with unsearched(stays=True):
            assert not gc.isenabled()
        assert not gc.isenabled()
    assert gc.isenabled()
