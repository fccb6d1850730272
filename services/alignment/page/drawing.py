"""A node among others, drawn: each level of the model is a column, and lines run between the boxes in them."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from textwrap import wrap
from typing import Any

from services.alignment.page.columns import Columns, Lane, Slot, Way, arranged
from services.alignment.page.levels import LEVELS
from services.alignment.view.projection import ref_of

_BOX, _ACROSS, _MARGIN, _TITLE = 176, 228, 12, 34
_LETTERS, _LINES, _LINE, _NOTE, _PAD, _APART = 21, 2, 17, 16, 11, 14
Json = dict[str, Any]


def drawn(centre: str, nodes: Mapping[str, Json], rows: Sequence[Json]) -> Json:
    """Titles, boxes and lines with their places in a drawing of a ``width`` and a ``height``."""
    joining = [row for row in rows if row["source"] != row["target"]]
    boxes = {ref: _box(node) for ref, node in nodes.items()}
    rooms = {ref: box["height"] + _APART for ref, box in boxes.items()}
    columns = arranged(nodes, rooms, [(ref_of(row["source"]), ref_of(row["target"])) for row in joining], centre)
    for ref, box in boxes.items():
        box |= {"x": _left(columns.of[ref]), "y": _middle(columns, ref) - box["height"] / 2}
    return {
        "width": _left(len(columns.order)),
        "height": round(_TITLE + columns.depth),
        "titles": [{"text": LEVELS[level][0], "x": _left(each)} for each, level in enumerate(columns.levels)],
        "centre": boxes[centre],
        "boxes": [boxes[slot] for column in columns.order for slot in column if isinstance(slot, str)],
        "lines": [_line(columns, way, row, centre) for way, row in zip(columns.ways, joining, strict=True)],
    }


def _box(node: Json) -> Json:
    """What it is called, in a few lines; and in ``notes`` what it is, and its state if nobody can count on it."""
    name = _name(node)
    lines = wrap(name, _LETTERS, max_lines=_LINES, placeholder="…") or [name]
    state = "never seen" if "unseen" in node else node["state"]
    notes = [node["kind"], *([state] if state and not node["live"] else [])]
    height = _PAD + _LINE * len(lines) + _NOTE * len(notes)
    return {"node": node, "name": name, "lines": lines, "notes": notes, "width": _BOX, "height": height}


def _name(node: Json) -> str:
    return str(node["name"] or node["id"])


def _left(column: int) -> int:
    return _MARGIN + column * _ACROSS


def _middle(columns: Columns, slot: Slot) -> float:
    return round(_TITLE + columns.height[slot], 1)


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
