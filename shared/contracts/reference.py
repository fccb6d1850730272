"""Fields that point at other entities, and the edges that they make."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Convert = Callable[[Any, str], Any]
"""Makes of a value, and the pointer to it, what stands there instead."""


@dataclass(frozen=True)
class Reference:
    """A field that points at other entities, and the edge it makes.

    ``path`` walks members and lists (``components[].product_id``), or those items of a list that have a member of some
    value (``raci[letter=A].role_id``); ``kinds`` names what the id may point at, and is empty where the value is a
    ``{kind, id}`` of its own; ``swapped`` turns the edge round. ``start`` is a ``(member, kind)`` that names another
    entity, where the edge begins instead of at the one that holds the field.
    """

    path: str
    relation: str
    kinds: tuple[str, ...] = ()
    swapped: bool = False
    start: tuple[str, str] | None = None

    def targets(self, state: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
        """Each ``(pointer, kind, id)`` that the field holds in a state dumped as JSON."""
        for pointer, value in _walk(state, self.path.split("."), ""):
            if isinstance(value, str):
                yield pointer, self.kinds[0], value
            else:
                yield pointer, value["kind"], value["id"]

    def values(self, body: Any) -> list[Any]:
        """What a body holds in the field, of whatever shape the body is."""
        found: list[Any] = []
        self.replaced(body, lambda value, _: found.append(value))
        return found

    def replaced(self, state: Any, convert: Convert) -> Any:
        """The state with each value that the field holds converted; other shapes than the path's stay as they are."""
        return _replaced(state, self.path.split("."), convert, "")


def _replaced(value: Any, steps: list[str], convert: Convert, pointer: str) -> Any:
    if not steps:
        return convert(value, pointer)
    step, *rest = steps
    member, chosen = parse(step)
    if not isinstance(value, dict) or member not in value:
        return value
    below = f"{pointer}/{member}"
    if chosen is None:
        return {**value, member: _replaced(value[member], rest, convert, below)}
    if not isinstance(value[member], list):
        return value
    items = [
        _replaced(item, rest, convert, f"{below}/{index}") if chosen(item) else item
        for index, item in enumerate(value[member])
    ]
    return {**value, member: items}


def _walk(value: Any, steps: list[str], pointer: str) -> Iterator[tuple[str, Any]]:
    if not steps:
        if value is not None:
            yield pointer, value
        return
    step, *rest = steps
    name, chosen = parse(step)
    member = value.get(name)
    pointer = f"{pointer}/{name}"
    if chosen is None:
        if member is not None:
            yield from _walk(member, rest, pointer)
        return
    for index, item in enumerate(member or ()):
        if chosen(item):
            yield from _walk(item, rest, f"{pointer}/{index}")


def parse(step: str) -> tuple[str, Callable[[Any], bool] | None]:
    """The member that a step of a path names, and for a list which of its items it means."""
    name, bracket, condition = step.removesuffix("]").partition("[")
    if not bracket:
        return name, None
    member, _, value = condition.partition("=")
    return name, lambda item: not member or (isinstance(item, dict) and item.get(member) == value)


OWNER = Reference("owner", "owned_by")
