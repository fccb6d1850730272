"""What the promises of a contract rest on: the reckoning of rule C03, with its arithmetic."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from services.alignment.judge.measures import Measure, measure
from services.alignment.judge.promises import DEEPEST, MOST, NEEDS, Sum, sustained, weakest
from services.alignment.queries.hops import Leg, Walk, out
from services.alignment.queries.left_out import LeftOut
from services.alignment.queries.nodes import brief, records
from services.alignment.queries.snapshot import Moment

Json = dict[str, Any]
_WAY = (Leg("source", "onward"), Leg("target", "inward"))
_GIVEN = {
    "onward": ["covers", "exchangeable_with", "provides", *NEEDS],
    "inward": ["covers", "exchangeable_with", "provides", "serves"],
}
_DIGITS = 6


class _Net:
    """What lies under a contract at a moment."""

    def __init__(self) -> None:
        self.nodes: dict[str, Json] = {}
        self.said: dict[str, Mapping[str, Any]] = {}
        self.ways: dict[tuple[str, str, bool], set[str]] = defaultdict(set)

    def over(self, thing: str, *types: str) -> Sequence[str]:
        return sorted({far for type in types for far in self.ways[thing, type, True]})

    def back(self, thing: str, *types: str) -> Sequence[str]:
        return sorted({far for type in types for far in self.ways[thing, type, False]})

    def kind(self, thing: str) -> str:
        return thing.partition("/")[0]

    def type(self, thing: str) -> str | None:
        found: str | None = self.nodes[thing]["type"]
        return found

    def targets(self, contract: str) -> Iterable[Mapping[str, Any]]:
        return self.said.get(contract, {}).get("service_level_targets") or ()


async def promises(moment: Moment, row: Any) -> Json:
    """Of a contract, by its row."""
    left_out, net = LeftOut(), _Net()
    net.nodes[row.ref] = brief(moment, row)
    hidden = await _gathered(moment, net, row.ref, left_out)
    contracts = [ref for ref in net.nodes if net.kind(ref) == "contract"]
    net.said = {each.ref: each.data for each in await records(moment, contracts)}
    told = [_promise(net, row.ref, target) for target in net.targets(row.ref)]
    return {"contract": net.nodes[row.ref], "promises": told, "hidden": hidden, "left_out": left_out.told()}


async def _gathered(moment: Moment, net: _Net, contract: str, left_out: LeftOut) -> int:
    """Everything that may count, hop by hop; returns how many relations were not followed. Of other contracts only what
    they cover is asked."""
    walk, hidden = Walk(moment, _WAY, _GIVEN, left_out=left_out), 0
    waiting = {contract}
    for _ in range(DEEPEST):
        if not waiting or len(net.nodes) > 4 * MOST:
            break
        hop = await walk.hop(sorted(waiting))
        hidden += hop.hidden.total()
        fresh = set[str]()
        for step in hop.steps:
            forward = step.row.source == step.near
            net.ways[step.near, step.row.type, forward].add(step.far)
            if step.far not in net.nodes:
                net.nodes[step.far] = step.node
                fresh.add(step.far)
        waiting = {ref for ref in fresh if net.kind(ref) != "contract"}
    under = [ref for ref in net.nodes if net.kind(ref) == "contract" and ref != contract]
    covering = await Walk(moment, *out("covers"), left_out=LeftOut()).hop(under)
    for step in covering.steps:
        net.ways[step.near, "covers", True].add(step.far)
    return hidden


def _promise(net: _Net, contract: str, target: Mapping[str, Any]) -> Json:
    asked = measure(target)
    if asked is None:
        nothing = dict.fromkeys(("unit", "promised", "sustained", "weakest", "reckoning"))
        return {"target": target, "verdict": "not_comparable", **nothing}
    found = sustained(net, contract, asked)
    least = weakest(found, is_share=asked.is_share)
    verdict = "unknown" if found.value is None else "kept" if asked.keeps(found.value) else "broken"
    return {
        "target": target,
        "verdict": verdict,
        "unit": "percent" if asked.is_share else "minutes",
        "promised": _number(asked.value, asked),
        "sustained": _number(found.value, asked),
        "weakest": least and net.nodes[least.of],
        "reckoning": _line(net, found, asked),
    }


def _line(net: _Net, sum_: Sum[str], asked: Measure) -> Json:
    return {
        "node": net.nodes[sum_.of],
        "by": sum_.by,
        "value": _number(sum_.value, asked),
        "arithmetic": _arithmetic(sum_, asked),
        "target": sum_.promised,
        "parts": [_line(net, each, asked) for each in sum_.parts],
    }


def _arithmetic(sum_: Sum[str], asked: Measure) -> str:
    """What is not known is left out; an agreement says what becomes of its number."""
    known = [_text(each.value, asked) for each in sum_.parts if each.value is not None]
    match sum_.by:
        case "agreement":
            under, value = _text(sum_.under, asked), _text(sum_.value, asked)
            return under if under == value else f"{under} there is {value} here"
        case "serial":
            said = (" x " if asked.is_share else " + ").join(known)
        case "redundant":
            said = f"1 - {' x '.join(f'(1 - {each})' for each in known)}" if asked.is_share else _of("least", known)
        case "weakest":
            said = _of("least" if asked.is_share else "most", known)
        case "circle":
            return "it needs itself"
        case "again":
            return "counted where it comes first"
        case _:
            return "nothing is promised"
    if sum_.value is None:
        return "nothing is promised"
    return said if len(known) == 1 and sum_.by != "redundant" else f"{said} = {_text(sum_.value, asked)}"


def _of(word: str, known: Sequence[str]) -> str:
    return known[0] if len(known) == 1 else f"the {word} of {', '.join(known)}"


def _number(value: float | None, asked: Measure) -> float | None:
    return None if value is None else round(100 * value if asked.is_share else value, _DIGITS)


def _text(value: float | None, asked: Measure) -> str:
    number = _number(value, asked)
    return "?" if number is None else f"{number:g} {'%' if asked.is_share else 'min'}"
