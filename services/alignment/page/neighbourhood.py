"""What lies around a node, as far and by the relations that were asked for: a drawing, and the same as a table."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

from pydantic import AfterValidator

from services.alignment.moment import Moment
from services.alignment.page.drawing import drawn
from services.alignment.projection import ref_of
from services.alignment.trace import trace
from shared.contracts.relations import RELATIONS

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


async def neighbourhood(moment: Moment, ref: str, wanted: Wanted) -> Json:
    """``hidden`` counts the relations that lead on from what is shown, at ``nodes`` as well; they are not drawn."""
    nodes: dict[str, Json] = {}
    edges: dict[tuple[str, ...], Json] = {}
    for way in ("up", "down") if wanted.direction == "both" else (wanted.direction,):
        found = await trace(moment, ref, way, wanted.depth, wanted.types or None, _MOST_EACH_WAY)
        for node in found["nodes"]:
            _add(nodes, node)
        edges |= {(each["origin"], each["type"], each["source"], each["target"]): each for each in found["edges"]}
    rows = [_row(edge, nodes) for edge in edges.values()]
    hidden = sum(node["hidden"] for node in nodes.values())
    return {"drawing": drawn(ref, nodes, rows), "rows": rows, "hidden": hidden}


def _add(nodes: dict[str, Json], node: Json) -> None:
    """A node that is met on both ways hides what either of them hides."""
    ref = ref_of(node)
    before = nodes[ref]["hidden"] if ref in nodes else 0
    nodes[ref] = node | {"hidden": before + node["hidden"]}


def _row(edge: Json, nodes: Mapping[str, Json]) -> Json:
    return {"type": edge["type"], "source": nodes[edge["source"]], "target": nodes[edge["target"]]}
