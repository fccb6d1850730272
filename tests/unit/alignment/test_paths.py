"""The best ways up: the same as by trying all of them, and no more work where nobody could."""

from collections.abc import Iterator
from random import Random

import pytest

from services.alignment.views.paths import MOST_COUNTED, Search, Step, Ways, tops

Graph = dict[str, list[Step]]


def graph(*steps: tuple[str, str] | tuple[str, str, float] | tuple[str, str, float, bool]) -> Graph:
    """Steps as source, target, confidence and whether they are live."""
    above: Graph = {}
    for number, step in enumerate(steps):
        confidence = step[2] if len(step) > 2 else 1.0
        live = step[3] if len(step) > 3 else True
        above.setdefault(step[0], []).append(Step(step[0], step[1], live, confidence, number))
    return above


def ways(above: Graph, root: str, *goals: str, most: int = 100, most_steps: int = 2000, work: int = 20_000) -> Ways:
    return Search(root, above, set(goals), most=most, most_steps=most_steps, work=work).ways()


def told(found: Ways) -> list[str]:
    return ["".join(step.target for step in way) for way in found.found]


def tried(above: Graph, goals: set[str], way: list[Step], node: str, passed: set[str]) -> Iterator[list[Step]]:
    """Every way, by walking all."""
    for step in above.get(node, ()):
        if step.target in passed:
            continue
        if step.target in goals:
            yield [*way, step]
        else:
            yield from tried(above, goals, [*way, step], step.target, passed | {step.target})


def rank(way: list[Step]) -> tuple[bool, float, int]:
    return not all(step.live for step in way), -min(step.confidence for step in way), len(way)


@pytest.mark.parametrize("seed", range(200))
def test_they_are_those_that_are_found_by_trying_all(seed: int) -> None:
    dice = Random(seed)
    nodes = "abcdefgh"[: dice.randint(2, 8)]
    steps = [
        (dice.choice(nodes), dice.choice(nodes), dice.choice((0.2, 0.5, 1.0)), dice.random() < 0.8)
        for _ in range(dice.randint(1, 18))
    ]
    above, goals = graph(*steps), set(dice.sample(nodes, dice.randint(1, 2)))
    expected = sorted(tried(above, goals, [], "a", {"a"}), key=rank)
    found = ways(above, "a", *goals, most=5)
    assert [rank(way) for way in found.found] == [rank(way) for way in expected[:5]]
    numbers = {tuple(step.relation for step in way) for way in expected}
    assert len({tuple(step.relation for step in way) for way in found.found} & numbers) == len(found.found)
    assert (found.more, found.cut) == (max(0, len(expected) - 5), False)


def test_what_is_live_comes_first_then_the_surest_then_the_shortest() -> None:
    above = graph(
        ("a", "g", 0.9, False), ("a", "b", 0.5), ("b", "g"), ("a", "c", 0.6), ("c", "d"), ("d", "g"), ("a", "g", 0.5)
    )  # fmt: skip
    assert told(ways(above, "a", "g")) == ["cdg", "g", "bg", "g"]


def test_a_way_ends_at_the_first_goal_and_begins_also_at_one() -> None:
    above = graph(("a", "g"), ("g", "h"), ("h", "a"))
    assert told(ways(above, "a", "g", "h")) == ["g"]
    assert told(ways(above, "g", "g", "h")) == ["h"]


def ladder(levels: int) -> Graph:
    """Two of each level lead to both of the next one, up to a goal."""
    rungs = [("r", "0l"), ("r", "0r")]
    for level in range(levels - 1):
        rungs += [(f"{level}{one}", f"{level + 1}{other}") for one in "lr" for other in "lr"]
    return graph(*rungs, (f"{levels - 1}l", "g"), (f"{levels - 1}r", "g"))


@pytest.mark.parametrize("levels", [10, 250, 500])
def test_of_a_ladder_some_are_found_with_little_work(levels: int) -> None:
    found = ways(ladder(levels), "r", "g", work=20 * levels + 2000)
    assert found.found
    assert sum(map(len, found.found)) <= 2000
    number = 2**levels
    assert found.more == min(number, MOST_COUNTED) - len(found.found)
    assert found.cut is (number > MOST_COUNTED)


def test_one_that_is_longer_than_there_is_room_for_is_found_all_the_same() -> None:
    found = ways(ladder(30), "r", "g", most_steps=10)
    assert [len(way) for way in found.found] == [31]


def test_where_circles_make_them_too_many_to_count_the_work_ends() -> None:
    nodes = [f"n{number}" for number in range(30)]
    above = graph(*((one, other) for one in nodes for other in nodes if one != other), (nodes[-1], "g"))
    search = Search(nodes[0], above, {"g"}, most=3, most_steps=2000, work=20_000)
    found = search.ways()
    assert ([len(way) for way in found.found], found.cut) == ([2, 3, 3], True)
    assert search.number <= 20_000


def test_what_leads_nowhere_is_not_gone_through() -> None:
    nowhere = [("a", f"x{n}") for n in range(1000)] + [(f"x{n}", f"y{n}") for n in range(1000)]
    found = ways(graph(*nowhere, ("a", "b"), ("b", "g")), "a", "g", work=10)
    assert (told(found), found.more, found.cut) == (["bg"], 0, False)


def test_where_there_is_no_way_there_is_none() -> None:
    assert ways(graph(("a", "b"), ("b", "a")), "a", "g") == Ways([], 0, False)
    assert ways({}, "a", "a") == Ways([], 0, False)


@pytest.mark.parametrize(
    ("steps", "goals", "expected"),
    [
        (["ab", "bc"], "c", ""),
        (["ab", "bc"], "", "c"),
        (["ab", "ac", "cd"], "d", "b"),
        (["ab", "bc", "cb"], "", "b"),
        (["ab", "bc", "cb", "cd"], "d", ""),
        (["ab", "bc", "cb", "cd"], "", "d"),
        (["ab", "ba"], "", ""),
        (["ba", "ab", "bc"], "", "c"),
        (["ab", "bc"], "b", ""),
        ([], "", ""),
    ],
)
def test_ways_end_short_at_what_has_nothing_above_it_or_at_the_least_of_a_circle(
    steps: list[str], goals: str, expected: str
) -> None:
    above = graph(*((step[0], step[1]) for step in steps))
    assert tops("a", above, set(goals)) == set(expected)


def test_a_ladder_is_no_deeper_than_a_stack() -> None:
    above = graph(*((f"n{n:05}", f"n{n + 1:05}") for n in range(5000)))
    assert tops("n00000", above, set()) == {"n05000"}
