"""Who does what in each activity. Source: the RACI rules of practice: one accountable, somebody who does it."""

from services.alignment.judge.catalogue.words import live
from services.alignment.judge.checks import Joined
from services.alignment.judge.footprint import out
from services.alignment.judge.rule import Rule, Severity

_ROLE = live("role")
_ACTIVITY = frozenset({"activity"})

RULES = (
    Rule(
        "R01", Severity.critical, "raci", "Activity without an accountable role",
        "No live role has the letter A in a live activity: it has no personal consequence for anybody.",
        "Give one role the letter A; by default the process owner's.",
        Joined("accountable -> role", (out("accountable"),), _ROLE), _ACTIVITY,
        passes="activity:a operational, role:r active; a accountable r",
        fails="activity:a operational, role:r active, role:x retired; a accountable x",
        mended="; a accountable r",
    ),
    Rule(
        "R02", Severity.critical, "raci", "Activity with several accountable roles",
        "More than one live role has the letter A in a live activity.",
        "Keep the A nearest the deliverable, and turn the others to C.",
        Joined("one A", (out("accountable"),), _ROLE, least=0, most=1), _ACTIVITY, asked="R01",
        passes="activity:a operational, role:r active; a accountable r",
        fails="activity:a operational, role:r active, role:q active; a accountable r, a accountable q",
        mended="; a accountable q ended",
    ),
    Rule(
        "R03", Severity.high, "raci", "Activity that nobody does",
        "No live role has the letter R in a live activity.",
        "Name the role of the last practitioner who did it.",
        Joined("responsible -> role", (out("responsible"),), _ROLE), _ACTIVITY,
        passes="activity:a operational, role:r active; a responsible r",
        fails="activity:a operational, role:r active; a accountable r",
        mended="; a responsible r",
    ),
    Rule(
        "R04", Severity.medium, "raci", "Activity that too many do",
        "More than three live roles have the letter R in a live activity.",
        "Split the activity.",
        Joined("three R", (out("responsible"),), _ROLE, least=0, most=3), _ACTIVITY, asked="R03",
        passes="activity:a operational, role:r active; a responsible r",
        fails="activity:a operational, role:r active, role:s active, role:t active, role:u active; "
              "a responsible r, a responsible s, a responsible t, a responsible u",
        mended="; a responsible u ended",
    ),
)  # fmt: skip
