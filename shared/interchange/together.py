"""Several calls at a time, since each of them is mostly waited for."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar

CONCURRENCY = 8

T = TypeVar("T")
R = TypeVar("R")


async def each(items: Iterable[T], do: Callable[[T], Awaitable[R]]) -> list[R]:
    """What became of each, in their order. Raises the first error of all, and ends the others."""
    gate = asyncio.Semaphore(CONCURRENCY)

    async def guarded(item: T) -> R:
        async with gate:
            return await do(item)

    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(guarded(item)) for item in items]
    except ExceptionGroup as failures:
        raise failures.exceptions[0] from None
    return [task.result() for task in tasks]
