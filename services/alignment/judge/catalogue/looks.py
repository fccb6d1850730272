"""The looks at everything at once: duplicates, circles, depth, single points, and uneven loads."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from statistics import fmean, pstdev

from services.alignment.judge.catalogue import shapes, workload
from services.alignment.judge.catalogue.words import NAMED, is_goal, over, refs
from services.alignment.judge.checks import Evidence
from services.alignment.judge.ends import of_types
from services.alignment.judge.graph import Node
from services.alignment.judge.whole import Everything

DEPENDENT = frozenset({"service", "product", "service_offering"})
INTO_PARTS = ("part_of", "decomposes")
_MOST = 20
Told = Iterator[tuple[Node, Evidence]]


def repeated(all_: Everything) -> Told:
    """Of a kind, a type and what they are a part of; the first of them has the right to its name."""
    alike: dict[tuple[object, ...], list[Node]] = defaultdict(list)
    for node in all_.nodes:
        if name := all_.besides.names.get(node.ref):
            alike[node.kind, node.type, name, frozenset(over(node, *INTO_PARTS))].append(node)
    return _but_the_first(alike)


def same_elsewhere(all_: Everything) -> Told:
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


def circles(all_: Everything) -> Told:
    """Told of the least of each."""
    for together in shapes.components((node for node in all_.nodes if node.kind in DEPENDENT), _needed):
        least = min(together, key=lambda each: each.ref)
        way = shapes.circle(least, _needed, set(together))
        yield least, {"circle": [each.ref for each in way][:_MOST], "members": len(together)}


def deep(all_: Everything, most: int) -> Told:
    """Told of what is first too deep: what is below it is as well."""

    def near(node: Node, *, forward: bool) -> Iterable[Node]:
        return (each for each in node.over(INTO_PARTS, forward=forward) if each.live)

    found = shapes.levels(all_.nodes, lambda n: near(n, forward=True), lambda n: near(n, forward=False))
    for node, (level, above) in found.items():
        if level == most + 1:
            way = [node.ref]
            while above is not None:
                way.append(above.ref)
                above = found[above][1]
            yield node, {"level": level, "below": way[1:]}


def single_points(all_: Everything, limit: Mapping[str, int]) -> Told:
    def rests(node: Node) -> Iterable[Node]:
        return (edge.lower for edge in node.below if edge.active and edge.lower.live)

    resting, next_ = shapes.orphaned((node for node in all_.nodes if is_goal(node)), rests)
    for node, orphans in resting.items():
        share = 100 * orphans // len(all_.nodes)
        if not is_goal(node) and orphans >= limit["least"] and 100 * orphans > limit["percent"] * len(all_.nodes):
            yield node, {"percent": share, "through_it_alone": refs(next_[node])}


def burdened(all_: Everything, limit: Mapping[str, int]) -> Told:
    loads = {node: workload.load_of(node, limit)[0] for node in all_.nodes if node.kind == "party"}
    owners = {node: load for node, load in loads.items() if load}
    if len(owners) < limit["owners"]:
        return
    most = fmean(owners.values()) + limit["deviations"] * pstdev(owners.values())
    for node, load in owners.items():
        if load > most:
            yield node, {"load": load, "most": int(most)}


def on_paper(all_: Everything, percent: int) -> Told:
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


def changed_since(all_: Everything) -> Told:
    for node in all_.nodes:
        if node.ref in all_.besides.drifted:
            increment, version = all_.besides.drifted[node.ref]
            yield node, {"increment": increment, "version": version}


def against(all_: Everything) -> Told:
    """A link has nothing but its sign to say."""
    for node in all_.nodes:
        told = [edge for edge in of_types(node.out, ("influences",)) if edge.origin in all_.besides.opposed]
        for edge in told:
            if edge.active and edge.target.live and {node.kind, edge.target.kind} == {"objective"}:
                yield node, {"part": edge.target.ref, "against": edge.target.ref}
