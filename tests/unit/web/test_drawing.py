"""The drawing: a column for each level of the model, boxes that leave each other room, lines from box to box."""

import itertools
import re
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from services.web.around.drawing import Drawing, Row, drawn
from services.web.around.levels import LEVELS, level_of
from shared.contracts import KIND_OWNERS
from shared.contracts.views.trace import TracedNode

Json = dict[str, Any]
Point = tuple[float, float]
Rows = list[tuple[TracedNode, str, TracedNode]]
_POINTS = 16
_KINDS = [kinds[0] for _, kinds in LEVELS]


def node(kind: str, name: str, type: str | None = None, **more: Any) -> TracedNode:
    told = {"kind": kind, "id": name, "key": name, "name": name, "type": type, "state": "in_force", "live": True}
    rest = {"why_not_live": None, "version": 1, "owner": None, "criticality": None, "deleted": False}
    return TracedNode.model_validate({**told, **rest, "depth": 1, "hidden": 0, **more})


def picture(nodes: list[TracedNode], rows: Rows) -> Drawing:
    edges = [Row(type, source, target) for source, type, target in rows]
    return drawn(nodes[0].ref, {each.ref: each for each in nodes}, edges)


def test_every_kind_has_one_level() -> None:
    kinds = [kind for _, kinds in LEVELS for kind in kinds]
    assert sorted(kinds) == sorted(KIND_OWNERS)


@pytest.mark.parametrize(("type", "level"), [("business", "business strategy"), ("it_service", "IT strategy")])
def test_strategies_of_it_stand_below_those_of_the_business(type: str, level: str) -> None:
    assert LEVELS[level_of(node("strategy", "a", type))][0] == level


def test_levels_are_columns_from_left_to_right_and_no_box_lies_on_another() -> None:
    top, it = node("strategy", "top", "business"), node("strategy", "below", "it")
    tactics = [node("tactic", f"tactic {number}") for number in range(9)]
    rows = [(it, "supports", top), *((tactic, "decomposes", it) for tactic in tactics)]
    made = picture([it, top, *tactics], rows)
    assert [title.text for title in made.titles] == ["business strategy", "IT strategy", "tactics"]
    places = {box.name: (box.x, box.y) for box in made.boxes}
    [(width, height)] = {(box.width, box.height) for box in made.boxes}
    assert places["top"][0] < places["below"][0] < places["tactic 0"][0]
    for x, y in places.values():
        assert 0 <= x <= made.width - width
        assert 0 <= y <= made.height - height
    heights = sorted(y for name, (_, y) in places.items() if name.startswith("tactic"))
    assert all(below - above > height for above, below in itertools.pairwise(heights))
    assert made.centre.name == "below"


def test_boxes_stand_where_fewer_lines_cross() -> None:
    left, right = [node("service", name) for name in "abc"], [node("contract", name) for name in "xyz"]
    rows = [(right[2 - number], "covers", left[number]) for number in range(3)]
    boxes = picture([*left, *right], rows).boxes
    height = {box.name: box.y for box in boxes}
    assert [height["a"], height["b"], height["c"]] == [height["z"], height["y"], height["x"]]


def test_a_line_runs_from_the_near_side_of_one_box_to_that_of_the_other() -> None:
    service, contract, other = node("service", "a"), node("contract", "b"), node("service", "c")
    rows = [(contract, "covers", service), (service, "depends_on", other), (service, "part_of", service)]
    made = picture([service, contract, other], rows)
    x = {box.name: box.x for box in made.boxes}
    covers, depends = (line.path for line in made.lines)
    assert covers.startswith(f"M{x['b']} ")
    assert covers.split(" ")[-2] == f"{x['a'] + made.boxes[0].width}"
    assert depends.startswith(f"M{x['a'] + made.boxes[0].width} ")
    assert depends.split(" ")[-2] == f"{x['c'] + made.boxes[0].width}"


def test_a_box_has_room_for_what_it_says_and_a_long_name_is_cut_in_it_alone() -> None:
    mail, long = node("service", "Mail"), node("service", "Licence and care " * 4)
    off = node("service", "Fax", live=False, state="being_retired")
    strange = node("service", "7c1f", live=False, state=None, unseen=True).model_copy(update={"name": None})
    boxes = {box.name: box for box in picture([mail, long, off, strange], []).boxes}
    assert (boxes["Mail"].lines, boxes["Mail"].notes) == (["Mail"], ["service"])
    assert boxes["Fax"].notes == ["service", "being_retired"]
    assert boxes["7c1f"].notes == ["service", "never seen"]
    first, second = boxes[str(long.name)].lines
    assert (first, second[-1]) == ("Licence and care", "…")
    assert boxes["Mail"].height < boxes["Fax"].height
    assert boxes["Mail"].height < boxes[str(long.name)].height


