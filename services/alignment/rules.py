"""The rule catalogue."""

from collections.abc import Iterator

from services.alignment.graph import Edge, Graph, Node
from services.alignment.rule import Evidence, Rule, Severity
from shared.contracts import NODE_KINDS
from shared.contracts.relations import RELATIONS, allowed_relations

VERSION = 1


def _is_business(node: Node) -> bool:
    return node.kind == "strategy" and node.type == "business"


def _is_outcome(node: Node) -> bool:
    return node.kind == "outcome"


def _is_goal(node: Node) -> bool:
    return _is_business(node) or _is_outcome(node)


def _v01(node: Node, graph: Graph) -> Iterator[Evidence]:
    supported = (graph.live(edge.target) for edge in graph.out(node.ref, "supports"))
    if not any(target and _is_business(target) for target in supported):
        yield {"missing": "supports -> strategy (business)"}


def _v02(node: Node, graph: Graph) -> Iterator[Evidence]:
    wanted = {"strategy", "objective"}
    parents = (graph.live(edge.target) for edge in graph.out(node.ref, "decomposes", "realizes"))
    if not any(parent and parent.kind in wanted for parent in parents):
        yield {"missing": "decomposes or realizes -> strategy, objective"}


def _v04(node: Node, graph: Graph) -> Iterator[Evidence]:
    if not graph.leads_up_to(node.ref, _is_goal):
        yield {"missing": "a justification up to an outcome or a business strategy"}


def _v08(node: Node, graph: Graph) -> Iterator[Evidence]:
    if not graph.leads_up_to(node.ref, _is_outcome):
        yield {"missing": "a way up to an outcome"}


def _f01(node: Node, _: Graph) -> Iterator[Evidence]:
    if not node.data.get("components"):
        yield {"missing": "components"}


def _f02(node: Node, _: Graph) -> Iterator[Evidence]:
    if not node.data.get("consumer_group_ids"):
        yield {"missing": "consumer_group_ids"}


_OFFERED = frozenset({"in_study", "in_design", "in_test", "active", "launched"})


def _f03(node: Node, graph: Graph) -> Iterator[Evidence]:
    offerings = (graph.node(edge.source) for edge in graph.into(node.ref, "offers"))
    if not any(offering and not offering.deleted and offering.state in _OFFERED for offering in offerings):
        yield {"missing": "service_offering -> offers"}


def _p01(node: Node, graph: Graph) -> Iterator[Evidence]:
    if not any(graph.live(edge.source) for edge in graph.into(node.ref, "governs")):
        yield {"missing": "governed_by -> policy"}


def _ends(edge: Edge) -> tuple[str, str]:
    return edge.source, edge.target


def _edge(edge: Edge) -> Evidence:
    return {
        "edge": f"{edge.origin} {edge.type} {edge.source} {edge.target}",
        "origin": edge.origin,
        "type": edge.type,
        "source": edge.source,
        "target": edge.target,
    }


def _d01(node: Node, graph: Graph) -> Iterator[Evidence]:
    for edge in graph.held(node.ref):
        for end in _ends(edge):
            if graph.node(end) is None:
                yield _edge(edge) | {"missing": end}


def _d02(node: Node, graph: Graph) -> Iterator[Evidence]:
    for edge in graph.held(node.ref):
        for end in _ends(edge):
            there = graph.node(end)
            if there and there.deleted:
                yield _edge(edge) | {"deleted": end, "version": there.version}


def _d03(node: Node, graph: Graph) -> Iterator[Evidence]:
    for edge in graph.held(node.ref):
        source, target = (end.partition("/")[0] for end in _ends(edge))
        if edge.is_link and not RELATIONS[edge.type].allows(source, target):
            yield _edge(edge) | {"allowed": allowed_relations(source, target)}


_ALL = frozenset(NODE_KINDS)

