"""The map: columns from why to whom, boxes that leave each other room, lines from box to box."""

import itertools
import random
import re
from collections import Counter
from collections.abc import Iterator, Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from services.web.drawing.layers import BOX, Layers, layers
from services.web.drawing.levels import LEVELS, level_of
from shared.contracts import NODE_KINDS
from shared.contracts.views.nodes import Edge, Node
from tests.unit.web.showing import edge, hosting, node

Point = tuple[float, float]
_POINTS = 16
_KINDS = [level.kinds[0] for level in LEVELS]


def drawn(nodes: Sequence[Node], edges: Sequence[Edge]) -> Layers:
    """About the first of them."""
    return layers(nodes[0].ref, {each.ref: each for each in nodes}, edges)


def test_every_kind_stands_in_one_column() -> None:
    assert sorted(kind for level in LEVELS for kind in level.kinds) == sorted(NODE_KINDS)
    assert LEVELS[level_of(node("product", "a"))].title == "Services"


def test_two_boxes_stand_beside_each_other() -> None:
    """A box of one line is 15 for the name, 14 for the kind and 14 around them high; 10 more are left free."""
    service, outcome = node("service", "Mail"), node("outcome", "Letters")
    made = drawn([service, outcome], [edge("serves", service, outcome)])
    assert [(each.title, each.x) for each in made.columns] == [("Why", 12), ("Services", 176)]
    assert [(box.name, box.x, box.y, box.height) for box in made.boxes] == [
        ("Letters", 12, 63.0, 43), ("Mail", 176, 63.0, 43),
    ]  # fmt: skip
    assert [line.path for line in made.lines] == ["M146 84.5 C161 84.5 161 84.5 176 84.5"]
    assert [(line.about, line.near) for line in made.lines] == [("Mail serves Letters", True)]
    assert (made.width, made.height, made.centre.name) == (176 + 134 + 12, 58 + 53 + 12, "Mail")
    assert made.sentence == "2 of 2 around Mail, in columns: why, services."


def test_lines_to_the_same_box_share_a_lane_past_what_is_between() -> None:
    outcome, goal = node("outcome", "o"), node("objective", "g")
    services = [node("service", name) for name in "ab"]
    made = drawn([outcome, goal, *services], [edge("serves", each, outcome) for each in services])
    first, second = (line.path for line in made.lines)
    assert re.findall(r"^M.*?H310", first) == re.findall(r"^M.*?H310", second) != []
    assert first != second


def crowded(many: int) -> Layers:
    """Everything that is offered serves everything that is wanted, past objectives that are for themselves."""
    outcomes = [node("outcome", f"outcome {each:02}") for each in range(9)]
    services = [node("service", f"service {each:02}") for each in range(many)]
    between = [node("objective", f"objective {each}") for each in range(9)]
    return drawn([*outcomes, *services, *between], [edge("serves", one, to) for one in services for to in outcomes])


def test_lanes_of_different_ends_do_not_lie_on_each_other() -> None:
    paths = [line.path for line in crowded(9).lines]
    levels = sorted({float(level) for path in paths for level in re.findall(r"176 (\S+) H310", path)})
    assert len(levels) == 9
    assert all(below - above >= 13.9 for above, below in itertools.pairwise(levels))


def test_what_is_left_out_is_counted_at_the_foot_of_its_column() -> None:
    made = crowded(12)
    [rest] = made.rests
    assert rest.y > max(box.y + box.height for box in made.boxes if box.x == rest.x)


def test_a_hub_carries_its_counts() -> None:
    hub, users = node("service", "hub"), [node("service_offering", f"user {each}") for each in range(5)]
    made = drawn([hub, *users], [edge("offers", each, hub) for each in users])
    assert [(each.number, each.x) for each in made.centre.counts] == [(5, 12 + BOX)]
    assert [len(made.centre.own), len(made.boxes[-1].own)] == [5, 1]
    fewer = drawn([hub, *users[:4]], [edge("offers", each, hub) for each in users[:4]])
    assert fewer.centre.counts == []


def test_what_a_column_has_no_room_for_is_counted_and_the_most_critical_stay() -> None:
    hub = node("objective", "hub")
    users = [node("service", f"service {each:02}", criticality=1 + each % 5) for each in range(12)]
    made = drawn([hub, *users], [edge("realizes", each, hub) for each in users])
    assert [(rest.column, rest.number) for rest in made.rests] == [("Services", 3)]
    kept = [box.node.criticality for box in made.boxes if box.node.kind == "service"]
    assert sorted(kept, key=str) == [2, 2, 2, 3, 3, 4, 4, 5, 5]
    assert (made.shown, made.known) == (10, 13)
    services = [box for box in made.boxes if box.node.kind == "service"]
    assert made.rests[0].y > max(box.y + box.height for box in services)


def test_the_nearest_come_before_the_critical() -> None:
    hub, near = node("service", "hub"), node("service", "near", criticality=1)
    far = [node("service", f"far {each}", criticality=5) for each in range(9)]
    edges = [edge("depends_on", near, hub), *(edge("depends_on", each, near) for each in far)]
    assert "near" in {box.name for box in drawn([hub, near, *far], edges).boxes}


