"""Nothing in a vacuum: what is there leads to an outcome or a business strategy."""

from collections.abc import Iterator
from dataclasses import replace

from services.alignment.judge.catalogue.words import APPROVED_OR_LATER, ARTIFACTS, BUSINESS, COMPLETE, OUTCOME, live
from services.alignment.judge.checks import AnyOf, ByType, Evidence, Joined, LeadsUp, Looks, RestedOn, Topmost
from services.alignment.judge.conditions import After
from services.alignment.judge.footprint import Path, Reading, into, out
from services.alignment.judge.graph import Node
from services.alignment.judge.meaning import LEADING
from services.alignment.judge.rule import Rule, Severity
from shared.contracts import NODE_KINDS

SOURCE = (
    "ITIL 2011 strategy management: each level justified by the one above; ArchiMate 3.2 motivation: from means to ends"
)
_OTHERS = LEADING & set(NODE_KINDS) - ARTIFACTS - {"strategy", "outcome", "tactic", "operation", "service", "party"}
"""Kinds of which no other rule asks whether something is above them; of a party nobody asks what it is for."""
_ABOVE = "something live above it"


def _has_budget(node: Node) -> Severity | None:
    return Severity.critical if node.kind == "project" and node.get("budget") else None


def _wrong_way(node: Node) -> Iterator[Evidence]:
    """A circle is said once, at the least of it."""
    for each in node.over(["supports"], forward=True):
        if each.live and node.type == "business" and each.type != "business":
            yield {"part": each.ref, "supports": each.ref, "type": each.type}
    circle = _circle(node)
    if circle and node.ref == min(circle):
        yield {"part": "circle", "circle": sorted(circle)[:_NAMED]}


_NAMED, _MOST = 10, 1000


def _circle(node: Node) -> set[str]:
    """What supports it and is supported by it, over any number of others."""
    above = _supporting(node, forward=True)
    return above & _supporting(node, forward=False) if node.ref in above else set()


def _supporting(node: Node, *, forward: bool) -> set[str]:
    found = set[str]()
    waiting = [node]
    while waiting and len(found) < _MOST:
        for each in waiting.pop().over(["supports"], forward=forward):
            if each.live and each.ref not in found:
                found.add(each.ref)
                waiting.append(each)
    return found


def _other_customers(node: Node) -> Iterator[Evidence]:
    groups = [each for each in node.over(["targets"], forward=True) if each.live and each.type]
    if node.type and groups and all(each.type != node.type for each in groups):
        yield {"type": node.type, "groups": sorted(each.ref for each in groups)[:_NAMED]}


def _is_lower(node: Node) -> Iterator[Evidence]:
    if node.get("level") not in _STRATEGIC:
        yield {"level": node.get("level")}


_STRATEGIC = frozenset({None, "strategic"})
_SUPPORTS = Reading(lambda node: (node.live, node.type), frozenset({"strategy"}))
_GROUP = Reading(lambda node: (node.live, node.type), frozenset({"consumer_group"}))
_AIMS = live("strategy", "objective")
_CARRIED_OUT = into("decomposes", "realizes", "justified_by")
_EXECUTED = Joined("realized_by <- tactic, project, service", (_CARRIED_OUT,), live("tactic", "project", "service"))
_WORKED_ON = Joined("decomposed_into <- operation, project", (_CARRIED_OUT,), live("operation", "project"))

