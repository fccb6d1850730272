"""What a source may write over: a three-way comparison of what it says, what it wrote last, and what is there."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from shared.contracts import Kind
from shared.interchange.records import Record, canonical

Leaf = tuple[str, ...]
"""A member; of ``custom``, the one member that many writers share, each entry is a leaf of its own."""


@dataclass
class Difference:
    """``fields`` are ``name: (there, source's)`` to be written: by ``patch``, and a state by the transition ``to`` it
    for ``reason``, after which ``settle`` notes that this source wrote it. ``kept`` are those of other hands."""

    fields: dict[str, tuple[Any, Any]] = field(default_factory=dict)
    kept: dict[str, tuple[Any, Any]] = field(default_factory=dict)
    patch: dict[str, Any] = field(default_factory=dict)
    to: str | None = None
    reason: str | None = None
    settle: dict[str, Any] = field(default_factory=dict)


def body(record: Record) -> dict[str, Any]:
    """The body that creates a record, with what this source wrote kept in its provenance."""
    members = dict(record.members)
    if not record.kind.is_link and record.kind.is_begun(members.get("state")):
        _with_reason(record, members)
    return {**members, "provenance": [record.origin.entry(record.members)]}


def compare(record: Record, current: Mapping[str, Any]) -> Difference:
    """What a source changes in what is there: never what somebody else has changed since it last wrote.

    Raises Malformed when what is there is not of the contract that this side knows.
    """
    entry = next((e for e in current["provenance"] if record.origin.made(e)), None)
    wrote = _leaves(_known(record, entry["wrote"])) if entry else {}
    there = _leaves(_known(record, current))
    difference = Difference()
    written = dict(wrote)
    for leaf, value in _leaves(_claimed(record, current)).items():
        old = there.get(leaf)
        if old == value:
            written.setdefault(leaf, value)
        elif leaf in wrote and old != wrote[leaf]:
            difference.kept["/".join(leaf)] = old, value
        else:
            difference.fields["/".join(leaf)] = old, value
            written[leaf] = value
            _set(difference.patch, leaf, _replacing(old, value))
    if "state" in difference.patch:
        _by_transition(record, current, difference, wrote, written)
    elif difference.fields or (entry and entry["source"] != record.origin.source):
        difference.patch |= {"provenance": _provenance(record, current, _members(written))}
    return difference


def _claimed(record: Record, current: Mapping[str, Any]) -> Mapping[str, Any]:
    """What a record says of something that is there. What is attested elsewhere may be proven here, which says more."""
    if record.members.get("state") == "attested" and current["state"] in ("signed", "superseded"):
        return {name: value for name, value in record.members.items() if name not in ("type", "state", "state_reason")}
    return record.members


def _by_transition(
    record: Record,
    current: Mapping[str, Any],
    difference: Difference,
    wrote: Mapping[Leaf, Any],
    written: dict[Leaf, Any],
) -> None:
    """What exists moves by transitions: the other members are written before, since its gate may look at them."""
    difference.to = difference.patch.pop("state")
    difference.reason = difference.patch.pop("state_reason", record.reason)
    difference.settle = {"provenance": _provenance(record, current, _members(written))}
    if difference.patch:
        before = {leaf: value for leaf, value in written.items() if leaf != ("state",)}
        before |= {leaf: value for leaf, value in wrote.items() if leaf == ("state",)}
        difference.patch["provenance"] = _provenance(record, current, _members(before))


def _known(record: Record, values: Mapping[str, Any]) -> dict[str, Any]:
    return _canonical(record.kind, {name: values[name] for name in record.members if name in values})


def _canonical(kind: Kind, values: Mapping[str, Any]) -> dict[str, Any]:
    return canonical(kind, values) if values else {}


def _with_reason(record: Record, members: dict[str, Any]) -> None:
    if "state" in members:
        members.setdefault("state_reason", record.reason)


def _leaves(members: Mapping[str, Any]) -> dict[Leaf, Any]:
    leaves: dict[Leaf, Any] = {(name,): value for name, value in members.items() if name != "custom"}
    return leaves | {("custom", name): value for name, value in members.get("custom", {}).items()}


def _members(leaves: Mapping[Leaf, Any]) -> dict[str, Any]:
    members: dict[str, Any] = {}
    for leaf, value in leaves.items():
        _set(members, leaf, value)
    return members


def _set(members: dict[str, Any], leaf: Leaf, value: Any) -> None:
    *above, name = leaf
    for step in above:
        members = members.setdefault(step, {})
    members[name] = value


def _replacing(old: Any, new: Any) -> Any:
    """A merge patch that leaves ``new`` alone where ``old`` was: a plain object would only be merged into it."""
    if not (isinstance(old, dict) and isinstance(new, dict)):
        return new
    gone = dict.fromkeys(old.keys() - new.keys())
    return {**gone, **{name: _replacing(old.get(name), value) for name, value in new.items()}}


def _provenance(record: Record, current: Mapping[str, Any], wrote: Mapping[str, Any]) -> list[dict[str, Any]]:
    others = [entry for entry in current["provenance"] if not record.origin.made(entry)]
    return [*others, record.origin.entry(wrote)]