def test_people_are_no_column_unless_it_is_about_one() -> None:
    service, owner = node("service", "Mail"), node("party", "Amara Lindqvist", type="person")
    owned = [edge("owned_by", service, owner)]
    assert [box.name for box in drawn([service, owner], owned).boxes] == ["Mail"]
    assert [box.name for box in drawn([owner, service], owned).boxes] == ["Mail", "Amara Lindqvist"]


def test_a_box_says_what_it_is_and_what_keeps_it_from_counting() -> None:
    plan = node("plan", "Continuity plan for the six", "draft")
    strange = node("service", "7c1f", live=False, state=None, unseen=True, why_not_live="unseen")
    tops = [node("strategy", "a", type="it_service"), node("strategy", "b", type="business"), node("strategy", "c")]
    boxes = {box.name: box for box in drawn([plan, strange, *tops], []).boxes}
    assert (boxes[str(plan.name)].lines, boxes[str(plan.name)].note) == (
        ["Continuity plan", "for the six"],
        "plan, draft",
    )
    assert boxes["7c1f"].note == "service, unseen"
    assert [boxes[name].side for name in ("a", "b", "c", "7c1f")] == ["itn", "biz", "", ""]
    [*_, last] = drawn([node("service", "Licence and care " * 4)], []).boxes[0].lines
    assert last.endswith("…")


def test_the_order_in_which_things_come_changes_nothing() -> None:
    centre, nodes, edges = hosting()
    expected = layers(centre, nodes, edges)
    for seed in range(4):
        shuffled, pairs = [*edges, edges[0]], [*nodes.items()]
        random.Random(seed).shuffle(shuffled)
        random.Random(seed).shuffle(pairs)
        assert layers(centre, dict(pairs), shuffled) == expected


@some.composite
def neighbourhoods(draw: some.DrawFn) -> tuple[list[Node], list[Edge]]:
    """More than are drawn, in any column, joined in any way: around, on, and back to themselves as well."""
    kinds = draw(some.lists(some.sampled_from(_KINDS), min_size=1, max_size=60))
    words = some.sampled_from(["", " with a name", " with a name that takes lines"])
    nodes = [node(kind, f"{number}{draw(words)}") for number, kind in enumerate(kinds)]
    ends = some.tuples(some.sampled_from(["serves", "supports"]), some.sampled_from(nodes), some.sampled_from(nodes))
    return nodes, [edge(*each) for each in draw(some.lists(ends, max_size=90))]


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=60)
@given(neighbourhoods())
def test_no_line_crosses_a_box_and_nothing_lies_outside(given: tuple[list[Node], list[Edge]]) -> None:
    made = drawn(*given)
    corners = [(each.x, each.y, each.x + each.width, each.y + each.height) for each in made.boxes]
    corners += [(each.x, each.y, each.x + each.width, each.y + each.height) for each in made.rests]
    for left, top, right, bottom in corners:
        assert 0 <= left < right <= made.width
        assert 0 <= top < bottom <= made.height
    for x, y in ((x, y) for line in made.lines for x, y in points(line.path)):
        assert 0 <= x <= made.width
        assert 0 <= y <= made.height
        assert not [None for left, top, right, bottom in corners if left < x < right and top < y < bottom]
    for rest in made.rests:
        assert rest.y > max((box.y + box.height for box in made.boxes if box.x == rest.x), default=0)
    for one, other in itertools.combinations(corners, 2):
        assert one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=60)
@given(neighbourhoods())
def test_everything_is_drawn_or_counted(given: tuple[list[Node], list[Edge]]) -> None:
    made = drawn(*given)
    assert made.shown <= 40
    assert max(Counter(box.x for box in made.boxes).values()) <= 9
    people = 0 if level_of(given[0][0]) == len(LEVELS) - 1 else sum(each.kind == "party" for each in given[0])
    assert made.known == len(given[0]) - people == made.shown + sum(rest.number for rest in made.rests)
    assert made.centre in made.boxes
    assert sum(len(box.own) for box in made.boxes) == 2 * len(made.lines) == 2 * len(made.edges)


def points(path: str) -> Iterator[Point]:
    """Along a path of lines to the side and cubic curves."""
    x = y = 0.0
    for command, numbers in re.findall(r"([MCH])([^MCH]*)", path):
        given = [float(each) for each in numbers.split()]
        if command == "H":
            yield from ((x + (given[0] - x) * step / _POINTS, y) for step in range(_POINTS + 1))
            x = given[0]
            continue
        if command == "C":
            xs, ys = (x, *given[0::2]), (y, *given[1::2])
            yield from ((_at(xs, step / _POINTS), _at(ys, step / _POINTS)) for step in range(_POINTS + 1))
        x, y = given[-2:]


def _at(ends: Sequence[float], share: float) -> float:
    a, b, c, d = ends
    rest = 1 - share
    return a * rest**3 + 3 * b * rest**2 * share + 3 * c * rest * share**2 + d * share**3


@pytest.mark.parametrize("level", range(len(LEVELS)))
def test_within_one_column_a_line_goes_around_and_stays_inside(level: int) -> None:
    ends = [node(LEVELS[level].kinds[0], f"{each}") for each in range(9)]
    made = drawn(ends, [edge("supports", ends[0], each) for each in ends[1:]])
    assert all(BOX + 12 <= x <= made.width for line in made.lines for x, _ in points(line.path))
