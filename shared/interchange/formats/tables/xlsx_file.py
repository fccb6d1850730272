"""XLSX in and out: what is unpacked is bounded before anything reads it, and no formula goes in or out."""

import io
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from python_calamine import CalamineError, CalamineWorkbook
from xlsxwriter import Workbook

from shared.interchange.formats.format import File, Unreadable
from shared.interchange.formats.tables import values
from shared.interchange.formats.tables.columns import Column
from shared.interchange.formats.tables.sheet import MAX_CELLS, MAX_COLUMNS, MAX_ROWS, Line, Sheet, from_lines, too_large

MAX_BYTES = 20 * 1024 * 1024
MAX_UNPACKED = 200 * 1024 * 1024
MAX_FILES = 2_000
LONGEST_CELL = 32_767
"""Characters: what spreadsheets hold in a cell."""
CHOICES = "choices"
"""The sheet that only holds what the drop-downs of others offer."""
_CHUNK = 1024 * 1024
_CELL = re.compile(rb"""<(?:\w+:)?(?:c|row)\s[^<>]*?\br\s*=\s*["']([A-Za-z]*)(\d+)["']""")
_ANY_CELL = re.compile(rb"""<(?:\w+:)?c[\s/>]""")
_MADE = datetime(2000, 1, 1, tzinfo=UTC)
_UNPACKABLE = (
    zipfile.BadZipFile,
    zlib.error,
    NotImplementedError,  # of zipfile, for a packing that it does not know
    EOFError,
    OSError,
    RuntimeError,
    ValueError,
)


def knows(content: bytes) -> bool:
    """A packed file with the parts of a workbook."""
    if not content.startswith(b"PK"):
        return False
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            return any(name.startswith("xl/") for name in packed.namelist())
    # zipfile raises the last one for a packing of a later version than it knows
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        return False


def mentions(content: bytes, word: bytes) -> bool:
    """Whether a word stands in it somewhere, in small letters or large ones: sooner known than what its cells hold."""
    try:
        return any(re.search(re.escape(word), part, re.IGNORECASE) for _, part in _unpacked(File("", content)))
    except (*_UNPACKABLE, Unreadable):
        return False


def read(file: File) -> Iterator[Sheet]:
    """The tables in a file, the sheet of choices left out; raises Unreadable."""
    try:
        for name, content in _unpacked(file):
            _refuse_large(file.name, name, content)
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(file.content))
        for name in workbook.sheet_names:
            if name != CHOICES:
                yield _sheet(file.name, name, workbook)
    except (CalamineError, *_UNPACKABLE) as error:
        if isinstance(error, Unreadable):
            raise
        raise Unreadable(f"{file.name} cannot be read as a workbook: {error}.") from None


def _unpacked(file: File) -> Iterator[tuple[str, bytes]]:
    """Each file in the package. What it says of its own size is not believed: it is counted while it is unpacked."""
    room = MAX_UNPACKED
    with zipfile.ZipFile(io.BytesIO(file.content)) as packed:
        infos = packed.infolist()
        if len(infos) > MAX_FILES:
            raise Unreadable(f"{file.name} holds {len(infos):,} files; a workbook has at most {MAX_FILES:,}.")
        for info in infos:
            info.file_size = room + 2  # so that the end is its own, and not where the size says
            with packed.open(info) as stream:
                content = stream.read(room + 1)
            room -= len(content)
            if room < 0:
                most = MAX_UNPACKED // 1024 // 1024
                raise Unreadable(f"{file.name} unpacks to more than {most} MiB, which is refused.")
            yield info.filename, content


def _refuse_large(file: str, part: str, content: bytes) -> None:
    """A reader makes room for every cell up to the last one, so where the last one stands is looked at before."""
    place = f"{file}, {part}"
    rows = columns = 0
    for found in _CELL.finditer(content):
        rows, columns = max(rows, int(found[2])), max(columns, _number(found[1]))
    if rows > MAX_ROWS or columns > MAX_COLUMNS or rows * max(columns, 1) > MAX_CELLS:
        raise Unreadable(too_large(place, rows, columns))
    if sum(1 for _ in _ANY_CELL.finditer(content)) > MAX_CELLS:
        raise Unreadable(f"{place} has more than {MAX_CELLS:,} cells.")


