"""What lies around a node, as far and by the relations that were asked for: a drawing, and the same as a table."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

from pydantic import AfterValidator

from services.web.around.drawing import Drawing, Row, drawn
from shared.contracts.relations import OTHER, RELATIONS, End
from shared.contracts.views.nodes import Edge
from shared.contracts.views.trace import Trace

MAX_DEPTH = 3
Way = Literal["up", "down"]
WAYS: tuple[Way, ...] = ("up", "down")
Direction = Literal["both", "up", "down"]


def _known(name: str) -> str:
    if name not in RELATIONS:
        raise ValueError("is not a relation of this platform")
    return name


RelationName = Annotated[str, AfterValidator(_known)]


@dataclass(frozen=True)
class Wanted:
    """What to draw. No ``types`` stands for all of them."""

    depth: int = 1
    direction: Direction = "both"
    types: list[str] = field(default_factory=list)

    def parameters(self) -> dict[str, Any]:
        """As an address has them: what is usual is left out."""
        given = {"depth": self.depth, "direction": self.direction, "types": self.types}
        return {name: value for name, value in given.items() if value != getattr(Wanted(), name)}


@dataclass(frozen=True)
class Neighbourhood:
    """``hidden`` counts the relations that lead on from what is shown, at its nodes as well; they are not drawn."""

    drawing: Drawing
    rows: Sequence[Row]
    hidden: int


def neighbourhood(ref: str, traces: Mapping[Way, Trace]) -> Neighbourhood:
    """Of the node with this ``kind/id``, from where the ways lead."""
    edges = {_key(edge): edge for found in traces.values() for edge in found.edges}
    hidden = _hidden(traces, edges.values())
    shown = [node for found in traces.values() for node in found.nodes]
    nodes = {node.ref: node.model_copy(update={"hidden": hidden[node.ref]}) for node in shown}
    rows = [Row(edge.type, nodes[edge.source], nodes[edge.target]) for edge in edges.values()]
    return Neighbourhood(drawn(ref, nodes, rows), rows, hidden.total())


def _key(edge: Edge) -> tuple[str, ...]:
    return edge.origin, edge.type, edge.source, edge.target


def _hidden(traces: Mapping[Way, Trace], edges: Collection[Edge]) -> Counter[str]:
    """By node. What was cut on one way may be drawn all the same, on the other."""
    hidden: Counter[str] = Counter()
    for way, found in traces.items():
        elsewhere = Counter(_near(edge, way) for edge in edges) - Counter(_near(edge, way) for edge in found.edges)
        hidden += Counter({node.ref: node.hidden - elsewhere[node.ref] for node in found.nodes})
    return hidden


def _near(edge: Edge, way: Way) -> str:
    """Where a relation begins on the way up, or on the way down."""
    justified: End = edge.justified or "source"
    end = justified if way == "up" else OTHER[justified]
    return edge.source if end == "source" else edge.target
