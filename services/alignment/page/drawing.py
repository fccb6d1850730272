"""A node among others, drawn: each level of the model is a column, and lines run between the boxes in them."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from services.alignment.page.columns import Columns, Lane, Slot, Way, arranged, room
from services.alignment.page.levels import LEVELS
from services.alignment.projection import ref_of

_BOX, _HEIGHT, _ACROSS, _MARGIN, _TITLE = 218, 44, 278, 12, 34
_LONGEST = 27
Json = dict[str, Any]


def drawn(centre: str, nodes: Mapping[str, Json], rows: Sequence[Json]) -> Json:
    """Titles, boxes and lines with their places in a drawing of a ``width`` and a ``height``."""
    joining = [row for row in rows if row["source"] != row["target"]]
    columns = arranged(nodes, [(ref_of(row["source"]), ref_of(row["target"])) for row in joining], centre)
    boxes = {ref: _box(columns, ref, nodes[ref]) for column in columns.order for ref in column if isinstance(ref, str)}
    return {
        "width": _left(len(columns.order)),
        "height": max(_middle(columns, column[-1]) + room(column[-1]) / 2 for column in columns.order),
        "titles": [{"text": LEVELS[level][0], "x": _left(each)} for each, level in enumerate(columns.levels)],
        "centre": boxes[centre],
        "boxes": list(boxes.values()),
        "lines": [_line(columns, way, row, centre) for way, row in zip(columns.ways, joining, strict=True)],
        "box": {"width": _BOX, "height": _HEIGHT},
    }


def _left(column: int) -> int:
    return _MARGIN + column * _ACROSS


def _middle(columns: Columns, slot: Slot) -> float:
    return round(_TITLE + columns.height[slot], 1)


def _box(columns: Columns, ref: str, node: Json) -> Json:
    name = _name(node)
    short = name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1]}…"
    x, y = _left(columns.of[ref]), _middle(columns, ref) - _HEIGHT / 2
    return {"node": node, "x": x, "y": y, "text": short, "name": name}


def _name(node: Json) -> str:
    return str(node["name"] or node["id"])


def _line(columns: Columns, way: Way, row: Json, centre: str) -> Json:
    """``near`` is what touches the box that all is about."""
    title = (_name(row["source"]), row["type"], _name(row["target"]))
    return {"path": " ".join(_path(columns, way)), "title": title, "near": centre in (way[0], way[-1])}


def _path(columns: Columns, way: Way) -> Iterator[str]:
    """Bent only between the columns, and level in the lanes; within one column around its right side, the further the
    wider."""
    start, end = columns.of[way[0]], columns.of[way[-1]]
    leaving, reaching = (0, _BOX) if end < start else (_BOX, 0 if end > start else _BOX)
    yield f"M{_left(start) + leaving:g} {_middle(columns, way[0]):g}"
    for one, other in pairwise(way):
        x1, y1 = _left(columns.of[one]) + leaving, _middle(columns, one)
        x2, y2 = _left(columns.of[other]) + reaching, _middle(columns, other)
        bend = (x2 - x1) / 2 or min(16 + abs(y2 - y1) / 6, _ACROSS - _BOX)
        back = bend if x1 == x2 else -bend
        yield f"C{x1 + bend:g} {y1:g} {x2 + back:g} {y2:g} {x2:g} {y2:g}"
        if isinstance(other, Lane):
            yield f"H{_left(columns.of[other]) + leaving:g}"