def _number(letters: bytes) -> int:
    """The number of a column: A is 1."""
    number = 0
    for letter in letters.upper()[:4]:
        number = number * 26 + letter - 64
    return number


def _sheet(file: str, name: str, workbook: CalamineWorkbook) -> Sheet:
    found = workbook.get_sheet_by_name(name)
    if found.height > MAX_ROWS or found.width > MAX_COLUMNS:
        raise Unreadable(too_large(f"{file}, sheet {name}", found.height, found.width))
    rows = found.to_python(skip_empty_area=False)
    return from_lines(name, f"{file}, sheet {name}", [Line(n, [*map(_cell, row)]) for n, row in enumerate(rows, 1)])


def _cell(cell: object) -> object:
    return values.unquoted(cell) if cell != "" else None


def write(sheets: Iterable[tuple[Sheet, tuple[Column, ...]]], *, template: bool = False) -> bytes:
    """Sheets with their columns; a template has drop-downs and notes that say what each column means."""
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = Workbook(out, options)
    book.set_properties({"created": _MADE})
    bold, choices = book.add_format({"bold": True}), _Choices(book)
    for sheet, columns in sheets:
        page = book.add_worksheet(sheet.title)
        page.freeze_panes(1, 0)
        for index, heading in enumerate(sheet.header):
            page.write_string(0, index, heading, bold)
            page.set_column(index, index, max(12, len(heading) + 2))
        for number, row in enumerate(sheet.rows, 1):
            for index, cell in enumerate(row.cells):
                _put(page, number, index, cell)
        for index, column in enumerate(columns if template else ()):
            page.write_comment(0, index, note(column), {"x_scale": 2})
            if offered := _offered(column):
                page.data_validation(1, index, 1000, index, {"validate": "list", "source": choices.source(offered)})
    choices.write()
    book.close()
    return out.getvalue()


def _put(page: object, row: int, index: int, cell: object) -> None:
    if isinstance(cell, bool):
        page.write_boolean(row, index, cell)  # type: ignore[attr-defined]  # the library has no types
    elif isinstance(cell, int | float):
        page.write_number(row, index, cell)  # type: ignore[attr-defined]  # as above
    elif cell is not None:
        page.write_string(row, index, values.kept(cell))  # type: ignore[attr-defined]  # as above


def _offered(column: Column) -> tuple[str, ...]:
    return ("yes", "no") if column.type == "boolean" else column.choices


def note(column: Column) -> str:
    """What a column means, and what may stand in it."""
    told = [column.told] if column.told else []
    if column.type == "reference":
        some = ", ".join(column.kinds[:4])
        told.append(f"The key or the name of: {some}." if len(column.kinds) <= 4 else "Write kind/key.")
    if column.choices:
        told.append(f"One of: {', '.join(column.choices)}.")
    if column.many:
        told.append(f"Several with {values.SEPARATOR} between them.")
    return " ".join([*told, *(["Must be given."] if column.required else [])])


class _Choices:
    """What drop-downs offer; a list too long for one stands on a hidden sheet."""

    LONGEST = 255

    def __init__(self, book: Workbook) -> None:
        self._book = book
        self._long: dict[tuple[str, ...], str] = {}

    def source(self, offered: tuple[str, ...]) -> list[str] | str:
        if len(",".join(offered)) <= self.LONGEST:
            return list(offered)
        column = chr(ord("A") + len(self._long))
        return self._long.setdefault(offered, f"={CHOICES}!${column}$1:${column}${len(offered)}")

    def write(self) -> None:
        if not self._long:
            return
        page = self._book.add_worksheet(CHOICES)
        page.hide()
        for column, offered in enumerate(self._long):
            for row, choice in enumerate(offered):
                page.write_string(row, column, choice)
