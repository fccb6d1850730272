"""Who is assigned to which role, where, and with which skills."""

from functools import partial

from services.alignment.judge.catalogue import owners
from services.alignment.judge.catalogue.seats import HELD, IN_SEAT, SEAT
from services.alignment.judge.catalogue.words import STATUS, paths, saying
from services.alignment.judge.checks import Joined, Looks
from services.alignment.judge.clocks import Clock
from services.alignment.judge.conditions import Has
from services.alignment.judge.footprint import Path, Reading, into, out
from services.alignment.judge.rule import Rule, Severity

SOURCE = "ITIL 2011, roles of a process: one owner, its managers and practitioners, with the skills for it"
_PROCESS = frozenset({"process"})
_ASSIGNMENT = frozenset({"role_assignment"})
_OTHERS = (out("assigned_as"), into("assigned_as"))
_ANYBODY = Joined("anybody in a seat", (*SEAT, out("assigns")), STATUS)
_OWNERS_SEAT = Reading(lambda node: node.live and node.type == "process_owner", frozenset({"role"}))
_REQUIRING = saying("required_skills", kinds=("role",))
_WITH_SKILLS = Reading(
    lambda node: node.live and node.get("required_skills") is not None, frozenset({"role"}), ("required_skills",)
)
_VITAL = Has("a high criticality", lambda node: (node.criticality or 0) >= 4)
_HELD_FOR = saying("scope", kinds=("role_assignment",))


def _successor(days: int) -> Looks:
    ending = Clock("valid_to", -days)
    members, ways = ("deputy_id", "scope"), (*paths(_HELD_FOR, _OTHERS), *paths(owners.ENDS, _OTHERS))
    return Looks(partial(owners.without_successor, ending=ending), members, ways, clocks=(ending,))


