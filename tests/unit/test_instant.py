"""Moments and days as people write them."""

from datetime import UTC, datetime

import pytest
from pydantic import TypeAdapter, ValidationError

from shared.contracts import NODE_KINDS
from shared.contracts.instant import Day, Ending, Instant, day, moment
from shared.interchange.records import canonical


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("2026-11-29", "2026-11-29T00:00:00+00:00", "2026-11-30T00:00:00+00:00"),
        ("2024-02-28", "2024-02-28T00:00:00+00:00", "2024-02-29T00:00:00+00:00"),
        ("2026-12-31", "2026-12-31T00:00:00+00:00", "2027-01-01T00:00:00+00:00"),
        ("2026-11-29T12:00:00+02:00", "2026-11-29T10:00:00+00:00", "2026-11-29T10:00:00+00:00"),
        ("2026-11-29 12:00Z", "2026-11-29T12:00:00+00:00", "2026-11-29T12:00:00+00:00"),
    ],
)
def test_a_date_is_its_start_and_of_what_ends_its_end(text: str, start: str, end: str) -> None:
    assert (moment(text).isoformat(), moment(text, ends=True).isoformat()) == (start, end)
    assert TypeAdapter(Instant).validate_python(text) == datetime.fromisoformat(start)
    assert TypeAdapter(Ending).validate_python(text) == datetime.fromisoformat(end)


@pytest.mark.parametrize(
    "text",
    [
        "20260401",
        "1767225600",
        "2026-04",
        "2026",
        "2026-W14",
        "2026-091",
        "2026-02-30",
        "2026-04-01T12:00",
        "04.01.2026",
        "",
    ],
)
def test_what_is_no_moment_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="must be a date such as"):
        moment(text)
    with pytest.raises(ValidationError, match="must be a date"):
        TypeAdapter(Instant).validate_python(text)
    with pytest.raises(ValidationError, match="must be a date"):
        TypeAdapter(Day).validate_python(text)
    with pytest.raises(ValueError, match=r"must be a date|day"):
        day(text)


@pytest.mark.parametrize(
    ("kind", "members", "shown"),
    [
        (
            "contract",
            {
                "valid_from": "2026-01-01",
                "valid_to": "2026-12-31",
                "period": {"start": "2026-01-01", "end": "2026-12-31"},
            },
            {
                "valid_from": "2026-01-01T00:00:00Z",
                "valid_to": "2027-01-01T00:00:00Z",
                "period": {"start": "2026-01-01T00:00:00Z", "end": "2027-01-01T00:00:00Z"},
            },
        ),
        ("increment", {"due": "2026-06-30"}, {"due": "2026-07-01T00:00:00Z"}),
        ("service", {"review": {"next_due": "2026-06-30"}}, {"review": {"next_due": "2026-07-01T00:00:00Z"}}),
        ("objective", {"due": "2026-06-30"}, {"due": "2026-06-30"}),
    ],
)
def test_members_take_dates(kind: str, members: dict[str, object], shown: dict[str, object]) -> None:
    found = canonical(NODE_KINDS[kind], members)
    for name, value in shown.items():
        said = {key: found[name][key] for key in value} if isinstance(value, dict) else found[name]
        assert said == value


def test_moments_are_kept_in_utc() -> None:
    assert moment("2026-11-29T12:00:00-05:00").tzinfo is UTC
