"""Numbers as people type them: what may be either of two numbers is neither."""

import pytest

from services.web.texts import can_be_asked, counted, number


@pytest.mark.parametrize(
    ("text", "value"),
    [("1,5", 1.5), ("1.700", 1.7), ("0,125", 0.125), ("-3", -3), ("+1e3", 1000.0), (".5", 0.5), ("1234,567", 1234.567)],
)
def test_a_fraction_comes_after_a_point_or_a_comma(text: str, value: float) -> None:
    assert number(text) == value


@pytest.mark.parametrize("text", ["1,700", "-1,700,000", "1.700.000", "1,700.5", "1 700", "1'700", "1_700"])
@pytest.mark.parametrize("whole", [True, False])
def test_thousands_are_not_set_apart(text: str, whole: bool) -> None:
    with pytest.raises(ValueError, match="must be a number without separators"):
        number(text, whole=whole)


@pytest.mark.parametrize("text", ["9" * 400, "9" * 5000, "1e400", "nan", "inf", "much", "٣", "", "-"])
def test_what_no_service_can_be_sent_is_no_number(text: str) -> None:
    for whole in (True, False):
        with pytest.raises(ValueError, match=r"must be a (whole )?number$"):
            number(text, whole=whole)


def test_a_version_is_as_long_as_versions_are() -> None:
    assert [counted(text) for text in ("0", "12", "", "-1", "x", "٣", "9" * 5000)] == [0, 12, *[None] * 5]


def test_what_no_service_looks_for_is_not_asked() -> None:
    assert [can_be_asked(text) for text in ("x" * 500, "x" * 501, "a\x00b")] == [True, False, False]
