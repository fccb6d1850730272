"""Bundles as people write them: YAML documents of ``kind``, ``key``, ``spec`` and ``links``, in files and folders."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from shared.contracts import NODE_KINDS, Kind
from shared.contracts.relations import RELATIONS
from shared.interchange.bounded import read_bounded
from shared.interchange.records import LINK_MEMBERS, NOT_CARRIED
from shared.interchange.yaml_documents import MAX_BYTES, documents

MAX_DOCUMENTS = 20_000
MAX_TOTAL = 100 * 1024 * 1024
"""Bytes of all files together."""
_MOST_FAULTS = 100
_MEMBERS = {"kind", "key", "spec", "links"}
_LINK_MEMBERS = {"type", "to", *LINK_MEMBERS}


class BadBundle(Exception):
    """What is wrong, each fault a line that names file, document and member."""

    def __init__(self, faults: Iterable[str]) -> None:
        self.faults = list(faults)
        more = len(self.faults) - _MOST_FAULTS
        told = [*self.faults[:_MOST_FAULTS], *([f"and {more} more"] if more > 0 else [])]
        super().__init__("\n".join(told))


class Place(NamedTuple):
    """Where in the files something stands, for messages."""

    file: str
    document: int

    def fault(self, pointer: str, message: str) -> str:
        return f"{self.file}, document {self.document}, {pointer or '/'}: {message}"


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

    @property
    def ref(self) -> str:
        return f"{self.kind.name}/{self.key}"


def read(paths: Iterable[Path]) -> list[Document]:
    """The documents of files and of the files below folders, by name; raises BadBundle with all that is wrong."""
    found: list[Document] = []
    faults: list[str] = []
    room = MAX_TOTAL
    for file in _files(paths, faults):
        try:
            content = read_bounded(file, MAX_BYTES)
            room -= len(content)
            if room < 0:
                faults.append(f"{file}: with this file they come to more than {MAX_TOTAL // 1024**2} MiB")
                break
            for number, value in enumerate(documents(content), 1):
                place = Place(str(file), number)
                faults += [place.fault(pointer, message) for pointer, message in _faults(value)]
                if not faults:
                    spec, links = value.get("spec") or {}, value.get("links") or []
                    found.append(Document(place, NODE_KINDS[value["kind"]], value["key"], spec, links))
        except (OSError, ValueError) as error:
            faults.append(f"{file}: {error}")
    faults += _repeated(found)
    if len(found) > MAX_DOCUMENTS:
        faults.append(f"a bundle holds at most {MAX_DOCUMENTS} documents")
    if faults:
        raise BadBundle(faults)
    return found


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
    yield from ((f"/{name}", "is no member of a document") for name in sorted(map(str, value.keys() - _MEMBERS)))
    yield from _kind_faults(value.get("kind"))
    if not isinstance(value.get("key"), str):
        yield "/key", "must be text (quote it if it looks like a number)"
    yield from _spec_faults(value.get("spec") or {})
    yield from _link_faults(value.get("links") or [])
    if not value.get("spec") and not value.get("links"):
        yield "", "has neither a spec nor links"


def _kind_faults(kind: Any) -> Iterator[tuple[str, str]]:
    if not isinstance(kind, str):
        yield "/kind", "is missing"
    elif kind not in NODE_KINDS:
        yield "/kind", f"must be one of {', '.join(NODE_KINDS)}"


def _spec_faults(spec: Any) -> Iterator[tuple[str, str]]:
    if not isinstance(spec, dict):
        yield "/spec", "must be a mapping"
        return
    for name in sorted(spec.keys() & (NOT_CARRIED | {"key"}), key=str):
        yield f"/spec/{name}", "is not for a spec to say"


def _link_faults(links: Any) -> Iterator[tuple[str, str]]:
    if not isinstance(links, list):
        yield "/links", "must be a list"
        return
    for index, link in enumerate(links):
        pointer = f"/links/{index}"
        if not isinstance(link, dict) or not link.keys() <= _LINK_MEMBERS:
            yield pointer, f"must be a mapping of {', '.join(sorted(_LINK_MEMBERS))}"
            continue
        if link.get("type") not in RELATIONS:
            yield f"{pointer}/type", f"must be one of {', '.join(RELATIONS)}"
        if not isinstance(link.get("to"), str):
            yield f"{pointer}/to", "must be kind/key"


def _repeated(found: Iterable[Document]) -> Iterator[str]:
    first: dict[str, Document] = {}
    for document in (each for each in found if each.spec):
        earlier = first.setdefault(document.ref, document)
        if earlier is not document:
            there = f"{earlier.place.file}, document {earlier.place.document}"
            yield document.place.fault("/key", f"{document.ref} stands in {there} already")
