"""What every reader of files produces: records under ids of their own making, and what the file held besides."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple
from uuid import UUID, uuid5

from pydantic import ValidationError

from shared.contracts import Kind
from shared.contracts.base import SERVER_FIELDS
from shared.contracts.members import written
from shared.contracts.refusals import one_of, sentence
from shared.interchange.faults import found_at
from shared.interchange.yaml_documents import Unclear

NAMESPACE = UUID("6f0b1c52-94de-5d0a-8a3e-2b7c40d1e9f6")
"""Never changes: every id that an import or a bundle derives hangs on it."""

BUNDLE = "bundle"
"""The format of bundles, in provenance."""

LINKED, PATHS, NAMED = "links", "paths", "only named"
"""What comes beside what was read, as reports call it."""

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
    """Where a record comes from. ``format``, ``id`` and the source's ``name`` find what it wrote before; its ``type``
    there may change in between."""

    format: str
    id: str
    type: str | None = None
    name: str | None = None
    former: str | None = None
    """The id under which the file had it before, where it was drawn anew."""
    also: frozenset[str] = frozenset()
    """Other names of the source, under which it may have written this before."""

    @property
    def source(self) -> str:
        told = self.type or self.name
        return f"{self.format}:{told}" if told else self.format

    @property
    def base(self) -> str:
        """What the id of the entity is derived from: in a bundle ``kind/key``, whatever the bundle is called."""
        return f"{self.format}:{self.name}:{self.id}" if self.type else self.id

    def brought(self, entry: Mapping[str, Any]) -> bool:
        """Whether a provenance entry is of this origin's model or bundle."""
        format, _, told = entry["source"].partition(":")
        if format != self.format:
            return False
        # before entries named their model, that of a bundle stood in its source, and that of another file nowhere
        unnamed = entry.get("type") and not entry.get("model")
        return bool(unnamed) or (entry.get("model") or told or None) == self.name

    def made(self, entry: Mapping[str, Any]) -> bool:
        """Whether a provenance entry is this origin's."""
        return entry["id"] in (self.id, self.former) and (self.brought(entry) or self._once(entry))

    def _once(self, entry: Mapping[str, Any]) -> bool:
        return format_of(entry) == self.format and model_of(entry) in self.also

    def entry(self, wrote: Mapping[str, Any], left_at: str | None = None) -> dict[str, Any]:
        told = {"source": self.source, "id": self.id, "type": self.type, "model": self.name, "left_at": left_at}
        needed = {name: value for name, value in told.items() if value is not None or name == "type"}
        return {**needed, "wrote": dict(wrote)}


def format_of(entry: Mapping[str, Any]) -> str:
    """The format of a provenance entry."""
    return str(entry["source"]).partition(":")[0]


def model_of(entry: Mapping[str, Any]) -> str:
    """The model, bundle or file of a provenance entry; empty where it has no name."""
    told = "" if entry.get("type") else str(entry["source"]).partition(":")[2]
    return str(entry.get("model") or told)


@dataclass(frozen=True, slots=True)
class Record:
    """An entity or link as a file has it. ``members`` are only those that the file carries, in the API's own form.

    ``reason`` goes with the state when the state is written and the file gives no reason of its own. One that is
    ``partial`` says less than the file does, and takes nothing back. One that ``joins`` was found by its name: what is
    there already stays. ``held`` are provenance entries of other sources that the file knows of.
    """

    kind: Kind
    id: str
    label: str
    members: Mapping[str, Any]
    origin: Origin
    reason: str
    partial: bool = False
    joins: bool = False
    held: tuple[Mapping[str, Any], ...] = ()


