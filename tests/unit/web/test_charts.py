"""Charts: where lines run and bars end, and the sentence that says the same."""

from datetime import timedelta

import pytest

from services.web.drawing.bars import Bar, sentence
from services.web.drawing.heat import Cell, heat
from services.web.drawing.spark import Sample, spark
from tests.unit.web.showing import AT


def days(*values: float | None) -> list[Sample]:
    return [Sample(AT + timedelta(days=each), value) for each, value in enumerate(values)]


def test_a_trend_runs_from_edge_to_edge_over_full_tens() -> None:
    """26 are left free for the scale, 6 at the other edges of 340 by 96."""
    drawn = spark(days(80, 85, 90))
    assert drawn
    [run] = drawn.runs
    assert [(each.x, each.y) for each in run] == [(26, 90), (180, 48), (334, 6)]
    assert drawn.scale == [(6, 90), (90, 80)]
    assert drawn.last.sample.value == 90
    assert drawn.sentence == "From 80 on 29 November 2026 to 90 on 1 December 2026."


def test_where_there_is_no_figure_there_is_no_line_and_a_named_moment_is_marked() -> None:
    samples = days(10, None, 20, 30, None)
    samples[1] = samples[1]._replace(names=["The board", "The slice"])
    drawn = spark(samples)
    assert drawn
    assert [[each.x for each in run] for run in drawn.runs] == [[26], [180, 257]]
    assert drawn.marks == [(103, "The board"), (103, "The slice")]
    assert drawn.sentence == "From 10 on 29 November 2026 to 30 on 2 December 2026."


@pytest.mark.parametrize(
    ("value", "scale", "y"), [(0, [10, 0], 90), (50, [50, 40], 6), (100, [100, 90], 6), (42.1, [50, 40], 72.4)]
)
def test_a_level_trend_has_its_ten(value: float, scale: list[int], y: float) -> None:
    drawn = spark(days(value, value))
    assert drawn
    assert [figure for _, figure in drawn.scale] == scale
    assert {each.y for each in drawn.runs[0]} == {y}


def test_one_figure_is_no_trend() -> None:
    assert spark(days(None, 30)) is None
    assert spark([]) is None
    assert spark(days(1)[:1] * 2) is None


def test_a_bar_is_as_long_as_its_value_and_marks_what_it_was() -> None:
    bar = Bar("Trace", 78.04, 100)
    assert (bar.length, bar.before) == (78.0, 99)
    assert bar.change == pytest.approx(-21.96)
    assert [Bar("a", each).tone for each in (69.9, 70, 84.9, 85, None)] == ["lo", "mid", "mid", "", ""]
    assert (Bar("a", None, 50).length, Bar("a", None, 50).change, Bar("a", 120).length) == (0, None, 100)


def test_bars_say_what_they_show() -> None:
    assert sentence([Bar("a", 90), Bar("b", 67.5), Bar("c", None)]) == (
        "2 of 3 have something to count; lowest is b with 67.5."
    )
    assert sentence([Bar("a", None)]) == "Nothing is counted yet."


def test_a_cell_has_its_word_and_the_sentence_counts_them() -> None:
    words = {("a", "x"): "covered", ("a", "y"): "missing", ("b", "x"): "covered", ("b", "y"): "at risk"}
    drawn = heat("ab", "xy", lambda row, column: words[row, column], lambda row, column: f"/{row}{column}")
    assert drawn.rows[0] == ("a", [Cell("covered", 3, "/ax"), Cell("missing", 0, "/ay")])
    assert drawn.rows[1][1][1] == Cell("at risk", 1, "/by")
    assert drawn.sentence == "Of 4: 1 missing, 1 at risk, 2 covered."
    assert heat("", "xy", "{}{}".format).sentence == "Nothing to show."
    with pytest.raises(KeyError):
        heat("a", "x", "{}{}".format)
