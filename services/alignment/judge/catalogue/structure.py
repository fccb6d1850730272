"""What depends on what is there. Source: ITIL 2011 service asset and configuration management."""

from collections.abc import Iterator

from services.alignment.judge.checks import Evidence, Joined, Looks
from services.alignment.judge.footprint import Path, Reading, out
from services.alignment.judge.graph import Node
from services.alignment.judge.rule import Rule, Severity
from shared.contracts import NODE_KINDS

_ENDED = {
    kind.name: frozenset(s for s in kind.lifecycle.states if not kind.lifecycle.moves[s])
    for kind in NODE_KINDS.values()
}
_DEPENDENT = frozenset({"service", "product", "service_offering"})
_NEEDS = ("depends_on", "requires")
_THERE = Reading(lambda node: node.seen and not node.deleted)


def _is_retired(node: Node) -> bool:
    return node.seen and not node.deleted and node.state in _ENDED[node.kind]


def _on_retired(node: Node) -> Iterator[Evidence]:
    for each in dict.fromkeys(node.over(_NEEDS, forward=True)):
        if _is_retired(each):
            yield {"part": each.ref, "needs": each.ref, "state": each.state}


RULES = (
    Rule(
        "L01", Severity.critical, "structure", "Dependency on something retired",
        "A live service, product or offering depends on something that has been retired.",
        "Migrate to its successor and end the link, or accept it with a date.",
        Looks(_on_retired, paths=(Path((out(*_NEEDS),), Reading(lambda node: (_is_retired(node), node.state))),)),
        _DEPENDENT, asked="L01n",
        passes="service:s operational, product:p in_use; s depends_on p",
        fails="service:s operational, product:p retired; s depends_on p",
        mended="; s depends_on p ended",
    ),
    Rule(
        "L01n", Severity.info, "structure", "No dependency", "A live service, product or offering depends on nothing.",
        "Nothing is to be done.",
        Joined("a dependency", (out(*_NEEDS),), _THERE), _DEPENDENT, shown=False,
        passes="service:s operational, product:p in_use; s depends_on p",
        fails="service:s operational, product:p in_use",
        mended="; s depends_on p",
    ),
)  # fmt: skip
