"""What business and IT do goes together."""

from collections.abc import Iterator
from itertools import chain

from services.alignment.judge.checks import Evidence, Looks
from services.alignment.judge.footprint import Path, Reading, into, out
from services.alignment.judge.graph import Node
from services.alignment.judge.rule import Rule, Severity


def _needs_counterpart(node: Node) -> bool:
    return node.get("side") == "it" or bool(node.get("side") == "business" and node.get("it_dependent"))


def _without_counterpart(node: Node) -> Iterator[Evidence]:
    """What runs beside it is of the other side, unless it says that it is of the same."""
    beside = chain.from_iterable(node.over(["parallels"], forward=forward) for forward in (True, False))
    if _needs_counterpart(node) and not any(each.live and each.get("side") != node.get("side") for each in beside):
        yield {"missing": f"parallels <-> {node.kind} of the other side"}


def _without_need(node: Node) -> Iterator[Evidence]:
    if not _needs_counterpart(node):
        yield {"missing": "a side that needs the other one"}


SOURCE = "ITIL 2011 strategy management for IT services: business and IT are planned side by side"
_PLANNED = frozenset({"tactic", "operation"})
_BESIDE = Reading(lambda node: (node.live, node.get("side")), _PLANNED, ("side",))
_BOTH_WAYS = (Path((out("parallels"),), _BESIDE), Path((into("parallels"),), _BESIDE))
_SIDES = ("side", "it_dependent")

RULES = (
    Rule(
        "V10", Severity.medium, "trace", "One side without the other",
        "Nothing live on the other side runs in parallel with a live tactic or operation of IT, or with one of the "
        "business that needs IT.",
        "Plan both together: add `parallels` to what the other side does, or say that it needs no IT.",
        Looks(_without_counterpart, _SIDES, _BOTH_WAYS), _PLANNED, asked="V10n",
        sentence="{it} has no counterpart on the other side of business and IT.",
        passes="tactic:t in_force +side=it, tactic:b in_force +side=business; b parallels t",
        fails="tactic:t in_force +side=it, tactic:b in_force +side=business, tactic:u in_force +side=it; u parallels t",
        mended="; t parallels b",
    ),
    Rule(
        "V10n", Severity.info, "trace", "Nothing to run beside", "It is not of IT, and does not need it.",
        "Nothing is to be done.",
        Looks(_without_need, _SIDES), _PLANNED, shown=False,
        passes="tactic:t in_force +side=it",
        fails="tactic:t in_force +side=business",
        mended=" +it_dependent",
    ),
)  # fmt: skip
