"""A model of ArchiMate as records, by the tables of the mapping: one pass, in the order of the file."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from shared.contracts import KIND_OWNERS, LINKS, NODE_KINDS
from shared.contracts.relations import DECOMPOSITION
from shared.interchange.formats.archimate import ours
from shared.interchange.formats.archimate.activities import Activities
from shared.interchange.formats.archimate.gathered import Scope, all_above, custom, multiplicities, performed
from shared.interchange.formats.archimate.layers import COLLABORATIONS, layers
from shared.interchange.formats.archimate.model import Element, Item, Model, Relation
from shared.interchange.formats.archimate.steps import joined
from shared.interchange.formats.archimate.tables import ELEMENTS, ends, relation_of, sign
from shared.interchange.formats.format import Unreadable
from shared.interchange.found import FOUND_IN
from shared.interchange.records import PATHS, Batch, Malformed, Origin, Record, Refusal, canonical, derived_id

__all__ = ["ELEMENTS", "FORMAT", "relation_of", "to_batch"]

FORMAT = "archimate"
_SHORT, _LONGEST_NAME = 200, 500


def to_batch(model: Model, file: str, source: str | None = None) -> Batch:
    """A model's elements and relations as records; ``source`` stands in for the model's own identifier.

    Raises Unreadable when the model has no identifier and no ``source`` is given: ids could not be repeated.
    """
    name = source or model.identifier
    if not name:
        raise Unreadable("The model has no identifier: give it a name with --source.")
    if len(name) > _SHORT:
        raise Unreadable(f"The model's identifier is longer than {_SHORT} letters: give it a name with --source.")
    reading = _Reading(ours.restored(model), name, f"registered as found in {file}")
    reading.elements()
    reading.relations()
    reading.batch.origin, reading.batch.whole = Origin(FORMAT, "", name=name), True
    reading.batch.read = len(model.elements) + len(model.relations)
    return reading.batch


class _Reading:
    """One pass over a model: what is stored so far, by identifier, and the links between it."""

    def __init__(self, model: Model, name: str, reason: str) -> None:
        self.model, self.name, self.reason = model, name, reason
        self.batch = Batch()
        self.said = ours.entities(model)
        never = {identifier for identifier, said in self.said.items() if said.kind != "activity"}
        self.activities = Activities(model, never)
        self.layers = layers(model)
        self.multiplicities = multiplicities(model)
        self.names = {element.identifier: element.name or element.identifier for element in model.elements}
        self.related = {relation.identifier for relation in model.relations}
        self.stored: dict[str, tuple[str, str]] = {}
        """Kind and id of what an element became, by its identifier."""
        self.refused: set[str] = set()
        self.links: dict[tuple[str, str, str], Record] = {}
        """By type and ends."""

    def elements(self) -> None:
        """Processes come before their steps."""
        steps = self.activities.parents
        for layer in (False, True):
            made = [self.entity(each) for each in self.model.elements if (each.identifier in steps) is layer]
            self.batch.layers.append([record for record in made if record])
        self.batch.notes += self.activities.notes

    def relations(self) -> None:
        way = joined(self.model, self.stored)
        if way.more:
            self.batch.notes.append(f"Junctions make more than {len(way.paths):,} relations: the rest is left out.")
        every = [*self.model.relations, *way.paths]
        self.batch.beside[PATHS] += len(way.paths)
        self._count_joined(used := way.used | self.activities.used)
        holders, assigned = performed(every, self.stored), []
        for relation in every:
            if relation.identifier in used:
                continue
            if ours.is_part(relation):
                self.batch.joined[relation.type] += 1
            elif relation.identifier in self.activities.repeated:
                self.batch.duplicates[relation.type] += 1
            elif scopes := self._held_for(relation, holders):
                assigned += self._assignments(relation, scopes)
            else:
                self.link(relation, way.types.get(relation.identifier, (relation.type,)))
        self.batch.layers += [assigned, self._without_circles()]
        self.batch.fallen.update(
            (str(link.origin.type), link.members["source"]["kind"], link.members["target"]["kind"])
            for link in self.batch.layers[-1]
            if link.members["type"] == "relates_to" and link.origin.type != "Association"
        )

    def _count_joined(self, used: set[str]) -> None:
        for item in (*self.model.elements, *self.model.relations):
            if item.identifier in used:
                self.batch.joined[item.type] += 1
                self.batch.unmapped[item.type] -= isinstance(item, Element)
        self.batch.unmapped = +self.batch.unmapped

    def entity(self, element: Element) -> Record | None:
        kind, type_ = self._kind(element)
        if kind not in NODE_KINDS:
            self.batch.unmapped[element.type] += 1
            return None
        name = element.name if element.name and element.name.strip() else None
        if not name:
            self.batch.unnamed[element.type] += 1
        whole = self.activities.parents.get(element.identifier)
        members = {
            "name": name or f"Unnamed {element.type} {element.identifier[-8:]}",
            "description": element.documentation,
            "type": type_,
            "process_id": self.stored[whole][1] if whole in self.stored else None,
            "state": FOUND_IN.get(kind),
            "custom": custom(element, self.multiplicities.get(element.identifier, {})),
        }
        said = self.said.get(element.identifier)
        members |= {**said.members, **ours.exact(element, members)} if said else {}
        record = self._record(NODE_KINDS[kind].service, kind, element, members, said.id if said else None)
        if record:
            self.stored[element.identifier] = kind, record.id
        return record

    def _kind(self, element: Element) -> tuple[str, str | None]:
        if element.identifier in self.said:
            own, type_ = ELEMENTS.get(element.type, ("", None))
            kind = self.said[element.identifier].kind
            return kind, type_ if own == kind else None
        if element.identifier in self.activities.parents:
            return "activity", None
        kind, type_ = ELEMENTS.get(element.type, ("", None))
        layer = self.layers.get(element.identifier, "")
        if element.type == "Collaboration":
            return COLLABORATIONS.get(layer, (kind, type_))
        return (kind, layer or type_) if element.type == "Service" else (kind, type_)

    def link(self, relation: Relation, types: Sequence[str]) -> None:
        """``types`` are those of the first and the last relation of a way: the first that some row has counts."""
        if reason := self._impossible(relation):
            self._refuse(relation, reason)
            return
        if relation.source not in self.stored or relation.target not in self.stored:
            self.batch.unmapped[relation.type] += 1
            self.batch.spared |= {relation.identifier} if self.refused & {relation.source, relation.target} else set()
            return
        source, target = self.stored[relation.source], self.stored[relation.target]
        own = ours.link_of(relation)
        found = [(own or relation_of(each, source[0], target[0]), each) for each in types]
        (type_, swapped), told = next((each for each in found if each[0][0] != "relates_to"), found[0])
        source, target = ends(source, target, swapped=swapped)
        members = {
            "type": type_,
            "source": {"kind": source[0], "id": source[1]},
            "target": {"kind": target[0], "id": target[1]},
            "rationale": ours.rationale(relation),
            "sign": sign(relation.modifier) if type_ == "influences" else None,
            "state": "active",
        }
        record = self._record(KIND_OWNERS[source[0]], "link", replace(relation, type=told), members)
        if record:
            self._keep((type_, source[1], target[1]), record)

    def _keep(self, ends: tuple[str, str, str], record: Record) -> None:
        """Of several that say the same, the one with the first identifier counts, whatever their order in the file."""
        kept = self.links.setdefault(ends, record)
        if kept is not record:
            first, second = sorted((kept, record), key=lambda each: each.origin.id)
            self.links[ends] = first
            doubles = self.batch.doubles.pop(kept.origin.id, set()) | {second.origin.id}
            self.batch.doubles[first.origin.id] = doubles
            self.batch.duplicates[str(second.origin.type)] += 1

    def _without_circles(self) -> list[Record]:
        """Links but for those that would make something a part of itself, which no owner takes."""
        above: defaultdict[str, set[str]] = defaultdict(set)
        parts = [link for link in self.links.values() if link.members["type"] in DECOMPOSITION]
        for link in sorted(parts, key=lambda link: link.origin.id):
            part, whole = link.members["source"]["id"], link.members["target"]["id"]
            if part in all_above(whole, above):
                self.batch.refused.append(
                    Refusal(link.label, str(link.origin.type), "makes something a part of itself")
                )
                self.batch.spared.add(link.origin.id)
                del self.links[link.members["type"], part, whole]
            above[part].add(whole)
        return [*self.links.values()]

    def _held_for(self, relation: Relation, holders: Mapping[str, Mapping[str, Scope]]) -> Mapping[str, Scope]:
        """What a party holds a role for, where the relation says that it holds one: what the role performs."""
        found = [self.stored.get(end, ("", ""))[0] for end in (relation.source, relation.target)]
        is_held = relation.type == "Assignment" and found == ["party", "role"]
        return holders.get(relation.target, {}) if is_held else {}

    def _assignments(self, relation: Relation, scopes: Mapping[str, Scope]) -> list[Record]:
        self.batch.beside[PATHS] += len(scopes)
        self.batch.joined[relation.type] += 1
        party, role = self.names[relation.source], self.names[relation.target]
        made = []
        for ref, (identifier, kind, id) in scopes.items():
            item = replace(relation, identifier=f"{relation.identifier}/{identifier}")
            members = {
                "name": f"{party} as {role} for {self.names[ref]}"[:_LONGEST_NAME],
                "party_id": self.stored[relation.source][1],
                "role_id": self.stored[relation.target][1],
                "scope": {"kind": kind, "id": id},
                "state": "proposed",  # a model draws it for another purpose
            }
            made.append(self._record("roles", "role_assignment", item, *ours.held(relation, f"{kind}/{id}", members)))
        return [record for record in made if record]

    def _impossible(self, relation: Relation) -> str | None:
        if relation.source == relation.target:
            return "joins an element to itself"
        if {relation.source, relation.target} & self.related:
            return "ends on another relation"
        return None

    def _record(
        self, service: str, kind_name: str, item: Item, members: Mapping[str, Any], id: str | None = None
    ) -> Record | None:
        """Only what the file carries: a member that it leaves empty is left to others."""
        kind = LINKS[service] if kind_name == "link" else NODE_KINDS[kind_name]
        carried = {name: value for name, value in members.items() if value}
        told = item.identifier if len(item.identifier) <= _SHORT else derived_id(item.identifier)
        origin = Origin(FORMAT, told, item.type, self.name)
        try:
            id = id or derived_id(origin.base)
            return Record(kind, id, self._label(item), canonical(kind, carried), origin, self.reason)
        except Malformed as error:
            self._refuse(item, str(error))
            return None

    def _label(self, item: Item) -> str:
        """What it is called in reports: by names, since nobody knows identifiers."""
        if not isinstance(item, Relation):
            return f"{item.type} {item.name or item.identifier}"
        return f"{item.type} {' -> '.join(self.names.get(end, end) for end in (item.source, item.target))}"

    def _refuse(self, item: Item, reason: str) -> None:
        line = self.model.lines.get(item.identifier)
        where = f" (line {line})" if line else ""
        self.batch.refused.append(Refusal(self._label(item), item.type, f"{reason}{where}"))
        self.batch.spared.add(item.identifier)
        self.refused.add(item.identifier)