@dataclass
class Batch:
    """A file as read: layers of records, each resting on the layers before it, and all that is not a record.

    ``read`` counts everything in the file that asks for a record, and ``beside`` what is made besides: links that its
    members say (``LINKED``), those for whole ways (``PATHS``), and what it names and does not describe (``NAMED``).
    ``left_out`` counts what was not taken of things that were: columns, placeholders, members without a place here.
    ``known`` holds what the reader has met on the server already, by id; None where it has reason to expect nothing.
    ``joined`` counts what became a part of others: read without a record of its own. ``fallen`` counts relations that
    no row of the table fits, by their type and the kinds of their ends.

    ``origin`` is the model or bundle itself. Of a ``whole`` model there is nothing but what the file has: the rest has
    left it, but for ``spared`` ids, of which the file has something that makes no record. One that ``left_here`` once
    says what its format can say. ``doubles`` are ids of what says the same as the one that was taken, by that one's.
    """

    layers: list[list[Record]] = field(default_factory=list)
    read: int = 0
    unnamed: Counter[str] = field(default_factory=Counter)
    unmapped: Counter[str] = field(default_factory=Counter)
    duplicates: Counter[str] = field(default_factory=Counter)
    refused: list[Refusal] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)
    stubs: set[str] = field(default_factory=set)
    """Ids in the file of what it only names: made where it is not there, and else left alone."""
    known: dict[str, dict[str, Any] | None] = field(default_factory=dict)
    joined: Counter[str] = field(default_factory=Counter)
    beside: Counter[str] = field(default_factory=Counter)
    notes: list[str] = field(default_factory=list)
    """What was decided where the file could be read in two ways."""
    fallen: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    origin: Origin | None = None
    whole: bool = False
    left_here: bool = False
    spared: set[str] = field(default_factory=set)
    doubles: dict[str, set[str]] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    """What an id on the server is called, as ``kind/key``, as far as the file speaks of it."""
    instead: "dict[str, Predecessor]" = field(default_factory=dict)
    """By the id of a record, what it takes the place of."""
    former_sources: frozenset[str] = frozenset()
    """What files of this format were called as sources before each was one of its own."""
    longer: tuple[str, ...] = ()
    """Names that it has as a source where another file has its own: with more of the folders above it."""
    former_ids: dict[str, str] = field(default_factory=dict)
    """By the id of a record, the one that an earlier release gave it."""


Why = Literal["retyped", "returned", "re-ended"]


class Predecessor(NamedTuple):
    """What another one takes the place of, as it is there, and why."""

    kind: Kind
    state: dict[str, Any]
    why: Why
    label: str
    """What it is called in reports."""


def derived_id(name: str) -> str:
    """The UUIDv5 of a name within this project."""
    return str(uuid5(NAMESPACE, name))


def link_id(type: str, source: str, target: str) -> str:
    """The id of a link without a name of its own; ends are ``kind/id``."""
    return derived_id(f"{source} {type} {target}")


def canonical(kind: Kind, members: Mapping[str, Any]) -> dict[str, Any]:
    """Members as the API will show them, so that they can be compared; raises Malformed.

    Dates, numbers and defaults of nested members take the one form that the contract gives them.
    """
    faults, states = list[tuple[str, str]](), kind.lifecycle.states
    if isinstance(said := members.get("state"), str) and said not in states:
        faults.append(("/state", f"must be {one_of(said, states)}"))
    try:
        raw = json.dumps({**_stand_ins(kind), **members}, allow_nan=False)
        state = kind.model.model_validate_json(raw, strict=True)
    except ValidationError as error:
        faults += [_told(kind, members, detail) for detail in error.errors(include_url=False)]
        raise Malformed(faults) from None
    except (TypeError, ValueError, RecursionError) as error:
        raise Malformed([("", f"holds something that is not plain data: {error}")]) from None
    if faults:
        raise Malformed(faults)
    return state.model_dump(mode="json", include=set(members))


def _told(kind: Kind, members: Mapping[str, Any], detail: Any) -> tuple[str, str]:
    """Where something is wrong, as the file has it, and what. A number that other readers take for another one is no
    number, and so is a truth."""
    where = written(kind.model, detail["loc"])
    said = found_at(members, where)
    message = sentence(kind.model, detail)
    if isinstance(said, Unclear) and detail["type"] in _NO_TEXT:
        message = f"{said!s} is read in different ways: {said.advice}"
    return "".join(f"/{step}" for step in where), message


_NO_TEXT = ("bool_type", "float_type", "int_type")


def _stand_ins(kind: Kind) -> dict[str, Any]:
    """Values for what the members may leave out, so that a part of a state can be read by the whole contract."""
    start, nobody = "2000-01-01T00:00:00Z", "nobody"
    stamp = {"created_at": start, "created_by": nobody, "updated_at": start, "updated_by": nobody}
    common = {"id": str(NAMESPACE), "kind": kind.name, "version": 1, "state": kind.lifecycle.initial, **stamp}
    if not kind.is_link:
        return common | {"key": "key", "name": "name"}
    ends = {name: {"kind": "party", "id": str(NAMESPACE)} for name in ("source", "target")}
    return common | {"type": "relates_to", **ends}
