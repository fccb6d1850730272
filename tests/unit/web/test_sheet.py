"""The sheet: each colour is said once, and nothing is spoken of that is not there."""

import re

from tests.unit.web.showing import STATIC, found, read, shown

SHEET = re.sub(r"/\*.*?\*/", "", (STATIC / "style.css").read_text(), flags=re.DOTALL)
TOKENS, RULES = SHEET.split("}", 1)
_UNSTYLED = {"unit", "page"}
"""Classes that only tell what something is."""


def test_each_token_is_said_once_and_used() -> None:
    said = re.findall(r"(--[\w-]+):", TOKENS)
    assert len(said) == len(set(said)) > 60
    used = set(re.findall(r"var\((--[\w-]+)\)", SHEET))
    assert used - set(said) == set()
    assert set(said) - used == set()


def test_colours_are_tokens() -> None:
    on_screen = RULES.partition("@media print")[0]
    assert re.findall(r"#[0-9a-fA-F]{3,8}\b|\b(?:rgb|hsl|light-dark)\(", on_screen) == []
    assert re.findall(r"--[\w-]+: (?:#|rgb)[^;]+", TOKENS) == []


def test_every_class_of_a_part_is_in_the_sheet() -> None:
    known = set(re.findall(r"\.([a-zA-Z][\w-]*)", SHEET))
    given = {each for names in found(read(shown()), "//@class") for each in names.split()}
    assert given - known - _UNSTYLED == set()
