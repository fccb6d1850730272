"""Which entity and which link a record of a model means: by the model's own id, whatever became of it meanwhile.

An element keeps its entity as long as it keeps its kind. One of another kind, one that differs in what never changes,
and one that comes back after it was retired, is a new entity that takes the place of the old one: the id of the second
is derived from the element's id and ``#2``. A link is what it joins: drawn anew it is the same, led elsewhere another.
"""

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from shared.contracts import Kind
from shared.interchange.endings import is_over
from shared.interchange.holdings import Ends, Held, Holdings, State, ends_of
from shared.interchange.merge import entry_of
from shared.interchange.records import Batch, Origin, Predecessor, Record, Why, derived_id


def resolve(batch: Batch, origin: Origin, holdings: Holdings, *, match: bool = False) -> list[Record]:
    """Give the records of a whole model the ids of what they mean, and note what each takes the place of. ``match``
    joins entities with those of the same kind and name that came from elsewhere.

    Returns those that look like something that is there by that, and were not joined.
    """
    resolving = _Resolving(batch, origin, holdings, match)
    resolving.resolve()
    return resolving.doubles


def left(batch: Batch, origin: Origin, holdings: Holdings) -> list[Held]:
    """What this model or bundle brought, says nothing of any more, and is not over yet; links first."""
    mentioned = {(record.kind.name, record.id) for layer in batch.layers for record in layer}
    told = batch.spared.union(*batch.doubles.values())
    replaced = {(each.kind.name, each.state["id"]) for each in batch.instead.values()}
    return [
        (kind, state)
        for kind, state in (*holdings.links, *holdings.entities.values())
        if not is_over(kind, state["state"]) and (kind.name, state["id"]) not in mentioned | replaced
        and any(entry["id"] not in told for entry in brought(origin, state))
    ]  # fmt: skip


