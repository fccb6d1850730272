"""docs/formats.md says what the tables of the code say, and names every format."""

import re

import pytest

from shared.interchange.formats import FORMATS
from shared.interchange.formats.page import PAGE, render, tables


def test_the_page_is_as_the_code_is() -> None:
    assert PAGE.read_text() == render(PAGE.read_text()), "run: python -m shared.interchange.formats.page"


def test_every_table_is_on_the_page() -> None:
    assert sorted(re.findall(r"<!-- table: ([\w-]+) -->", PAGE.read_text())) == sorted(tables())


@pytest.mark.parametrize("name", [format.name for format in FORMATS])
def test_every_format_has_a_section(name: str) -> None:
    headings = " ".join(re.findall(r"^## (.+)$", PAGE.read_text(), re.MULTILINE))
    assert f"`{name}`" in headings
