"""Somebody answers for what is there."""

from functools import partial

from services.alignment.judge.catalogue import owners, workload
from services.alignment.judge.catalogue.seats import ASSIGNED, HELD, IN_SEAT
from services.alignment.judge.catalogue.words import STATUS, paths
from services.alignment.judge.checks import Joined, Looks, Says
from services.alignment.judge.conditions import Has
from services.alignment.judge.footprint import Path, Reading, into, out
from services.alignment.judge.rule import Rule, Severity

SOURCE = "ITIL 2011: every process must have a defined process owner, each service its service owner"
_PRESENCE = Reading(lambda node: (node.seen, node.live, node.state))
_PARTY = Reading(lambda node: node.seen and node.kind == "party")
_SEATS = (Path((out("owned_by"),), STATUS), *paths(STATUS, *IN_SEAT))
_PLACES = frozenset({"process", "service"})
_EVERYBODY = frozenset({"strategy", "objective", "policy", "kpi"})
_OWNED = frozenset(
    {"service", "process", "strategy", "objective", "tactic", "operation", "policy", "project", "product", "kpi"}
)
_OWNED_BY = (out("owned_by"),)
_OF_OWNER = tuple((*_OWNED_BY, *way) for way in HELD)
_SERVED = (out("serves", "realizes"),)

RULES = (
    Rule(
        "O01", Severity.critical, "ownership", "Service without an owner",
        "An operational service has no live owner, and nobody holds its service owner's seat.",
        "Name its owner, or assign a party to a role of type service_owner.",
        Looks(partial(owners.ownerless, role="service_owner"), paths=_SEATS), frozenset({"service"}),
        sentence="Nobody owns {it}.",
        passes="service:s operational, party:p active; s owned_by p",
        fails="service:s operational, party:p active",
        mended="; s owned_by p",
    ),
    Rule(
        "O02", Severity.critical, "ownership", "Process without an owner",
        "An operational process has no live owner, and nobody holds its process owner's seat.",
        "Name its owner, or assign a party to a role of type process_owner.",
        Looks(partial(owners.ownerless, role="process_owner"), paths=_SEATS), frozenset({"process"}),
        states=frozenset({"operational"}),
        sentence="Nobody owns {it}.",
        passes="process:p operational, role_assignment:a active, role:r active process_owner, party:x active; "
               "a assigned_in p, a assigned_as r, a assigns x",
        fails="process:p operational, role_assignment:a active, role:r active process_owner, party:x left, "
              "party:y active; a assigned_in p, a assigned_as r, a assigns x",
        mended="; p owned_by y",
    ),
    Rule(
        "O04", Severity.high, "ownership", "Owner's role that nobody holds",
        "The role that owns a live process or service is live, and nobody is assigned to it.",
        "Start the deputy, or assign a party to the role.",
        Looks(owners.vacant, paths=paths(STATUS, _OWNED_BY, (*_OWNED_BY, *ASSIGNED))), _PLACES,
        given=Joined("an owner's role", _OWNED_BY, Reading(lambda n: n.live and n.kind == "role")),
        sentence="Nobody is in the role that owns {it}.",
        passes="process:p operational, role:r active, role_assignment:a active, party:x active; p owned_by r, "
               "a assigned_as r, a assigns x",
        fails="process:p operational, role:r active, role_assignment:a active, party:x active; p owned_by r, a "
              "assigns x",
        mended="; a assigned_as r",
    ),
    Rule(
        "O05", Severity.high, "ownership", "Owner who has left",
        "The party that owns a live thing is there no more.",
        "Start the deputy, or name a new owner.",
        Looks(owners.gone, paths=(Path(_OWNED_BY, _PRESENCE),)), _OWNED, given=Joined("an owner", _OWNED_BY, _PARTY),
        sentence="The owner of {it} has left.",
        passes="policy:q published, party:p active; q owned_by p",
        fails="policy:q published, party:p left; q owned_by p",
        mended="; q owned_by p ended",
    ),
    Rule(
        "O07", Severity.medium, "ownership", "Owner with too much to answer for",
        "What a party answers for weighs more than it can carry: {letter} for each A, {place} for each process or "
        "service "
        "that it owns, and {capacity} for each full-time equivalent of its capacity.",
        "Split it by groups of processes, or raise a manager to owner: can accountability be pushed down?",
        lambda limit: Looks(
            partial(workload.overloaded, limit=limit), ("capacity",),
            paths(STATUS, (into("owned_by"),), *workload.WAYS),
        ),
        frozenset({"party"}), limits={"letter": 2, "place": 3, "capacity": 20},
        given=Has("a capacity", lambda node: node.get("capacity") is not None, ("capacity",)), few=True,
        source="Jacka and Keller, Business Process Mapping: can accountability be pushed down?",
        sentence="{it} answers for more than it can carry.",
        passes="party:x active +capacity=1, process:p operational; p owned_by x",
        fails="party:x active +capacity=0.1, process:p operational; p owned_by x",
        mended="; p owned_by x ended",
    ),
    Rule(
        "O12", Severity.high, "ownership", "No owner",
        "A live strategy, objective, policy or KPI names no owner.",
        "Ask the owner of what it belongs to until someone is named.",
        Says("owner"), _EVERYBODY,
        sentence="Nobody owns {it}.",
        passes="policy:q published +owner", fails="policy:q published", mended=" +owner",
    ),
    Rule(
        "O13", Severity.medium, "ownership", "Service owner who does not ask its customers",
        "None of the stakeholders who value the outcomes of a live service stands for its owner.",
        "Invite the service owner into the review of the outcome, and add `represents` to the stakeholder.",
        Looks(owners.no_stakeholder, paths=paths(
            STATUS, _OWNED_BY, *_OF_OWNER, _SERVED, (*_SERVED, out("valued_by")),
            (*_SERVED, out("valued_by"), out("represents")),
        )), frozenset({"service"}), given=Joined("an owner and a valued outcome", (*_SERVED, out("valued_by")), STATUS),
        few=True, source="ITIL 4: the service owner speaks with those who define the outcomes",
        sentence="The owner of {it} is no stakeholder of any outcome it serves.",
        passes="service:s operational, party:p active, outcome:o agreed, stakeholder:k active; s owned_by p, s "
               "serves o, "
               "o valued_by k, k represents p",
        fails="service:s operational, party:p active, outcome:o agreed, stakeholder:k active; s owned_by p, s serves "
              "o, "
              "o valued_by k",
        mended="; k represents p",
    ),
)  # fmt: skip
