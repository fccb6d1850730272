"""Bundles brought in: what the owners have under their keys, and every record after those that it refers to."""

import asyncio
import re
from collections.abc import Iterable, Mapping
from typing import Any

from shared.client import Client, ClientError, Gone, NotFound
from shared.contracts import LINKS, NODE_KINDS, Kind
from shared.interchange import identity
from shared.interchange.binding import FORMAT, UUID, Binding
from shared.interchange.bundle_files import BadBundle, Document, Unread
from shared.interchange.holdings import Ends, ends_of
from shared.interchange.order import in_order
from shared.interchange.records import Batch, Origin, Predecessor, Record, derived_id
from shared.interchange.sync import CONCURRENCY

__all__ = ["FORMAT", "to_batch"]

_KEY = re.compile(r"[a-z0-9][a-z0-9._-]{0,119}")


async def to_batch(
    client: Client,
    documents: list[Document],
    source: str | None = None,
    format: str = FORMAT,
    unread: Unread | None = None,
) -> Batch:
    """Records in an order in which they can be written; asks the owners for the keys, and writes nothing.

    ``source`` is the name of the bundle, if it has one, ``format`` what the documents were read from, and ``unread``
    what is wrong with its files already. Raises
    BadBundle with everything that is wrong: references to nothing, members that do not fit, circles.
    """
    unread = unread or Unread()
    try:
        there = await _there(client, documents)
        links_there = await _links_there(client, documents, there)
    except ClientError:
        if unread.faults:
            raise BadBundle(unread.faults) from None
        raise
    made = {document.ref: document.id or derived_id(document.ref) for document in documents if document.spec}
    ids = made | {ref: state["id"] for ref, state in there.items() if state}
    back = await _back(client, documents, there, source, format)
    ids |= {old.label: id for id, old in back.items()}
    binding = Binding(ids, links_there, source, format, [*unread.faults], unread.refs)
    records = [binding.entity(document) for document in documents if document.spec]
    links = [link for document in documents for link in binding.links(document)]
    binding.check_repeated(links)
    if binding.faults:
        raise BadBundle(binding.faults)
    known = {id: None if id in back else there.get(ref) for ref, id in binding.ids.items()}
    entities, of_links = [record for record in records if record], [link for _, link in links]
    late = _after_links(entities, of_links)
    early = [record for record in entities if record.id not in late]
    layers = [*in_order(early, known), of_links, *in_order([r for r in entities if r.id in late], known)]
    known |= {link.id: binding.links_there.get(ends_of(link.members)) for _, link in links}
    whole = Origin(format, "", name=source)
    read = len({record.id for layer in layers for record in layer})
    return Batch(layers, read=read, known=known, origin=whole, instead=back)


def _after_links(entities: Iterable[Record], links: Iterable[Record]) -> set[str]:
    """Increments freeze the links of what they hold, so they come after these, unless one leads to or from them."""
    linked = {link.members[end]["id"] for link in links for end in ("source", "target")}
    return {record.id for record in entities if record.kind.kept and record.id not in linked}


async def _there(client: Client, documents: list[Document]) -> dict[str, dict[str, Any] | None]:
    """For each ``kind/key`` that the documents mention, what the owner has under that key."""
    gate = asyncio.Semaphore(CONCURRENCY)

    async def find(ref: str) -> tuple[str, dict[str, Any] | None]:
        kind, _, key = ref.partition("/")
        async with gate:
            return ref, await client.find(kind, key)

    mentioned = {ref for document in documents for ref in (document.ref, *_mentioned(document))}
    return dict(await asyncio.gather(*(find(ref) for ref in sorted(mentioned) if _can_be_asked(ref))))


async def _back(
    client: Client,
    documents: list[Document],
    there: Mapping[str, dict[str, Any] | None],
    source: str | None,
    format: str,
) -> dict[str, Predecessor]:
    """What this bundle let go and has again is a new one: by its id, the final one whose place it takes."""
    found = {}
    for document in documents:
        origin, state = Origin(format, document.ref, name=source), there.get(document.ref) if document.spec else None
        if state and identity.comes_back(origin, document.kind, state, document.spec.get("state")):
            used = [state["id"]]
            while await _exists(client, document.kind, id := identity.unused(origin, used)):
                used.append(id)
            found[id] = Predecessor(document.kind, state, "returned", document.ref)
    return found


async def _exists(client: Client, kind: Kind, id: str) -> bool:
    try:
        await client.get(kind, id)
    except Gone:
        return True
    except NotFound:
        return False
    return True


async def _links_there(
    client: Client, documents: list[Document], there: Mapping[str, dict[str, Any] | None]
) -> dict[Ends, dict[str, Any]]:
    """By type and ends, the links of those documents that have some: the active one, or else one that has ended."""
    gate = asyncio.Semaphore(CONCURRENCY)
    sources = {document.ref: state["id"] for document in documents if document.links and (state := there[document.ref])}

    async def ask(ref: str, id: str) -> list[dict[str, Any]]:
        kind = ref.partition("/")[0]
        async with gate:
            links = LINKS[NODE_KINDS[kind].service]
            return [link async for link in client.list(links, source_kind=kind, source_id=id)]

    found = [link for links in await asyncio.gather(*(ask(*each) for each in sources.items())) for link in links]
    return {ends_of(link): link for link in sorted(found, key=lambda link: link["state"] == "active")}


def _can_be_asked(ref: str) -> bool:
    kind, _, key = ref.partition("/")
    return kind in NODE_KINDS and bool(_KEY.fullmatch(key)) and not UUID.fullmatch(key)


def _mentioned(document: Document) -> list[str]:
    """What a document refers to, as it is written."""
    texts = [link["to"] for link in document.links]

    def note(value: Any, _: str) -> Any:
        if isinstance(value, str):
            texts.append(value)
        return value

    for reference in document.kind.references:
        reference.replaced(document.spec, note)
    return texts
