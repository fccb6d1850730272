"""Promises that what is underneath cannot keep."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from services.alignment.judge.checks import Evidence
from services.alignment.judge.graph import Node
from services.alignment.judge.measures import measure
from services.alignment.judge.promises import sustained, weakest
from services.alignment.judge.whole import Everything

_PROMISING = frozenset({"sla", "ola"})
_DIGITS = 6


class Live:
    """The graph as promises see it."""

    def over(self, thing: Node, *types: str) -> list[Node]:
        return _in_order(thing.over(types, forward=True))

    def back(self, thing: Node, *types: str) -> list[Node]:
        return _in_order(thing.over(types, forward=False))

    def kind(self, thing: Node) -> str:
        return thing.kind

    def type(self, thing: Node) -> str | None:
        return thing.type

    def targets(self, contract: Node) -> Iterable[Mapping[str, Any]]:
        return [each for each in contract.get("service_level_targets") or () if isinstance(each, Mapping)]


def _in_order(nodes: Iterable[Node]) -> list[Node]:
    return sorted({each for each in nodes if each.live}, key=lambda each: each.ref)


def broken(all_: Everything) -> Iterator[tuple[Node, Evidence]]:
    """Each target that is stricter than what it rests on can sustain."""
    net = Live()
    for contract in all_.nodes:
        if contract.kind != "contract" or contract.type not in _PROMISING:
            continue
        for number, target in enumerate(net.targets(contract)):
            asked = measure(target)
            found = asked and sustained(net, contract, asked)
            if asked and found and found.value is not None and not asked.keeps(found.value):
                least = weakest(found, is_share=asked.is_share)
                yield (
                    contract,
                    {
                        "part": f"{number} {target['metric']}",
                        "metric": target["metric"],
                        "promised": _shown(asked.value, is_share=asked.is_share),
                        "sustained": _shown(found.value, is_share=asked.is_share),
                        "weakest": least and least.of.ref,
                    },
                )


def _shown(value: float, *, is_share: bool) -> str:
    return f"{round(100 * value, _DIGITS):g} %" if is_share else f"{round(value, _DIGITS):g} min"
