"""Processes are governed and made of activities. Source: ITIL 2011 service design, process elements."""

from services.alignment.judge.catalogue.words import live
from services.alignment.judge.checks import Joined, Says
from services.alignment.judge.footprint import into, out
from services.alignment.judge.rule import Rule, Severity

_PROCESS = frozenset({"process"})
_OPERATIONAL = frozenset({"operational"})

RULES = (
    Rule(
        "P01", Severity.high, "process", "Process without a policy",
        "An operational process has no active `governs` from a live policy.",
        "Its owner writes down first the one rule that people argue about, and adds `governs` from that policy.",
        Joined("governed_by -> policy", (into("governs"),), live("policy")), _PROCESS, states=_OPERATIONAL,
        passes="process:p operational, policy:q published; q governs p",
        fails="process:p operational, policy:q published",
        mended="; q governs p",
    ),
    Rule(
        "P02", Severity.high, "process", "Policy that governs nothing",
        "A live policy has no active `governs` to a live process, service or project.",
        "Attach it by `governs` to what it rules, or withdraw it.",
        Joined("governs -> process, service, project", (out("governs"),), live("process", "service", "project")),
        frozenset({"policy"}),
        passes="policy:q published, process:p operational; q governs p",
        fails="policy:q published, process:p operational",
        mended="; q governs p",
    ),
    Rule(
        "P03", Severity.high, "process", "Process without activities",
        "A live process has no live activity.",
        "Write down what is done, then how, then in which steps.",
        Joined("has_part -> activity", (into("part_of"),), live("activity")), _PROCESS,
        passes="process:p operational, activity:a operational; a part_of p",
        fails="process:p operational, activity:a operational",
        mended="; a part_of p",
    ),
    Rule(
        "P11", Severity.low, "process", "Process without a purpose",
        "A live process says nothing about its purpose.",
        "Fill in the purpose.",
        Says("purpose"), _PROCESS,
        passes="process:p operational +purpose", fails="process:p operational", mended=" +purpose",
    ),
)  # fmt: skip
