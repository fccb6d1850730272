"""What only a look at everything at once can find: duplicates, circles, depth, single points, and uneven loads."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from statistics import fmean, pstdev

from services.alignment.judge.catalogue import keeping, shapes, workload
from services.alignment.judge.catalogue.words import NAMED, is_goal, live, over, refs
from services.alignment.judge.checks import Evidence, Joined
from services.alignment.judge.conditions import Has
from services.alignment.judge.ends import of_types
from services.alignment.judge.footprint import into, out
from services.alignment.judge.graph import Node
from services.alignment.judge.meaning import LEADING
from services.alignment.judge.rule import Rule, Severity
from services.alignment.judge.whole import Everything, Whole
from shared.contracts import NODE_KINDS

SOURCE = "Data quality: uniqueness (DAMA DMBOK); ServiceNow CMDB Health: duplicates"
_SHAPE = "Graph theory: strongly connected components, dominators; TM Forum and ITIL dependency analysis"
_ALL = frozenset(NODE_KINDS)
_NAMED = _ALL - {"role_assignment", "handoff", "measurement", "increment", "design_package"}
"""Kinds whose names tell one from another: the others are named after what they join."""
_DEPENDENT = frozenset({"service", "product", "service_offering"})
_INTO_PARTS = ("part_of", "decomposes")
_PARENT = (out(*_INTO_PARTS),)
_TARGET = "+service_level_targets=[metric:availability/comparator:>=/value:{value}/unit:percent]"
_PROMISE = (
    "contract:c active sla " + _TARGET.format(value=99.9) + ", service:s operational, product:p in_use, "
    "contract:u active ola " + _TARGET.format(value="{under}") + "; c covers s, s depends_on p, u covers s"
)
_BETTER = " " + _TARGET.format(value=99)
_REASONS = ("supports", "decomposes", "realizes", "serves", "justified_by", "delivers", "part_of")
Told = Iterator[tuple[Node, Evidence]]


def _repeated(all_: Everything) -> Told:
    """Of a kind, a type and what they are a part of; the first of them has the right to its name."""
    alike: dict[tuple[object, ...], list[Node]] = defaultdict(list)
    for node in all_.nodes:
        if name := all_.besides.names.get(node.ref):
            alike[node.kind, node.type, name, frozenset(over(node, *_INTO_PARTS))].append(node)
    return _but_the_first(alike)


def _same_elsewhere(all_: Everything) -> Told:
    alike: dict[tuple[object, ...], list[Node]] = defaultdict(list)
    for node in all_.nodes:
        for told in {(each.get("system"), each.get("id")) for each in node.get("external_refs") or ()}:
            alike[node.kind, *told].append(node)
    return _but_the_first(alike)


def _but_the_first(alike: Mapping[tuple[object, ...], list[Node]]) -> Told:
    for first, *others in alike.values():
        for node in others:
            yield node, {"part": first.ref, "same_as": first.ref}


def _needed(node: Node) -> Iterable[Node]:
    return (each for each in node.over(("depends_on",), forward=True) if each.live)


def _circles(all_: Everything) -> Told:
    """Told of the least of each."""
    for together in shapes.components((node for node in all_.nodes if node.kind in _DEPENDENT), _needed):
        least = min(together, key=lambda each: each.ref)
        way = shapes.circle(least, _needed, set(together))
        yield least, {"circle": [each.ref for each in way][:_MOST], "members": len(together)}


_MOST = 20


def _deep(all_: Everything, most: int) -> Told:
    """Told of what is first too deep: what is below it is as well."""

    def near(node: Node, *, forward: bool) -> Iterable[Node]:
        return (each for each in node.over(_INTO_PARTS, forward=forward) if each.live)

    found = shapes.levels(all_.nodes, lambda n: near(n, forward=True), lambda n: near(n, forward=False))
    for node, (level, above) in found.items():
        if level == most + 1:
            way = [node.ref]
            while above is not None:
                way.append(above.ref)
                above = found[above][1]
            yield node, {"level": level, "below": way[1:]}


def _single_points(all_: Everything, limit: Mapping[str, int]) -> Told:
    def rests(node: Node) -> Iterable[Node]:
        return (edge.lower for edge in node.below if edge.active and edge.lower.live)

    resting, next_ = shapes.orphaned((node for node in all_.nodes if is_goal(node)), rests)
    for node, orphans in resting.items():
        share = 100 * orphans // len(all_.nodes)
        if not is_goal(node) and orphans >= limit["least"] and 100 * orphans > limit["percent"] * len(all_.nodes):
            yield node, {"percent": share, "through_it_alone": refs(next_[node])}


def _burdened(all_: Everything, limit: Mapping[str, int]) -> Told:
    loads = {node: workload.load_of(node, limit)[0] for node in all_.nodes if node.kind == "party"}
    owners = {node: load for node, load in loads.items() if load}
    if len(owners) < limit["owners"]:
        return
    most = fmean(owners.values()) + limit["deviations"] * pstdev(owners.values())
    for node, load in owners.items():
        if load > most:
            yield node, {"load": load, "most": int(most)}


def _on_paper(all_: Everything, percent: int) -> Told:
    """Told where the chain breaks if such relations do not count; what is below rests on that."""
    doubted = {origin for origin, confidence in all_.besides.confidence.items() if 100 * confidence < percent}
    if not doubted:
        return

    def firm(node: Node) -> Iterable[Node]:
        return (e.lower for e in node.below if e.active and e.lower.live and e.origin not in doubted)

    standing = shapes.reached((node for node in all_.nodes if is_goal(node)), firm)
    for node in all_.nodes:
        if node not in standing:
            weak = [e for e in node.above if e.active and e.origin in doubted and e.upper in standing]
            if weak:
                yield node, {"relations": sorted(each.name for each in weak)[:NAMED]}


def _against(all_: Everything) -> Told:
    """A link has nothing but its sign to say."""
    for node in all_.nodes:
        told = [edge for edge in of_types(node.out, ("influences",)) if edge.origin in all_.besides.opposed]
        for edge in told:
            if edge.active and edge.target.live and {node.kind, edge.target.kind} == {"objective"}:
                yield node, {"part": edge.target.ref, "against": edge.target.ref}


RULES = (
    Rule(
        "C03", Severity.high, "offering", "Promise that nothing can keep",
        "A live SLA or OLA promises more than the agreements and dependencies underneath can sustain: shares of what "
        "is needed together multiply, times add up, and windows and hours count.",
        "Relax the promise, tighten the weakest agreement underneath, or add what can take its place: `plumbline "
        "promises` says which.",
        Whole(keeping.broken), frozenset({"contract"}), frozenset({"sla", "ola"}), few=True,
        given=Has("targets", lambda node: node.get("service_level_targets"), ("service_level_targets",)),
        source="ITIL 2011 service level management: OLAs and underpinning contracts; reliability block diagrams (IEC "
               "61078)",
        passes=_PROMISE.format(under=99.95), fails=_PROMISE.format(under=99.5), mended=_BETTER,
    ),
    Rule(
        "D06", Severity.low, "integrity", "Two of one name",
        "Two live things of one kind and type, which are a part of the same, have the same name.",
        "Merge them: keep one, let it supersede the other, and retire that. Where they are two things, name the "
        "difference.",
        Whole(_repeated), _NAMED,
        passes="service:t operational +name=Payroll, service:s operational +name=Mail",
        fails="service:t operational +name=MAIL, service:s operational +name=Mail",
        mended="service:t retired +name=MAIL",
    ),
    Rule(
        "D07", Severity.medium, "integrity", "Two of one external id",
        "Two live things of one kind name the same id in the same other system.",
        "Merge them: keep one, let it supersede the other, and retire that. Where they are two things, mend the id.",
        Whole(_same_elsewhere), _ALL, few=True,
        given=Has("an external id", lambda node: node.get("external_refs"), ("external_refs",)),
        passes="service:t operational +external_refs=[system:cmdb/id:2], "
               "service:s operational +external_refs=[system:cmdb/id:1]",
        fails="service:t operational +external_refs=[system:cmdb/id:1], "
              "service:s operational +external_refs=[system:cmdb/id:1]",
        mended="service:t retired +external_refs=[system:cmdb/id:1]",
    ),
    Rule(
        "O16", Severity.medium, "ownership", "Owner with far more than others",
        "Among {owners} or more parties that answer for anything, what a live one answers for weighs more than the "
        "mean and {deviations} standard deviations: {letter} for each A, {place} for each process or service.",
        "Split it by groups of processes, or raise a manager to owner: can accountability be pushed down?",
        lambda limit: Whole(lambda all_: _burdened(all_, limit)), frozenset({"party"}),
        limits={"owners": 8, "deviations": 2, "letter": 2, "place": 3}, few=True,
        given=Joined("something that it owns", (into("owned_by"),), live("process", "service")),
        source="Jacka and Keller, Business Process Mapping: can accountability be pushed down?",
        passes="party:x active, process:p operational; p owned_by x",
        fails="party:x active, " + ", ".join(f"party:y{n} active, process:q{n} operational" for n in range(9))
              + ", " + ", ".join(f"service:s{n} operational" for n in range(5)) + "; "
              + ", ".join(f"q{n} owned_by y{n}" for n in range(9)) + ", "
              + ", ".join(f"s{n} owned_by x" for n in range(5)),
        mended="; s0 owned_by x ended, s1 owned_by x ended, s2 owned_by x ended, s3 owned_by x ended",
    ),
    Rule(
        "S11", Severity.low, "sign_off", "Trade-off without a word",
        "A live objective influences another one against it, and the link does not say how the two are weighed.",
        "Write into the rationale of the link which of the two gives way, and when.",
        Whole(_against), frozenset({"objective"}), few=True,
        given=Joined("influences -> objective", (out("influences"),), live("objective")),
        source="Goal modelling (i*, KAOS): conflicts are resolved or recorded",
        passes="objective:o in_force, objective:n in_force; o influences n because",
        fails="objective:o in_force, objective:n in_force; o influences n against",
        mended="; o influences n ended",
    ),
    Rule(
        "V12", Severity.medium, "trace", "Justified only on paper",
        "What is live leads to an outcome or a business strategy by relations alone of which one on each way has a "
        "confidence of less than {percent} in a hundred.",
        "Find out whether it is so, and raise the confidence; or draw the relation that holds.",
        lambda limit: Whole(lambda all_: _on_paper(all_, limit["percent"])), LEADING & _ALL - {"outcome"},
        limits={"percent": 50}, few=True, given=Joined("something above it", (out(*_REASONS),), live()),
        source="Attested data (CSDM 5): a relation is as good as what is known of it",
        passes="process:p operational, outcome:u agreed; p serves u ~0.6",
        fails="process:p operational, outcome:u agreed; p serves u ~0.4",
        mended=", outcome:v agreed; p serves v",
    ),
    Rule(
        "Y02", Severity.high, "structure", "Circle of dependencies",
        "Live services, products or offerings depend on each other in a circle: none of them can be brought up first.",
        "End the dependency that is the youngest or the weakest.",
        Whole(_circles), _DEPENDENT, asked="L01n", source=_SHAPE,
        passes="service:r operational, service:s operational; r depends_on s",
        fails="service:r operational, service:s operational; r depends_on s, s depends_on r",
        mended="; s depends_on r ended",
    ),
    Rule(
        "Y03", Severity.low, "structure", "Too deep",
        "A live thing is more than {levels} levels down, by what it is a part of or decomposes.",
        "Take out the levels that nobody decides at.",
        lambda limit: Whole(lambda all_: _deep(all_, limit["levels"])), _ALL,
        limits={"levels": 7}, few=True, given=Joined("something above", _PARENT, live()),
        source="Work breakdown structures (PMI); span and layers of control",
        passes="capability:c in_force, capability:d in_force; c part_of d",
        fails="capability:c in_force, " + ", ".join(f"capability:d{n} in_force" for n in range(7))
              + "; c part_of d0, " + ", ".join(f"d{n} part_of d{n + 1}" for n in range(6)),
        mended="; c part_of d0 ended, c part_of d1",
    ),
    Rule(
        "Y06", Severity.medium, "structure", "Single point of justification",
        "More than {percent} in a hundred of what is live, and {least} things or more, lead to an outcome or a "
        "business strategy through this one alone.",
        "Give what rests on it a second reason where it has one, and the point itself a deputy owner.",
        lambda limit: Whole(lambda all_: _single_points(all_, limit)), LEADING & _ALL - {"outcome"},
        limits={"percent": 10, "least": 10}, few=True,
        given=Joined("something that rests on it", (into("decomposes", "realizes", "serves", "justified_by"),), live()),
        source=_SHAPE,
        passes="objective:o in_force, outcome:u agreed, process:p operational; o serves u, p justified_by o",
        fails="objective:o in_force, outcome:u agreed, " + ", ".join(f"process:p{n} operational" for n in range(10))
              + "; o serves u, " + ", ".join(f"p{n} justified_by o" for n in range(10)),
        mended="; p0 serves u",
    ),
)  # fmt: skip
