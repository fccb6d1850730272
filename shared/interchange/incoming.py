"""A file on its way in: read in its format, its names looked up on the server, and made ready for the engine."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from shared.client import Client
from shared.interchange import bundle, formats
from shared.interchange.bundle_files import Document
from shared.interchange.formats.format import Documents, File
from shared.interchange.formats.found import FOUND_IN
from shared.interchange.records import Batch, Origin

State = dict[str, Any]


async def to_batch(client: Client, file: File, format: str | None = None) -> Batch:
    """What a file holds as records; raises Unreadable and BadBundle with all that is wrong, and as the client does."""
    found = formats.named(format) if format else formats.recognise(file)
    read = formats.read(file, found.name)
    return read if isinstance(read, Batch) else await _batch(client, read, file, found.name)


async def _batch(client: Client, read: Documents, file: File, format: str) -> Batch:
    held = await _held(client, _kinds(read))
    documents = _renamed(read, held)
    source = file.source or (None if file.beside else file.name)
    if read.found:
        documents = [_as_found(document, held, format, source) for document in documents]
    batch = await bundle.to_batch(client, documents, source, format)
    batch.read += sum(each.total() for each in (read.unmapped, read.duplicates)) + len(read.refused)
    batch.left_out, batch.unnamed, batch.unmapped = read.left_out, read.unnamed, read.unmapped
    batch.duplicates, batch.refused = read.duplicates, read.refused
    return batch


def _kinds(read: Documents) -> set[str]:
    """Those of which has to be known what there is: to find a name, or whether something is new."""
    named = {ref.partition("/")[0] for ref in read.by_name}
    return named | {each.kind.name for each in read.documents if read.found and each.spec and "state" not in each.spec}


async def _held(client: Client, kinds: Iterable[str]) -> dict[str, dict[str, State]]:
    """By kind and key, what the owners have."""
    return {kind: {state["key"]: state async for state in client.list(kind)} for kind in sorted(kinds)}


def _renamed(read: Documents, held: Mapping[str, Mapping[str, State]]) -> list[Document]:
    """Where no key is the one made of a name, and one thing on the server has the name, that is meant."""
    keys: dict[str, str] = {}
    for ref, name in read.by_name.items():
        kind, _, key = ref.partition("/")
        if key not in held[kind]:
            same = _by_name(held[kind]).get(name.strip().casefold(), [])
            keys |= {ref: f"{kind}/{same[0]}"} if len(same) == 1 else {}
    return [_with_keys(document, keys) for document in read.documents] if keys else read.documents


def _by_name(states: Mapping[str, State]) -> dict[str, list[str]]:
    found: defaultdict[str, list[str]] = defaultdict(list)
    for key, state in states.items():
        found[state["name"].strip().casefold()].append(key)
    return found


def _with_keys(document: Document, keys: Mapping[str, str]) -> Document:
    def convert(value: Any, _: str) -> Any:
        return keys.get(value, value) if isinstance(value, str) else value

    spec = document.spec
    for reference in document.kind.references:
        spec = reference.replaced(spec, convert)
    links = [link | {"to": keys.get(link["to"], link["to"])} for link in document.links]
    key = keys.get(document.ref, document.ref).partition("/")[2]
    return replace(document, key=key, spec=spec, links=links)


def _as_found(document: Document, held: Mapping[str, Mapping[str, State]], format: str, source: str | None) -> Document:
    """What is new, or was brought by this format before, is in the state that means that it is there and used."""
    if not document.spec or "state" in document.spec:
        return document
    there = held[document.kind.name].get(document.key)
    origin = Origin(format, document.ref, name=source)
    ours = there and any(origin.made(entry) and "state" in entry["wrote"] for entry in there["provenance"])
    if there and not ours:
        return document
    return replace(document, spec={"state": FOUND_IN[document.kind.name], **document.spec})
