"""A bundle's documents as records: keys become ids, and every record comes after those it refers to."""

import asyncio
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from shared.client import Client, Gone, NotFound
from shared.contracts import LINKS, NODE_KINDS, Kind
from shared.contracts.reference import Convert, Reference
from shared.interchange import identity
from shared.interchange.bundle_files import BadBundle, Document
from shared.interchange.holdings import Ends, ends_of
from shared.interchange.order import in_order
from shared.interchange.records import (
    LINK_MEMBERS,
    Batch,
    Malformed,
    Origin,
    Predecessor,
    Record,
    canonical,
    derived_id,
    link_id,
)
from shared.interchange.sync import CONCURRENCY

FORMAT = "bundle"
_FORMS = "must be kind/key or kind/<uuid>"
_KEY = re.compile(r"[a-z0-9][a-z0-9._-]{0,119}")
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


async def to_batch(client: Client, documents: list[Document], source: str | None = None, format: str = FORMAT) -> Batch:
    """Records in an order in which they can be written; asks the owners for the keys, and writes nothing.

    ``source`` is the name of the bundle, if it has one, and ``format`` what the documents were read from. Raises
    BadBundle with everything that is wrong: references to nothing, members that do not fit, circles.
    """
    there = await _there(client, documents)
    made = {document.ref: derived_id(document.ref) for document in documents if document.spec}
    ids = made | {ref: state["id"] for ref, state in there.items() if state}
    back = await _back(client, documents, there, source, format)
    ids |= {old.label: id for id, old in back.items()}
    binding = _Binding(ids, await _links_there(client, documents, there), source, format)
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
    return Batch(layers, read=sum(map(len, layers)), known=known, origin=whole, instead=back)


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
    return kind in NODE_KINDS and bool(_KEY.fullmatch(key)) and not _UUID.fullmatch(key)


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


@dataclass
class _Binding:
    """Turns documents into records by what the keys stand for, and gathers what is wrong with them."""

    ids: Mapping[str, str]
    links_there: Mapping[Ends, dict[str, Any]]
    source: str | None = None
    format: str = FORMAT
    faults: list[str] = field(default_factory=list)

    def entity(self, document: Document) -> Record | None:
        spec = document.spec
        for reference in document.kind.references:
            spec = reference.replaced(spec, self._converter(document, reference))
        if "name" not in spec and document.kind.model.model_fields["name"].is_required():
            self.faults.append(document.place.fault("/spec/name", "is missing"))
        members = {"key": document.key, **spec}
        return self._record(document, document.kind, self.ids[document.ref], document.ref, members)

    def links(self, document: Document) -> Iterator[tuple[str, Record]]:
        """Each link with the place it stands at."""
        source = self._target(document, "/key", document.ref)
        for index, link in enumerate(document.links):
            pointer = f"/links/{index}"
            target = self._target(document, f"{pointer}/to", link["to"])
            own: dict[str, Any] = {name: link[name] for name in LINK_MEMBERS if name in link}
            members = {"type": link["type"], "source": source, "target": target, "state": "active", **own}
            there = self.links_there.get(ends_of(members))
            id = there["id"] if there else link_id(*ends_of(members))
            label = f"{document.ref} {link['type']} {link['to']}"
            record = self._record(document, LINKS[document.kind.service], id, label, members, pointer)
            if record:
                yield document.place.fault(pointer, "this link stands here twice"), record

    def check_repeated(self, links: Iterable[tuple[str, Record]]) -> None:
        counted: Counter[str] = Counter()
        for fault, link in links:
            counted[link.id] += 1
            if counted[link.id] == 2:
                self.faults.append(fault)

    def _record(
        self, document: Document, kind: Kind, id: str, label: str, members: dict[str, Any], pointer: str = ""
    ) -> Record | None:
        origin = Origin(self.format, id if kind.is_link else document.ref, name=self.source)
        reason = f"registered as found in {document.place.file.rpartition('/')[2]}"
        try:
            return Record(kind, id, label, canonical(kind, members), origin, reason)
        except Malformed as error:
            for where, message in error.faults:
                inside = pointer or ("" if where == "/key" else "/spec")
                self.faults.append(document.place.fault(inside + where, message))
            return None

    def _converter(self, document: Document, reference: Reference) -> Convert:
        def convert(text: Any, pointer: str) -> Any:
            if not isinstance(text, str):
                return text  # for the contract to refuse
            target = self._target(document, f"/spec{pointer}", text)
            if reference.kinds and target["kind"] not in reference.kinds:
                expected = " or ".join(f"{kind}/key" for kind in reference.kinds)
                self.faults.append(document.place.fault(f"/spec{pointer}", f"must be {expected}"))
            return target["id"] if reference.kinds else target

        return convert

    def _target(self, document: Document, pointer: str, text: str) -> dict[str, str]:
        """What a reference points at; a fault is noted, and stands in for itself, when there is no such thing."""
        kind, _, key = text.partition("/")
        id = key if _UUID.fullmatch(key) else self.ids.get(text)
        if id is None:
            message = (
                f"{text} is neither in this bundle nor on the server" if key else "must be kind/key or kind/<uuid>"
            )
            self.faults.append(document.place.fault(pointer, message))
        return {"kind": kind, "id": id or derived_id(text)}
