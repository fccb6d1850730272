"""What others wrote, as a terminal may show it."""

import pytest

from services.cli.tables import clean, plain


@pytest.mark.parametrize(
    "text", ["受注\u3000管理", "10\u00a0kV", "می\u200cخواهم", "क्\u200dष", "a\u2009b\u202fc", "two\nlines"]
)
def test_names_keep_their_spaces_and_joiners(text: str) -> None:
    assert clean(text) == text


@pytest.mark.parametrize(
    "letter", ["\x1b", "\x07", "\r", "\x85", "\u2028", "\u2029", "\u202e", "\u2066", "\ufeff", "\t"]
)
def test_what_steers_a_terminal_or_turns_a_line_is_replaced(letter: str) -> None:
    assert clean(f"a{letter}b") == "a\N{REPLACEMENT CHARACTER}b"


def test_on_one_line_no_line_ends() -> None:
    assert plain("a\nb\u2028c") == "a\N{REPLACEMENT CHARACTER}b\N{REPLACEMENT CHARACTER}c"
