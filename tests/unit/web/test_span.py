"""The slider through time: few steps however long the past is, from its beginning to now."""

from datetime import UTC, datetime, timedelta

import pytest

from services.web.span import Span

FIRST = datetime(2024, 2, 29, 12, 0, 0, 250_000, tzinfo=UTC)


@pytest.mark.parametrize("past", [0.5, 59, 199.5, 201, 86_399, 63_072_001])
def test_steps_lead_from_the_first_change_to_now(past: float) -> None:
    now = FIRST + timedelta(seconds=past)
    span = Span.over(FIRST, now, None)
    assert span.first <= FIRST.timestamp()
    assert span.last - span.step <= now.timestamp() <= span.last == span.at
    steps, rest = divmod(span.last - span.first, span.step)
    assert 1 <= steps <= 200
    assert rest == 0


def test_a_moment_is_where_it_lies_and_not_beyond_the_ends() -> None:
    now = FIRST + timedelta(days=500)
    for days, value in ((250, int((FIRST + timedelta(days=250)).timestamp())), (-9, None), (900, None)):
        span = Span.over(FIRST, now, FIRST + timedelta(days=days))
        assert span.at == (value or (span.first if days < 0 else span.last))
