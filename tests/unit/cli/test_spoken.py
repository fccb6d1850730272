import pytest

from services.cli.spoken import spoken
from shared.interchange.spoken import differing

NAMES = {"1": "party/crew", "2": "role/purser"}


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (None, ""),
        (True, "True"),
        (3.5, "3.5"),
        ("text", "text"),
        ("1", "party/crew"),
        ({"kind": "party", "id": "1"}, "party/crew"),
        ({"kind": "party", "id": "9"}, "party/9"),
        ([{"role_id": "2", "letter": "A", "note": None}, {"letter": "R"}], "role role/purser, letter A; letter R"),
        (["a", "b"], "a; b"),
        ({"deep": {"a": [1]}}, "deep a 1"),
        ("\x1b[31mred", "\N{REPLACEMENT CHARACTER}[31mred"),
    ],
)  # fmt: skip
def test_a_value_as_people_say_it(value: object, told: str) -> None:
    assert spoken(value, NAMES) == told


def test_it_is_not_too_long() -> None:
    assert spoken("x" * 100, {}) == "x" * 59 + "…"


def test_of_lists_what_differs() -> None:
    assert differing([1, 2], [2, 3]) == ([1], [3])
    assert differing("a", ["b"]) == ("a", ["b"])
