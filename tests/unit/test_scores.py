"""What a run of the bench says of the goals."""

import pytest

from bench import scores
from bench.table import Row, at_least, rows

CASES = {
    "reached": ([8.0, 9.0], "| yes |"),
    "missed once": ([8.0, 7.0], "| no |"),
    "one is not there": ([8.0], "| so far; not measured: relay per second |"),
    "nothing": ([], "| not measured |"),
}
GOAL = scores.Score(1, "fast", {name: at_least(0.75) for name in ("writes per *", "relay per second")})


@pytest.fixture(autouse=True)
def one_goal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scores, "SCORES", (GOAL,))


@pytest.mark.parametrize(("figures", "verdict"), CASES.values(), ids=CASES)
def test_a_goal_is_met_by_all_of_its_measures(figures: list[float], verdict: str) -> None:
    names = ("writes per hour", "relay per second")
    found = (
        rows([{name: (ours, 10.0) for name, ours in zip(names, figures, strict=False)}], scores.goal) if figures else []
    )
    *_, line = scores.lines(found)
    assert line.endswith(verdict)


def test_what_has_no_goal_is_no_part_of_one() -> None:
    *_, line = scores.lines([Row("writes per hour", [(1.0, 10.0)])])
    assert line.endswith("| not measured |")


def test_a_ratio_is_the_median_of_what_each_round_had() -> None:
    [row] = rows([{"writes per hour": pair} for pair in ((8.0, 10.0), (9.0, 3.0), (1.0, 10.0))], scores.goal)
    assert (row.reached, row.met) == (0.8, True)


def test_a_goal_without_a_figure_beside_it_is_not_met() -> None:
    [row] = rows([{"writes per hour": (8.0, None)}], scores.goal)
    assert row.met is False