def brought(origin: Origin, state: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The entries of a model or bundle in what is there. One from before entries named their model is this one's where
    the id was derived from it."""
    entries = [entry for entry in state["provenance"] if origin.brought(entry)]
    return [entry for entry in entries if not _nameless(entry) or state["id"] == _derived(origin, entry)]


def _nameless(entry: Mapping[str, Any]) -> bool:
    return bool(entry.get("type") and not entry.get("model"))


def _derived(origin: Origin, entry: Mapping[str, Any]) -> str:
    return derived_id(replace(origin, id=entry["id"], type=entry["type"]).base)


def unused(origin: Origin, used: Iterable[str]) -> str:
    """The id of the next one that takes the place of an earlier one."""
    taken = set(used)
    numbers = (derived_id(f"{origin.base}#{number}") for number in range(2, len(taken) + 3))
    return next(id for id in numbers if id not in taken)


def comes_back(origin: Origin, kind: Kind, state: Mapping[str, Any], to: str | None) -> bool:
    """Whether it is another one now: a final state is never left, and what a source let go it has again."""
    return was_let_go(origin, kind, state) and to not in kind.lifecycle.moves[state["state"]]


def was_let_go(origin: Origin, kind: Kind, state: Mapping[str, Any]) -> bool:
    """Whether it is over because this source had it no more, and not because somebody ended it."""
    entry = entry_of(origin, state)
    left = entry and entry.get("left_at") and entry["wrote"].get("state") == state["state"]
    return bool(left) and is_over(kind, state["state"])


def folded(name: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def _may_become(record: Record, state: Mapping[str, Any]) -> bool:
    """Whether it does not differ in what never changes, as the process of an activity."""
    fixed = record.kind.immutable & record.members.keys()
    return all(state.get(name) == record.members[name] for name in fixed)


@dataclass
class _Resolving:
    batch: Batch
    origin: Origin
    holdings: Holdings
    match: bool
    own: defaultdict[str, list[Held]] = field(default_factory=lambda: defaultdict(list))
    """What each id of the model is, and was."""
    by_ends: dict[Ends, Held] = field(default_factory=dict)
    names: dict[tuple[str, str], list[Held]] = field(default_factory=dict)
    """Live entities that are not this model's, by kind and name."""
    doubles: list[Record] = field(default_factory=list)
    named: Counter[tuple[str, str]] = field(default_factory=Counter)
    used: set[str] = field(default_factory=set)
    ids: dict[str, str] = field(default_factory=dict)
    """The id that is meant, by ``kind/id`` as the reader derived it."""

    def resolve(self) -> None:
        self._look()
        self._each(lambda record: record if record.kind.is_link else self._entity(self._referring(record)))
        self._each(self._referring)
        self._each(lambda record: self._link(record) if record.kind.is_link else record)
        self._succeed()

    def _each(self, change: Callable[[Record], Record]) -> None:
        self.batch.layers = [[change(record) for record in layer] for layer in self.batch.layers]

    def _look(self) -> None:
        for held in (*self.holdings.links, *self.holdings.entities.values()):
            entries = brought(self.origin, held[1])
            for entry in entries:
                self.own[entry["id"]].append(held)
            if not entries and not held[0].is_link and not is_over(held[0], held[1]["state"]):
                self.names.setdefault((held[0].name, folded(held[1]["name"])), []).append(held)
        for holders in self.own.values():
            holders.sort(key=lambda held: str(held[1].get("created_at")))
        self.used = {str(state["id"]) for _, state in (*self.holdings.entities.values(), *self.holdings.links)}
        self.by_ends = {ends_of(link): (kind, link) for kind, link in self.holdings.links}
        records = [record for layer in self.batch.layers for record in layer if not record.kind.is_link]
        self.named = Counter((record.kind.name, folded(str(record.members.get("name")))) for record in records)

    def _entity(self, record: Record) -> Record:
        derived = f"{record.kind.name}/{record.id}"
        holders = [held for held in self.own[record.origin.id] if not held[0].is_link]
        same = [state for kind, state in holders if kind is record.kind]
        if not same and derived in self.holdings.entities:
            same = [self.holdings.entities[derived][1]]
        to = record.members.get("state")
        living = [state for state in same if not is_over(record.kind, state["state"])]
        current = next((state for state in living if _may_become(record, state)), None)
        if current is None and same and not living and not comes_back(record.origin, record.kind, same[-1], to):
            current = same[-1]
        elif current is None and not same and not holders:
            current, record = self._alike(record)
        if current is not None:
            record = replace(record, id=current["id"])
        elif same or holders:
            record = replace(record, id=unused(record.origin, self.used))
        self.used.add(record.id)
        self.batch.known[record.id] = current
        self.ids[derived] = record.id
        return record

    def _alike(self, record: Record) -> tuple[State | None, Record]:
        """What has its kind and name already and came from elsewhere, where the name tells one from the other."""
        name = record.kind.name, folded(str(record.members.get("name")))
        alike = self.names.get(name, [])
        if self.match and len(alike) == 1 and self.named[name] == 1:
            return alike[0][1], replace(record, joins=True)
        self.doubles += [record] if alike else []
        return None, record

    def _referring(self, record: Record) -> Record:
        """The record with the ids that its references and its ends mean."""
        members = dict(record.members)
        for reference in record.kind.references:

            def meant(value: Any, _: str, kinds: tuple[str, ...] = reference.kinds) -> Any:
                if isinstance(value, str):
                    return self.ids.get(f"{kinds[0]}/{value}", value)
                return value and {**value, "id": self.ids.get(f"{value['kind']}/{value['id']}", value["id"])}

            members = reference.replaced(members, meant)
        for end in ("source", "target") if record.kind.is_link else ():
            ref = members[end]
            members[end] = {**ref, "id": self.ids.get(f"{ref['kind']}/{ref['id']}", ref["id"])}
        return replace(record, members=members)

    def _link(self, record: Record) -> Record:
        _, there = self.by_ends.get(ends_of(record.members), (record.kind, None))
        entries = brought(self.origin, there) if there else []
        if there and (there["state"] == "active" or entries):
            known_as = {entry["id"] for entry in entries} or {record.origin.id}
            if record.origin.id not in known_as:
                one = min(known_as)
                drawn_anew = one not in self.batch.doubles.get(record.origin.id, ())
                changed = {"former": one} if drawn_anew else {"id": one}
                record = replace(record, origin=replace(record.origin, **changed))
            self.batch.known[there["id"]] = there
            return replace(record, id=there["id"])
        if record.id in self.used:
            record = replace(record, id=unused(record.origin, self.used))
        self.used.add(record.id)
        self.batch.known[record.id] = None
        return record

    def _succeed(self) -> None:
        """Notes what each record takes the place of: another kind, what was let go, and what joined other ends."""
        records = [record for layer in self.batch.layers for record in layer]
        mentioned = {(record.kind.name, record.id) for record in records}
        for record in records:
            holders = [
                (kind, state)
                for kind, state in self.own.get(record.origin.id, ())
                if kind.is_link == record.kind.is_link and (kind.name, state["id"]) not in mentioned
            ]
            going = next((held for held in holders if not is_over(held[0], held[1]["state"])), None)
            new = self.batch.known[record.id] is None
            if going:
                why: Why = "re-ended" if record.kind.is_link else "retyped"
                self._note(record, going, why)
            elif new and holders and not record.kind.is_link:
                self._note(record, holders[-1], "returned")

    def _note(self, record: Record, old: Held, why: Why) -> None:
        self.batch.instead[record.id] = Predecessor(*old, why, self.holdings.named(*old))
