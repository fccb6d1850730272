"""Pieces of a size that somebody takes: of a request, or of a file."""

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

T = TypeVar("T")


def parted(items: Iterable[T], length: Callable[[T], int], most: int, count: int | None = None) -> Iterator[list[T]]:
    """Items in their order: pieces no longer than ``most``, where one item is not, and of at most ``count`` items."""
    part: list[T] = []
    size = 0
    for item in items:
        own = length(item)
        if part and (size + own > most or len(part) == count):
            yield part
            part, size = [], 0
        part.append(item)
        size += own
    if part:
        yield part
