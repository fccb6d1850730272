"""Catalogues, categories, offerings, specifications and agreements of TM Forum as records."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from shared.interchange.formats import json_text
from shared.interchange.formats.format import File, Unreadable
from shared.interchange.formats.taking import Ref, Taking, cut
from shared.interchange.formats.tmf import items, members
from shared.interchange.formats.tmf.members import Json, Resource
from shared.interchange.formats.tmf.terms import (
    BUNDLED,
    KEPT,
    LOST,
    NAME,
    PARTNERS,
    PRICES,
    RELATED,
    RELATIONSHIPS,
    TERMS,
)  # fmt: skip
from shared.interchange.found import UNRESOLVED
from shared.interchange.records import Batch

MAX_ITEMS = 100_000


def read(file: File) -> Batch:
    """The resources in a file; raises Unreadable."""
    document = json_text.load(file)
    if not items.knows(document):
        raise Unreadable(f"{file.name} holds no resource of TM Forum: {', '.join(TERMS)} with @type and id.")
    called = file.called or file.name
    return _Reading(Taking(NAME, called, file.name, within=file.source or NAME)).run(document)


@dataclass
class _Reading:
    taking: Taking
    found: dict[str, Resource] = field(default_factory=dict)
    prices: dict[str, Json] = field(default_factory=dict)
    related: list[tuple[str, str, str, str | None]] = field(default_factory=list)
    lists: dict[str, list[str]] = field(default_factory=dict)
    above: dict[tuple[str, str], str] = field(default_factory=dict)
    read: int = 0

    def run(self, document: Any) -> Batch:
        batch = self.taking.batch
        for item in items.items(document):
            self.read += 1
            if self.read > MAX_ITEMS:
                raise Unreadable(f"The file holds more than {MAX_ITEMS:,} resources.")
            self._sort(item)
        for resource in [*self.found.values()]:
            self._look(resource)
        for resource in [*self.found.values()]:
            self._entity(resource)
        for source, relation, target, why in self.related:
            self.taking.link(
                "Relationship", relation, self._ref(self.found[source]), self._ref(self.found[target]), why
            )
        used = {
            ref["id"] for each in self.found.values() for ref in members.refs(each.body.get("productOfferingPrice"))
        }
        for id in self.prices:
            (batch.joined if id in used else batch.unmapped)["ProductOfferingPrice"] += 1
        if stubs := sorted(batch.stubs):
            batch.notes.append(f"{len(stubs)} are named and not described; made as unresolved: {', '.join(stubs[:10])}")
        made = self.taking.finish(self.read)
        made.whole, made.former_sources = False, frozenset({NAME})
        return made

    def _sort(self, item: items.Item) -> None:
        batch = self.taking.batch
        if item.body is None:
            batch.unmapped[item.type[:100]] += 1
            return
        id = str(item.body["id"])
        if item.type in PRICES:
            known, key = id in self.prices, id
        else:
            kind = members.kind_of(item.type, item.body)
            key = f"{kind}:{id}"
            known = key in self.found
        if known:
            batch.duplicates[item.type] += 1
        elif item.type in PRICES:
            self.prices[key] = item.body
        else:
            self.found[key] = Resource(key.partition(":")[0], item.type, id, item.body)

    def _stub(self, kind: str, ref: Json) -> str:
        """The resource that a reference means, made and marked as unresolved where it is not in the file."""
        key = f"{kind}:{ref['id']}"
        if key not in self.found:
            body = {"name": ref.get("name"), "stub": True}
            self.found[key] = Resource(kind, str(ref.get("@referredType") or kind), str(ref["id"]), body)
            self.taking.batch.stubs.add(key)
        return key

    def _look(self, resource: Resource) -> None:
        """What a resource names: it is made where nobody describes it, and joined with it."""
        body, name, kind = resource.body, resource.name, resource.kind
        for each in members.refs(body.get(RELATED.get(kind, ""))):
            type = str(each.get("relationshipType") or each.get("@type") or "")
            relation = RELATIONSHIPS.get((kind, type.casefold().replace(" ", "")))
            self.related.append((name, relation or "relates_to", self._stub(kind, each), None if relation else type))
        for each in members.refs(body.get(BUNDLED.get(kind, ""))):
            part = self._stub(kind, each)
            self.related.append(
                (name, "requires", part, "bundles") if kind == "service_offering" else (part, "part_of", name, None)
            )
        if kind == "product":
            for each in members.refs(body.get("serviceSpecification")):
                self.related.append((name, "depends_on", self._stub("service", each), None))
        if kind == "service_offering":
            self._look_at_offering(name, body)
        if kind in ("catalog", "category"):
            self._look_at_shelf(resource)
        if kind == "contract":
            for item in members.dicts(body.get("agreementItem")):
                for each in members.refs(item.get("productOffering")):
                    self.lists.setdefault(f"{name}.items", []).append(self._stub("service_offering", each))

    def _look_at_offering(self, name: str, body: Json) -> None:
        services = self.lists.setdefault(f"{name}.services", [])
        services += [self._stub("service", each) for each in members.refs(body.get("serviceSpecification"))]
        for each in members.refs(body.get("serviceCandidate")):
            candidate = self.found.get(f"service_offering:{each['id']}")
            if candidate:
                services += [
                    self._stub("service", ref) for ref in members.refs(candidate.body.get("serviceSpecification"))
                ]
            else:
                self.taking.batch.left_out["serviceCandidate"] += 1
        for each in members.refs(body.get("productSpecification")):
            product = self._stub("product", each)
            self.related.append((name, "depends_on", product, None))
            refs = members.refs(self.found[product].body.get("serviceSpecification"))
            services += [self._stub("service", ref) for ref in refs]
        for each in members.refs(body.get("category")):
            self.lists.setdefault(f"{self._stub('category', each)}.offerings", []).append(name)

    def _look_at_shelf(self, resource: Resource) -> None:
        body, name = resource.body, resource.name
        if resource.kind == "catalog":
            for each in members.refs(body.get("category")):
                self.above.setdefault((self._stub("category", each), "catalog_id"), name)
            return
        for each in members.refs(body.get("subCategory")):
            self.above.setdefault((self._stub("category", each), "parent_id"), name)
        if body.get("parentId") or (parent := next(members.refs(body.get("parent")), None)):
            ref = {"id": body["parentId"]} if body.get("parentId") else parent
            self.above[name, "parent_id"] = self._stub("category", ref or {})
        for member in ("productOffering", "serviceCandidate"):
            offerings = [self._stub("service_offering", each) for each in members.refs(body.get(member))]
            self.lists.setdefault(f"{name}.offerings", []).extend(offerings)

    def _ref(self, resource: Resource) -> Ref:
        return self.taking.ref(resource.kind, resource.name, members.own(resource)[0])

    def _ids(self, name: str) -> list[str]:
        return [*dict.fromkeys(self._ref(self.found[each]).id for each in self.lists.get(name, ()))]

    def _entity(self, resource: Resource) -> None:
        body, kind, name = resource.body, resource.kind, resource.name
        own, key = members.own(resource)
        told: dict[str, Any] = {
            "name": members.text(body.get("name")), "description": cut(members.text(body.get("description"))),
            "type": members.type_of(resource), **members.state_of(resource), **members.validity(body),
        }  # fmt: skip
        if body.get("stub"):
            told |= {"tags": [UNRESOLVED]}
        elif own is None:
            href = members.text(body.get("href"))
            told["external_refs"] = (
                [{"system": "TM Forum", "id": resource.id[:200], "url": href[:2000]}] if href else []
            )
        told["custom"] = {**{each: body[each] for each in KEPT if body.get(each)}, **members.characteristics(body)}
        told |= {
            member: self._ref(self.found[target]).id for (each, member), target in self.above.items() if each == name
        }
        if kind == "service_offering":
            told |= self._offering(name, body)
        if kind == "category":
            told["offering_ids"] = self._ids(f"{name}.offerings")
        if kind == "contract":
            told |= {
                "items": [{"offering_id": id} for id in self._ids(f"{name}.items")],
                "period": members.period(body),
            }
        told |= self._parties(resource)
        self.taking.batch.left_out += Counter(each for each in LOST if body.get(each))
        self.taking.entity(name, resource.type, kind, told | key, own)

    def _offering(self, name: str, body: Json) -> dict[str, Any]:
        terms = [": ".join(filter(None, (members.text(each.get("name")), members.text(each.get("description")))))
                 for each in members.dicts(body.get("productOfferingTerm"))]  # fmt: skip
        prices = [
            members.price(self.prices.get(ref["id"], ref)) for ref in members.refs(body.get("productOfferingPrice"))
        ]
        return {
            "service_ids": self._ids(f"{name}.services"), "terms": cut("\n".join(filter(None, terms))),
            "price_refs": [price[:200] for price in prices if price],
            "channels": [str(each["name"])[:200] for each in members.dicts(body.get("channel")) if each.get("name")],
            "bundle": body["isBundle"] if isinstance(body.get("isBundle"), bool) else None,
        }  # fmt: skip

    def _parties(self, resource: Resource) -> dict[str, Any]:
        """Who is related, by role: owners, partners, and the two sides of an agreement."""
        found: dict[str, Any] = {}
        for each in (
            *members.dicts(resource.body.get("relatedParty")),
            *members.dicts(resource.body.get("engagedParty")),
        ):
            inner = each.get("partyOrPartyRole")
            ref = inner if isinstance(inner, dict) else each
            role = str(each.get("role") or "").casefold().replace(" ", "")
            if ref.get("id") is None:
                continue
            member = members.member(resource.kind, role)
            if member is None or member in found:
                self.taking.batch.left_out[f"related party as {role or 'nothing'}"[:100]] += 1
                continue
            kind = "partner" if role in PARTNERS else "party"
            target = self._ref(self._party(kind, ref, role))
            found[member] = target.id if member == "partner_id" else target.state
        return found

    def _party(self, kind: str, ref: Json, role: str) -> Resource:
        known = self.found.get(self._stub(kind, {**ref, "@referredType": PARTNERS.get(role, ref.get("@referredType"))}))
        if known is None or not known.body.get("stub") or self.taking.find(known.name):
            return known or Resource(kind, kind, str(ref["id"]), ref)
        self._entity(known)
        return known
