"""Somebody answers for what is there. Source: ITIL 2011, "every process must have a defined process owner", and the
service owner of each service."""

from collections.abc import Iterator
from functools import partial

from services.alignment.judge.checks import Evidence, Looks, Says
from services.alignment.judge.footprint import Path, Reading, into, out
from services.alignment.judge.graph import Node
from services.alignment.judge.rule import Rule, Severity

_SEAT = (into("assigned_in"),)
_STATUS = Reading(lambda node: (node.live, node.type))
_PRESENCE = Reading(lambda node: (node.seen, node.live, node.state))
_OWNER = Path((out("owned_by"),), _STATUS)
_SEATS = (
    _OWNER,
    Path(_SEAT, _STATUS),
    Path((*_SEAT, out("assigned_as")), _STATUS),
    Path((*_SEAT, out("assigns")), _STATUS),
)


def _ownerless(node: Node, role: str) -> Iterator[Evidence]:
    """An owner is named in the field, or holds the owner's seat."""
    named = any(each.live for each in node.over(["owned_by"], forward=True))
    if not named and not any(_holds(each, role) for each in node.over(["assigned_in"], forward=False)):
        yield {"missing": role}


def _holds(assignment: Node, role: str) -> bool:
    as_owner = any(each.live and each.type == role for each in assignment.over(["assigned_as"], forward=True))
    return assignment.live and as_owner and any(each.live for each in assignment.over(["assigns"], forward=True))


def _gone(node: Node) -> Iterator[Evidence]:
    for each in node.over(["owned_by"], forward=True):
        if each.kind == "party" and each.seen and not each.live:
            yield {"owner": each.ref, "state": each.state}


_EVERYBODY = frozenset({"strategy", "objective", "policy", "kpi"})
_OWNED = frozenset(
    {"service", "process", "strategy", "objective", "tactic", "operation", "policy", "project", "product", "kpi"}
)

RULES = (
    Rule(
        "O01", Severity.critical, "ownership", "Service without an owner",
        "An operational service has no live owner, and nobody holds its service owner's seat.",
        "Name its owner, or assign a party to a role of type service_owner.",
        Looks(partial(_ownerless, role="service_owner"), paths=_SEATS), frozenset({"service"}),
        passes="service:s operational, party:p active; s owned_by p",
        fails="service:s operational, party:p active",
        mended="; s owned_by p",
    ),
    Rule(
        "O02", Severity.critical, "ownership", "Process without an owner",
        "An operational process has no live owner, and nobody holds its process owner's seat.",
        "Name its owner, or assign a party to a role of type process_owner.",
        Looks(partial(_ownerless, role="process_owner"), paths=_SEATS), frozenset({"process"}),
        states=frozenset({"operational"}),
        passes="process:p operational, role_assignment:a active, role:r active process_owner, party:x active; "
               "a assigned_in p, a assigned_as r, a assigns x",
        fails="process:p operational, role_assignment:a active, role:r active process_owner, party:x left, "
              "party:y active; a assigned_in p, a assigned_as r, a assigns x",
        mended="; p owned_by y",
    ),
    Rule(
        "O05", Severity.high, "ownership", "Owner who has left",
        "The party that owns a live thing is there no more.",
        "Start the deputy, or name a new owner.",
        Looks(_gone, paths=(Path((out("owned_by"),), _PRESENCE),)), _OWNED,
        passes="policy:q published, party:p active; q owned_by p",
        fails="policy:q published, party:p left; q owned_by p",
        mended="; q owned_by p ended",
    ),
    Rule(
        "O12", Severity.high, "ownership", "No owner",
        "A live strategy, objective, policy or KPI names no owner.",
        "Ask the owner of what it belongs to until someone is named.",
        Says("owner"), _EVERYBODY,
        passes="policy:q published +owner", fails="policy:q published", mended=" +owner",
    ),
)  # fmt: skip
