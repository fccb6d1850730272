"""What a source may write over: a three-way comparison of what it says, what it wrote last, and what is there."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from shared.contracts import Kind
from shared.interchange.records import Origin, Record, canonical

Leaf = tuple[str, ...]
"""A member; of ``custom``, the one member that many writers share, each entry is a leaf of its own."""

_NEVER_EMPTY = {"key", "state", "state_reason"}
"""Members that a source may stop speaking of, and that nobody leaves empty."""


@dataclass
class Difference:
    """``fields`` are ``name: (there, source's)`` to be written: by ``patch``, and a state by the transition ``to`` it
    for ``reason``, after which ``settle`` notes that this source wrote it. ``kept`` are those of other hands. A patch
    without fields notes something of the source alone."""

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
    # what an export brings goes on as the sources have it that it names, and is no claim of the bundle that carries it
    own = [] if record.held and record.origin.name is None else [record.origin.entry(record.members)]
    return {**members, "provenance": [*record.held, *own]}


def entry_of(origin: Origin, current: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """What is noted of a source in something that is there."""
    entries = [entry for entry in current["provenance"] if origin.made(entry)]
    return next(filter(origin.brought, entries), next(iter(entries), None))


def compare(record: Record, current: Mapping[str, Any]) -> Difference:
    """What a source changes in what is there: never what somebody else has changed since it last wrote. What it wrote
    and says no more is taken back.

    Raises Malformed when what is there is not of the contract that this side knows.
    """
    entry = entry_of(record.origin, current)
    wrote = _leaves(_known(record, entry["wrote"], entry["wrote"])) if entry else {}
    there = _leaves(_known(record, current, entry["wrote"] if entry else ()))
    difference = Difference()
    written = dict(wrote)
    for leaf, value in _leaves(_claimed(record, current)).items():
        old = there.get(leaf)
        if old == value:
            written.setdefault(leaf, value)
        elif leaf in wrote and old != wrote[leaf]:
            difference.kept["/".join(leaf)] = old, value
        elif record.joins and entry is None and old not in (None, [], ""):
            difference.kept["/".join(leaf)] = old, value
            written[leaf] = value
        else:
            difference.fields["/".join(leaf)] = old, value
            written[leaf] = value
            _set(difference.patch, leaf, _replacing(old, value))
    if not record.partial:
        _take_back(record, current, difference, there, written)
    if "state" in difference.patch:
        _by_transition(record, current, difference, wrote, written)
    elif difference.fields or _to_be_noted(record, current, wrote, written):
        difference.patch |= {"provenance": _provenance(record, current, _members(written))}
    return difference


def _take_back(
    record: Record,
    current: Mapping[str, Any],
    difference: Difference,
    there: Mapping[Leaf, Any],
    written: dict[Leaf, Any],
) -> None:
    """What this source wrote and no more says becomes empty, unless it is somebody else's by now."""
    fields = record.kind.model.model_fields
    of_others = [_leaves(e["wrote"]) for e in current["provenance"] if not record.origin.made(e) and e.get("wrote")]
    for leaf in [leaf for leaf in written if leaf not in _leaves(record.members)]:
        if leaf[0] in _NEVER_EMPTY or fields[leaf[0]].is_required():
            continue
        empty = fields[leaf[0]].get_default(call_default_factory=True) if len(leaf) == 1 else None
        old, value = there.get(leaf), written[leaf]
        if old != value and old != empty:
            difference.kept["/".join(leaf)] = old, empty
            continue
        del written[leaf]
        if old != empty and not any(leaf in other and other[leaf] == value for other in of_others):
            difference.fields["/".join(leaf)] = old, empty
            _set(difference.patch, leaf, empty)


def _to_be_noted(
    record: Record, current: Mapping[str, Any], wrote: Mapping[Leaf, Any], written: Mapping[Leaf, Any]
) -> bool:
    """Whether the source has something to note where it has nothing to write: that it has this too, under its newest
    type and name, and what it no longer speaks of. A bundle without a name claims nothing that it found as it is."""
    entry = entry_of(record.origin, current)
    if _new_holders(record, current):
        return True
    if entry is None:
        return record.origin.name is not None
    origin, noted = record.origin, (entry["source"], entry["id"], entry.get("model"), entry.get("left_at"))
    return noted != (origin.source, origin.id, origin.name, None) or not wrote.keys() <= written.keys()


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


def _known(record: Record, values: Mapping[str, Any], wrote: Iterable[str]) -> dict[str, Any]:
    names = [name for name in {**record.members, **dict.fromkeys(wrote)} if name in record.kind.model.model_fields]
    return _canonical(record.kind, {name: values[name] for name in names if name in values})


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
    return [*others, *_new_holders(record, current), record.origin.entry(wrote)]


def _new_holders(record: Record, current: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Entries of other sources that the file knows of, and that are not there yet."""
    there = {_named(entry) for entry in current["provenance"]}
    return [entry for entry in record.held if _named(entry) not in there]


def _named(entry: Mapping[str, Any]) -> tuple[Any, ...]:
    return entry["source"], entry["id"], entry.get("model")
