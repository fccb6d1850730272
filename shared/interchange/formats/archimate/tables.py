"""What ArchiMate is in this platform's terms, as tables: its elements by the kind they become, and its relations."""

from collections.abc import Iterable
from typing import TypeVar

from shared.contracts.relations import RELATIONS, Relation

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
    Service: service supporting
    Product: product service
    Contract: contract
    ApplicationComponent, ApplicationCollaboration: product tool
    Node, Device, SystemSoftware, TechnologyCollaboration, Equipment, Facility: product technology
    BusinessProcess, BusinessFunction, BusinessInteraction, Process, Function: process
    BusinessRole, Role: role
    BusinessActor, BusinessCollaboration, Collaboration: party
"""
"""ArchiMate types, the kind they become and its sub-kind; a type that is not here is not stored."""

_WHOLE_FIRST = ("Composition", "Aggregation")
_BY_TABLE = ("Realization", "Influence", "Serving", "Assignment", "Triggering", "Flow", "Access", "Specialization")
_ASSOCIATIONS = ("governs", "covers")
"""What an association means between kinds that nothing else joins; any other has no direction and tells nothing."""

STEPS = {"Junction": None, "Artifact": frozenset({"Realization", "Assignment"})}
"""Elements through which relations are joined to one, and the relations of which this is so; None for all."""

PROCESSES = frozenset({"BusinessProcess", "BusinessFunction", "BusinessInteraction", "Process", "Function"})
"""Elements that are an activity where they are a part of another one and have none."""


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

    The first row that names it and that the kinds fit: as it stands, or turned round where the row says that it runs
    the other way. Else ``relates_to``.
    """
    for row in rows(type):
        if type not in row.swapped and row.allows(source, target):
            return row.name, False
        if type in row.swapped and row.allows(target, source):
            return row.name, True
    return "relates_to", False


def rows(type: str) -> Iterable[Relation]:
    """The rows of the table that name a relation, in the order in which they are tried."""
    if type == "Association":
        return (RELATIONS[name] for name in _ASSOCIATIONS)
    if type in _WHOLE_FIRST:  # a part is a part before it is anything else
        return sorted((row for row in RELATIONS.values() if type in row.swapped), key=lambda row: row.name != "part_of")
    rows = RELATIONS.values() if type in _BY_TABLE else ()
    return (row for row in rows if type in row.archimate or type in row.swapped)


def ends(source: _T, target: _T, *, swapped: bool) -> tuple[_T, _T]:
    return (target, source) if swapped else (source, target)


def sign(modifier: str | None) -> str | None:
    """The sign of an influence by its strength as it is written: ``++``, ``-``, ``+5``, ``-0.3``, ``0``."""
    told = (modifier or "").strip().replace("\N{MINUS SIGN}", "-")
    if not told.strip("+-0. ") and not told.strip("+-"):
        return {"+": "positive", "-": "negative"}.get(told[:1])
    try:
        number = float(told)
    except ValueError:
        return {"positive": "positive", "negative": "negative"}.get(told.lower())
    return None if number == 0 else "positive" if number > 0 else "negative"
