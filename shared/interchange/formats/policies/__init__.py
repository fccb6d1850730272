"""Tables of policies, in and out: a row for each requirement of an instrument, and who answers for it."""

from shared.interchange.formats.format import Documents, File, Format, Unreadable
from shared.interchange.formats.policies import reading, writing
from shared.interchange.formats.tables import csv_file, xlsx_file
from shared.interchange.formats.tables.sheet import Sheet


def _sheets(file: File) -> list[Sheet]:
    """Raises Unreadable."""
    return [*xlsx_file.read(file)] if xlsx_file.knows(file.content) else [csv_file.read(file)]


def _knows(content: bytes) -> bool:
    workbook = xlsx_file.knows(content)
    if not (xlsx_file.mentions(content, b"instrument") if workbook else csv_file.knows(content)):
        return False
    head = content if workbook else content.partition(b"\n")[0] + b"\n"
    try:
        return any(reading.columns(sheet) for sheet in _sheets(File("", head)))
    except Unreadable:
        return False


def _read(file: File) -> Documents:
    sheets = [sheet for sheet in _sheets(file) if reading.columns(sheet)]
    if not sheets:
        raise Unreadable(f"{file.name} has no table with the columns Instrument Type, Name and Requirement.")
    return reading.documents(sheets)


POLICIES = Format(
    name="policies",
    title="a table of policies: a row for each requirement of an instrument (XLSX or CSV)",
    origin="Columns Instrument Type, Name, Requirement, OPI and Contributors, as registers of policies have them.",
    most=xlsx_file.MAX_BYTES,
    knows=_knows,
    read=_read,
    write=writing.write,
)
