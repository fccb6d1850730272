"""A file on its way in: read in its format, its names looked up on the server, and made ready for the engine."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

from shared.client import Client, ClientError
from shared.interchange import as_there, bundle, formats
from shared.interchange.bundle_files import Document, Unread
from shared.interchange.formats.format import Documents, Faulty, File, Unreadable
from shared.interchange.found import FOLLOWING, FOUND_IN
from shared.interchange.records import LINKED, NAMED, Batch, Origin
from shared.interchange.together import each

State = dict[str, Any]
Held = Mapping[str, Mapping[str, State]]


async def to_batch(client: Client, file: File, format: str | None = None) -> Batch:
    """What a file holds as records; raises Unreadable and BadBundle with all that is wrong, and as the client does."""
    batch = await _read(client, file, format)
    if not batch.read:
        raise Unreadable(f"{file.name}{' and those beside it' if file.beside else ''}: holds nothing to bring in.")
    return batch


async def _read(client: Client, file: File, format: str | None) -> Batch:
    found = formats.named(format) if format else formats.recognise(file)
    try:
        read = formats.read(file, found.name)
    except Faulty as error:
        if error.rest is not None:
            with suppress(ClientError):
                await _batch(client, error.rest, file, found.name, error.faults)
        raise
    if isinstance(read, Documents):
        return await _batch(client, read, file, found.name)
    if file.source and read.former_ids:
        await as_there.keep_ids(client, read)
    if read.stubs:
        await as_there.leave_stubs(client, read)
    if not read.whole:
        await as_there.find_links(client, read)
        await as_there.keep_states(client, read)
    return read


async def _batch(client: Client, read: Documents, file: File, format: str, faults: Iterable[str] = ()) -> Batch:
    held = await _held(client, _kinds(read))
    source = file.called
    documents = [_settled(document, read, held, format, source) for document in _renamed(read, held)]
    batch = await bundle.to_batch(client, documents, source, format, Unread([*faults]))
    links = sum(len(document.links) for document in documents if document.spec)
    batch.beside = +Counter({LINKED: links, NAMED: len(read.named)})
    batch.read -= batch.beside.total()
    batch.read += read.unmapped.total() + read.duplicates.total() + len(read.refused)
    batch.left_out, batch.unnamed, batch.unmapped = read.left_out, read.unnamed, read.unmapped
    batch.duplicates, batch.refused, batch.notes = read.duplicates, read.refused, [*batch.notes, *read.notes]
    if file.place and not file.source:
        batch.former_sources = frozenset({"" if file.beside else file.name})
    return batch


def _kinds(read: Documents) -> set[str]:
    """Those of which has to be known what there is: to find a name, or whether something is new."""
    refs = {*read.by_name, *read.alike, *(ref for _, ref in read.within.values())}
    unsaid = {each.kind.name for each in read.documents if read.found and each.spec and "state" not in each.spec}
    return {ref.partition("/")[0] for ref in refs} | unsaid


async def _held(client: Client, kinds: Iterable[str]) -> Held:
    """By kind and key, what the owners have."""
    wanted = sorted(kinds)

    async def listed(kind: str) -> dict[str, State]:
        return {state["key"]: state async for state in client.list(kind)}

    return dict(zip(wanted, await each(wanted, listed), strict=True))


def _renamed(read: Documents, held: Held) -> list[Document]:
    """Where no key is the one made of a name, and one thing on the server has the name, that is meant."""
    keys: dict[str, str] = {}
    names = {kind: _by_name(states) for kind, states in held.items()}
    for ref, name in sorted(read.by_name.items(), key=lambda each: each[0] in read.within):
        kind, _, key = ref.partition("/")
        if key not in held[kind]:
            same = [state for state in names[kind].get(_folded(name), []) if _is_within(state, ref, read, held, keys)]
            keys |= {ref: f"{kind}/{same[0]['key']}"} if len(same) == 1 else {}
    documents = [_with_keys(document, keys) for document in read.documents] if keys else read.documents
    twins = {each.ref: twin for each in documents if (twin := _twin(each, read, held))}
    return [_with_keys(document, twins) for document in documents] if twins else documents


def _is_within(state: State, ref: str, read: Documents, held: Held, keys: Mapping[str, str]) -> bool:
    if ref not in read.within:
        return True
    member, holder = read.within[ref]
    there = _there(keys.get(holder, holder), held)
    return there is not None and state[member] == there["id"]


def _twin(document: Document, read: Documents, held: Held) -> str | None:
    """What is there under another key, is not over, and agrees in everything that tells such things apart."""
    members = read.alike.get(document.ref)
    if not members or document.key in held[document.kind.name]:
        return None
    wanted = [_there(document.spec[name], held) for name in members]
    for key, state in held[document.kind.name].items():
        ids = [state[name]["id"] if isinstance(state[name], dict) else state[name] for name in members]
        if ids == [each and each["id"] for each in wanted] and not document.kind.lifecycle.is_terminal(state["state"]):
            return f"{document.kind.name}/{key}"
    return None


def _there(ref: str, held: Held) -> State | None:
    kind, _, key = ref.partition("/")
    return held.get(kind, {}).get(key)


def _by_name(states: Mapping[str, State]) -> dict[str, list[State]]:
    found: defaultdict[str, list[State]] = defaultdict(list)
    for state in states.values():
        found[_folded(state["name"])].append(state)
    return found


def _folded(name: str) -> str:
    return name.strip().casefold()


def _with_keys(document: Document, keys: Mapping[str, str]) -> Document:
    def convert(value: Any, _: str) -> Any:
        return keys.get(value, value) if isinstance(value, str) else value

    spec = document.spec
    for reference in document.kind.references:
        spec = reference.replaced(spec, convert)
    links = [link | {"to": keys.get(link["to"], link["to"])} for link in document.links]
    key = keys.get(document.ref, document.ref).partition("/")[2]
    return replace(document, key=key, spec=spec, links=links)


def _settled(document: Document, read: Documents, held: Held, format: str, source: str | None) -> Document:
    """What is new, or was brought by this source before, is in the state that means that it is there and used.

    Of what others made, what the file only says of new ones stays as it is.
    """
    if not document.spec or document.kind.name not in held:
        return document
    there = held[document.kind.name].get(document.key)
    origin = Origin(format, document.ref, name=source)
    wrote = {name for entry in (there or {}).get("provenance", ()) if origin.made(entry) for name in entry["wrote"]}
    spec = dict(document.spec)
    if read.found and "state" not in spec and document.kind.name not in FOLLOWING and (not there or "state" in wrote):
        spec = {"state": FOUND_IN[document.kind.name], **spec}
    if there:
        spec |= {name: there[name] for name in read.only_new & spec.keys() if name not in wrote}
        for name in read.completed.keys() & spec.keys():
            spec[name] = _completed(spec[name], there[name], read.completed[name], held)
    return replace(document, spec=spec)


def _completed(items: Iterable[State], there: Sequence[State], members: Iterable[str], held: Held) -> list[State]:
    """Items with what those that they are say besides, in the order in which these are there; new ones come last."""
    found = []
    for item in items:
        ids = {name: (same["id"] if (same := _there(str(item[name]), held)) else item[name]) for name in members}
        place = next((n for n, each in enumerate(there) if all(each[name] == id for name, id in ids.items())), None)
        besides = {} if place is None else {name: value for name, value in there[place].items() if value is not None}
        found.append((len(there) if place is None else place, {**besides, **item}))
    return [item for _, item in sorted(found, key=lambda each: each[0])]
