"""A bundle's documents as records: keys become ids, and every record comes after those it refers to."""

import asyncio
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter
from typing import Any

from shared.client import Client
from shared.contracts import LINKS, NODE_KINDS, Kind
from shared.contracts.reference import Reference, parse
from shared.interchange.bundle_files import BadBundle, Document
from shared.interchange.records import Batch, Malformed, Origin, Record, canonical, derived_id, link_id
from shared.interchange.sync import CONCURRENCY

FORMAT = "bundle"
_FORMS = "must be kind/key or kind/<uuid>"
_KEY = re.compile(r"[a-z0-9][a-z0-9._-]{0,119}")
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


async def to_batch(client: Client, documents: list[Document]) -> Batch:
    """Records in an order in which they can be written; asks the owners for the keys, and writes nothing.

    Raises BadBundle with everything that is wrong: references to nothing, members that do not fit, circles.
    """
    there = await _there(client, documents)
    made = {document.ref: derived_id(document.ref) for document in documents if document.spec}
    binding = _Binding(made | {ref: state["id"] for ref, state in there.items() if state})
    records = [binding.entity(document) for document in documents if document.spec]
    links = [link for document in documents for link in binding.links(document)]
    binding.check_repeated(links)
    if binding.faults:
        raise BadBundle(binding.faults)
    layers = [*_layers([record for record in records if record]), [link for _, link in links]]
    known = {id: there.get(ref) for ref, id in binding.ids.items()}
    known |= {link.id: None for _, link in links if known[link.members["source"]["id"]] is None}
    return Batch(layers, read=sum(map(len, layers)), known=known)


async def _there(client: Client, documents: list[Document]) -> dict[str, dict[str, Any] | None]:
    """For each ``kind/key`` that the documents mention, what the owner has under that key."""
    gate = asyncio.Semaphore(CONCURRENCY)

    async def find(ref: str) -> tuple[str, dict[str, Any] | None]:
        kind, _, key = ref.partition("/")
        async with gate:
            return ref, await client.find(kind, key)

    mentioned = {ref for document in documents for ref in (document.ref, *_mentioned(document))}
    return dict(await asyncio.gather(*(find(ref) for ref in sorted(mentioned) if _can_be_asked(ref))))


def _can_be_asked(ref: str) -> bool:
    kind, _, key = ref.partition("/")
    return kind in NODE_KINDS and bool(_KEY.fullmatch(key)) and not _UUID.fullmatch(key)


def _mentioned(document: Document) -> list[str]:
    """What a document refers to, as it is written."""
    texts = [link["to"] for link in document.links]

    def note(text: str, _: str) -> str:
        texts.append(text)
        return text

    for reference in document.kind.references:
        _replaced(document.spec, reference.path.split("."), note)
    return texts


def _replaced(value: Any, steps: list[str], convert: Callable[[str, str], Any], pointer: str = "") -> Any:
    """The value with the texts at the end of a reference's path converted; other shapes are left for the contract."""
    if not steps:
        return convert(value, pointer) if isinstance(value, str) else value
    step, *rest = steps
    member, chosen = parse(step)
    if not isinstance(value, dict) or member not in value:
        return value
    below = f"{pointer}/{member}"
    if chosen is None:
        return {**value, member: _replaced(value[member], rest, convert, below)}
    if not isinstance(value[member], list):
        return value
    items = [
        _replaced(item, rest, convert, f"{below}/{index}") if chosen(item) else item
        for index, item in enumerate(value[member])
    ]
    return {**value, member: items}


@dataclass
class _Binding:
    """Turns documents into records by what the keys stand for, and gathers what is wrong with them."""

    ids: Mapping[str, str]
    faults: list[str] = field(default_factory=list)

    def entity(self, document: Document) -> Record | None:
        spec = document.spec
        for reference in document.kind.references:
            spec = _replaced(spec, reference.path.split("."), self._converter(document, reference))
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
            own: dict[str, Any] = {name: link[name] for name in ("rationale", "confidence") if name in link}
            members = {"type": link["type"], "source": source, "target": target, **own}
            id = link_id(link["type"], f"{source['kind']}/{source['id']}", f"{target['kind']}/{target['id']}")
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
        origin = Origin(FORMAT, id if kind.is_link else document.ref)
        reason = f"registered as found in {document.place.file.rpartition('/')[2]}"
        try:
            return Record(kind, id, label, canonical(kind, members), origin, reason)
        except Malformed as error:
            for where, message in error.faults:
                inside = pointer or ("" if where == "/key" else "/spec")
                self.faults.append(document.place.fault(inside + where, message))
            return None

    def _converter(self, document: Document, reference: Reference) -> Callable[[str, str], Any]:
        def convert(text: str, pointer: str) -> Any:
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


def _layers(records: list[Record]) -> Iterator[list[Record]]:
    """Records after those of their own service that they refer to; other services take any reference."""
    by_ref = {f"{record.kind.name}/{record.id}": record for record in records}
    sorter = TopologicalSorter({ref: _needed(record, by_ref) for ref, record in by_ref.items()})
    try:
        sorter.prepare()
    except CycleError as error:
        circle = " -> ".join(by_ref[ref].label for ref in error.args[1])
        raise BadBundle([f"these refer to each other in a circle: {circle}"]) from None
    while sorter.is_active():
        ready = sorter.get_ready()
        yield [by_ref[ref] for ref in ready]
        sorter.done(*ready)


def _needed(record: Record, by_ref: Mapping[str, Record]) -> list[str]:
    targets = [target for reference in record.kind.references for target in reference.targets(record.members)]
    refs = [f"{kind}/{id}" for _, kind, id in targets]
    return [ref for ref in refs if ref in by_ref and by_ref[ref].kind.service == record.kind.service]
