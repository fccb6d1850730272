"""Who does what in each activity."""

from services.alignment.judge.catalogue import charts
from services.alignment.judge.catalogue.charts import LETTERS
from services.alignment.judge.catalogue.seats import ASSIGNED, HELD
from services.alignment.judge.catalogue.words import STATUS, live, paths, saying
from services.alignment.judge.checks import Joined, Looks
from services.alignment.judge.conditions import Has
from services.alignment.judge.footprint import into, out
from services.alignment.judge.rule import Rule, Severity

SOURCE = (
    "The RACI rules of practice (Jacka and Keller, Business Process Mapping): one accountable, somebody who does it"
)
_CHARTS = "Responsibility charts: how to read them down and across"
_ROLE = live("role")
_ACTIVITY = frozenset({"activity"})
_RA = (out("responsible", "accountable"),)
_ANY_LETTER = Joined("a letter", (out(*LETTERS),), STATUS)
_OF_ROLE = Joined("a letter in an activity", (into(*LETTERS),), live("activity"))


_NO_OWNERS = frozenset({None, "process_manager", "process_practitioner", "service_owner", "other"})
"""Types of roles that need not be everywhere."""
_SEGREGATED = tuple(
    (*first, *way)
    for first in ((), (out("relates_to"),))
    for way in (
        (out("part_of"),),
        (out("responsible", "accountable"), into("assigned_as"), out("assigns")),
        (out("responsible", "accountable"), into("assigned_as"), out("assigned_in")),
    )
)
_FLAGGED = Has("activities that others must do", lambda node: node.get("segregated_from_ids"), ("segregated_from_ids",))
_LENT = saying("delegated_by_id", kinds=("role_assignment",))
_A = (into("part_of"), out("accountable"))

