"""What is said first of a thing: who, for whom, promised how, and what is wrong; and what a promise rests on. Pure."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.web.filters import words
from services.web.states import How
from services.web.told import Names, Told, date, sentence
from shared.contracts.agreement import ServiceLevelTarget
from shared.contracts.views.impact import Impact
from shared.contracts.views.nodes import Node, NodeView
from shared.contracts.views.promises import Line, Promised, Promises

_WHOSE = {"sla": "customer", "ola": "our team", "uc": "supplier"}
_VERDICTS: Mapping[str, tuple[str, How]] = {
    "kept": ("can be kept", "live"),
    "broken": ("cannot be kept", "no"),
    "unknown": ("nothing promised below", "draft"),
    "not_comparable": ("cannot be reckoned", "draft"),
}
_MOST_LINES = 6
_PEOPLE = frozenset({"party", "role"})


@dataclass(frozen=True)
class Fact:
    """``told`` are things and texts, one beside the other; a ``bad`` one is to be mended."""

    name: str
    told: Told
    note: str = ""
    bad: bool = False


@dataclass(frozen=True)
class PromiseRow:
    """A promise, or an agreement underneath one."""

    level: str
    whose: str
    node: Node
    told: Told
    word: str = ""
    how: How = "live"


def facts(node: NodeView, impact: Impact, promises: Sequence[Promises], names: Names) -> list[Fact]:
    """At most six, the most asked for first."""
    found = [
        *_owner(node), *_whole(node), *_customers(impact), *_promised(node, promises, names), *_contracts(node, impact),
        *_validity(node), *_signed(node), _findings(node),
    ]  # fmt: skip
    return found[:6]


def _owner(node: NodeView) -> Iterator[Fact]:
    owner = owner_of(node)
    if owner:
        yield Fact("Owner", [owner], words(owner.type) if owner.type else "")
    elif node.kind not in _PEOPLE:
        yield Fact("Owner", ["Nobody"], "nobody answers for it", bad=node.live)


def _whole(node: NodeView) -> Iterator[Fact]:
    wholes = [each.node for each in node.out if each.type in ("part_of", "assigned_in")]
    if wholes:
        yield Fact("Part of", [wholes[0]], words(wholes[0].kind))


def owner_of(node: NodeView) -> Node | None:
    return next((each.node for each in node.out if each.type == "owned_by"), None)


def _customers(impact: Impact) -> Iterator[Fact]:
    groups = [each for each in impact.customers if each.node.kind == "consumer_group"]
    if groups:
        size = sum(each.size or 0 for each in groups)
        more = f"and {len(groups) - 1} more" if len(groups) > 1 else ""
        told = ", ".join(filter(None, (f"{size:,} people or organisations" if size else "", more)))
        yield Fact("Customers", [groups[0].node], told)


def _promised(node: NodeView, promises: Sequence[Promises], names: Names) -> Iterator[Fact]:
    own = [*node.state_data.get("service_level_targets", ()), *node.state_data.get("commitments", ())]
    of = [promised.target.model_dump(mode="json") for each in promises for promised in each.promises]
    targets = own or of
    if targets:
        more = f"and {len(targets) - 1} more" if len(targets) > 1 else ""
        broken = any(each.verdict == "broken" for view in promises for each in view.promises)
        yield Fact("Promised", sentence(ServiceLevelTarget, targets[0], names), more, bad=broken)


def _contracts(node: NodeView, impact: Impact) -> Iterator[Fact]:
    if node.kind == "contract":
        return
    types = Counter(words(each.node.type) if each.node.type in _WHOSE else "other" for each in impact.contracts)
    if types:
        yield Fact("Contracts", [", ".join(f"{number} {name}" for name, number in types.items())])


def _validity(node: NodeView) -> Iterator[Fact]:
    said = node.state_data.get("period")
    period = said if isinstance(said, dict) else {}  # of a tactic it is a text
    start = period.get("start") or node.state_data.get("valid_from")
    end = period.get("end") or node.state_data.get("valid_to")
    if start or end:
        until = f"until {date(end, ends=True)}" if end else "without an end"
        yield Fact("Valid", [until], f"from {date(start)}" if start else "")


def _signed(node: NodeView) -> Iterator[Fact]:
    if node.signed_by:
        last = node.signed_by[-1]
        note = "changed since" if last.drifted else "attested elsewhere" if last.attested else "as signed"
        yield Fact("Signed", [last.increment], note, bad=bool(last.drifted))


def _findings(node: NodeView) -> Fact:
    counted = Counter(each.severity for each in node.findings)
    if not counted:
        return Fact("Findings", ["None"])
    (worst, number), *rest = counted.items()
    return Fact("Findings", [f"{number} {worst}"], ", ".join(f"{each} {name}" for name, each in rest), bad=True)


def promise_rows(promises: Sequence[Promises], names: Names) -> list[PromiseRow]:
    """Each promise, then the agreements underneath it, each once."""
    rows: list[PromiseRow] = []
    for view in promises:
        for promised in view.promises:
            word, how = _VERDICTS[promised.verdict]
            rows.append(_row(view.contract, promised.target, names, word, how))
            rows += _underneath(promised, {view.contract.id}, names)
    return rows


def _underneath(promised: Promised, seen: set[str], names: Names) -> Iterator[PromiseRow]:
    lines = _lines(promised.reckoning) if promised.reckoning else iter(())
    for line in lines:
        if line.target and line.by == "agreement" and line.node.id not in seen and len(seen) <= _MOST_LINES:
            seen.add(line.node.id)
            weakest = promised.weakest is not None and promised.weakest.id == line.node.id
            short = weakest and promised.verdict == "broken"
            yield _row(
                line.node, line.target, names, "falls short" if short else "covers it", "no" if short else "live"
            )


def _lines(line: Line) -> Iterator[Line]:
    yield line
    for each in line.parts:
        yield from _lines(each)


def _row(node: Node, target: ServiceLevelTarget, names: Names, word: str, how: How) -> PromiseRow:
    told = sentence(ServiceLevelTarget, _document(target), names)
    level = words(node.type if node.type in _WHOSE else node.kind)
    return PromiseRow(level, _WHOSE.get(node.type or "", ""), node, told, word, how)


def _document(target: ServiceLevelTarget) -> dict[str, Any]:
    return target.model_dump(mode="json")
