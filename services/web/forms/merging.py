"""Changes to a document: what differs as a merge patch, and two people who changed the same thing. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from services.web.forms.fields import Field
from services.web.forms.writing import Tree

Json = dict[str, Any]


def patch(before: Mapping[str, Any], after: Mapping[str, Any]) -> Json:
    """The merge patch (RFC 7396) that leads from one document to another. A member that is null or an empty group is
    not there."""
    changed: Json = {}
    for name in {**before, **after}:
        old, new = before.get(name), after.get(name)
        if old == new:
            continue
        if isinstance(old, dict) and isinstance(new, dict):
            changed[name] = patch(old, new)
        else:
            changed[name] = bare(new)
    return {name: each for name, each in changed.items() if each != {}}


def bare(value: Any) -> Any:
    """A value without members that are null, or groups in which nothing stands."""
    if not isinstance(value, dict):
        return value
    said = {name: bare(each) for name, each in value.items()}
    return {name: each for name, each in said.items() if each is not None and each != {}}


@dataclass(frozen=True)
class Change:
    """Of one field: what it was, what both made of it, and what is taken over. ``whose`` made it; ``both`` contradict
    each other, and mine stands until somebody chooses."""

    field: Field
    was: Any
    mine: Any
    theirs: Any
    whose: Literal["mine", "theirs", "both"]


@dataclass(frozen=True)
class Merged:
    tree: Tree
    changes: Sequence[Change]

    @property
    def conflicts(self) -> list[Change]:
        return [each for each in self.changes if each.whose == "both"]

    @property
    def fitting(self) -> list[Change]:
        return [each for each in self.changes if each.whose != "both"]


def merged(fields: Sequence[Field], base: Tree, mine: Tree, theirs: Tree) -> Merged:
    """Three ways. What only one changed is taken over; of lists of words, what either added and took away."""
    tree: Tree = {}
    changes: list[Change] = []
    for field, was, one, other in _leaves(fields, base, mine, theirs):
        if field.shape == "lines" and was not in (one, other):
            one = _both(was, one, other)
            other = one
        value = other if one == was else one
        _set(tree, field.path, value)
        if one != was or other != was:
            contradicts = one != was and other not in (was, one)
            whose: Literal["mine", "theirs", "both"] = "theirs" if one == was else "both" if contradicts else "mine"
            changes.append(Change(field, was, one, other, whose))
    return Merged(tree, changes)


def chosen(fields: Sequence[Field], mine: Tree, theirs: Tree, taken: Sequence[str]) -> Tree:
    """Mine, with theirs in the fields whose paths are ``taken``."""
    tree: Tree = {}
    for field, _, one, other in _leaves(fields, mine, mine, theirs):
        _set(tree, field.path, other if field.path in taken else one)
    return tree


def _leaves(fields: Sequence[Field], base: Tree, mine: Tree, theirs: Tree) -> list[tuple[Field, Any, Any, Any]]:
    """Groups field by field, rows as a whole."""
    found: list[tuple[Field, Any, Any, Any]] = []
    for each in fields:
        if each.constant is not None:
            continue
        here = (base[each.name], mine[each.name], theirs[each.name])
        found += _leaves(each.parts[""], *here) if each.shape == "group" else [(each, *here)]
    return found


def _set(tree: Tree, path: str, value: Any) -> None:
    *groups, name = path.split(".")
    for each in groups:
        tree = tree.setdefault(each, {})
    tree[name] = value


def _both(was: str, mine: str, theirs: str) -> str:
    before, one, other = ([line for line in text.split("\n") if line] for text in (was, mine, theirs))
    kept = [line for line in other if line in one or line not in before]
    return "\n".join([*kept, *(line for line in one if line not in kept and line not in before)])
