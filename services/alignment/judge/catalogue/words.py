"""What the families of rules share: readings, closures, and groups of kinds."""

from collections.abc import Callable, Iterable
from functools import cache

from services.alignment.judge.checks import LeadsUp
from services.alignment.judge.clocks import Clock
from services.alignment.judge.closures import Closure
from services.alignment.judge.footprint import Path, Reading, Step
from services.alignment.judge.graph import Node

ARTIFACTS = frozenset({"plan", "project", "policy", "process", "procedure", "work_instruction"})
"""What organisations write down and run, and forget why."""
IN_DESIGN_OR_LATER = frozenset({"designed", "developed", "built", "tested", "released", "operational"})
APPROVED_OR_LATER = IN_DESIGN_OR_LATER | {"approved", "chartered"}
OFFERED = frozenset({"in_study", "in_design", "in_test", "active", "launched"})


def is_business(node: Node) -> bool:
    return node.kind == "strategy" and node.type == "business"


def is_outcome(node: Node) -> bool:
    return node.kind == "outcome"


def is_goal(node: Node) -> bool:
    return is_outcome(node) or is_business(node)


def is_end(node: Node) -> bool:
    """A goal, or what has nothing live above it: where a chain ends. Only in a circle no chain ends."""
    return node.uppers == 0 or is_goal(node)


GOAL = Closure("an outcome or a business strategy", is_goal)
OUTCOME = Closure("an outcome", is_outcome)
BUSINESS = Closure("a business strategy", is_business, frozenset({"supports"}))
END = Closure("where a chain ends", is_end)
COMPLETE = LeadsUp("a chain to an outcome or a business strategy", GOAL)


@cache
def live(*kinds: str, types: frozenset[str] | None = None) -> Reading:
    """It is live, and of one of these kinds and types."""

    def of(node: Node) -> bool:
        return node.live and (not kinds or node.kind in kinds) and (types is None or node.type in types)

    return Reading(of, frozenset(kinds) if kinds else None)


def that(of: Callable[[Node], bool], *kinds: str) -> Reading:
    return Reading(of, frozenset(kinds))


STATUS = Reading(lambda node: (node.seen, node.deleted, node.live, node.state, node.type))
"""What most rules want to know of what they lead to."""


def saying(*members: str, kinds: tuple[str, ...], clocks: tuple[Clock, ...] = ()) -> Reading:
    """What they say in some members; whether they are live, and which instants of them have come."""

    def of(node: Node) -> object:
        return (node.live, *(node.get(name) for name in members), *(passed_of(node, clock) for clock in clocks))

    return Reading(of, frozenset(kinds), members, clocks)


def passed_of(node: Node, clock: Clock) -> frozenset[int]:
    """Which instants of a clock have come."""
    return frozenset(which for each, which in node.passed or () if each is clock)


def over(node: Node, *types: str) -> list[Node]:
    """What the relations of a thing lead to, that is live; each once."""
    return [each for each in dict.fromkeys(node.over(types, forward=True)) if each.live]


def back(node: Node, *types: str) -> list[Node]:
    """What leads to a thing, that is live; each once."""
    return [each for each in dict.fromkeys(node.over(types, forward=False)) if each.live]


def paths(reading: Reading, *ways: tuple[Step, ...]) -> tuple[Path, ...]:
    return tuple(Path(way, reading) for way in ways)


def refs(nodes: Iterable[Node]) -> list[str]:
    """For evidence: the first few, in order."""
    return sorted(each.ref for each in nodes)[:NAMED]


NAMED = 10