RULES = (
    Rule(
        "R01", Severity.critical, "raci", "Activity without an accountable role",
        "No live role has the letter A in a live activity: it has no personal consequence for anybody.",
        "Give one role the letter A; by default the process owner's.",
        Joined("accountable -> role", (out("accountable"),), _ROLE), _ACTIVITY,
        sentence="Nobody is accountable for {it}.",
        passes="activity:a operational, role:r active; a accountable r",
        fails="activity:a operational, role:r active, role:x retired; a accountable x",
        mended="; a accountable r",
    ),
    Rule(
        "R02", Severity.critical, "raci", "Activity with several accountable roles",
        "More than one live role has the letter A in a live activity.",
        "Keep the A nearest the deliverable, and turn the others to C.",
        Joined("one A", (out("accountable"),), _ROLE, least=0, most=1), _ACTIVITY, asked="R01", source=_CHARTS,
        sentence="More than one role is accountable for {it}.",
        passes="activity:a operational, role:r active; a accountable r",
        fails="activity:a operational, role:r active, role:q active; a accountable r, a accountable q",
        mended="; a accountable q ended",
    ),
    Rule(
        "R03", Severity.high, "raci", "Activity that nobody does",
        "No live role has the letter R in a live activity.",
        "Name the role of the last practitioner who did it.",
        Joined("responsible -> role", (out("responsible"),), _ROLE), _ACTIVITY,
        sentence="Nobody does {it}.",
        passes="activity:a operational, role:r active; a responsible r",
        fails="activity:a operational, role:r active; a accountable r",
        mended="; a responsible r",
    ),
    Rule(
        "R04", Severity.medium, "raci", "Activity that too many do",
        "More than {roles} live roles have the letter R in a live activity.",
        "Split the activity.",
        lambda limit: Joined("few R", (out("responsible"),), _ROLE, least=0, most=limit["roles"]), _ACTIVITY,
        limits={"roles": 3}, asked="R03",
        sentence="More than {roles} roles do {it}.",
        passes="activity:a operational, role:r active; a responsible r",
        fails="activity:a operational, role:r active, role:s active, role:t active, role:u active; "
              "a responsible r, a responsible s, a responsible t, a responsible u",
        mended="; a responsible u ended",
    ),
    Rule(
        "R05", Severity.low, "raci", "Activity in which many are asked",
        "More than {roles} live roles have the letter C in a live activity.",
        "Do all of them need asking? Move some from C to I.",
        lambda limit: Joined("few C", (out("consulted"),), _ROLE, least=0, most=limit["roles"]), _ACTIVITY,
        limits={"roles": 4}, given=Joined("a C", (out("consulted"),), _ROLE), few=True,
        sentence="More than {roles} roles are asked about {it}.",
        passes="activity:a operational, role:r active; a consulted r",
        fails="activity:a operational, role:r active, role:s active, role:t active, role:u active, role:v active; "
              "a consulted r, a consulted s, a consulted t, a consulted u, a consulted v",
        mended="; a consulted v ended",
    ),
    Rule(
        "R06", Severity.info, "raci", "Activity of which many are told",
        "More than {roles} live roles have the letter I in a live activity.",
        "Let those who want to know subscribe, and tell the others no longer.",
        lambda limit: Joined("few I", (out("informed"),), _ROLE, least=0, most=limit["roles"]), _ACTIVITY,
        limits={"roles": 6},
        sentence="More than {roles} roles are told of {it}.",
        passes="activity:a operational, role:r active; a informed r",
        fails="activity:a operational, role:r active, role:s active, role:t active, role:u active, role:v active, "
              "role:w active, role:x active; a informed r, a informed s, a informed t, a informed u, a informed v, "
              "a informed w, a informed x",
        mended="; a informed x ended",
    ),
    Rule(
        "R07", Severity.info, "raci", "Hand-over without a word",
        "A live activity goes before one that other roles do, and no live role has the letter C or I in it.",
        "Ask those who take over what they need to know, and give them C or I.",
        Looks(charts.without_talk, paths=paths(
            STATUS, (out("responsible", "consulted", "informed"),), (out("precedes"),),
            (out("precedes"), out("responsible")),
        )), _ACTIVITY, source=_CHARTS,
        sentence="{it} hands over to others without a word to them.",
        passes="activity:a operational, activity:b operational, role:r active, role:s active; "
               "a precedes b, a responsible r, b responsible s, a informed s",
        fails="activity:a operational, activity:b operational, role:r active, role:s active; "
              "a precedes b, a responsible r, b responsible s",
        mended="; a informed s",
    ),
    Rule(
        "R08", Severity.medium, "raci", "Role with two letters",
        "A live role has two letters in one live activity, other than A and R.",
        "Split the activity, or drop the weaker letter.",
        Looks(charts.two_letters, paths=paths(STATUS, (out(*LETTERS),))), _ACTIVITY, asked="R10n", source=_CHARTS,
        sentence="A role has two letters in {it}.",
        passes="activity:a operational, role:r active; a accountable r, a responsible r",
        fails="activity:a operational, role:r active; a accountable r, a informed r",
        mended="; a informed r ended",
    ),
    Rule(
        "R09", Severity.high, "raci", "Letter of a role that nobody holds",
        "Nobody is assigned to a live role that has the A of a live activity, or its only R.",
        "Fill the role, or move the letter to one that is held.",
        Looks(charts.vacant, paths=paths(STATUS, _RA, (*_RA, *ASSIGNED))), _ACTIVITY, asked="R10n",
        sentence="A letter in {it} is that of a role which nobody holds.",
        passes="activity:a operational, role:r active, role_assignment:h active; "
               "a accountable r, h assigned_as r",
        fails="activity:a operational, role:r active, role_assignment:h active; a accountable r",
        mended="; h assigned_as r",
    ),
    Rule(
        "R10", Severity.high, "raci", "Letter of a retired role",
        "A role that has been retired has a letter in a live activity.",
        "Move the letter to its successor.",
        Looks(charts.retired, paths=paths(STATUS, (out(*LETTERS),))), _ACTIVITY, given=_ANY_LETTER,
        sentence="A letter in {it} is that of a retired role.",
        passes="activity:a operational, role:r active; a informed r",
        fails="activity:a operational, role:r retired; a informed r",
        mended="; a informed r ended",
    ),
    Rule(
        "R11", Severity.medium, "raci", "Role that only listens",
        "A live role has letters in live activities, and no R and no A among them.",
        "Expand the role, or take it out of the matrix.",
        Joined("an R or an A", (into("responsible", "accountable"),), live("activity")), frozenset({"role"}),
        given=_OF_ROLE, source=_CHARTS,
        sentence="{it} is asked and told, and does nothing.",
        passes="role:r active, activity:a operational; a responsible r",
        fails="role:r active, activity:a operational; a informed r",
        mended="; a responsible r",
    ),
    Rule(
        "R12", Severity.medium, "raci", "Role in everything",
        "A live role, other than its owner's, has a letter in each activity of a live process that has {activities} "
        "or more.",
        "Does it need to be in all of them? Take it out of some.",
        lambda limit: Looks(lambda node: charts.everywhere(node, limit["activities"]), paths=paths(
            STATUS, (into(*LETTERS),), (into(*LETTERS), out("part_of")),
            (into(*LETTERS), out("part_of"), into("part_of")),
        )), frozenset({"role"}), _NO_OWNERS, limits={"activities": 4}, given=_OF_ROLE, source=_CHARTS,
        sentence="{it} has a letter in every activity of a process.",
        passes="role:r active, process:p operational, activity:a operational, activity:b operational, "
               "activity:c operational, activity:d operational; a part_of p, b part_of p, c part_of p, d part_of p, "
               "a informed r, b informed r, c informed r",
        fails="role:r active, process:p operational, activity:a operational, activity:b operational, "
              "activity:c operational, activity:d operational; a part_of p, b part_of p, c part_of p, d part_of p, "
              "a informed r, b informed r, c informed r, d informed r",
        mended="; d informed r ended",
    ),
    Rule(
        "R13", Severity.medium, "raci", "Accountability outside the line",
        "The owner of a live process has no A in it, or a practitioner's role has one that nobody delegated to it.",
        "Give the A to the owner's or a manager's role, or record who delegated it.",
        Looks(charts.no_a_for_its_owner, paths=(
            *paths(STATUS, (out("owned_by"),), (into("part_of"),), _A, *((*_A, *way) for way in HELD)),
            *paths(_LENT, (*_A, into("assigned_as"))),
        )), frozenset({"process"}), given=Joined("an A", _A, _ROLE), few=True,
        sentence="The A in {it} is outside the line of its owner.",
        passes="process:p operational, activity:a operational, role:r active process_owner; a part_of p, "
               "a accountable r",
        fails="process:p operational, activity:a operational, role:r active process_manager, role:o active; "
              "a part_of p, a accountable r, p owned_by o",
        mended="; a accountable r ended, a accountable o",
    ),
    Rule(
        "R15", Severity.high, "raci", "One party on both sides",
        "A party does a live activity, and does or answers for one that others must do.",
        "Give one of the two to another party.",
        Looks(charts.does_and_approves, ("segregated_from_ids",), paths(STATUS, (out("relates_to"),), *_SEGREGATED)),
        _ACTIVITY, given=_FLAGGED, few=True,
        source="Segregation of duties (COBIT DSS06.03; ISO/IEC 27002, 5.3)",
        sentence="One party does {it} and what others must do.",
        passes="activity:a operational +segregated_from_ids=[b], activity:b operational, process:p operational, "
               "role:r active, role_assignment:h active, party:x active; a relates_to b, a part_of p, b part_of p, "
               "a responsible r, h assigned_as r, h assigned_in p, h assigns x",
        fails="activity:a operational +segregated_from_ids=[b], activity:b operational, process:p operational, "
              "role:r active, role_assignment:h active, party:x active; a relates_to b, a part_of p, b part_of p, "
              "a responsible r, b accountable r, h assigned_as r, h assigned_in p, h assigns x",
        mended="; b accountable r ended",
    ),
)  # fmt: skip
