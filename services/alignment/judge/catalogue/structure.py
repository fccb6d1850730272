"""What depends on what is there, and what is above it."""

from services.alignment.judge.catalogue import lifecycle
from services.alignment.judge.catalogue.words import STATUS, live, paths
from services.alignment.judge.checks import Joined, Looks
from services.alignment.judge.footprint import Reading, into, out
from services.alignment.judge.rule import Rule, Severity

SOURCE = "ITIL 2011 service asset and configuration management"
_PORTFOLIO = "ITIL 2011 service portfolio management; PRINCE2 benefits review"
_TREES = "ArchiMate 3.2: composition is a tree; work breakdown structures (PMI)"
_DEPENDENT = frozenset({"service", "product", "service_offering"})
_PARENT = (out(*lifecycle.UPWARD),)
_CHILDREN = (into(*lifecycle.UPWARD),)
_THERE = Reading(lambda node: node.seen and not node.deleted)
_STEERED = frozenset({"strategy", "objective", "tactic", "operation", "capability", "plan", "project", "csf", "kpi"})
_PARENTS = _STEERED - {"operation", "kpi"}
_ONE_PARENT = frozenset({"objective", "capability", "party", "category", "contract"})
_HAS_CHILDREN = Joined("anything below", _CHILDREN, _THERE)

RULES = (
    Rule(
        "L01", Severity.critical, "structure", "Dependency on something retired",
        "A live service, product or offering depends on something that has been retired.",
        "Migrate to its successor and end the link, or accept it with a date.",
        lifecycle.NEEDS_RETIRED, _DEPENDENT, asked="L01n",
        sentence="{it} depends on something that is retired.",
        passes="service:s operational, product:p in_use; s depends_on p",
        fails="service:s operational, product:p retired; s depends_on p",
        mended="; s depends_on p ended",
    ),
    Rule(
        "L01n", Severity.info, "structure", "No dependency", "A live service, product or offering depends on nothing.",
        "Nothing is to be done.",
        Joined("a dependency", (out(*lifecycle.NEEDS),), _THERE), _DEPENDENT, shown=False,
        passes="service:s operational, product:p in_use; s depends_on p",
        fails="service:s operational, product:p in_use",
        mended="; s depends_on p",
    ),
    Rule(
        "L02", Severity.high, "structure", "Dependency that ends first",
        "The validity of what a live service, product or offering depends on ends before its own.",
        "Migrate before that day, prolong what it depends on, or end it too.",
        lifecycle.OUTLIVES, _DEPENDENT, asked="L01n",
        sentence="What {it} depends on ends before it does.",
        passes="service:s operational, product:p in_use; s depends_on p",
        fails="service:s operational, product:p in_use +valid_to=2030-01-01; s depends_on p",
        mended="; s depends_on p ended",
    ),
    Rule(
        "L03", Severity.high, "structure", "Live below a draft",
        "What a live thing of strategy belongs to is not live yet: a draft, or proposed.",
        "Sign what is above it, or pull it back.",
        lifecycle.BELOW_PLANNED, _STEERED,
        given=Joined("anything above", _PARENT, _THERE), source=_PORTFOLIO,
        sentence="{it} is live, and what it belongs to is not yet.",
        passes="tactic:t in_force, objective:o in_force; t decomposes o",
        fails="tactic:t in_force, objective:o draft; t decomposes o",
        mended="objective:o in_force",
    ),
    Rule(
        "L04", Severity.medium, "structure", "Hollow",
        "Everything below a live strategy, objective, tactic, capability, plan or project has ended.",
        "Close it, or give it new work.",
        Looks(lifecycle.hollow, paths=paths(STATUS, _CHILDREN)), _PARENTS, given=_HAS_CHILDREN,
        few=True, source=_PORTFOLIO,
        sentence="Everything below {it} has ended.",
        passes="tactic:t in_force, operation:o in_force, operation:p retired; o decomposes t, p decomposes t",
        fails="tactic:t in_force, operation:p retired, operation:o in_force; p decomposes t",
        mended="; o decomposes t",
    ),
    Rule(
        "L06", Severity.medium, "structure", "Completed without its result",
        "A project is completed, and what it was to deliver is not there: no operational service, no realised "
        "outcome, no "
        "product in use.",
        "Hold the review of benefits with its sponsor: finish it, or say what it delivered instead.",
        Looks(lifecycle.undelivered, paths=paths(STATUS, (out("delivers"),))), frozenset({"project"}),
        states=frozenset({"completed"}), given=Joined("delivers", (out("delivers"),), _THERE), few=True,
        source=_PORTFOLIO,
        sentence="{it} is completed, and its result is not there.",
        passes="project:p completed, service:s operational; p delivers s",
        fails="project:p completed, service:s built; p delivers s",
        mended="service:s operational",
    ),
    Rule(
        "S10", Severity.high, "sign_off", "Below what was rejected",
        "What a live thing of strategy belongs to was rejected or withdrawn.",
        "Attach it to what is in force, or withdraw it too.",
        lifecycle.BELOW_REJECTED, _STEERED, asked="L03n", source=_PORTFOLIO,
        sentence="{it} hangs on what was rejected.",
        passes="tactic:t in_force, objective:o in_force; t decomposes o",
        fails="tactic:t in_force, objective:o rejected; t decomposes o",
        mended="; t decomposes o ended",
    ),
    Rule(
        "Y04", Severity.low, "structure", "Too much below one thing",
        "More than {children} live things are directly below a live one.",
        "Group them under themes that have names.",
        lambda limit: Joined("few below", _CHILDREN, live(), least=0, most=limit["children"]), _PARENTS,
        limits={"children": 30}, among="L04p", source=_TREES,
        sentence="More than {children} things are directly below {it}.",
        passes="objective:o in_force, tactic:t in_force; t decomposes o",
        fails="objective:o in_force, " + ", ".join(f"tactic:t{n} in_force" for n in range(31)) + "; "
              + ", ".join(f"t{n} decomposes o" for n in range(31)),
        mended="; t30 decomposes o ended",
    ),
    Rule(
        "Y05", Severity.medium, "structure", "Two parents",
        "A live objective, capability, party, category or contract is part of more than one live thing of its kind.",
        "Keep the one that it is reported to, and end the other relation.",
        Looks(lifecycle.two_parents, paths=paths(STATUS, (out("part_of", "decomposes"),))), _ONE_PARENT,
        given=Joined("a parent", (out("part_of", "decomposes"),), live()), source=_TREES,
        sentence="{it} is part of two things of its kind.",
        passes="capability:c in_force, capability:d in_force; c part_of d",
        fails="capability:c in_force, capability:d in_force, capability:e in_force; c part_of d, c part_of e",
        mended="; c part_of e ended",
    ),
)  # fmt: skip
