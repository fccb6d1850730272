"""Tables: CSV and XLSX in and out, and JSON arrays of flat objects in."""

from shared.interchange.formats.format import Documents, File, Format
from shared.interchange.formats.tables import csv_file, json_file, reading, writing, xlsx_file

_TAKES = frozenset({"kind", "columns"})


def _csv(file: File) -> Documents:
    return reading.documents(file, [csv_file.read(each) for each in (file, *file.beside)])


def _xlsx(file: File) -> Documents:
    return reading.documents(file, [*xlsx_file.read(file)])


def _json(file: File) -> Documents:
    return reading.documents(file, [json_file.read(file)])


CSV = Format(
    name="csv",
    title="a table of one kind (CSV), named after it or read with --kind",
    origin="plumbline template KIND makes an empty one; spreadsheets save as CSV.",
    most=csv_file.MAX_BYTES,
    knows=csv_file.knows,
    read=_csv,
    write=writing.to_csv,
    takes=_TAKES | {"beside"},
)
XLSX = Format(
    name="xlsx",
    title="a workbook with a sheet for each kind (XLSX)",
    origin="plumbline template KIND --format xlsx makes an empty one.",
    most=xlsx_file.MAX_BYTES,
    knows=xlsx_file.knows,
    read=_xlsx,
    write=writing.to_xlsx,
    takes=_TAKES,
)
JSON = Format(
    name="json",
    title="an array of flat objects (JSON), read as a table",
    origin="Say what they are with --kind, and what is what with --columns.",
    most=json_file.MAX_BYTES,
    knows=json_file.knows,
    read=_json,
    takes=_TAKES,
)
