"""A node among others, drawn: each level of the model is a column, and lines run between the boxes in them."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from statistics import fmean
from typing import Any

from services.alignment.page.levels import LEVELS, level_of
from services.alignment.projection import ref_of

_BOX, _HEIGHT, _ACROSS, _DOWN, _MARGIN, _TITLE = 218, 44, 278, 58, 12, 34
_LONGEST = 27
_SWEEPS = 3
Json = dict[str, Any]


def drawn(centre: str, nodes: Mapping[str, Json], rows: Sequence[Json]) -> Json:
    """Titles, boxes and lines with their places in a drawing of a ``width`` and a ``height``."""
    columns = _untangled(_columns(nodes), _joined(rows), centre)
    deepest = max(len(column) for column in columns.values())
    boxes = {}
    for across, column in enumerate(columns.values()):
        top = _TITLE + (deepest - len(column)) * _DOWN / 2
        for down, ref in enumerate(column):
            boxes[ref] = _box(nodes[ref], _MARGIN + across * _ACROSS, top + down * _DOWN)
    return {
        "width": 2 * _MARGIN + (len(columns) - 1) * _ACROSS + _BOX,
        "height": _TITLE + deepest * _DOWN,
        "titles": [{"text": LEVELS[level][0], "x": _MARGIN + i * _ACROSS} for i, level in enumerate(columns)],
        "centre": boxes[centre],
        "boxes": list(boxes.values()),
        "lines": [_line(boxes, row, centre) for row in rows if row["source"] != row["target"]],
        "box": {"width": _BOX, "height": _HEIGHT},
    }


def _columns(nodes: Mapping[str, Json]) -> dict[int, list[str]]:
    """By level, from the highest on; a level without nodes takes no room."""
    found: dict[int, list[str]] = defaultdict(list)
    for ref, node in nodes.items():
        found[level_of(node)].append(ref)
    return {level: sorted(found[level], key=lambda ref: nodes[ref]["name"] or "") for level in sorted(found)}


def _joined(rows: Iterable[Json]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        source, target = ref_of(row["source"]), ref_of(row["target"])
        found[source].append(target)
        found[target].append(source)
    return found


def _untangled(columns: dict[int, list[str]], joined: Mapping[str, list[str]], centre: str) -> dict[int, list[str]]:
    """Each box near the middle of those that it is joined to, so that fewer lines cross (barycentre sweeps); the one
    that all is about in the middle of its column."""
    height = {ref: each for column in columns.values() for ref, each in _heights(column)}
    for _ in range(_SWEEPS):
        for column in columns.values():
            column.sort(key=lambda ref: fmean([height[each] for each in joined[ref] or [ref]]))
            if centre in column:
                column.remove(centre)
                column.insert(len(column) // 2, centre)
            height |= _heights(column)
    return columns


def _heights(column: Sequence[str]) -> Iterator[tuple[str, float]]:
    """How far down each stands, from 0 to 1."""
    return ((ref, (place + 0.5) / len(column)) for place, ref in enumerate(column))


def _box(node: Json, x: float, y: float) -> Json:
    name = node["name"] or node["id"]
    short = name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1]}…"
    return {"node": node, "x": x, "y": y, "text": short, "name": name}


def _line(boxes: Mapping[str, Json], row: Json, centre: str) -> Json:
    """``near`` is what touches the box that all is about."""
    ends = [ref_of(row[end]) for end in ("source", "target")]
    source, target = (boxes[end] for end in ends)
    title = (source["name"], row["type"], target["name"])
    return {"path": _curve(source, target), "title": title, "near": centre in ends}


def _curve(start: Json, end: Json) -> str:
    """From side to side where the columns differ; within one, around its right side, the further the wider."""
    leftwards = end["x"] < start["x"]
    x1, y1 = start["x"] + (0 if leftwards else _BOX), start["y"] + _HEIGHT / 2
    x2, y2 = end["x"] + (_BOX if leftwards or start["x"] == end["x"] else 0), end["y"] + _HEIGHT / 2
    bend = (x2 - x1) / 2 or min(16 + abs(y2 - y1) / 6, _ACROSS - _BOX)
    back = -bend if x1 != x2 else bend
    return f"M{x1:g} {y1:g}C{x1 + bend:g} {y1:g} {x2 + back:g} {y2:g} {x2:g} {y2:g}"
