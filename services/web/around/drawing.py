"""A node among others, drawn: each level of the model is a column, and lines run between the boxes in them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from textwrap import wrap
from typing import NamedTuple

from services.web.around.columns import Columns, Lane, Slot, Way, arranged
from services.web.around.levels import LEVELS
from shared.contracts.views.trace import TracedNode

_BOX, _ACROSS, _MARGIN, _TITLE = 176, 228, 12, 34
_LETTERS, _LINES, _LINE, _NOTE, _PAD, _APART = 21, 2, 17, 16, 11, 14


class Row(NamedTuple):
    """A relation between two nodes of the drawing."""

    type: str
    source: TracedNode
    target: TracedNode


class Title(NamedTuple):
    text: str
    x: int


@dataclass(frozen=True)
class Box:
    """What a node is called, in a few ``lines``; and in ``notes`` what it is, and its state if nobody can count on
    it."""

    node: TracedNode
    lines: Sequence[str]
    notes: Sequence[str]
    x: int
    y: float
    height: int
    width: int = _BOX

    @property
    def name(self) -> str:
        return _name(self.node)


@dataclass(frozen=True)
class Line:
    """``title`` is source, relation and target; ``near`` is what touches the box that all is about."""

    path: str
    title: tuple[str, str, str]
    near: bool


@dataclass(frozen=True)
class Drawing:
    """Titles, boxes and lines with their places in a drawing of a ``width`` and a ``height``."""

    width: int
    height: int
    titles: Sequence[Title]
    centre: Box
    boxes: Sequence[Box]
    lines: Sequence[Line]


def drawn(centre: str, nodes: Mapping[str, TracedNode], rows: Sequence[Row]) -> Drawing:
    """``nodes`` are by their ref, and ``centre`` is the ref of the one that all is about."""
    joining = [row for row in rows if row.source.ref != row.target.ref]
    words = {ref: (_lines(node), _notes(node)) for ref, node in nodes.items()}
    heights = {ref: _PAD + _LINE * len(lines) + _NOTE * len(notes) for ref, (lines, notes) in words.items()}
    rooms = {ref: height + _APART for ref, height in heights.items()}
    columns = arranged(nodes, rooms, [(row.source.ref, row.target.ref) for row in joining], centre)
    boxes = {
        ref: Box(node, *words[ref], _left(columns.of[ref]), _middle(columns, ref) - heights[ref] / 2, heights[ref])
        for ref, node in nodes.items()
    }
    return Drawing(
        width=_left(len(columns.order)),
        height=round(_TITLE + columns.depth),
        titles=[Title(LEVELS[level][0], _left(each)) for each, level in enumerate(columns.levels)],
        centre=boxes[centre],
        boxes=[boxes[slot] for column in columns.order for slot in column if isinstance(slot, str)],
        lines=[_line(columns, way, row, centre) for way, row in zip(columns.ways, joining, strict=True)],
    )


def _lines(node: TracedNode) -> list[str]:
    name = _name(node)
    return wrap(name, _LETTERS, max_lines=_LINES, placeholder="…") or [name]


def _notes(node: TracedNode) -> list[str]:
    state = "never seen" if node.unseen else node.state
    return [node.kind, *([state] if state and not node.live else [])]


def _name(node: TracedNode) -> str:
    return node.name or node.id


def _left(column: int) -> int:
    return _MARGIN + column * _ACROSS


def _middle(columns: Columns, slot: Slot) -> float:
    return round(_TITLE + columns.height[slot], 1)


def _line(columns: Columns, way: Way, row: Row, centre: str) -> Line:
    title = (_name(row.source), row.type, _name(row.target))
    return Line(" ".join(_path(columns, way)), title, near=centre in (way[0], way[-1]))


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
