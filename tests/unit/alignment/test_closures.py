"""Flags of closures are kept up, and are those of a fixpoint, whatever comes and goes: also in circles."""

from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from services.alignment.judge.catalogue.words import END, GOAL, OUTCOME
from services.alignment.judge.graph import Node
from services.alignment.judge.plan import plan
from services.alignment.judge.standing import Said, Standing, Version

CLOSURES = (GOAL, OUTCOME, END)
KINDS = ("process", "process", "objective", "capability", "service", "outcome", "consumer_group")
TYPES = ("realizes", "serves", "justified_by", "depends_on")
START = datetime(2026, 1, 1, tzinfo=UTC)


def fixpoint(nodes: list[Node]) -> dict[str, list[bool]]:
    """By rounds over all relations until nothing changes any more."""
    flags = {node.ref: [False] * len(CLOSURES) for node in nodes}
    changed = True
    while changed:
        changed = False
        for node in nodes:
            for edge in node.above or ():
                for number, closure in enumerate(CLOSURES):
                    upper = edge.upper
                    carries = upper.live and (closure.root(upper) or flags[upper.ref][number])
                    if edge.active and carries and not flags[node.ref][number]:
                        flags[node.ref][number] = changed = True
    return flags


@pytest.mark.parametrize("seed", range(30))
def test_they_are_those_of_a_fixpoint(seed: int) -> None:
    dice = Random(seed)
    standing = Standing(plan([], CLOSURES))
    refs = [f"{dice.choice(KINDS)}/{number}" for number in range(9)]
    orders: dict[str, int] = {}
    for step in range(150):
        standing.turn_to(START + step * timedelta(seconds=1))
        if dice.random() < 0.4:
            ref = dice.choice(refs)
            standing.take(node(ref, orders, live=dice.random() < 0.7))
        else:
            source, target = dice.sample(refs, 2)
            standing.take(link(dice.choice(TYPES), source, target, orders, active=dice.random() < 0.6))
        nodes = list(standing.graph.nodes.values())
        expected = fixpoint(nodes)
        for each in nodes:
            assert [standing.closures.leads(each, n) for n in range(len(CLOSURES))] == expected[each.ref], (step, each)
            live = sum(e.active and e.upper.live and e.upper.kind != "consumer_group" for e in each.above or ())
            assert each.uppers == live


def node(ref: str, orders: dict[str, int], *, live: bool) -> Version:
    orders[ref] = version = orders.get(ref, 0) + 1
    return Version(ref, (1, version), START, None, "x", live, False, None, None, None, (), {})


def link(type: str, source: str, target: str, orders: dict[str, int], *, active: bool) -> Version:
    ref = f"link/{type} {source} {target}"
    orders[ref] = version = orders.get(ref, 0) + 1
    said = Said(type, source, target, source, active)
    return Version(ref, (1, version), START, None, "active", False, False, None, None, None, (said,), {})