RULES = (
    Rule(
        "O03", Severity.critical, "ownership", "Process with several owners",
        "More than one party holds the owner's seat of a live process at one time.",
        "Decide for one of them and end the other assignment: the owner is one.",
        Looks(owners.several, paths=paths(STATUS, *IN_SEAT)), _PROCESS,
        given=Joined("an owner", (*SEAT, out("assigned_as")), _OWNERS_SEAT), few=True,
        sentence="{it} has more than one owner at a time.",
        passes="process:p operational, role_assignment:a active, role:r active process_owner, party:x active; "
               "a assigned_in p, a assigned_as r, a assigns x",
        fails="process:p operational, role_assignment:a active, role_assignment:b active, role:r active process_owner, "
              "party:x active, party:y active; a assigned_in p, a assigned_as r, a assigns x, b assigned_in p, "
              "b assigned_as r, b assigns y",
        mended="; b assigned_in p ended",
    ),
    Rule(
        "O06", Severity.medium, "ownership", "Seat that falls vacant",
        "An assignment ends within {days} days, names no deputy, and nobody follows in it.",
        "Name the deputy or the successor before the day comes.",
        lambda limit: _successor(limit["days"]),
        _ASSIGNMENT, limits={"days": 60},
        given=Has("an end", lambda node: node.valid_to is not None, clocks=(Clock("valid_to"),)), few=True,
        sentence="{it} ends within {days} days, and nobody follows.",
        passes="role_assignment:a active +valid_to=2028-01-01",
        fails="role_assignment:a active +valid_to=2027-03-20", mended=" +deputy_id",
    ),
    Rule(
        "O08", Severity.medium, "ownership", "Process without a manager",
        "Others are assigned in an operational process, and nobody as its manager.",
        "Assign a party to a role of type process_manager; the owner may be it as well.",
        Looks(partial(owners.unseated, role="process_manager"), paths=paths(STATUS, *IN_SEAT)), _PROCESS,
        states=frozenset({"operational"}), given=_ANYBODY, few=True,
        sentence="Nobody manages {it}.",
        passes="process:p operational, role_assignment:a active, role:r active process_manager, party:x active; "
               "a assigned_in p, a assigned_as r, a assigns x",
        fails="process:p operational, role_assignment:a active, role:r active process_owner, party:x active, "
              "role_assignment:b active, role:m active process_manager; a assigned_in p, a assigned_as r, a assigns x, "
              "b assigned_as m, b assigns x",
        mended="; b assigned_in p",
    ),
    Rule(
        "O09", Severity.medium, "ownership", "Activity without a practitioner in its process",
        "Roles that do a live activity are held elsewhere, and by nobody in its process.",
        "Assign a party with the skills to the role in this process.",
        Looks(owners.without_practitioner, paths=paths(
            STATUS, (out("responsible"),), (out("part_of"),), *((out("responsible"), *way) for way in HELD),
            (out("responsible"), into("assigned_as"), out("assigned_in")),
        )), frozenset({"activity"}),
        given=Joined("a held R", (out("responsible"), into("assigned_as")), STATUS), few=True,
        sentence="Nobody in its process can do {it}.",
        passes="activity:a operational, process:p operational, role:r active, role_assignment:h active, party:x "
               "active; "
               "a part_of p, a responsible r, h assigned_as r, h assigns x, h assigned_in p",
        fails="activity:a operational, process:p operational, role:r active, role_assignment:h active, party:x active; "
              "a part_of p, a responsible r, h assigned_as r, h assigns x",
        mended="; h assigned_in p",
    ),
    Rule(
        "O10", Severity.low, "ownership", "One party for everything",
        "One party is owner, manager and only practitioner of a live process of criticality 4 or 5.",
        "Let two of the three be different people, or name a deputy.",
        Looks(owners.alone, paths=paths(STATUS, *IN_SEAT)), _PROCESS, given=_VITAL, few=True,
        sentence="One party is owner, manager and only practitioner of {it}.",
        passes="process:p operational 4, role_assignment:a active, role:r active process_owner, party:x active; "
               "a assigned_in p, a assigned_as r, a assigns x",
        fails="process:p operational 4, role_assignment:a active, role_assignment:b active, role_assignment:c active, "
              "role:r active process_owner, role:m active process_manager, role:q active process_practitioner, "
              "party:x active; a assigned_in p, a assigned_as r, a assigns x, b assigned_in p, b assigned_as m, "
              "b assigns x, c assigned_in p, c assigned_as q, c assigns x",
        mended="; b assigned_in p ended",
    ),
    Rule(
        "O11", Severity.medium, "ownership", "Team in the seat of one person",
        "A team, unit or supplier is assigned to an owner's role, or to one with a single seat.",
        "Name the person.",
        Looks(owners.team, paths=paths(owners.SEATS, (out("assigned_as"),)) + paths(STATUS, (out("assigns"),))),
        _ASSIGNMENT, given=Looks(owners.asks_many, paths=paths(owners.SEATS, (out("assigned_as"),))),
        sentence="{it} puts a team where one person should be.",
        passes="role_assignment:a active, role:r active process_owner, party:x active person; a assigned_as r, a "
               "assigns x",
        fails="role_assignment:a active, role:r active process_owner, party:x active team, party:y active person; "
              "a assigned_as r, a assigns x",
        mended="; a assigns x ended, a assigns y",
    ),
    Rule(
        "O14", Severity.medium, "ownership", "Role held without the skills for it",
        "Who is assigned to a role lacks a skill that it requires, or the proof of that has expired.",
        "Train and certify, or assign somebody else.",
        Looks(owners.not_skilled, paths=(
            Path((out("assigns"),), owners.SKILLED),
            Path((out("assigned_as"),), _REQUIRING),
        )), _ASSIGNMENT, given=Joined("required skills", (out("assigned_as"),), _WITH_SKILLS), few=True,
        source="SFIA 9: roles are profiles of skills and levels",
        sentence="Whoever holds {it} lacks a skill for it, or the proof is out of date.",
        passes="role_assignment:a active, role:r active +required_skills=[name:welding/level:3], "
               "party:x active +skills=[name:Welding/level:4]; a assigned_as r, a assigns x",
        fails="role_assignment:a active, role:r active +required_skills=[name:welding/level:3], "
              "party:x active +skills=[name:welding/level:4/valid_to:2026-03-01]; a assigned_as r, a assigns x",
        mended="party:x active +skills=[name:welding/level:4/valid_to:2030-03-01]",
    ),
    Rule(
        "O15", Severity.high, "ownership", "Role held by nobody who is there",
        "A role that answers for or does live activities is assigned only to parties who have left, or to nobody in a "
        "process in which it has these letters.",
        "Assign a party that is there, in the process that it is needed in.",
        Looks(owners.held_by_nobody_there, paths=paths(
            STATUS, *HELD, (into("assigned_as"), out("assigned_in")), (into("responsible", "accountable"),),
            (into("responsible", "accountable"), out("part_of")),
        )), frozenset({"role"}),
        given=Joined("an assignment", (into("assigned_as"),), STATUS),
        sentence="{it} has work to answer for, and is held by nobody who is there.",
        passes="role:r active, role_assignment:h active, party:x active, activity:a operational, process:p "
               "operational; "
               "h assigned_as r, h assigns x, h assigned_in p, a part_of p, a accountable r",
        fails="role:r active, role_assignment:h active, party:x left, party:y active, activity:a operational, "
              "process:p operational; h assigned_as r, h assigns x, h assigned_in p, a part_of p, a accountable r",
        mended="; h assigns y",
    ),
)  # fmt: skip
