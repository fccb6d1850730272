"""What readers of other tools' files share: things with ids of their own become records, and all else is counted."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Any, NamedTuple

from shared.contracts import LINKS, NODE_KINDS
from shared.interchange.found import FOUND_IN
from shared.interchange.order import in_order
from shared.interchange.records import (
    LINKED,
    NAMED,
    Batch,
    Malformed,
    Origin,
    Record,
    Refusal,
    canonical,
    derived_id,
)

LONGEST, LONGEST_NAME, _LONGEST_ID = 20_000, 500, 200
"""Characters that a text, and a name, may have (``Text`` and ``Name`` of the contracts)."""


class Ref(NamedTuple):
    """An entity of the file, as members and links name it."""

    kind: str
    id: str

    @property
    def state(self) -> dict[str, str]:
        return {"kind": self.kind, "id": self.id}


def short(id: str) -> str:
    """An id no longer than provenance takes; two that differ stay two."""
    return id if len(id) <= _LONGEST_ID else f"{id[:100]}…{sha256(id.encode()).hexdigest()}"


def cut(text: str | None, most: int = LONGEST) -> str | None:
    """A text no longer than it may be; None for one of nothing but space."""
    if not text or not text.strip():
        return None
    return text if len(text) <= most else f"{text[: most - 1]}…"


@dataclass
class Taking:
    """One pass over a file of a format. ``model`` is the source that it is, the same one the next time. Ids hang on
    ``within`` instead where several sources speak of the same things under the same ids."""

    format: str
    model: str
    file: str
    within: str | None = None
    batch: Batch = field(default_factory=Batch)
    entities: list[Record] = field(default_factory=list)
    links: list[Record] = field(default_factory=list)
    linked: set[tuple[str, Ref, Ref]] = field(default_factory=set)
    taken: dict[str, Ref] = field(default_factory=dict)

    def ref(self, kind: str, id: str, own: str | None = None) -> Ref:
        """What an id of the file is here; ``own`` is the id that it has here already."""
        return Ref(kind, own or derived_id(f"{self.format}:{self.within or self.model}:{short(id)}"))

    def entity(self, id: str, type: str, kind: str, members: Mapping[str, Any], own: str | None = None) -> Ref | None:
        """Something that the file has: what is empty is not carried, and what has no name is given one and counted."""
        id, name = short(id), cut(members.get("name"), LONGEST_NAME)
        if name is None:
            self.batch.unnamed[type] += 1
        full = {"state": FOUND_IN[kind], **members, "name": name or f"Unnamed {type} {re.split('[:/]', id)[-1][-8:]}"}
        ref = self.ref(kind, id, own)
        record = self._record(ref, id, type, full, f"{type} {name or id}")
        if record is not None and own:  # what went out from here says less than there is
            record = replace(record, partial=True)
            self.batch.left_here = True
        if record is None:
            return None
        self.entities.append(record)
        self.taken[id] = ref
        return ref

    def find(self, id: str) -> Ref | None:
        """What was taken under that id."""
        return self.taken.get(short(id))

    def link(self, type: str, relation: str, source: Ref, target: Ref, rationale: str | None = None) -> bool:
        """Whether it is one that was not there; a relation of two ends is made once."""
        if source == target or (relation, source, target) in self.linked:
            return False
        self.linked.add((relation, source, target))
        id = short(f"{source.kind}/{source.id} {relation} {target.kind}/{target.id}")
        ref = self.ref("link", id)
        members = {
            "type": relation, "source": source.state, "target": target.state, "state": "active",
            "rationale": cut(rationale),
        }  # fmt: skip
        record = self._record(ref, id, type, members, f"{type} {relation}", NODE_KINDS[source.kind].service)
        if record is not None:
            self.links.append(record)
        return record is not None

    def refuse(self, label: str, type: str, reason: str) -> None:
        self.batch.refused.append(Refusal(label, type, reason))

    def finish(self, read: int) -> Batch:
        """The batch of a file that asked for ``read`` records; its links and what it only names come beside them."""
        self.batch.layers = [*in_order(self.entities, {}), self.links]
        self.batch.origin, self.batch.whole = Origin(self.format, "", name=self.model), True
        self.batch.read = read
        self.batch.beside = +Counter({LINKED: len(self.links), NAMED: len(self.batch.stubs)})
        return self.batch

    def formerly(self) -> dict[str, str]:
        """By the id of each record, the one that it had when ids hung on the source."""
        old = replace(self, within=None)
        return {each.id: old.ref("", each.origin.id).id for each in (*self.entities, *self.links)}

    def _record(
        self, ref: Ref, id: str, type: str, members: Mapping[str, Any], label: str, service: str = ""
    ) -> Record | None:
        kind = LINKS[service] if service else NODE_KINDS[ref.kind]
        carried = {name: value for name, value in members.items() if not _is_empty(value)}
        try:
            origin = Origin(self.format, id, type, self.model)
            reason = f"registered as found in {self.file}"
            return Record(kind, ref.id, label, canonical(kind, carried), origin, reason)
        except Malformed as error:
            self.refuse(label, type, str(error))
            return None


def _is_empty(value: Any) -> bool:
    return value is None or (isinstance(value, str | Iterable | Mapping) and not value)
