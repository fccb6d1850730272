"""Who owns and who is assigned: what is wrong with them."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from services.alignment.judge.catalogue.seats import is_assigned, parties, seated
from services.alignment.judge.catalogue.words import back, over, passed_of, refs
from services.alignment.judge.checks import Evidence
from services.alignment.judge.clocks import Clock
from services.alignment.judge.footprint import Reading
from services.alignment.judge.graph import Node

ENDS = Reading(lambda node: (node.state, node.deleted, node.valid_to), frozenset({"role_assignment"}))
SEATS = Reading(lambda node: (node.live, node.type, node.get("seats")), frozenset({"role"}), ("seats",))
SKILLS = Clock("skills[].valid_to")
SKILLED = Reading(
    lambda node: (node.live, node.get("skills"), passed_of(node, SKILLS)), frozenset({"party"}), ("skills",), (SKILLS,)
)
_OWNERS = frozenset({"process_owner", "service_owner"})


def ownerless(node: Node, role: str) -> Iterator[Evidence]:
    """An owner is named in the field, or holds the owner's seat."""
    if not over(node, "owned_by") and not parties(seated(node, role).values()):
        yield {"missing": role}


def gone(node: Node) -> Iterator[Evidence]:
    for each in node.over(["owned_by"], forward=True):
        if each.kind == "party" and each.seen and not each.live:
            yield {"owner": each.ref, "state": each.state}


def vacant(node: Node) -> Iterator[Evidence]:
    roles = [each for each in over(node, "owned_by") if each.kind == "role"]
    if roles and not any(is_assigned(role) for role in roles):
        yield {"vacant": roles[0].ref}


def several(process: Node) -> Iterator[Evidence]:
    who = parties(seated(process, "process_owner").values())
    if len(who) > 1:
        yield {"owners": refs(who)}


def unseated(process: Node, role: str) -> Iterator[Evidence]:
    if not parties(seated(process, role).values()):
        yield {"missing": role}


def alone(process: Node) -> Iterator[Evidence]:
    kinds = ("process_owner", "process_manager", "process_practitioner")
    who = [parties(seated(process, kind).values()) for kind in kinds]
    if len(who[0]) == 1 and who[0] == who[1] == who[2]:
        yield {"party": refs(who[0])[0]}


def team(assignment: Node) -> Iterator[Evidence]:
    for party in over(assignment, "assigns"):
        if party.type not in (None, "person"):
            yield {"party": party.ref, "type": party.type}


def asks_many(assignment: Node) -> Iterator[Evidence]:
    """Its role is no seat of one person."""
    if not any(role.type in _OWNERS or role.get("seats") == 1 for role in over(assignment, "assigned_as")):
        yield {"missing": "a seat of one person"}


def without_practitioner(activity: Node) -> Iterator[Evidence]:
    places = set(over(activity, "part_of"))
    seats = [seat for role in over(activity, "responsible") for seat in back(role, "assigned_as")]
    held = [seat for seat in seats if over(seat, "assigns")]
    if places and held and not any(places & {*over(seat, "assigned_in")} for seat in held):
        yield {"missing": "an assignment in its process", "assigned": refs(held)}


def without_successor(assignment: Node, ending: Clock) -> Iterator[Evidence]:
    if not assignment.past(ending) or assignment.get("deputy_id"):
        return
    ends = assignment.valid_to
    others = (o for role in over(assignment, "assigned_as") for o in role.over(["assigned_as"], forward=False))
    if not any(o is not assignment and _goes_on(o, assignment, ends) for o in others):
        yield {"missing": "a successor or deputy"}


def _goes_on(other: Node, assignment: Node, ends: datetime | None) -> bool:
    same = other.get("scope") == assignment.get("scope")
    lasts = other.valid_to is None or (ends is not None and other.valid_to > ends)
    return same and lasts and other.state in ("proposed", "active") and not other.deleted


def not_skilled(assignment: Node) -> Iterator[Evidence]:
    """Each skill that a role requires is one of the party's, at that level, and its proof still holds."""
    for role in over(assignment, "assigned_as"):
        for party in over(assignment, "assigns"):
            lacking = [str(each.get("name")) for each in role.get("required_skills") or () if not _has(party, each)]
            if lacking:
                yield {"party": party.ref, "role": role.ref, "skills": sorted(lacking)}


def _has(party: Node, required: Mapping[str, Any]) -> bool:
    name, level = str(required.get("name")).casefold(), required.get("level") or 0
    return any(
        str(each.get("name")).casefold() == name and (each.get("level") or 0) >= level and not party.past(SKILLS, place)
        for place, each in enumerate(party.get("skills") or ())
    )


def held_by_nobody_there(role: Node) -> Iterator[Evidence]:
    """It is assigned, but only to parties who have left; or not where its letters are."""
    seats = back(role, "assigned_as")
    if not seats:
        return
    held = [seat for seat in seats if over(seat, "assigns")]
    if not held:
        yield {"part": "left", "assigned": refs(seats)}
        return
    places = {place for seat in held for place in over(seat, "assigned_in")}
    for activity in back(role, "responsible", "accountable"):
        for process in over(activity, "part_of"):
            if process.kind == "process" and process not in places:
                yield {"part": process.ref, "process": process.ref}


def no_stakeholder(service: Node) -> Iterator[Evidence]:
    """None of its owners, nor who holds their role, is among those who value any of its outcomes."""
    owners = over(service, "owned_by")
    people = {*owners, *(p for role in owners for seat in back(role, "assigned_as") for p in over(seat, "assigns"))}
    outcomes = [each for each in over(service, "serves", "realizes") if each.kind == "outcome"]
    valuing = [who for outcome in outcomes for who in over(outcome, "valued_by")]
    if owners and valuing and people.isdisjoint(p for who in valuing for p in over(who, "represents")):
        yield {"owner": owners[0].ref, "outcomes": refs(outcomes)}
