"""What is asked of a database while a request is answered: how many statements, and how long they took together.

A trace is put together in Python and goes through an HTTP application; beside one bare statement only the database's
part of it can be compared. It is measured where statements are handed to the driver, so what the driver does counts.
"""

import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from statistics import median
from typing import Any

from sqlalchemy import Engine, event

HOOKS = ("before_cursor_execute", "after_cursor_execute")


class Statements:
    """Of all engines of this process; they come one after the other."""

    def __init__(self) -> None:
        self.count, self.seconds, self._began = 0, 0.0, 0.0

    def begin(self, *_: Any) -> None:
        self._began = time.perf_counter()

    def end(self, *_: Any) -> None:
        self.count += 1
        self.seconds += time.perf_counter() - self._began


@contextmanager
def watched() -> Iterator[Statements]:
    statements = Statements()
    listeners = [*zip(HOOKS, (statements.begin, statements.end), strict=True)]
    for name, listener in listeners:
        event.listen(Engine, name, listener)
    try:
        yield statements
    finally:
        for name, listener in listeners:
            event.remove(Engine, name, listener)


async def in_database(repeats: int, once: Callable[[int], Awaitable[Any]]) -> dict[str, float]:
    """The median of what the statements of a request took, in ms, and how many they were as ``size``."""
    found = []
    for number in range(repeats):
        with watched() as statements:
            await once(number)
        found.append(statements)
    took = sorted(each.seconds * 1000 for each in found)
    shares = {"ours": median(took), "p99": took[int(repeats * 0.99)], "quick": took[repeats // 10]}
    return shares | {"size": median(each.count for each in found)}
