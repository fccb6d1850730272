"""A bundle's documents as records: what their keys stand for, and all that is wrong with them."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from shared.contracts import LINKS, NODE_KINDS, Kind
from shared.contracts.members import at, did_you_mean
from shared.contracts.reference import Convert, Reference
from shared.interchange.bundle_files import Document
from shared.interchange.holdings import Ends, ends_of
from shared.interchange.records import BUNDLE, LINK_MEMBERS, Malformed, Origin, Record, canonical, derived_id, link_id

FORMAT = BUNDLE
_FORMS = "must be kind/key or kind/<uuid>"
_ANY_RELATION = "relates_to"
"""Stands in for one that there is not."""
_FEW, _SUGGESTED, _LOOKED_AT = 4, 100, 2000
"""Kinds that a message lists, faults that get a suggestion, and keys among which one is looked for."""
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass
class Binding:
    """Turns documents into records by what the keys stand for, and gathers what is wrong with them."""

    ids: Mapping[str, str]
    links_there: Mapping[Ends, dict[str, Any]]
    source: str | None = None
    format: str = FORMAT
    faults: list[str] = field(default_factory=list)
    unread: set[str] = field(default_factory=set)

    def entity(self, document: Document) -> Record | None:
        spec = document.spec
        for reference in document.kind.references:
            spec = reference.replaced(spec, self._converter(document, reference))
        if "name" not in spec and document.kind.model.model_fields["name"].is_required():
            self._fault(document, "/spec/name", "is missing")
        members = {"key": document.key, **spec}
        told = members, document.provenance
        return self._record(document, document.kind, self.ids[document.ref], document.ref, *told)

    def links(self, document: Document) -> Iterator[tuple[str, Record]]:
        """Each link with the place it stands at."""
        source = self._target(document, "/key", document.ref)
        for index, link in enumerate(document.links):
            pointer = f"/links/{index}"
            target = self._target(document, f"{pointer}/to", link["to"]) if "to" in link else source
            own: dict[str, Any] = {name: link[name] for name in LINK_MEMBERS if name in link}
            type_ = link.get("type", _ANY_RELATION)
            members = {"type": type_, "source": source, "target": target, "state": "active", **own}
            there = self.links_there.get(ends_of(members))
            id = there["id"] if there else link_id(*ends_of(members))
            label = f"{document.ref} {type_} {link.get('to')}"
            told = members, link.get("provenance") or []
            record = self._record(document, LINKS[document.kind.service], id, label, *told, pointer)
            if record and {"type", "to"} <= link.keys():
                yield document.place.fault(pointer, "this link stands here twice"), record

    def check_repeated(self, links: Iterable[tuple[str, Record]]) -> None:
        counted: Counter[str] = Counter()
        for fault, link in links:
            counted[link.id] += 1
            if counted[link.id] == 2:
                self.faults.append(fault)

    def _record(
        self,
        document: Document,
        kind: Kind,
        id: str,
        label: str,
        members: dict[str, Any],
        provenance: list[Any],
        pointer: str = "",
    ) -> Record | None:
        origin = Origin(self.format, id if kind.is_link else document.ref, name=self.source)
        reason = f"registered as found in {document.place.file.rpartition('/')[2]}"
        try:
            said = canonical(kind, {**members, "provenance": provenance} if provenance else members)
            held = said.pop("provenance", ())
            return Record(kind, id, label, said, origin, reason, held=tuple(held))
        except Malformed as error:
            for where, message in error.faults:
                inside = pointer or ("" if where.startswith(("/key", "/provenance")) else "/spec")
                self._fault(document, inside + where, message)
            return None

    def _fault(self, document: Document, pointer: str, message: str) -> None:
        """Once for each place: what stands in for what could not be read may be wrong as well."""
        if pointer not in document.told:
            self.faults.append(document.place.fault(pointer, message))

    def _converter(self, document: Document, reference: Reference) -> Convert:
        def convert(text: Any, pointer: str) -> Any:
            if not isinstance(text, str):
                return text  # for the contract to refuse
            kinds = reference.kinds or _kinds(document.kind, pointer)
            kind, _, key = text.partition("/")
            if key and kinds and kind not in kinds:
                expected = " or ".join(f"{kind}/key" for kind in kinds)
                message = f"must be {expected}{did_you_mean(kind, kinds)}"
                self._fault(document, f"/spec{pointer}", message)
                return derived_id(text) if reference.kinds else {"kind": kinds[0], "id": derived_id(text)}
            target = self._target(document, f"/spec{pointer}", text, kinds)
            return target["id"] if reference.kinds else target

        return convert

    def _target(self, document: Document, pointer: str, text: str, kinds: Iterable[str] = ()) -> dict[str, str]:
        """What a reference points at; a fault is noted, and stands in for itself, when there is no such thing."""
        kind, _, key = text.partition("/")
        id = key if UUID.fullmatch(key) else self.ids.get(text)
        if id is None and text not in self.unread:
            self._fault(document, pointer, self._missing(text, [*kinds]))
        known = kind if kind in NODE_KINDS else "party"
        return {"kind": known, "id": id or derived_id(text)}

    def _missing(self, text: str, kinds: list[str]) -> str:
        kind, _, key = text.partition("/")
        if not key:
            forms = " or ".join(f"{each}/key" for each in kinds) if 0 < len(kinds) <= _FEW else _FORMS
            named = next((ref for ref in self.ids if ref.partition("/")[2] == text), None)
            return f"must be {forms}{f'; did you mean {named}?' if named else ''}"
        if kind not in NODE_KINDS:
            return f"there is no kind {kind}{did_you_mean(kind, NODE_KINDS)}"
        near = "" if len(self.faults) > _SUGGESTED else did_you_mean(text, self._refs(kind))
        return f"{text} is neither in this bundle nor on the server{near}"

    def _refs(self, kind: str) -> list[str]:
        return [ref for ref in self.ids if ref.startswith(f"{kind}/")][:_LOOKED_AT]


def _kinds(kind: Kind, pointer: str) -> tuple[str, ...]:
    """Which kinds a ``{kind, id}`` may name; none where it may be any."""
    steps = [int(step) if step.isdecimal() else step for step in pointer.split("/")[1:]]
    member, _ = at(kind.model, steps)
    return member.nested()["kind"].choices if member and member.models else ()