RULES = {
    rule.id: rule
    for rule in (
        Rule(
            "V01", Severity.critical, "trace", "IT strategy that supports no business strategy",
            "A live strategy of type it, it_service or manufacturing has no live `supports` to a live business one.",
            "IT depends wholly on the business: link it to the strategy it serves, or stop it.",
            _v01, frozenset({"strategy"}), frozenset({"it", "it_service", "manufacturing"}),
            passes="strategy:s in_force it, strategy:b in_force business; s supports b",
            fails="strategy:s in_force it, strategy:b draft business; s supports b",
        ),
        Rule(
            "V02", Severity.high, "trace", "Tactic that nobody asked for",
            "A live tactic has no live `decomposes` or `realizes` to a live strategy or objective.",
            "Name the objective it pursues, or retire it.",
            _v02, frozenset({"tactic"}),
            passes="tactic:t in_force, objective:o in_force; t decomposes o",
            fails="tactic:t in_force, objective:o draft; t decomposes o",
        ),
        Rule(
            "V04", Severity.high, "trace", "In a vacuum",
            "No chain of justifying relations leads from a live process or policy, through live things only, to a live "
            "outcome or business strategy.",
            "Write down why it exists: a `justified_by` to the objective or outcome that it serves.",
            _v04, frozenset({"process", "policy"}), climbs=True,
            passes="process:p operational, outcome:o agreed; p serves o",
            fails="process:p operational, outcome:o retired; p serves o",
        ),
        Rule(
            "V08", Severity.high, "trace", "Service without an outcome",
            "No chain of justifying relations leads from a service between approved and operational to a live outcome.",
            "Ask its customers which result it enables, and link that outcome.",
            _v08, frozenset({"service"}), climbs=True,
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
            _f01, frozenset({"service_offering"}),
            passes="service_offering:o launched +components", fails="service_offering:o launched",
        ),
        Rule(
            "F02", Severity.high, "offering", "Offering for nobody",
            "A launched offering names no consumer group.",
            "Name who it is for.",
            _f02, frozenset({"service_offering"}),
            passes="service_offering:o launched +consumer_group_ids", fails="service_offering:o launched",
        ),
        Rule(
            "F03", Severity.high, "offering", "Service that is not offered",
            "No offering from in_study to launched names an operational service.",
            "Make the first offering.",
            _f03, frozenset({"service"}), states=frozenset({"operational"}),
            passes="service:s operational, service_offering:o in_study; o offers s",
            fails="service:s operational, service_offering:o retired; o offers s",
        ),
        Rule(
            "P01", Severity.high, "process", "Process that no policy governs",
            "An operational process has no active `governs` from a live policy.",
            "Its owner writes down first the one rule that people argue about.",
            _p01, frozenset({"process"}), states=frozenset({"operational"}),
            passes="process:p operational, policy:q published; q governs p",
            fails="process:p operational, policy:q draft; q governs p",
        ),
        Rule(
            "D01", Severity.critical, "trace", "Points at something that is not there",
            "An end of a relation has never been seen. Shown as pending, without weight, for a while after it began.",
            "Wait for it, or create it.",
            _d01, _ALL, population="edges",
            passes="service:s operational, product:p in_use; s depends_on p",
            fails="service:s operational; s depends_on product:unseen",
        ),
        Rule(
            "D02", Severity.high, "trace", "Points at something deleted",
            "An end of a relation has been deleted.",
            "Point at its successor, or end the link.",
            _d02, _ALL, population="edges",
            passes="service:s operational, product:p in_use; s depends_on p",
            fails="service:s operational, product:p deleted; s depends_on p",
        ),
        Rule(
            "D03", Severity.medium, "trace", "Relation that does not fit its ends",
            "A link joins two kinds that its type does not allow.",
            "Pick a relation that may join them; the evidence lists which.",
            _d03, _ALL, population="links",
            passes="policy:q published, process:p operational; q governs p",
            fails="process:p operational, policy:q published; p governs q",
        ),
    )
}  # fmt: skip

LOOKS_INTO = ("offers", "governs")
"""Relations that a rule follows from target to source, so that a change of the source reaches the target."""

CLIMBERS = frozenset().union(*(rule.kinds for rule in RULES.values() if rule.climbs))
"""Kinds of which a rule looks at everything above."""

READ_WHOLE = ("service_offering",)
"""Kinds of which a rule reads members that the view has no column for."""
