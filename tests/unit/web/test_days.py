"""Bars of days, placed as decided by hand."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.web.drawing.days import HEIGHT, WIDTH, days

FIRST = date(2026, 11, 1)


def test_each_day_has_its_place_and_the_most_the_whole_height() -> None:
    last = FIRST + timedelta(days=3)
    drawn = days({FIRST: 10, FIRST + timedelta(days=2): 5}, FIRST, last)
    assert drawn
    assert [(bar.x, bar.y, bar.width, bar.height, bar.number) for bar in drawn.bars] == [
        (0, 0, 178, 64, 10),
        (360, 32, 178, 32, 5),
    ]
    assert drawn.most == 10


def test_nothing_is_not_drawn() -> None:
    assert days({}, FIRST, FIRST) is None
    assert days({FIRST: 3}, FIRST + timedelta(days=1), FIRST + timedelta(days=2)) is None


@given(st.dictionaries(st.integers(0, 59), st.integers(1, 10_000), min_size=1))
def test_all_stay_within_and_none_overlap(numbers: dict[int, int]) -> None:
    drawn = days(
        {FIRST + timedelta(days=each): number for each, number in numbers.items()}, FIRST, FIRST + timedelta(days=59)
    )
    assert drawn
    assert len(drawn.bars) == len(numbers)
    for bar in drawn.bars:
        assert bar.x >= 0
        assert bar.x + bar.width <= WIDTH
        assert bar.y >= 0
        assert 0 < bar.height <= HEIGHT
    for one, other in zip(drawn.bars, drawn.bars[1:], strict=False):
        assert one.x + one.width <= other.x
