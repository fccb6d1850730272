"""RACI grids in Markdown, CSV and XLSX, in and out."""

from shared.interchange.formats.format import Documents, File, Format, Unreadable
from shared.interchange.formats.raci import grid, markdown, reading, writing
from shared.interchange.formats.tables import csv_file, xlsx_file
from shared.interchange.formats.tables.sheet import Sheet

_HEAD = 64 * 1024
"""Bytes in which a grid of text shows itself as one."""


def _sheets(file: File) -> tuple[list[Sheet], dict[str, str]]:
    """The tables in a file of any of the encodings, and what a legend says; raises Unreadable."""
    if xlsx_file.knows(file.content):
        return [*xlsx_file.read(file)], {}
    if any(markdown.tables(file.content)):
        return markdown.read(file)
    return [csv_file.read(file)], {}


def _knows(content: bytes) -> bool:
    workbook = xlsx_file.knows(content)
    head = content if workbook or len(content) <= _HEAD else content[:_HEAD].rpartition(b"\n")[0]
    if not workbook and not csv_file.knows(head) and b"|" not in head:
        return False
    try:
        sheets, _ = _sheets(File("", head))
    except Unreadable:
        return False
    return any(map(grid.is_grid, sheets))


def _read(file: File) -> Documents:
    sheets, legend = _sheets(file)
    grids = [grid.of_sheet(sheet) for sheet in sheets if grid.is_grid(sheet)]
    if not grids:
        raise Unreadable(
            f"{file.name} has no grid: a column Activity, and letters R, A, C, I below the names of roles."
        )
    for each in grids:
        each.names = {name: legend[name] for name in each.roles if name in legend}
    return reading.documents(file, grids)


RACI = Format(
    name="raci",
    title="a RACI grid of a process (Markdown, CSV or XLSX)",
    origin="A row for each activity, a column for each role; plumbline raci PROCESS --format md makes one.",
    most=csv_file.MAX_BYTES,
    knows=_knows,
    read=_read,
    write=writing.to_markdown,
    takes=frozenset({"into"}),
)
