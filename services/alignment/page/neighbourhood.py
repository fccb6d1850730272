"""What lies around a node, as far and by the relations that were asked for: a drawing, and the same as a table."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

from pydantic import AfterValidator

from services.alignment.page.drawing import drawn
from services.alignment.queries.snapshot import Moment
from services.alignment.view.projection import ref_of
from services.alignment.views.trace import trace
from shared.contracts.relations import OTHER, RELATIONS, End

MAX_DEPTH = 3
_MOST_EACH_WAY = 24
Direction = Literal["both", "up", "down"]
Json = dict[str, Any]


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

    def parameters(self) -> Json:
        """As an address has them: what is usual is left out."""
        given = {"depth": self.depth, "direction": self.direction, "types": self.types}
        return {name: value for name, value in given.items() if value != getattr(Wanted(), name)}


async def neighbourhood(moment: Moment, row: Any, wanted: Wanted) -> Json:
    """Of the row of a node. ``hidden`` counts the relations that lead on from what is shown, at ``nodes`` as well; they
    are not drawn."""
    ways = ("up", "down") if wanted.direction == "both" else (wanted.direction,)
    types = wanted.types or None
    traces = {way: await trace(moment, row, way, wanted.depth, types, _MOST_EACH_WAY) for way in ways}
    edges = {_key(edge): edge for found in traces.values() for edge in found["edges"]}
    hidden = _hidden(traces, edges.values())
    shown = [node for found in traces.values() for node in found["nodes"]]
    nodes = {ref_of(node): node | {"hidden": hidden[ref_of(node)]} for node in shown}
    rows = [_row(edge, nodes) for edge in edges.values()]
    return {"drawing": drawn(row.ref, nodes, rows), "rows": rows, "hidden": hidden.total()}


def _key(edge: Json) -> tuple[str, ...]:
    return edge["origin"], edge["type"], edge["source"], edge["target"]


def _hidden(traces: Mapping[str, Json], edges: Collection[Json]) -> Counter[str]:
    """By node. What was cut on one way may be drawn all the same, on the other."""
    hidden: Counter[str] = Counter()
    for way, found in traces.items():
        elsewhere = Counter(_near(edge, way) for edge in edges) - Counter(_near(edge, way) for edge in found["edges"])
        hidden += Counter({ref_of(node): node["hidden"] - elsewhere[ref_of(node)] for node in found["nodes"]})
    return hidden


def _near(edge: Json, way: str) -> str:
    """Where a relation begins on the way up, or on the way down."""
    justified: End = edge["justified"] or "source"
    return str(edge[justified if way == "up" else OTHER[justified]])


def _row(edge: Json, nodes: Mapping[str, Json]) -> Json:
    return {"type": edge["type"], "source": nodes[edge["source"]], "target": nodes[edge["target"]]}
