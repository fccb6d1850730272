"""ArchiMate in this platform's terms: tables, and one pure function that reads a model by them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from shared.contracts import KIND_OWNERS, LINKS, NODE_KINDS
from shared.contracts.relations import RELATIONS
from shared.interchange.formats.archimate.exchange import Element, Item, Model, Relation
from shared.interchange.formats.format import Unreadable
from shared.interchange.formats.found import FOUND_IN
from shared.interchange.records import Batch, Malformed, Origin, Record, Refusal, canonical, derived_id

FORMAT = "archimate"
_T = TypeVar("_T")

_ELEMENTS = """
    Goal: objective
    Outcome: outcome
    Driver: driver
    Assessment: assessment
    Stakeholder: stakeholder
    Principle: policy principle
    Requirement: policy requirement
    Constraint: policy constraint
    CourseOfAction: tactic
    Capability, ValueStream: capability
    WorkPackage, Deliverable: project
    Plateau: plan
    BusinessService: service business
    ApplicationService: service application
    TechnologyService: service technology
    Product: product service
    Contract: contract
    ApplicationComponent, ApplicationCollaboration: product tool
    Node, Device, SystemSoftware, TechnologyCollaboration, Equipment, Facility: product technology
    BusinessProcess, BusinessFunction, BusinessInteraction: process
    BusinessRole: role
    BusinessActor, BusinessCollaboration: party
"""
"""ArchiMate types, the kind they become and its sub-kind; a type that is not here is not stored."""

_WHOLE_FIRST = ("Composition", "Aggregation")
_BY_TABLE = ("Realization", "Influence", "Serving", "Assignment", "Triggering", "Flow", "Access", "Specialization")


def _element_table(text: str) -> dict[str, tuple[str, str | None]]:
    table: dict[str, tuple[str, str | None]] = {}
    for row in text.strip().splitlines():
        types, _, target = row.strip().partition(": ")
        kind, _, type_ = target.partition(" ")
        table |= dict.fromkeys(types.split(", "), (kind, type_ or None))
    return table


ELEMENTS = _element_table(_ELEMENTS)


def relation_of(type: str, source: str, target: str) -> tuple[str, bool]:
    """The relation that an ArchiMate relation between two kinds becomes, and whether its ends change places.

    The first row that names it and that the kinds fit, as it stands before turned round; else ``relates_to``.
    """
    if type in _WHOLE_FIRST:
        return "part_of", True
    if type in _BY_TABLE:
        for turned in (False, True):
            for row in RELATIONS.values():
                if type in row.archimate and row.allows(*_ends(source, target, turned)):
                    return row.name, turned
                if type in row.swapped and row.allows(*_ends(source, target, not turned)):
                    return row.name, not turned
    return "relates_to", False


def _ends(source: _T, target: _T, swapped: bool) -> tuple[_T, _T]:
    return (target, source) if swapped else (source, target)


def to_batch(model: Model, file: str, source: str | None = None) -> Batch:
    """A model's elements and relations as records; ``source`` stands in for the model's own identifier.

    Raises Unreadable when the model has no identifier and no ``source`` is given: ids could not be repeated.
    """
    name = source or model.identifier
    if not name:
        raise Unreadable("The model has no identifier: give it a name with --source.")
    reading = _Reading(name, f"registered as found in {file}", {relation.identifier for relation in model.relations})
    entities = [record for element in model.elements if (record := reading.entity(element))]
    links = [record for relation in model.relations if (record := reading.link(relation))]
    reading.batch.layers = [entities, links]
    reading.batch.origin, reading.batch.whole = Origin(FORMAT, "", name=name), True
    reading.batch.read = len(model.elements) + len(model.relations)
    return reading.batch


@dataclass
class _Reading:
    """One pass over a model: what is stored so far, by identifier, and the links between it."""

    model: str
    reason: str
    relations: set[str]
    batch: Batch = field(default_factory=Batch)
    stored: dict[str, tuple[str, str]] = field(default_factory=dict)
    linked: set[tuple[str, str, str]] = field(default_factory=set)

    def entity(self, element: Element) -> Record | None:
        kind, type_ = ELEMENTS.get(element.type, ("", None))
        if kind not in NODE_KINDS:
            self.batch.unmapped[element.type] += 1
            return None
        if not element.name:
            self.batch.unnamed[element.type] += 1
        members = {
            "name": element.name or f"Unnamed {element.type} {element.identifier[-8:]}",
            "description": element.documentation,
            "type": type_,
            "state": FOUND_IN[kind],
            "custom": element.properties,
        }
        record = self._record(NODE_KINDS[kind].service, kind, element, members)
        if record:
            self.stored[element.identifier] = kind, record.id
        return record

    def link(self, relation: Relation) -> Record | None:
        if reason := self._impossible(relation):
            self._refuse(relation, reason)
            return None
        if relation.source not in self.stored or relation.target not in self.stored:
            self.batch.unmapped[relation.type] += 1
            return None
        source, target = self.stored[relation.source], self.stored[relation.target]
        type_, swapped = relation_of(relation.type, source[0], target[0])
        source, target = _ends(source, target, swapped)
        ends = type_, source[1], target[1]
        if ends in self.linked:
            self.batch.duplicates[relation.type] += 1
            return None
        self.linked.add(ends)
        members = {
            "type": type_,
            "source": {"kind": source[0], "id": source[1]},
            "target": {"kind": target[0], "id": target[1]},
            "rationale": relation.documentation or relation.name,
            "state": "active",
        }
        return self._record(KIND_OWNERS[source[0]], "link", relation, members)

    def _impossible(self, relation: Relation) -> str | None:
        if relation.source == relation.target:
            return "joins an element to itself"
        if {relation.source, relation.target} & self.relations:
            return "ends on another relation"
        return None

    def _record(self, service: str, kind_name: str, item: Item, members: Mapping[str, Any]) -> Record | None:
        """Only what the file carries: a member that it leaves empty is left to others."""
        kind = LINKS[service] if kind_name == "link" else NODE_KINDS[kind_name]
        carried = {name: value for name, value in members.items() if value}
        origin = Origin(FORMAT, item.identifier, item.type, self.model)
        label = f"{item.type} {item.name or item.identifier}"
        id = derived_id(f"{FORMAT}:{self.model}:{item.identifier}")
        try:
            return Record(kind, id, label, canonical(kind, carried), origin, self.reason)
        except Malformed as error:
            self._refuse(item, str(error))
            return None

    def _refuse(self, item: Item, reason: str) -> None:
        self.batch.refused.append(Refusal(item.name or item.identifier, item.type, reason))