@some.composite
def neighbourhoods(draw: some.DrawFn) -> tuple[list[TracedNode], Rows]:
    """Up to as many as the page draws, at any level, joined in any way: around, on, and back to themselves as well."""
    kinds = draw(some.lists(some.sampled_from(_KINDS), min_size=1, max_size=30))
    words = some.sampled_from(["", " with a name", " with a name that takes lines"])
    nodes = [node(kind, f"{number}{draw(words)}") for number, kind in enumerate(kinds)]
    ends = some.tuples(some.sampled_from(nodes), some.sampled_from(["a", "b"]), some.sampled_from(nodes))
    return nodes, draw(some.lists(ends, max_size=60))


@settings(suppress_health_check=[HealthCheck.too_slow])  # where lines of code are counted as well
@given(neighbourhoods())
def test_no_line_crosses_a_box_and_nothing_lies_outside(
    given: tuple[list[TracedNode], Rows],
) -> None:
    nodes, rows = given
    made = picture(nodes, rows)
    corners = [(box.x, box.y, box.x + box.width, box.y + box.height) for box in made.boxes]
    assert len(made.lines) == len([row for row in rows if row[0] is not row[2]])
    for x, y in ((x, y) for line in made.lines for x, y in points(line.path)):
        assert 0 <= x <= made.width
        assert 0 <= y <= made.height
        assert not [None for left, top, right, bottom in corners if left < x < right and top < y < bottom]
    for one, other in itertools.combinations(corners, 2):
        assert one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]


def points(path: str) -> Iterator[Point]:
    """Along a path that moves, bends and goes level."""
    x = y = 0.0
    for letter, numbers in re.findall(r"([MCH])([^MCH]*)", path):
        to = [float(number) for number in numbers.split()]
        if letter == "M":
            x, y = to
        elif letter == "H":
            yield from ((x + (to[0] - x) * step / _POINTS, y) for step in range(_POINTS + 1))
            x = to[0]
        else:
            yield from (_bent((x, y), to, step / _POINTS) for step in range(_POINTS + 1))
            x, y = to[4:]


def _bent(start: Point, to: list[float], part: float) -> Point:
    """A point of a cubic Bezier curve."""
    share = [(1 - part) ** 3, 3 * part * (1 - part) ** 2, 3 * part**2 * (1 - part), part**3]
    xs, ys = (start[0], *to[0::2]), (start[1], *to[1::2])
    return sum(map(float.__mul__, share, xs)), sum(map(float.__mul__, share, ys))


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(neighbourhoods(), some.randoms(use_true_random=False))
def test_the_order_of_what_is_given_makes_no_difference(given: tuple[list[TracedNode], Rows], dice: Any) -> None:
    nodes, rows = given
    first = picture(nodes, rows)
    rest, others = nodes[1:], list(rows)
    dice.shuffle(rest)
    dice.shuffle(others)
    again = picture([nodes[0], *rest], others)
    assert again.boxes == first.boxes
    assert sorted(line.path for line in again.lines) == sorted(line.path for line in first.lines)


def test_lines_to_the_same_box_run_together() -> None:
    outcome, service, roles = node("outcome", "a"), node("service", "b"), [node("role", name) for name in "xyz"]
    made = picture([outcome, service, *roles], [(role, "performs", outcome) for role in roles])
    first, *others = (line.path.split("H", 1) for line in made.lines)
    assert [rest for _, rest in others] == [first[1]] * 2
    assert len({start for start, _ in (first, *others)}) == 3


def test_a_box_stands_as_high_as_those_that_it_is_joined_to() -> None:
    outcome, services = node("outcome", "a"), [node("service", str(number)) for number in range(7)]
    made = picture([services[0], outcome, *services[1:]], [(each, "serves", outcome) for each in services[:2]])
    height = {box.name: box.y for box in made.boxes}
    assert height["a"] == (height["0"] + height["1"]) / 2
