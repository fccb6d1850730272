"""The relations at the ends of a node: a tuple while they are few, which most nodes have, and found without a look at
all of them once they are many. Pure."""

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Protocol, TypeVar


class Typed(Protocol):
    @property
    def type(self) -> str: ...


E = TypeVar("E", bound=Typed)
MANY = 64
"""Relations at one end, from which on they are kept apart."""
Relations = tuple[E, ...] | dict[E, None]
ByType = tuple[E, ...] | dict[str, dict[E, None]]


def every(found: ByType[E]) -> Iterable[E]:
    return found if isinstance(found, tuple) else chain.from_iterable(found.values())


def counted(found: ByType[E]) -> int:
    """How many there are."""
    return len(found) if isinstance(found, tuple) else sum(map(len, found.values()))


def of_types(found: ByType[E], types: Iterable[str]) -> Iterator[E]:
    if isinstance(found, tuple):
        return (edge for edge in found if edge.type in types)
    return (edge for type in types for edge in found.get(type, ()))


def with_typed(found: ByType[E], edge: E) -> ByType[E]:
    if isinstance(found, tuple):
        if len(found) < MANY:
            return (*found, edge)
        by_type: dict[str, dict[E, None]] = {}
        for each in found:
            by_type.setdefault(each.type, {})[each] = None
        found = by_type
    found.setdefault(edge.type, {})[edge] = None
    return found


def without_typed(found: ByType[E], edge: E) -> ByType[E]:
    if isinstance(found, tuple):
        return tuple(each for each in found if each is not edge)
    del found[edge.type][edge]
    if not found[edge.type]:
        del found[edge.type]
    return found


def with_one(found: Relations[E], edge: E) -> Relations[E]:
    if isinstance(found, tuple):
        return (*found, edge) if len(found) < MANY else dict.fromkeys((*found, edge))
    found[edge] = None
    return found


def without_one(found: Relations[E], edge: E) -> Relations[E]:
    if isinstance(found, tuple):
        return tuple(each for each in found if each is not edge)
    del found[edge]
    return found
