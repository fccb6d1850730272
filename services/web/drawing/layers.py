"""The map: what is around something, in columns from why to whom, and the lines between."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from textwrap import wrap
from typing import Literal, NamedTuple

from services.web.drawing.chosen import Chosen, chosen
from services.web.drawing.levels import LEVELS, level_of
from services.web.drawing.placing import Lane, Placed, Slot, Way, placed
from services.web.filters import relation, words
from shared.contracts.views.nodes import Edge, Node

BOX, ACROSS, MARGIN, TITLE = 134, 164, 12, 58
_LETTERS, _LINES, _LINE, _NOTE, _PAD, _APART, _REST = 17, 2, 15, 14, 14, 10, 26
_HUB = 5
"""How many lines there are at one side of a box before they are counted there."""
Side = Literal["biz", "itn", ""]
_SIDES: dict[str | None, Side] = {"business": "biz", "it": "itn", "it_service": "itn"}


class Column(NamedTuple):
    """Its title, what else stands in it, and where it is."""

    title: str
    note: str
    x: int


class Rest(NamedTuple):
    """How many of a column are left out, and where that is said."""

    column: str
    number: int
    x: int
    y: float
    width: int = BOX
    height: int = _REST - _APART


class Count(NamedTuple):
    """How many lines there are at one side of a box."""

    number: int
    x: int
    y: float


@dataclass(frozen=True)
class Box:
    """A node: its name in a few ``lines``, and in ``note`` what it is, and its state if nobody can count on it.
    ``own`` are the paths of its lines, for when it is looked at."""

    node: Node
    lines: Sequence[str]
    note: str
    side: Side
    x: int
    y: float
    height: int
    own: Sequence[str]
    counts: Sequence[Count]
    width: int = BOX

    @property
    def name(self) -> str:
        return _name(self.node)


@dataclass(frozen=True)
class Line:
    """``near`` is what touches the box that all is about; ``about`` is source, relation and target in words."""

    path: str
    about: str
    near: bool


@dataclass(frozen=True)
class Layers:
    """A drawing of a ``width`` and a ``height``. Boxes are in the order in which the keyboard comes to them; ``edges``
    are what the lines stand for, for the list behind it; ``shown`` of ``known`` nodes are drawn."""

    width: int
    height: int
    columns: Sequence[Column]
    centre: Box
    boxes: Sequence[Box]
    rests: Sequence[Rest]
    lines: Sequence[Line]
    nodes: Mapping[str, Node]
    edges: Sequence[Edge]
    known: int

    @property
    def shown(self) -> int:
        return len(self.boxes)

    @property
    def sentence(self) -> str:
        titles = ", ".join(each.title.lower() for each in self.columns)
        return f"{self.shown} of {self.known} around {self.centre.name}, in columns: {titles}."


def layers(centre: str, nodes: Mapping[str, Node], edges: Iterable[Edge]) -> Layers:
    """``nodes`` are by their ref, and ``centre`` is the ref of the one that all is about. At most 40 boxes; the same
    in whatever order things are given."""
    picked = chosen(centre, nodes, edges)
    levels = sorted({level_of(node) for node in picked.nodes.values()} | {*picked.rest})
    texts = {ref: _text(node) for ref, node in picked.nodes.items()}
    heights = {ref: _PAD + _LINE * len(lines) + _NOTE for ref, (lines, _) in texts.items()}
    rests = {f"+{level}": (levels.index(level), float(_REST)) for level in picked.rest}
    boxes = {ref: (levels.index(level_of(node)), float(heights[ref] + _APART)) for ref, node in picked.nodes.items()}
    ends = [(each.source, each.target) for each in picked.edges]
    at = placed({**boxes, **rests}, ends, centre, [*rests])
    paths = [" ".join(_path(at, way)) for way in at.ways]
    own: dict[str, list[str]] = defaultdict(list)
    for (one, other), path in zip(ends, paths, strict=True):
        own[one].append(path)
        own[other].append(path)
    sides = _sides(at)
    made = {
        ref: Box(
            node, *texts[ref], _SIDES.get(node.type, "") if node.kind == "strategy" else "",
            _left(at.of[ref]), _down(at, ref) - heights[ref] / 2, heights[ref], own[ref],
            [*_counts(at, ref, sides)],
        )
        for ref, node in picked.nodes.items()
    }  # fmt: skip
    return Layers(
        width=_left(len(levels) - 1) + BOX + MARGIN,
        height=round(TITLE + at.depth + MARGIN),
        columns=[Column(LEVELS[level].title, LEVELS[level].note, _left(each)) for each, level in enumerate(levels)],
        centre=made[centre],
        boxes=[made[slot] for column in at.order for slot in column if isinstance(slot, str) and slot in made],
        rests=[_rest(at, picked, level, levels.index(level)) for level in picked.rest],
        lines=[_drawn(picked, each, path, centre) for each, path in zip(picked.edges, paths, strict=True)],
        nodes=picked.nodes,
        edges=picked.edges,
        known=len(picked.nodes) + sum(picked.rest.values()),
    )


def _name(node: Node) -> str:
    return node.name or node.id


def _text(node: Node) -> tuple[list[str], str]:
    lines = wrap(_name(node), _LETTERS, max_lines=_LINES, placeholder="…") or [_name(node)]
    return lines, words(node.kind) if node.live else f"{words(node.kind)}, {words(node.why_not_live or 'not live')}"


def _left(column: int) -> int:
    return MARGIN + column * ACROSS


def _down(at: Placed, slot: Slot) -> float:
    return round(TITLE + at.middle[slot], 1)


def _rest(at: Placed, picked: Chosen, level: int, column: int) -> Rest:
    y = _down(at, f"+{level}") - (_REST - _APART) / 2
    return Rest(LEVELS[level].title, picked.rest[level], _left(column), y)


def _drawn(picked: Chosen, edge: Edge, path: str, centre: str) -> Line:
    source, target = picked.nodes[edge.source], picked.nodes[edge.target]
    about = f"{_name(source)} {relation(edge.type)} {_name(target)}"
    return Line(path, about, near=centre in (edge.source, edge.target))


def _sides(at: Placed) -> Counter[tuple[Slot, bool]]:
    """How many lines begin at the right side of a box (True), and how many at the left. Those within a column are at
    the right of both."""
    found: Counter[tuple[Slot, bool]] = Counter()
    for way in at.ways:
        found[way[0], True] += 1
        found[way[-1], at.of[way[0]] == at.of[way[-1]]] += 1
    return found


def _counts(at: Placed, ref: str, sides: Mapping[tuple[Slot, bool], int]) -> Iterator[Count]:
    for to_the_right in (False, True):
        if (number := sides.get((ref, to_the_right), 0)) >= _HUB:
            yield Count(number, _left(at.of[ref]) + (BOX if to_the_right else 0), _down(at, ref))


def _path(at: Placed, way: Way) -> Iterator[str]:
    """Bent only between the columns, and level in the lanes; within one column around its right side, the further the
    wider, as far as there is room."""
    yield f"M{_left(at.of[way[0]]) + BOX:g} {_down(at, way[0]):g}"
    for one, other in pairwise(way):
        x1, y1, y2 = _left(at.of[one]) + BOX, _down(at, one), _down(at, other)
        if at.of[one] == at.of[other]:
            room = MARGIN if at.of[one] == len(at.order) - 1 else ACROSS - BOX
            bend = min(8 + abs(y2 - y1) / 8, room)
            yield f"C{x1 + bend:g} {y1:g} {x1 + bend:g} {y2:g} {x1:g} {y2:g}"
            continue
        x2 = _left(at.of[other])
        bend = (x2 - x1) / 2
        yield f"C{x1 + bend:g} {y1:g} {x2 - bend:g} {y2:g} {x2:g} {y2:g}"
        if isinstance(other, Lane):
            yield f"H{x2 + BOX:g}"
