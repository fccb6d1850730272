"""What every reader of files produces: records under ids of their own making, and what the file held besides."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from uuid import UUID, uuid5

from pydantic import ValidationError

from shared.contracts import Kind
from shared.contracts.base import SERVER_FIELDS

NAMESPACE = UUID("6f0b1c52-94de-5d0a-8a3e-2b7c40d1e9f6")
"""Never changes: every id that an import or a bundle derives hangs on it."""

NOT_CARRIED = SERVER_FIELDS | {"provenance"}
"""Members that no file carries."""

LINK_MEMBERS = ("rationale", "confidence", "sign", "valid_from", "valid_to", "state_reason")
"""Members of a link that a bundle carries besides its type and its ends."""


class Malformed(Exception):
    """What the file says does not fit the contract; each fault is a ``(pointer, message)``."""

    def __init__(self, faults: Iterable[tuple[str, str]]) -> None:
        self.faults = list(faults)
        super().__init__("; ".join(f"{pointer or '/'}: {message}" for pointer, message in self.faults))


class Refusal(NamedTuple):
    """One thing that was not taken in: what it is called in the file, its type there, and why not."""

    label: str
    type: str
    reason: str


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a record comes from. ``format`` and ``id`` find what it wrote before; its ``type`` there and the source's
    ``name`` may change in between."""

    format: str
    id: str
    type: str | None = None
    name: str | None = None

    @property
    def source(self) -> str:
        told = self.type or self.name
        return f"{self.format}:{told}" if told else self.format

    def made(self, entry: Mapping[str, Any]) -> bool:
        """Whether a provenance entry is this origin's."""
        return bool(entry["id"] == self.id and entry["source"].partition(":")[0] == self.format)

    def entry(self, wrote: Mapping[str, Any]) -> dict[str, Any]:
        return {"source": self.source, "id": self.id, "type": self.type, "wrote": dict(wrote)}


@dataclass(frozen=True, slots=True)
class Record:
    """An entity or link as a file has it. ``members`` are only those that the file carries, in the API's own form.

    ``reason`` goes with the state when the state is written and the file gives no reason of its own.
    """

    kind: Kind
    id: str
    label: str
    members: Mapping[str, Any]
    origin: Origin
    reason: str


@dataclass
class Batch:
    """A file as read: layers of records, each resting on the layers before it, and all that is not a record.

    ``read`` counts everything in the file that asks for a record, so that what became of each can be accounted for.
    ``known`` holds what the reader has met on the server already, by id; None where it has reason to expect nothing.
    """

    layers: list[list[Record]] = field(default_factory=list)
    read: int = 0
    unnamed: Counter[str] = field(default_factory=Counter)
    unmapped: Counter[str] = field(default_factory=Counter)
    duplicates: Counter[str] = field(default_factory=Counter)
    refused: list[Refusal] = field(default_factory=list)
    known: dict[str, dict[str, Any] | None] = field(default_factory=dict)


def derived_id(name: str) -> str:
    """The UUIDv5 of a name within this project."""
    return str(uuid5(NAMESPACE, name))


def link_id(type: str, source: str, target: str) -> str:
    """The id of a link that has no name of its own; the ends are written ``kind/id``."""
    return derived_id(f"{source} {type} {target}")


def canonical(kind: Kind, members: Mapping[str, Any]) -> dict[str, Any]:
    """Members as the API will show them, so that they can be compared; raises Malformed.

    Dates, numbers and defaults of nested members take the one form that the contract gives them.
    """
    try:
        raw = json.dumps({**_stand_ins(kind), **members}, allow_nan=False)
        state = kind.model.model_validate_json(raw, strict=True)
    except ValidationError as error:
        details = error.errors(include_url=False, include_input=False, include_context=False)
        raise Malformed((_pointer(d["loc"]), d["msg"].removeprefix("Value error, ")) for d in details) from None
    except (TypeError, ValueError, RecursionError) as error:
        raise Malformed([("", f"holds something that is not plain data: {error}")]) from None
    if state.state not in kind.lifecycle.states:
        raise Malformed([("/state", f"a {kind.name} has the states {', '.join(kind.lifecycle.states)}")])
    return state.model_dump(mode="json", include=set(members))


def _pointer(location: Iterable[str | int]) -> str:
    return "".join(f"/{part}" for part in location)


def _stand_ins(kind: Kind) -> dict[str, Any]:
    """Values for what the members may leave out, so that a part of a state can be read by the whole contract."""
    start, nobody = "2000-01-01T00:00:00Z", "nobody"
    stamp = {"created_at": start, "created_by": nobody, "updated_at": start, "updated_by": nobody}
    common = {"id": str(NAMESPACE), "kind": kind.name, "version": 1, "state": kind.lifecycle.initial, **stamp}
    if not kind.is_link:
        return common | {"key": "key", "name": "name"}
    ends = {name: {"kind": "party", "id": str(NAMESPACE)} for name in ("source", "target")}
    return common | {"type": "relates_to", **ends}
