"""Bundles as people write them: YAML documents of ``kind``, ``key``, ``spec`` and ``links``, in files and folders."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from shared.contracts import NODE_KINDS, Kind
from shared.contracts.base import Provenance, looks_like_an_id
from shared.contracts.link import Link
from shared.contracts.members import did_you_mean
from shared.contracts.refusals import one_of
from shared.contracts.relations import RELATIONS
from shared.interchange.as_written import as_written
from shared.interchange.bounded import read_bounded
from shared.interchange.records import LINK_MEMBERS, NOT_CARRIED
from shared.interchange.yaml_documents import MAX_BYTES, Decimal, Parsed, Whole, parsed

MAX_DOCUMENTS = 20_000
MAX_TOTAL = 100 * 1024 * 1024
"""Bytes of all files together."""
_MOST_FAULTS = 100
_NO_ID = "00000000-0000-0000-0000-000000000000"
_MEMBERS = {"kind", "key", "spec", "links", "id", "provenance"}
_LINK_MEMBERS = ("type", "to", *LINK_MEMBERS, "provenance")


class BadBundle(Exception):
    """What is wrong, each fault a line that names file, document and member."""

    def __init__(self, faults: Iterable[str]) -> None:
        self.faults = list(faults)
        more = len(self.faults) - _MOST_FAULTS
        told = [*self.faults[:_MOST_FAULTS], *([f"and {more} more"] if more > 0 else [])]
        super().__init__("\n".join(told))


class Place(NamedTuple):
    """Where in the files something stands, for messages; ``lines`` by pointers."""

    file: str
    document: int
    key: str = ""
    lines: Mapping[str, int] = {}

    def fault(self, pointer: str, message: str) -> str:
        above = pointer
        while above and above not in self.lines:
            above = above.rpartition("/")[0]
        line = f", line {self.lines[above]}" if above in self.lines else ""
        named = f" ({self.key})" if self.key else ""
        return f"{self.file}{line}, document {self.document}{named}, {pointer or '/'}: {message}"


@dataclass(frozen=True)
class Document:
    """One entity as written: references in ``spec`` and ``links`` are still text, ``kind/key`` or ``kind/<uuid>``.

    An empty ``spec`` describes nothing: the document only adds links to what is there, or stands elsewhere.
    """

    place: Place
    kind: Kind
    key: str
    spec: dict[str, Any]
    links: list[dict[str, Any]]
    id: str | None = None
    """The id that it has where it was exported; another one that has the key keeps its own."""
    provenance: list[Any] = field(default_factory=list)
    """The sources that it came from there."""

    @property
    def ref(self) -> str:
        return f"{self.kind.name}/{self.key}"


@dataclass
class Unread:
    """What is wrong with files besides the documents that could be read: ``refs`` are those of documents that could
    not, so that whoever refers to them is not told that they are nowhere."""

    faults: list[str] = field(default_factory=list)
    refs: set[str] = field(default_factory=set)


def read(paths: Iterable[Path]) -> list[Document]:
    """The documents of files and of the files below folders, by name; raises BadBundle with all that is wrong."""
    found, unread = gather(paths)
    if unread.faults:
        raise BadBundle(unread.faults)
    return found


def gather(paths: Iterable[Path]) -> tuple[list[Document], Unread]:
    """The documents that can be read, and what is wrong with all else. Raises BadBundle where there is no document."""
    found, unread = list[Document](), Unread()
    files, room, number = [*_files(paths, unread.faults)], MAX_TOTAL, 0
    for file in files:
        try:
            content = read_bounded(file, MAX_BYTES)
            room -= len(content)
            if room < 0:
                unread.faults.append(f"{file}: with this file they come to more than {MAX_TOTAL // 1024**2} MiB")
                break
            for number, document in enumerate(parsed(content), 1):
                found += _documents(str(file), number, document, unread)
        except (OSError, ValueError) as error:
            unread.faults.append(f"{file}: {error}")
    unread.faults += _repeated(found)
    if len(found) > MAX_DOCUMENTS:
        unread.faults.append(f"a bundle holds at most {MAX_DOCUMENTS} documents")
    if not number and not unread.faults:
        what = ", ".join(map(str, files)) if files else f"{', '.join(map(str, paths))}: no file ends in .yaml or .yml"
        raise BadBundle([f"{what}: there is no document in it"])
    return found, unread


def _documents(file: str, number: int, document: Parsed, unread: Unread) -> Iterator[Document]:
    """The document, if its shape is right."""
    value = document.value
    kind, key = (value.get("kind"), value.get("key")) if isinstance(value, dict) else (None, None)
    key = key.written if isinstance(key, Whole | Decimal) else key
    named = f"{kind}/{key}" if isinstance(kind, str) and isinstance(key, str) else ""
    place = Place(file, number, named, document.lines)
    faults = [*document.faults, *_faults(value)]
    unread.faults += [place.fault(pointer, message) for pointer, message in faults]
    if faults:
        unread.refs.add(named)
        return
    model = NODE_KINDS[value["kind"]].model
    links = [as_written(Link, link) for link in value.get("links") or []]
    spec = as_written(model, value.get("spec") or {})
    entries = [as_written(Provenance, entry) for entry in value.get("provenance") or []]
    yield Document(place, NODE_KINDS[value["kind"]], str(key), spec, links, value.get("id"), entries)


def _files(paths: Iterable[Path], faults: list[str]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from sorted(file for file in path.rglob("*") if file.suffix in (".yaml", ".yml") and file.is_file())
        elif path.exists():
            yield path
        else:
            faults.append(f"{path}: there is no such file or folder")


def _faults(value: Any) -> Iterator[tuple[str, str]]:
    """What is wrong with the shape of a document; whether its spec fits the kind is for the contract to say."""
    if not isinstance(value, dict):
        yield "", "must be a mapping of kind, key, spec and links"
        return
    yield from _kind_faults(value)
    for name in value.keys() - _MEMBERS:
        yield f"/{name}", _no_member(name, value.get("kind"))
    if "key" not in value:
        yield "/key", "is missing"
    elif not isinstance(value["key"], str | Whole | Decimal):
        yield "/key", "must be text"
    if not isinstance(value.get("id", _NO_ID), str) or not looks_like_an_id(value.get("id", _NO_ID)):
        yield "/id", "must be a UUID, as an export writes it"
    yield from _provenance_faults(value.get("provenance") or [])
    yield from _spec_faults(value.get("spec") or {})
    yield from _link_faults(value.get("links") or [])
    if not value.get("spec") and not value.get("links"):
        yield "", "has neither a spec nor links"


def _no_member(name: str, kind: Any) -> str:
    if kind in NODE_KINDS and name in NODE_KINDS[kind].model.model_fields:
        return "is no member of a document: it stands in the spec"
    return f"is no member of a document, which has kind, key, spec and links{did_you_mean(name, _MEMBERS)}"


def _kind_faults(value: dict[str, Any]) -> Iterator[tuple[str, str]]:
    kind = value.get("kind")
    if not isinstance(kind, str):
        yield "/kind", "is missing" if "kind" not in value else "must be text"
    elif kind not in NODE_KINDS:
        yield "/kind", f"must be {one_of(kind, NODE_KINDS)}"


def _provenance_faults(entries: Any) -> Iterator[tuple[str, str]]:
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        yield "/provenance", "must be a list of sources, as an export writes it"


def _spec_faults(spec: Any) -> Iterator[tuple[str, str]]:
    if not isinstance(spec, dict):
        yield "/spec", "must be a mapping"
        return
    for name in sorted(spec.keys() & (NOT_CARRIED | {"key"})):
        yield f"/spec/{name}", "is not for a spec to say"


def _link_faults(links: Any) -> Iterator[tuple[str, str]]:
    if not isinstance(links, list):
        yield "/links", "must be a list"
        return
    for index, link in enumerate(links):
        pointer = f"/links/{index}"
        if not isinstance(link, dict):
            yield pointer, f"must be a mapping of {', '.join(_LINK_MEMBERS)}"
            continue
        for name in link.keys() - {*_LINK_MEMBERS}:
            yield (
                f"{pointer}/{name}",
                f"is no member of a link, which has {', '.join(_LINK_MEMBERS)}{did_you_mean(name, _LINK_MEMBERS)}",
            )
        if "type" not in link or link["type"] not in RELATIONS:
            yield f"{pointer}/type", f"must be {one_of(link.get('type'), RELATIONS)}"
        if not isinstance(link.get("to"), str):
            yield f"{pointer}/to", "must be kind/key"
        yield from ((pointer + where, told) for where, told in _provenance_faults(link.get("provenance") or []))


def _repeated(found: Iterable[Document]) -> Iterator[str]:
    first: dict[str, Document] = {}
    for document in (each for each in found if each.spec):
        earlier = first.setdefault(document.ref, document)
        if earlier is not document:
            there = f"{earlier.place.file}, document {earlier.place.document}"
            yield document.place.fault("/key", f"{document.ref} stands in {there} already")
