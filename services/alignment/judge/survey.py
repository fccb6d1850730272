"""Asks the rules about the whole, of everything at once; what they find holds until they are asked again. Pure."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from services.alignment.judge.checks import Evidence
from services.alignment.judge.conditions import asked
from services.alignment.judge.findings import Open
from services.alignment.judge.graph import Node
from services.alignment.judge.judging import Judge
from services.alignment.judge.rule import Rule
from services.alignment.judge.standing import Standing
from services.alignment.judge.whole import Besides, Everything, Whole

_TICK = timedelta(microseconds=1)
Seen = dict[Node, dict[str, Evidence]]


def survey(judge: Judge, besides: Besides) -> None:
    """Ask them anew, at the newest instant that has been judged. It is later than what they were asked at before: an
    interval of a finding does not end where it began."""
    if judge.until is None:
        return
    standing, plan, until = judge.standing, judge.plan, judge.until
    live = (node for _, node in sorted(standing.graph.nodes.items()) if node.live)
    everything = Everything(tuple(live), besides)
    in_force = [(base, plan.rules[number]) for base, number in plan.spells.at(sorted(set(plan.whole.values())), until)]
    found = {base: _seen(rule, _asked(rule).look(everything)) for base, rule in in_force}
    judge.at(_instant(judge, until), lambda now: _tell(now, found))


def _seen(rule: Rule, told: Iterable[tuple[Node, Evidence]]) -> Seen:
    """Of those whom the rule looks at."""
    seen: Seen = {}
    for node, evidence in told:
        if node.kind in rule.kinds:
            seen.setdefault(node, {})[evidence.get("part", "")] = evidence
    return seen


def _asked(rule: Rule) -> Whole:
    check = asked(rule.check)
    assert isinstance(check, Whole)
    return check


def _instant(judge: Judge, until: datetime) -> datetime:
    numbers = set(judge.plan.whole.values())
    opened = [each.opened_at for node in _found(judge.standing) for each in _open(node, numbers)]
    return max([until, *(at + _TICK for at in opened)])


def _found(standing: Standing) -> set[Node]:
    return {node for seen in standing.seen.values() for node in seen}


def _open(node: Node, numbers: set[int]) -> Iterator[Open]:
    return (open_ for (number, _), open_ in (node.open or {}).items() if number in numbers)


def _tell(standing: Standing, found: dict[int, Seen]) -> None:
    before, standing.seen = standing.seen, found
    for base in before.keys() | found.keys():
        for node in {*before.get(base, ()), *found.get(base, ())}:
            standing.touch(node, (base,))
