"""What passes between the activities of a process, and what guides them, as their relations say. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shared.contracts.views.nodes import Node, NodeView, Relation

Json = dict[str, Any]


@dataclass(frozen=True)
class Step:
    """An activity as the grid shows it; ``guides`` are the procedures and instructions that say how it is done."""

    node: NodeView
    guides: Sequence[Node]

    @property
    def says(self) -> Mapping[str, Any]:
        return self.node.state_data


@dataclass(frozen=True)
class Handover:
    """From one activity to another: what goes over, and what the hand-off itself says."""

    origin: str
    giver: Node
    taker: Node
    deliverable: Node | None


@dataclass(frozen=True)
class Made:
    """A deliverable, the activities that make it, and those that need it."""

    node: Node
    makers: Sequence[Node]
    users: Sequence[Node]


def step(node: NodeView) -> Step:
    return Step(node, [each.node for each in node.in_ if each.type == "guides" and each.live])


def handovers(activities: Sequence[NodeView]) -> list[Handover]:
    """In the order of who hands over."""
    goes = {(each.origin, "out"): each for node in activities for each in node.out if each.type == "hands_over"}
    found = []
    for giver in activities:
        for each in giver.out:
            if each.type == "precedes" and each.live:
                gone = goes.get((each.origin, "out"))
                found.append(Handover(each.origin, giver, each.node, gone.node if gone else None))
    return found


def made(activities: Sequence[NodeView]) -> list[Made]:
    """Each deliverable once, in the order in which it is made or needed first."""
    nodes: dict[str, Node] = {}
    makers: dict[str, list[Node]] = {}
    users: dict[str, list[Node]] = {}
    for activity in activities:
        for each in (*activity.in_, *activity.out):
            if each.node.kind != "deliverable" or not each.live:
                continue
            nodes.setdefault(each.node.ref, each.node)
            for relation, into in (("produced_by", makers), ("consumed_by", users)):
                if each.type == relation:
                    into.setdefault(each.node.ref, []).append(activity)
    return [Made(node, makers.get(ref, []), users.get(ref, [])) for ref, node in nodes.items()]


def related(relations: Sequence[Relation], type: str) -> list[Node]:
    """What stands at the other end of those relations that count, each once."""
    return [*{each.node.ref: each.node for each in relations if each.type == type and each.live}.values()]
