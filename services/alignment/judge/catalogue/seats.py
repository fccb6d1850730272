"""Who holds roles and seats: readings that several families share."""

from collections.abc import Iterable

from services.alignment.judge.catalogue.words import back, over
from services.alignment.judge.footprint import into, out
from services.alignment.judge.graph import Node

ASSIGNED = (into("assigned_as"),)
HELD = (ASSIGNED, (*ASSIGNED, out("assigns")))
"""From a role to who is assigned to it, and to whom that is."""
SEAT = (into("assigned_in"),)
IN_SEAT = (SEAT, (*SEAT, out("assigned_as")), (*SEAT, out("assigns")))
"""From a process or service to what is assigned in it: as what, and to whom."""


def is_assigned(role: Node) -> bool:
    """Whether a role is assigned to anybody, wherever; who has left is another matter."""
    return bool(back(role, "assigned_as"))


def seated(place: Node, *types: str) -> dict[Node, list[Node]]:
    """The live assignments in a process or service as roles of these types, with the parties that they name."""
    seats = back(place, "assigned_in")
    return {seat: over(seat, "assigns") for seat in seats if any(r.type in types for r in over(seat, "assigned_as"))}


def parties(seats: Iterable[list[Node]]) -> set[Node]:
    return {party for some in seats for party in some}
