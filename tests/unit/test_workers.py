"""Loops that are told to stop do, whatever happens on their way."""

import asyncio

from shared.workers import running


async def test_one_that_fails_on_being_stopped_is_not_started_again() -> None:
    starts = []

    async def loop() -> None:
        starts.append(1)
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            raise ValueError("what it was doing could not be ended") from None

    async with asyncio.timeout(10):
        async with running({"one": loop}):
            await asyncio.sleep(0)
    assert starts == [1]


async def test_one_that_fails_by_itself_is() -> None:
    starts, twice = [], asyncio.Event()

    async def loop() -> None:
        starts.append(1)
        if len(starts) == 2:
            twice.set()
        raise ValueError("fails")

    async with asyncio.timeout(10), running({"one": loop}):
        await twice.wait()
