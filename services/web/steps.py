"""The steps of a scenario as people read them: what is done to what. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from shared.contracts import NODE_KINDS
from shared.contracts.views.nodes import Node
from shared.contracts.views.scenario import End, Join, Leave, Move, Put, Retire, Set, Step

_BOOKED = {
    "id", "kind", "key", "name", "state", "version", "created_at", "created_by", "updated_at", "updated_by",
}  # fmt: skip


@dataclass(frozen=True)
class StepTold:
    """``verb`` is what is done, to the ``ref`` and where two are joined also to ``other``; ``members`` are what it
    sets; ``service`` is whose right it takes."""

    verb: str
    ref: str
    service: str
    other: str | None = None
    members: Mapping[str, Any] = field(default_factory=dict)


def told(step: Step) -> StepTold:
    match step:
        case Put():
            kind = str(step.state.get("kind", ""))
            members = {name: value for name, value in step.state.items() if name not in _BOOKED and value}
            return StepTold(f"Make {NODE_KINDS[kind].one}", "", NODE_KINDS[kind].service, members=members)
        case Set():
            return StepTold("Change", step.ref, _service(step.ref), members=step.members)
        case Move():
            return StepTold(f"Move to {step.to.replace('_', ' ')}:", step.ref, _service(step.ref))
        case Retire():
            return StepTold("Retire", step.ref, _service(step.ref))
        case Leave():
            return StepTold("Leaves:", step.ref, _service(step.ref))
        case Join():
            return StepTold(step.type.replace("_", " "), step.source, _service(step.source), step.target)
        case End():
            return StepTold("End the relation", "", "")


def _service(ref: str) -> str:
    kind = ref.partition("/")[0]
    return NODE_KINDS[kind].service if kind in NODE_KINDS else ""


def services(steps: Iterable[Step]) -> Sequence[str]:
    """Whose rights they take, as far as that can be told: a link does not say who keeps it."""
    return sorted({each.service for each in map(told, steps)} - {""})


def names(nodes: Iterable[Node]) -> Mapping[str, Node]:
    """By ``kind/id`` and ``kind/key``."""
    return {ref: node for node in nodes for ref in (node.ref, f"{node.kind}/{node.key}")}
