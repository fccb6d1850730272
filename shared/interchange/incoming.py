"""A file on its way in: read in its format, its names looked up on the server, and made ready for the engine."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

from shared.client import Client, ClientError
from shared.interchange import as_there, bundle, bundle_files, formats
from shared.interchange.bundle_files import Document, Unread
from shared.interchange.formats.backstage import BACKSTAGE
from shared.interchange.formats.format import Documents, Faulty, File, Unreadable
from shared.interchange.found import FOLLOWING, FOUND_IN
from shared.interchange.known import Asked, Known, folded
from shared.interchange.records import LINKED, NAMED, Batch, Origin

State = dict[str, Any]


async def to_batch(client: Client, file: File, format: str | None = None) -> Batch:
    """What a file holds as records; raises Unreadable and BadBundle with all that is wrong, and as the client does."""
    batch = await _read(client, file, format)
    if not batch.read:
        raise Unreadable(f"{file.name}{' and those beside it' if file.beside else ''}: holds nothing to bring in.")
    return batch


async def anything(client: Client, file: File, *, found: bool = False) -> Batch:
    """What a file and those beside it hold, whichever format it is: a bundle as well, of which what says no state is
    registered as in use where it is ``found``. Raises as ``to_batch``."""
    if BACKSTAGE.knows(file.content) or not bundle_files.knows(file.content):
        return await to_batch(client, file)
    contents = {each.name: each.content for each in (file, *file.beside)}
    documents, unread = await asyncio.to_thread(bundle_files.gather_contents, contents)
    return await bundle.to_batch(client, documents, file.source, unread=unread, found=found)


async def _read(client: Client, file: File, format: str | None) -> Batch:
    if file.source in file.names:
        file = replace(file, source=None, place=file.source, above=())
    found = formats.named(format) if format else await asyncio.to_thread(formats.recognise, file)
    try:
        read = await asyncio.to_thread(formats.read, file, found.name)  # which takes as long as the file is large
    except Faulty as error:
        if error.rest is not None:
            with suppress(ClientError):
                await _batch(client, error.rest, file, found.name, error.faults)
        raise
    if isinstance(read, Documents):
        read = await _batch(client, read, file, found.name)
        read.longer = file.longer
        return read
    read.longer = file.longer
    if file.source and read.former_ids:
        await as_there.keep_ids(client, read)
    if read.stubs:
        await as_there.leave_stubs(client, read)
    if not read.whole:
        await as_there.find_links(client, read)
        await as_there.keep_states(client, read)
    return read


async def _batch(client: Client, read: Documents, file: File, format: str, faults: Iterable[str] = ()) -> Batch:
    known = await Known.read(client, _asked(read))
    renamed = _renamed(read, known)
    await _look_for_twins(client, renamed, read, known)
    renamed = _joined(renamed, read, known)
    source = file.called
    documents = [_settled(document, read, known, format, source) for document in renamed]
    batch = await bundle.to_batch(client, documents, source, format, Unread([*faults]))
    links = sum(len(document.links) for document in documents if document.spec)
    batch.beside = +Counter({LINKED: links, NAMED: len(read.named)})
    batch.read -= batch.beside.total()
    batch.read += read.unmapped.total() + read.duplicates.total() + len(read.refused)
    batch.left_out, batch.unnamed, batch.unmapped = read.left_out, read.unnamed, read.unmapped
    batch.duplicates, batch.refused, batch.notes = read.duplicates, read.refused, [*batch.notes, *read.notes]
    named = [new.ref for old, new in zip(read.documents, renamed, strict=True) if old.ref in read.named]
    batch.stubs = set(named)
    if file.place and not file.source:
        batch.former_sources = frozenset({"" if file.beside else file.name})
    return batch


def _asked(read: Documents) -> Asked:
    """Of which has to be known what there is: to find a name, or whether something is new."""
    asked = Asked()
    for ref, name in read.by_name.items():
        asked.add(ref, name)
    for ref in (*read.alike, *(ref for _, ref in read.within.values())):
        asked.add(ref)
    unsaid = {each.kind.name for each in read.documents if read.found and each.spec and "state" not in each.spec}
    kinds = unsaid | asked.kinds.keys()
    for document in read.documents:
        if document.kind.name in kinds:
            asked.add(document.ref)
    return asked


def _renamed(read: Documents, known: Known) -> list[Document]:
    """Where no key is the one made of a name, and one thing on the server has the name, that is meant."""
    keys: dict[str, str] = {}
    names = {kind: known.named(kind) for kind in known.states}
    for ref, name in sorted(read.by_name.items(), key=lambda each: each[0] in read.within):
        kind = ref.partition("/")[0]
        if not known.there(ref):
            same = [state for state in names[kind].get(folded(name), []) if _is_within(state, ref, read, known, keys)]
            keys |= {ref: f"{kind}/{same[0]['key']}"} if len(same) == 1 else {}
    return [_with_keys(document, keys) for document in read.documents] if keys else read.documents


def _is_within(state: State, ref: str, read: Documents, known: Known, keys: Mapping[str, str]) -> bool:
    if ref not in read.within:
        return True
    member, holder = read.within[ref]
    there = known.there(keys.get(holder, holder))
    return there is not None and state[member] == there["id"]


async def _look_for_twins(client: Client, documents: list[Document], read: Documents, known: Known) -> None:
    """Know what refers to the same as documents that may be there under other keys."""
    wanted: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for document in documents:
        if (members := read.alike.get(document.ref)) and (first := known.there(document.spec[members[0]])):
            wanted[document.kind.name, members[0]].add(first["id"])
    for (kind, member), ids in wanted.items():
        await known.look(client, kind, member, ids)


def _joined(documents: list[Document], read: Documents, known: Known) -> list[Document]:
    """Documents under the keys of what is the same, whatever its key."""
    twins = {each.ref: twin for each in documents if (twin := _twin(each, read, known))}
    return [_with_keys(document, twins) for document in documents] if twins else documents


def _twin(document: Document, read: Documents, known: Known) -> str | None:
    """What is there under another key, is not over, and agrees in everything that tells such things apart."""
    members = read.alike.get(document.ref)
    if not members or known.there(document.ref):
        return None
    wanted = [known.there(document.spec[name]) for name in members]
    for key, state in known.states[document.kind.name].items():
        ids = [state[name]["id"] if isinstance(state[name], dict) else state[name] for name in members]
        if ids == [each and each["id"] for each in wanted] and not document.kind.lifecycle.is_terminal(state["state"]):
            return f"{document.kind.name}/{key}"
    return None


def _with_keys(document: Document, keys: Mapping[str, str]) -> Document:
    def convert(value: Any, _: str) -> Any:
        return keys.get(value, value) if isinstance(value, str) else value

    spec = document.spec
    for reference in document.kind.references:
        spec = reference.replaced(spec, convert)
    links = [link | {"to": keys.get(link["to"], link["to"])} for link in document.links]
    key = keys.get(document.ref, document.ref).partition("/")[2]
    return replace(document, key=key, spec=spec, links=links)


def _settled(document: Document, read: Documents, known: Known, format: str, source: str | None) -> Document:
    """What is new, or was brought by this source before, is in the state that means that it is there and used.

    Of what others made, what the file only says of new ones stays as it is.
    """
    if not document.spec or document.kind.name not in known.states:
        return document
    there = known.there(document.ref)
    origin = Origin(format, document.ref, name=source)
    wrote = {name for entry in (there or {}).get("provenance", ()) if origin.made(entry) for name in entry["wrote"]}
    spec = dict(document.spec)
    if read.found and "state" not in spec and document.kind.name not in FOLLOWING and (not there or "state" in wrote):
        spec = {"state": FOUND_IN[document.kind.name], **spec}
    if there:
        spec |= {name: there[name] for name in read.only_new & spec.keys() if name not in wrote}
        for name in read.completed.keys() & spec.keys():
            spec[name] = _completed(spec[name], there[name], read.completed[name], known)
    return replace(document, spec=spec)


def _completed(items: Iterable[State], there: Sequence[State], members: Iterable[str], known: Known) -> list[State]:
    """Items with what those that they are say besides, in the order in which these are there; new ones come last."""
    found = []
    for item in items:
        ids = {name: (same["id"] if (same := known.there(str(item[name]))) else item[name]) for name in members}
        place = next((n for n, each in enumerate(there) if all(each[name] == id for name, id in ids.items())), None)
        besides = {} if place is None else {name: value for name, value in there[place].items() if value is not None}
        found.append((len(there) if place is None else place, {**besides, **item}))
    return [item for _, item in sorted(found, key=lambda each: each[0])]
