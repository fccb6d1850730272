"""When the next review is due."""

from datetime import UTC, datetime

import pytest

from shared.resource.reviews import months_after


@pytest.mark.parametrize(
    ("moment", "months", "expected"),
    [
        (datetime(2026, 1, 31, tzinfo=UTC), 1, datetime(2026, 2, 28, tzinfo=UTC)),
        (datetime(2026, 11, 24, tzinfo=UTC), 3, datetime(2027, 2, 24, tzinfo=UTC)),
        (datetime(2024, 2, 29, tzinfo=UTC), 12, datetime(2025, 2, 28, tzinfo=UTC)),
        (datetime(2026, 6, 30, tzinfo=UTC), 6, datetime(2026, 12, 30, tzinfo=UTC)),
    ],
)
def test_months_end_where_they_end(moment: datetime, months: int, expected: datetime) -> None:
    assert months_after(moment, months) == expected