RULES = (
    Rule(
        "V01", Severity.critical, "trace", "IT strategy without a business strategy",
        "No chain of live `supports` leads from a live strategy of type it, it_service or manufacturing to a live "
        "business strategy.",
        "IT depends wholly on the business: add `supports` to the strategy that it serves, or retire it.",
        LeadsUp("supports -> strategy (business)", BUSINESS),
        frozenset({"strategy"}), frozenset({"it", "it_service", "manufacturing"}),
        sentence="{it} supports no strategy of the business.",
        passes="strategy:s in_force it_service, strategy:i in_force it, strategy:b in_force business; "
               "s supports i, i supports b",
        fails="strategy:s in_force it, strategy:b in_force business",
        mended="; s supports b",
    ),
    Rule(
        "V02", Severity.high, "trace", "Tactic without an objective",
        "A live tactic has no live `decomposes` or `realizes` to a live strategy or objective.",
        "Add `decomposes` to the objective that it pursues, or retire it.",
        Joined("decomposes or realizes -> strategy, objective", (out("decomposes", "realizes"),), _AIMS),
        frozenset({"tactic"}),
        sentence="No strategy and no objective asks for {it}.",
        passes="tactic:t in_force, objective:o in_force; t decomposes o",
        fails="tactic:t in_force, objective:o in_force",
        mended="; t decomposes o",
    ),
    Rule(
        "V03", Severity.high, "trace", "Operation without a tactic",
        "A live operation has no live `decomposes` to a live tactic.",
        "Work by habit: add `decomposes` to the tactic that it carries out, or retire it.",
        Joined("decomposes -> tactic", (out("decomposes"),), live("tactic")),
        frozenset({"operation"}),
        sentence="{it} belongs to no tactic.",
        passes="operation:p in_force, tactic:t in_force; p decomposes t",
        fails="operation:p in_force, tactic:t in_force",
        mended="; p decomposes t",
    ),
    Rule(
        "V04", Severity.high, "trace", "No justification",
        "Nothing live is above a live plan, project, policy, process, procedure or work instruction.",
        "Write down why it exists: add `justified_by` to the objective, tactic, operation or outcome that it is for.",
        Topmost(_ABOVE), ARTIFACTS, graver=_has_budget, reads=("budget",), passing="V04c",
        sentence="Nobody has written down why {it} exists.",
        passes="process:p operational, outcome:o agreed; p serves o",
        fails="process:p operational, outcome:o agreed, outcome:r retired; p serves r",
        mended="; p justified_by o",
    ),
    Rule(
        "V04c", Severity.high, "trace", "Incomplete chain", "No chain leads to a live outcome or business strategy.",
        "Complete the chain at its top.",
        COMPLETE, ARTIFACTS, shown=False,
        passes="process:p operational, outcome:o agreed; p serves o",
        fails="process:p operational, objective:o in_force, outcome:x agreed; p justified_by o",
        mended="; o serves x",
    ),
    Rule(
        "V06", Severity.high, "trace", "Strategy without execution",
        "No live tactic, project or service realizes a strategic objective that has been live for more than "
        "{days} days.",
        "Charter a tactic or project that decomposes or realizes it, or drop the objective.",
        lambda limit: After(limit["days"], _EXECUTED), frozenset({"objective"}), where=("level", _STRATEGIC),
        limits={"days": 90}, asked="V06n",
        sentence="Nothing carries out {it}, {days} days after it was agreed.",
        passes="objective:o in_force, tactic:t in_force; t decomposes o",
        fails="objective:o in_force, tactic:t in_force",
        mended="; t decomposes o",
    ),
    Rule(
        "V06n", Severity.info, "trace", "Not strategic", "An objective is of a lower level than strategic.",
        "Nothing is to be done.",
        Looks(_is_lower, ("level",)), frozenset({"objective"}), shown=False,
        passes="objective:o in_force +level=strategic", fails="objective:o in_force +level=tactical",
        mended=" +level=strategic",
    ),
    Rule(
        "V07", Severity.medium, "trace", "Tactic without work",
        "A tactic that has been live for more than {days} days has no live operation and no live project.",
        "Add an operation that decomposes it or a project that realizes it, or retire the tactic.",
        lambda limit: After(limit["days"], _WORKED_ON), frozenset({"tactic"}), limits={"days": 90},
        sentence="No work has come of {it} in {days} days.",
        passes="tactic:t in_force, operation:o in_force; o decomposes t",
        fails="tactic:t in_force, operation:o in_force",
        mended="; o decomposes t",
    ),
    Rule(
        "V08", Severity.high, "trace", "Service without a purpose",
        "A service between approved and operational has nothing live above it, and no live offering offers it; a "
        "business service leads to no live outcome.",
        "Ask its customers which result it enables, and add `serves` to that outcome; of another service, add "
        "`serves` to what it supports.",
        ByType(
            {"business": LeadsUp("a chain to an outcome", OUTCOME)},
            AnyOf((Topmost(_ABOVE), Joined("offers <- service_offering", (into("offers"),), live("service_offering")))),
        ),
        frozenset({"service"}), states=APPROVED_OR_LATER, passing="V08c",
        sentence="Nobody has said what {it} is for.",
        passes="service:s tested business, objective:b in_force, outcome:o agreed; s realizes b, b serves o",
        fails="service:s tested business, objective:b in_force, outcome:o agreed; s realizes b",
        mended="; s serves o",
    ),
    Rule(
        "V08c", Severity.high, "trace", "Incomplete chain", "No chain leads to a live outcome or business strategy.",
        "Complete the chain at its top.",
        ByType({"business": LeadsUp("a chain to an outcome", OUTCOME)}, COMPLETE),
        frozenset({"service"}), states=APPROVED_OR_LATER, shown=False,
        passes="service:s tested, outcome:o agreed; s serves o",
        fails="service:s tested, capability:c in_force, outcome:o agreed; s realizes c",
        mended="; c realizes o",
    ),
    Rule(
        "V18", Severity.high, "trace", "Chain that ends short",
        "Others rest on a live thing that leads to no live outcome or business strategy and has nothing live above it.",
        "Add the relation to the objective, outcome or strategy that it is for; what rests on it then leads there too.",
        Topmost(_ABOVE, resting=True), frozenset(_OTHERS), passing="V18c", asked="V18n",
        sentence="Others rest on {it}, and it leads to no outcome and no business strategy.",
        passes="objective:o in_force, process:p operational, outcome:x agreed; p justified_by o, o serves x",
        fails="objective:o in_force, process:p operational, outcome:x agreed; p justified_by o",
        mended="; o serves x",
    ),
    Rule(
        "V18c", Severity.high, "trace", "Incomplete chain",
        "Something rests on a live thing from which no chain leads to a live outcome or business strategy.",
        "Complete the chain at its top.",
        replace(COMPLETE, resting=True), frozenset(_OTHERS), shown=False,
        passes="objective:o in_force, objective:p in_force, process:q operational, outcome:x agreed; "
               "q justified_by o, o serves x",
        fails="objective:o in_force, process:q operational, outcome:x agreed; q justified_by o",
        mended="; o serves x",
    ),
    Rule(
        "V18n", Severity.info, "trace", "Nothing rests on it", "Nothing live rests on a live thing.",
        "Nothing is to be done.",
        RestedOn(), frozenset(_OTHERS), shown=False,
        passes="objective:o in_force, process:p operational; p justified_by o",
        fails="objective:o in_force, process:p operational",
        mended="; p justified_by o",
    ),
    Rule(
        "V20", Severity.high, "trace", "Support that runs the wrong way",
        "A business strategy supports one of another type, or strategies support each other in a circle.",
        "End that link: the strategy of IT supports the one of the business.",
        Looks(_wrong_way, paths=(Path((out("supports"),), _SUPPORTS),), circles=("supports",)), frozenset({"strategy"}),
        asked="V20n",
        sentence="{it} gives support in the wrong direction.",
        passes="strategy:i in_force it, strategy:b in_force business; i supports b",
        fails="strategy:b in_force business, strategy:i in_force it; b supports i",
        mended="; b supports i ended",
    ),
    Rule(
        "V20n", Severity.info, "trace", "No support", "A live strategy supports no live one.",
        "Nothing is to be done.",
        Joined("supports -> strategy", (out("supports"),), live("strategy")), frozenset({"strategy"}), shown=False,
        passes="strategy:i in_force it, strategy:b in_force business; i supports b",
        fails="strategy:i in_force it, strategy:b in_force business",
        mended="; i supports b",
    ),
    Rule(
        "V21", Severity.medium, "trace", "Outcome for other customers",
        "An outcome of type external targets internal consumer groups only, or the reverse.",
        "Target a group of its own type, or correct the type.",
        Looks(_other_customers, paths=(Path((out("targets"),), _GROUP),)), frozenset({"outcome"}),
        given=Joined("targets -> consumer_group", (out("targets"),), live("consumer_group")),
        sentence="{it} is said to be for other customers than those whom it targets.",
        passes="outcome:o agreed external, consumer_group:g active external; o targets g",
        fails="outcome:o agreed external, consumer_group:g active internal, consumer_group:h active external; "
              "o targets g",
        mended="; o targets h",
    ),
)  # fmt: skip
