"""What is gathered from a whole model for its records: who performs what, and what has no member of its own here."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from shared.interchange.formats.archimate import ours
from shared.interchange.formats.archimate.model import Element, Model, Relation

_MOST_HELD = 50
"""Processes and services for which the holder of a role is proposed."""
Scope = tuple[str, str, str]
"""The relation by which a role performs something, and its kind and id."""


def performed(relations: Iterable[Relation], stored: Mapping[str, tuple[str, str]]) -> dict[str, dict[str, Scope]]:
    """By the identifier of each role, the processes and services that it performs."""
    found: defaultdict[str, dict[str, Scope]] = defaultdict(dict)
    for relation in sorted(relations, key=lambda each: each.identifier):
        kind, id = stored.get(relation.target, ("", ""))
        performer = stored.get(relation.source, ("", ""))[0]
        if relation.type != "Assignment" or performer != "role" or kind not in ("process", "service"):
            continue
        if len(found[relation.source]) < _MOST_HELD:
            found[relation.source].setdefault(relation.target, (relation.identifier, kind, id))
    return found


def all_above(start: str, above: Mapping[str, set[str]]) -> set[str]:
    seen, waiting = {start}, [start]
    while waiting:
        fresh = above.get(waiting.pop(), set()) - seen
        seen |= fresh
        waiting += fresh
    return seen


def custom(element: Element, multiplicities: Mapping[str, str]) -> dict[str, Any]:
    """Properties under their own names, and under ours what an element says in other languages and of its relations."""
    own = {"names": element.names, "descriptions": element.texts, "multiplicities": multiplicities}
    said = {name: dict(value) for name, value in own.items() if value}
    theirs = {(f"property {name}" if name in said else name): value for name, value in ours.theirs(element).items()}
    return theirs | said | ours.custom(element)


def multiplicities(model: Model) -> dict[str, dict[str, str]]:
    """By the identifier of each source, the multiplicities of its relations by type and target."""
    names = {element.identifier: element.name or element.identifier for element in model.elements}
    found: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for relation in model.relations:
        if many := relation.multiplicities:
            told = f"{many.get('source', '')} -> {many.get('target', '')}"
            found[relation.source][f"{relation.type} {names.get(relation.target, relation.target)}"] = told
    return found
