"""CSV in and out: encoding, delimiter and byte order mark are found out; nothing is a formula."""

import csv
import io
from collections.abc import Iterator
from pathlib import PurePath

from shared.interchange.formats.format import File, Unreadable
from shared.interchange.formats.tables import values
from shared.interchange.formats.tables.sheet import MAX_CELLS, MAX_COLUMNS, MAX_ROWS, Line, Sheet, from_lines, too_large

MAX_BYTES = 20 * 1024 * 1024
_DELIMITERS = ",;\t|"
_ALONE = "name"
"""Heading of a column that may stand alone."""
_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_OTHERS = ("<", "{", "[", "---", "#", "%", "apiVersion")


def decoded(content: bytes) -> str:
    """By its mark, as UTF-8, or else as Windows writes it; raises ValueError for what is no text."""
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return content.decode(encoding)
    if b"\x00" in content:
        raise ValueError("holds NUL characters, so it is no text")
    try:
        return content.decode()
    except UnicodeDecodeError:
        return content.decode("cp1252")


def knows(content: bytes) -> bool:
    """Whether the first line that says something has several columns, and nothing else begins like it; a table of one
    column is one of names."""
    try:
        text = decoded(content[:4096].rsplit(b"\n", 1)[0] if len(content) > 4096 else content)
    except ValueError:
        return False
    first = next((line for line in text.splitlines() if line.strip()), "").strip()
    begins = first.strip('"').casefold() == _ALONE or any(delimiter in first for delimiter in _DELIMITERS)
    return begins and not first.startswith((*_OTHERS, "|")) and first.replace("\t", "").isprintable()


def read(file: File) -> Sheet:
    """The table in a file; raises Unreadable."""
    try:
        text = decoded(file.content)
    except ValueError as error:
        raise Unreadable(f"{file.name} cannot be read as text: {error}.") from None
    lines = list(_lines(file.name, *_told_delimiter(text)))
    return from_lines(PurePath(file.name).stem, file.name, lines)


def _told_delimiter(text: str) -> tuple[str, str]:
    """The text without the line that spreadsheets take for the delimiter (``sep=;``), and the delimiter."""
    first, _, rest = text.partition("\n")
    if first.strip().lower().startswith("sep=") and len(first.strip()) == len("sep=;"):
        return rest, first.strip()[-1]
    unquoted = "".join(part for index, part in enumerate(_header(text).split('"')) if index % 2 == 0)
    return text, max(_DELIMITERS, key=unquoted.count)


def _header(text: str) -> str:
    return next((line for line in text.splitlines() if line.strip()), "")


def _lines(name: str, text: str, delimiter: str) -> Iterator[Line]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    number = cells = 0
    try:
        for number, row in enumerate(reader, 1):
            cells += len(row)
            if len(row) > MAX_COLUMNS or number > MAX_ROWS or cells > MAX_CELLS:
                raise Unreadable(too_large(name, number, len(row)))
            yield Line(number, [values.unquoted(cell) for cell in row])
    except csv.Error as error:
        raise Unreadable(f"{name}, row {number + 1}: {error}.") from None


def write(sheet: Sheet) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(sheet.header)
    for row in sheet.rows:
        writer.writerow([_cell(cell) for cell in row.cells])
    return out.getvalue().encode("utf-8-sig")


def _cell(cell: object) -> object:
    return values.text(cell) if isinstance(cell, bool) else values.harmless(cell)
