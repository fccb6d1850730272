"""Bundles brought in: what the owners have under their keys, and every record after those that it refers to."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from shared.client import Client, ClientError, Gone, NotFound
from shared.contracts import LINKS, NODE_KINDS, Kind
from shared.interchange import identity, merge
from shared.interchange.binding import FORMAT, UUID, Binding
from shared.interchange.bundle_files import Document, Unread
from shared.interchange.faults import BadBundle
from shared.interchange.found import FOLLOWING, FOUND_IN
from shared.interchange.holdings import Ends, ends_of
from shared.interchange.order import in_order
from shared.interchange.records import Batch, Origin, Predecessor, Record, derived_id
from shared.interchange.together import each

__all__ = ["FORMAT", "to_batch"]

_KEY = re.compile(r"[a-z0-9][a-z0-9._-]{0,119}")


async def to_batch(
    client: Client,
    documents: list[Document],
    source: str | None = None,
    format: str = FORMAT,
    unread: Unread | None = None,
    found: bool = False,
) -> Batch:
    """Records in an order in which they can be written; asks the owners for the keys, and writes nothing.

    ``source`` is the name of the bundle, if it has one, ``format`` what the documents were read from, and ``unread``
    what is wrong with its files already. Where it is ``found``, what says no state is registered as in use. Raises
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
    if found:
        documents = [_in_use(each, there.get(each.ref), Origin(format, each.ref, name=source)) for each in documents]
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
    names = {state["id"]: ref for ref, state in there.items() if state}
    return Batch(layers, read=read, known=known, origin=whole, instead=back, names=names)


def _after_links(entities: Iterable[Record], links: Iterable[Record]) -> set[str]:
    """Increments freeze the links of what they hold, so they come after these, unless one leads to or from them."""
    linked = {link.members[end]["id"] for link in links for end in ("source", "target")}
    return {record.id for record in entities if record.kind.kept and record.id not in linked}


def _in_use(document: Document, state: Mapping[str, Any] | None, origin: Origin) -> Document:
    """With the state in which its kind is in use, where it is new or this bundle gave it its state."""
    entry = merge.entry_of(origin, state) if state else None
    own = state is None or (entry is not None and "state" in entry["wrote"])
    if not document.spec or "state" in document.spec or document.kind.name in FOLLOWING or not own:
        return document
    return replace(document, spec={"state": FOUND_IN[document.kind.name], **document.spec})


async def _there(client: Client, documents: list[Document]) -> dict[str, dict[str, Any] | None]:
    """For each ``kind/key`` that the documents mention, what the owner has under that key."""

    async def find(ref: str) -> tuple[str, dict[str, Any] | None]:
        kind, _, key = ref.partition("/")
        return ref, await client.find(kind, key)

    mentioned = {ref for document in documents for ref in (document.ref, *_mentioned(document))}
    return dict(await each(sorted(filter(_can_be_asked, mentioned)), find))


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
    sources = {
        (document.kind, state["id"]) for document in documents if document.links and (state := there.get(document.ref))
    }

    async def ask(source: tuple[Kind, str]) -> list[dict[str, Any]]:
        kind, id = source
        return [link async for link in client.list(LINKS[kind.service], source_kind=kind.name, source_id=id)]

    found = [link for links in await each(sources, ask) for link in links]
    return {ends_of(link): link for link in sorted(found, key=lambda link: link["state"] == "active")}


def _can_be_asked(ref: str) -> bool:
    kind, _, key = ref.partition("/")
    return kind in NODE_KINDS and bool(_KEY.fullmatch(key)) and not UUID.fullmatch(key)


def _mentioned(document: Document) -> list[str]:
    """What a document refers to, as it is written."""
    texts = [link["to"] for link in document.links if "to" in link]

    def note(value: Any, _: str) -> Any:
        if isinstance(value, str):
            texts.append(value)
        return value

    for reference in document.kind.references:
        reference.replaced(document.spec, note)
    return texts
