"""docs/archimate.md says what the mapping does."""

from shared.interchange.formats.archimate.page import PAGE, render, tables


def test_the_tables_are_as_the_mapping_is() -> None:
    page = PAGE.read_text()
    assert page == render(page), "run: python -m shared.interchange.formats.archimate.page"
    assert all(table in page for table in tables().values())
