"""The rule catalogue."""

from collections.abc import Iterable
from hashlib import sha256

import orjson

from services.alignment.judge.checks import Ends, Evidence, Fits, Joined, LeadsUp, Says
from services.alignment.judge.graph import Node
from services.alignment.judge.rule import Rule, Severity
from shared.contracts import NODE_KINDS

VERSION = 1


def _is_business(node: Node) -> bool:
    return node.kind == "strategy" and node.type == "business"


def _is_outcome(node: Node) -> bool:
    return node.kind == "outcome"


def _is_goal(node: Node) -> bool:
    return _is_business(node) or _is_outcome(node)


def _is_strategic(node: Node) -> bool:
    return node.kind in ("strategy", "objective")


def _is_offered(node: Node) -> bool:
    return not node.deleted and node.state in _OFFERED


def _is_any(_: Node) -> bool:
    return True


def _unseen(end: str, node: Node | None) -> Evidence:
    return {"missing": end} if node is None else {}


def _deleted(end: str, node: Node | None) -> Evidence:
    return {"deleted": end, "version": node.version} if node and node.deleted else {}


_OFFERED = frozenset({"in_study", "in_design", "in_test", "active", "launched"})
_ALL = frozenset(NODE_KINDS)

RULES = {
    rule.id: rule
    for rule in (
        Rule(
            "V01", Severity.critical, "trace", "IT strategy that supports no business strategy",
            "A live strategy of type it, it_service or manufacturing has no live `supports` to a live business one.",
            "IT depends wholly on the business: link it to the strategy it serves, or stop it.",
            Joined("supports -> strategy (business)", _is_business, out=("supports",)),
            frozenset({"strategy"}), frozenset({"it", "it_service", "manufacturing"}),
            passes="strategy:s in_force it, strategy:b in_force business; s supports b",
            fails="strategy:s in_force it, strategy:b draft business; s supports b",
        ),
        Rule(
            "V02", Severity.high, "trace", "Tactic that nobody asked for",
            "A live tactic has no live `decomposes` or `realizes` to a live strategy or objective.",
            "Name the objective it pursues, or retire it.",
            Joined("decomposes or realizes -> strategy, objective", _is_strategic, out=("decomposes", "realizes")),
            frozenset({"tactic"}),
            passes="tactic:t in_force, objective:o in_force; t decomposes o",
            fails="tactic:t in_force, objective:o draft; t decomposes o",
        ),
        Rule(
            "V04", Severity.high, "trace", "In a vacuum",
            "No chain of justifying relations leads from a live process or policy, through live things only, to a live "
            "outcome or business strategy.",
            "Write down why it exists: a `justified_by` to the objective or outcome that it serves.",
            LeadsUp("a justification up to an outcome or a business strategy", _is_goal),
            frozenset({"process", "policy"}),
            passes="process:p operational, outcome:o agreed; p serves o",
            fails="process:p operational, outcome:o retired; p serves o",
        ),
        Rule(
            "V08", Severity.high, "trace", "Service without an outcome",
            "No chain of justifying relations leads from a service between approved and operational to a live outcome.",
            "Ask its customers which result it enables, and link that outcome.",
            LeadsUp("a way up to an outcome", _is_outcome), frozenset({"service"}),
            states=frozenset(
                {"approved", "chartered", "designed", "developed", "built", "tested", "released", "operational"}
            ),
            passes="service:s tested, outcome:o agreed; s serves o",
            fails="service:s tested, objective:o in_force; s realizes o",
        ),
        Rule(
            "F01", Severity.critical, "offering", "Offering of nothing",
            "A launched offering has no goods, no access to resources and no service action.",
            "Ask three questions: what do they keep, what may they use, what do we do for them?",
            Says("components"), frozenset({"service_offering"}),
            passes="service_offering:o launched +components", fails="service_offering:o launched",
        ),
        Rule(
            "F02", Severity.high, "offering", "Offering for nobody",
            "A launched offering names no consumer group.",
            "Name who it is for.",
            Says("consumer_group_ids"), frozenset({"service_offering"}),
            passes="service_offering:o launched +consumer_group_ids", fails="service_offering:o launched",
        ),
        Rule(
            "F03", Severity.high, "offering", "Service that is not offered",
            "No offering from in_study to launched names an operational service.",
            "Make the first offering.",
            Joined("service_offering -> offers", _is_offered, into=("offers",), there=True),
            frozenset({"service"}), states=frozenset({"operational"}),
            passes="service:s operational, service_offering:o in_study; o offers s",
            fails="service:s operational, service_offering:o retired; o offers s",
        ),
        Rule(
            "P01", Severity.high, "process", "Process that no policy governs",
            "An operational process has no active `governs` from a live policy.",
            "Its owner writes down first the one rule that people argue about.",
            Joined("governed_by -> policy", _is_any, into=("governs",)),
            frozenset({"process"}), states=frozenset({"operational"}),
            passes="process:p operational, policy:q published; q governs p",
            fails="process:p operational, policy:q draft; q governs p",
        ),
        Rule(
            "D01", Severity.critical, "trace", "Points at something that is not there",
            "An end of a relation has never been seen. Shown as pending, without weight, for a while after it began.",
            "Wait for it, or create it.",
            Ends(_unseen), _ALL, population="edges",
            passes="service:s operational, product:p in_use; s depends_on p",
            fails="service:s operational; s depends_on product:unseen",
        ),
        Rule(
            "D02", Severity.high, "trace", "Points at something deleted",
            "An end of a relation has been deleted.",
            "Point at its successor, or end the link.",
            Ends(_deleted), _ALL, population="edges",
            passes="service:s operational, product:p in_use; s depends_on p",
            fails="service:s operational, product:p deleted; s depends_on p",
        ),
        Rule(
            "D03", Severity.medium, "trace", "Relation that does not fit its ends",
            "A link joins two kinds that its type does not allow.",
            "Pick a relation that may join them; the evidence lists which.",
            Fits(), _ALL, population="links",
            passes="policy:q published, process:p operational; q governs p",
            fails="process:p operational, policy:q published; p governs q",
        ),
    )
}  # fmt: skip

_JOINED = [rule.check for rule in RULES.values() if isinstance(rule.check, Joined)]

LOOKS_INTO = tuple(sorted({relation for check in _JOINED for relation in check.into}))
"""Relations that a rule follows from target to source, so that a change of the source reaches the target."""

CLIMBERS = frozenset().union(*(rule.kinds for rule in RULES.values() if isinstance(rule.check, LeadsUp)))
"""Kinds of which a rule looks at everything above."""

READ_WHOLE = tuple(sorted({kind for rule in RULES.values() if isinstance(rule.check, Says) for kind in rule.kinds}))
"""Kinds of which a rule reads members that the view has no column for."""


def fingerprint(rules: Iterable[Rule], version: int = VERSION) -> str:
    """Tells one catalogue from another: findings that were judged by another one hold no longer. Raise VERSION where a
    check judges differently and what it says of itself stays."""
    told = [
        [rule.id, int(rule.severity), rule.condition, rule.population, sorted(rule.kinds), rule.passes, rule.fails,
         sorted(rule.types or ()), sorted(rule.states or ())]
        for rule in rules
    ]  # fmt: skip
    return f"{version}-{sha256(orjson.dumps(told)).hexdigest()[:16]}"
