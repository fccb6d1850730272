"""The relations at the ends of a node: a tuple while they are few, which most nodes have, and found without a look at
all of them once they are many. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from services.alignment.judge.graph import Edge

MANY = 64
"""Relations at one end, from which on they are kept apart."""
Relations: TypeAlias = "tuple[Edge, ...] | dict[Edge, None]"
ByType: TypeAlias = "tuple[Edge, ...] | dict[str, dict[Edge, None]]"


def connect(edge: Edge) -> None:
    """Let both ends know of a relation."""
    source, target = edge.source, edge.target
    source.out, target.into = _with(source.out, edge), _with(target.into, edge)
    if edge.up:
        edge.lower.above, edge.upper.below = _among(edge.lower.above, edge), _among(edge.upper.below, edge)


def disconnect(edge: Edge) -> None:
    source, target = edge.source, edge.target
    source.out, target.into = _without(source.out, edge), _without(target.into, edge)
    if edge.up:
        edge.lower.above, edge.upper.below = _but(edge.lower.above, edge), _but(edge.upper.below, edge)


def every(found: ByType) -> Iterable[Edge]:
    return found if isinstance(found, tuple) else chain.from_iterable(found.values())


def of_types(found: ByType, types: Iterable[str]) -> Iterator[Edge]:
    if isinstance(found, tuple):
        return (edge for edge in found if edge.type in types)
    return (edge for type in types for edge in found.get(type, ()))


def _with(found: ByType, edge: Edge) -> ByType:
    if isinstance(found, tuple):
        if len(found) < MANY:
            return (*found, edge)
        by_type: dict[str, dict[Edge, None]] = {}
        for each in found:
            by_type.setdefault(each.type, {})[each] = None
        found = by_type
    found.setdefault(edge.type, {})[edge] = None
    return found


def _without(found: ByType, edge: Edge) -> ByType:
    if isinstance(found, tuple):
        return tuple(each for each in found if each is not edge)
    del found[edge.type][edge]
    if not found[edge.type]:
        del found[edge.type]
    return found


def _among(found: Relations, edge: Edge) -> Relations:
    if isinstance(found, tuple):
        return (*found, edge) if len(found) < MANY else dict.fromkeys((*found, edge))
    found[edge] = None
    return found


def _but(found: Relations, edge: Edge) -> Relations:
    if isinstance(found, tuple):
        return tuple(each for each in found if each is not edge)
    del found[edge]
    return found
