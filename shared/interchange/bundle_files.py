"""Bundles as people write them: YAML documents of ``kind``, ``key``, ``spec`` and ``links``, in files and folders."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from shared.bounded import read_bounded
from shared.contracts import NODE_KINDS, Kind
from shared.contracts.base import Provenance, looks_like_an_id
from shared.contracts.link import Link
from shared.contracts.members import did_you_mean, nearest
from shared.contracts.refusals import one_of
from shared.contracts.relations import RELATIONS
from shared.interchange.as_written import as_written
from shared.interchange.faults import BadBundle, Place
from shared.interchange.records import LINK_MEMBERS, NOT_CARRIED
from shared.interchange.yaml_apart import parsed_apart
from shared.interchange.yaml_documents import MAX_BYTES, Decimal, Parsed, Whole

MAX_DOCUMENTS = 20_000
MAX_TOTAL = 100 * 1024 * 1024
"""Bytes of all files together."""
_NO_ID = "00000000-0000-0000-0000-000000000000"
_MEMBERS = {"kind", "key", "spec", "links", "id", "provenance"}
_LINK_MEMBERS = ("type", "to", *LINK_MEMBERS, "provenance")


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
    told: frozenset[str] = frozenset()
    """Pointers to what is known to be wrong with it."""

    @property
    def ref(self) -> str:
        return f"{self.kind.name}/{self.key}"


@dataclass
class Unread:
    """What is wrong with the shape of documents: ``refs`` are theirs, so that whoever refers to one of which too little
    can be read is not told that it is nowhere."""

    faults: list[str] = field(default_factory=list)
    refs: set[str] = field(default_factory=set)


def read(paths: Iterable[Path]) -> list[Document]:
    """The documents of files and of the files below folders, by name; raises BadBundle with all that is wrong."""
    found, unread = gather(paths)
    if unread.faults:
        raise BadBundle(unread.faults)
    return found


def gather(paths: Iterable[Path]) -> tuple[list[Document], Unread]:
    """The documents, without what cannot be read of them, and what is wrong with that. Raises BadBundle where there is
    no document."""
    unread = Unread()
    files = [*_files(paths, unread.faults)]
    what = ", ".join(map(str, files)) if files else f"{', '.join(map(str, paths))}: no file ends in .yaml or .yml"
    return _gathered([(str(file), partial(read_bounded, file, MAX_BYTES)) for file in files], unread, what)


def gather_contents(contents: Mapping[str, bytes]) -> tuple[list[Document], Unread]:
    """The same of what files hold, by their names."""
    named = [(name, partial(bytes, content)) for name, content in contents.items()]
    return _gathered(named, Unread(), ", ".join(contents))


def knows(content: bytes) -> bool:
    """Whether a line says which kind something is, as in documents of a bundle."""
    return any(kind.decode() in NODE_KINDS for kind in _KIND.findall(content))


_KIND = re.compile(rb"^kind: *[\"']?([a-z_]+)", re.MULTILINE)


def _gathered(
    files: Iterable[tuple[str, Callable[[], bytes]]], unread: Unread, what: str
) -> tuple[list[Document], Unread]:
    found, room, number = list[Document](), MAX_TOTAL, 0
    for file, read in files:
        try:
            content = read()
            room -= len(content)
            if room < 0:
                unread.faults.append(f"{file}: with this file they come to more than {MAX_TOTAL // 1024**2} MiB")
                break
            for number, document in enumerate(parsed_apart(content), 1):
                found += _documents(file, number, document, unread)
        except (OSError, ValueError) as error:
            unread.faults.append(f"{file}: {error}")
    unread.faults += _repeated(found)
    if len(found) > MAX_DOCUMENTS:
        unread.faults.append(f"a bundle holds at most {MAX_DOCUMENTS} documents")
    if not number and not unread.faults:
        raise BadBundle([f"{what}: there is no document in it"])
    return found, unread


def _documents(file: str, number: int, document: Parsed, unread: Unread) -> Iterator[Document]:
    """What can be read of it as what it was probably meant to be, so that nothing wrong with one part hides another."""
    value = document.value if isinstance(document.value, dict) else {}
    kind, key = value.get("kind"), value.get("key")
    key = key.written if isinstance(key, Whole | Decimal) else key
    named = f"{kind}/{key}" if isinstance(kind, str) and isinstance(key, str) else document.named
    place = Place(file, number, named, document.lines)
    faults = [*document.faults, *(_faults(document.value) if document.value is not None else ())]
    unread.faults += [place.fault(pointer, message) for pointer, message in faults]
    meant = kind if isinstance(kind, str) and kind in NODE_KINDS else nearest(kind or "", NODE_KINDS)
    if faults:
        unread.refs |= {named, f"{meant}/{key}"}
    if meant is not None:
        told = frozenset(pointer for pointer, _ in faults)
        yield _read(place, NODE_KINDS[meant], key if isinstance(key, str) else "", value, told)


def _read(place: Place, kind: Kind, key: str, value: Mapping[str, Any], told: frozenset[str]) -> Document:
    spec, links, entries = (value.get(name) for name in ("spec", "links", "provenance"))
    said = {name: each for name, each in _mapping(spec).items() if name not in NOT_CARRIED | {"key"}}
    id = None if "/id" in told else value.get("id")
    found = [_link(_mapping(link)) for link in links] if isinstance(links, list) else []
    return Document(place, kind, key, as_written(kind.model, said), found, id, _entries(entries), told)


def _link(said: Mapping[str, Any]) -> dict[str, Any]:
    """A link, without its type and target where these are nothing that can be looked for."""
    known = as_written(Link, {name: each for name, each in said.items() if name in _LINK_MEMBERS})
    texts = {name: each for name, each in known.items() if name not in ("type", "to") or isinstance(each, str)}
    if texts.get("type") not in RELATIONS:
        texts.pop("type", None)
    return texts | ({"provenance": _entries(said["provenance"])} if "provenance" in said else {})


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _entries(value: Any) -> list[dict[str, Any]]:
    entries = value if isinstance(value, list) else []
    return [as_written(Provenance, entry) for entry in entries if isinstance(entry, dict)]


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
        if not isinstance(link.get("type"), str) or link["type"] not in RELATIONS:
            yield f"{pointer}/type", f"must be {one_of(link.get('type'), RELATIONS)}"
        if not isinstance(link.get("to"), str):
            yield f"{pointer}/to", "must be kind/key"
        yield from ((pointer + where, told) for where, told in _provenance_faults(link.get("provenance") or []))


def _repeated(found: Iterable[Document]) -> Iterator[str]:
    first: dict[str, Document] = {}
    for document in (each for each in found if each.spec and each.key):
        earlier = first.setdefault(document.ref, document)
        if earlier is not document:
            there = f"{earlier.place.file}, document {earlier.place.document}"
            yield document.place.fault("/key", f"{document.ref} stands in {there} already")
