"""The line of a trend: where its points are, and where it has gaps."""

from services.web.spark import spark
from shared.contracts.views.score import TrendPoint


def point(day: int, index: float | None, *names: str) -> TrendPoint:
    baselines = [{"key": name, "name": name} for name in names]
    told = {"at": f"2026-03-{day:02}T00:00:00Z", "index": index, "baselines": baselines}
    return TrendPoint.model_validate({**told, "capped": False, "known": 0, "dimensions": {}})


def test_it_runs_from_edge_to_edge_and_from_0_to_100() -> None:
    drawn = spark([point(1, 0.0), point(2, 50.0, "half"), point(3, 100.0)])
    assert drawn
    assert drawn.lines == ["5,85 300,45 595,5"]
    assert drawn.marks == [(300.0, "half")]


def test_where_there_is_no_figure_there_is_no_line() -> None:
    drawn = spark([point(1, 10.0), point(2, 10.0), point(3, None), point(5, 20.0)])
    assert drawn
    assert drawn.lines == ["5,77 152.5,77", "595,69"]


def test_one_figure_is_no_line() -> None:
    assert spark([point(1, None), point(2, 30.0)]) is None
