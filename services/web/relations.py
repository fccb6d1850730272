"""The relations of one thing, each told once, by what they are called from here; and those that it may get. Pure."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

from services.web.filters import relation, said
from shared.contracts.base import Kind
from shared.contracts.relations import RELATIONS
from shared.contracts.told import described
from shared.contracts.views.nodes import NodeView, Relation


class Group(NamedTuple):
    """What a relation is called from here, and those that are called so."""

    title: str
    relations: Sequence[Relation]


class Choice(NamedTuple):
    """A relation that it may get: ``name`` is its type, with ``<`` before it where this is its end; ``reads`` is what
    it is called from here, ``kinds`` what may be at the other end, all where there are none."""

    name: str
    reads: str
    kinds: tuple[str, ...]


def groups(node: NodeView, told: Collection[tuple[str, str]] = ()) -> tuple[list[Group], list[Group]]:
    """Those that begin here, and those that lead here; without what is ``told`` elsewhere, by what a relation is called
    from here and the kind at its other end, or an empty text for any."""
    ref = f"{node.kind}/{node.id}"
    return _grouped(node.out, ref, told), _grouped(node.in_, ref, told)


def _grouped(relations: Sequence[Relation], ref: str, told: Collection[tuple[str, str]]) -> list[Group]:
    found: dict[str, list[Relation]] = {}
    for each in relations:
        name = each.type if each.source == ref else RELATIONS[each.type].inverse
        if not {(name, ""), (name, each.node.kind)} & {*told}:
            found.setdefault(said(each, ref), []).append(each)
    return [Group(title, each) for title, each in found.items()]


def choices(kind: Kind) -> list[Choice]:
    """Each relation that something of a kind may be joined by, from either end."""
    told: dict[str, Any] = described(kind, {})
    ways = (("", told["relations_from"]), ("<", told["relations_to"]))
    return [
        Choice(f"{sign}{each['type']}", relation(each["reads"]), _kinds(each))
        for sign, way in ways
        for each in way
        if not sign or RELATIONS[each["type"]].inverse != each["type"]
    ]


def _kinds(relation: Mapping[str, Any]) -> tuple[str, ...]:
    return () if relation["kinds"] == ["any kind"] else tuple(relation["kinds"])
