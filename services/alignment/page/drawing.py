"""A node among its neighbours, drawn: what leads to it on the left, what it leads to on the right."""

from collections.abc import Sequence
from typing import Any

_MOST = 10
_WIDTH, _BOX, _HEIGHT, _STEP, _MARGIN = 960, 250, 44, 58, 12
_LONGEST = 30
Json = dict[str, Any]


def neighbourhood(node: Json, out: Sequence[Json], into: Sequence[Json]) -> Json:
    """Boxes and lines with their places in a drawing of a ``width`` and a ``height``; ``hidden`` are not drawn."""
    left, right = _distinct(into, node), _distinct(out, node)
    rows = max(len(left[:_MOST]), len(right[:_MOST]), 1)
    height = rows * _STEP + 2 * _MARGIN
    middle = (_WIDTH - _BOX) / 2
    centre = _box(node, middle, (height - _HEIGHT) / 2, "")
    before = _column(left[:_MOST], _MARGIN, height)
    after = _column(right[:_MOST], _WIDTH - _BOX - _MARGIN, height)
    lines = [_line(box, centre) for box in before] + [_line(centre, box) for box in after]
    return {
        "width": _WIDTH,
        "height": height,
        "boxes": [centre, *before, *after],
        "lines": lines,
        "hidden": max(0, len(left) - _MOST) + max(0, len(right) - _MOST),
        "box": {"width": _BOX, "height": _HEIGHT},
    }


def _distinct(edges: Sequence[Json], node: Json) -> list[tuple[Json, str]]:
    """The other ends, each once with all that joins it; relations to itself are no neighbours."""
    found: dict[tuple[str, str], tuple[Json, list[str]]] = {}
    for edge in edges:
        other = edge["node"]
        if (other["kind"], other["id"]) != (node["kind"], node["id"]):
            found.setdefault((other["kind"], other["id"]), (other, []))[1].append(edge["type"])
    return [(other, ", ".join(dict.fromkeys(types))) for other, types in found.values()]


def _column(nodes: Sequence[tuple[Json, str]], x: float, height: float) -> list[Json]:
    top = (height - len(nodes) * _STEP) / 2 + (_STEP - _HEIGHT) / 2
    return [_box(node, x, top + index * _STEP, relation) for index, (node, relation) in enumerate(nodes)]


def _box(node: Json, x: float, y: float, relation: str) -> Json:
    name = node["name"] or node["id"]
    short = name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1]}…"
    return {"node": node, "x": round(x, 1), "y": round(y, 1), "text": short, "name": name, "relation": relation}


def _line(start: Json, end: Json) -> str:
    """A curve from the right side of one box to the left side of another."""
    x1, y1 = start["x"] + _BOX, start["y"] + _HEIGHT / 2
    x2, y2 = end["x"], end["y"] + _HEIGHT / 2
    bend = (x2 - x1) / 2
    return f"M{x1:g} {y1:g}C{x1 + bend:g} {y1:g} {x2 - bend:g} {y2:g} {x2:g} {y2:g}"
