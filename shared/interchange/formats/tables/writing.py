"""What the owners hold as tables: a sheet for each kind, for each part of it, and for links."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from shared.contracts import NODE_KINDS, Kind
from shared.interchange import export
from shared.interchange.formats.format import Written
from shared.interchange.formats.tables import csv_file, values, xlsx_file
from shared.interchange.formats.tables.columns import CUSTOM, Column, Part, layout, link_columns
from shared.interchange.formats.tables.heads import LINK, columns_of
from shared.interchange.formats.tables.sheet import Line, Sheet, title_of
from shared.interchange.inventory import Inventory

_ALWAYS = {"key", "name", "type", "state"}
Tables = list[tuple[Sheet, tuple[Column, ...]]]


def to_csv(held: Inventory) -> Written:
    """A file for each table."""
    tables, lost = _tables(held)
    return Written({f"{sheet.title}.csv": csv_file.write(sheet) for sheet, _ in tables}, lost)


def to_xlsx(held: Inventory) -> Written:
    """A workbook with a sheet for each table."""
    tables, lost = _tables(held)
    for sheet, columns in tables:
        for line in sheet.rows:
            for index, cell in enumerate(line.cells):
                if isinstance(cell, str) and len(cell) > xlsx_file.LONGEST_CELL:
                    lost[f"{sheet.title}.{columns[index].member}, which is too long for a cell"] += 1
                    line.cells[index] = None
    return Written({"plumbline.xlsx": xlsx_file.write(tables)}, lost)


def template(kind: Kind, *, xlsx: bool) -> bytes:
    """An empty table of a kind; as a workbook also those of its parts, with drop-downs and notes."""
    columns = layout(kind).columns
    sheet = Sheet(title_of(kind.name), "", [column.heading for column in columns])
    if not xlsx:
        return csv_file.write(sheet)
    parts = [(part, columns_of(kind, part)) for part in layout(kind).parts]
    below = [(Sheet(title_of(kind.name, part), "", [c.heading for c in some]), some) for part, some in parts]
    return xlsx_file.write([(sheet, columns), *below], template=True)


def _tables(held: Inventory) -> tuple[Tables, Counter[str]]:
    made = export.documents(held)
    lost: Counter[str] = Counter()
    tables: Tables = []
    for name, documents in made.documents.items():
        kind = NODE_KINDS[name]
        rows = [{**document["spec"], "key": document["key"]} for document in documents]
        told = {column.path[0] for column in layout(kind).columns} | {part.member for part in layout(kind).parts}
        lost += Counter(f"{name}.{member}" for row in rows for member in row.keys() - told)
        tables.append(_table(name, layout(kind).columns, rows, lost))
        for part in layout(kind).parts:
            if items := [*_items(name, part, rows)]:
                tables.append(_table(title_of(name, part), columns_of(kind, part), items, lost))
    links = [
        {**link, "source": f"{document['kind']}/{document['key']}", "target": link["to"]}
        for documents in made.documents.values()
        for document in documents
        for link in document.get("links", ())
    ]
    if links:
        tables.append(_table(f"{LINK}s", link_columns(), links, lost))
    lost |= {name: count for name, count in (("ended links", made.ended), ("loose links", made.loose)) if count}
    return tables, +lost


def _items(kind: str, part: Part, rows: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for row in rows:
        holder = {"": f"{kind}/{row['key']}"}
        if part is CUSTOM:
            yield from ({**holder, "name": name, "value": value} for name, value in row.get("custom", {}).items())
        else:
            yield from ({**holder, **item} for item in row.get(part.member, ()))


def _table(
    title: str, columns: tuple[Column, ...], rows: list[dict[str, Any]], lost: Counter[str]
) -> tuple[Sheet, tuple[Column, ...]]:
    """Columns that no row has a value for are left out, but for those that people look for."""
    found: defaultdict[Column, dict[int, Any]] = defaultdict(dict)
    for index, row in enumerate(rows):
        for column in columns:
            value = _value(row, column)
            if value in (None, [], {}):
                continue
            found[column][index] = cell = values.written(column, value)
            if values.is_empty(cell):
                lost[f"{title}.{column.member} of nothing but space"] += 1
    kept = tuple(column for column in columns if column in found or column.required or column.member in _ALWAYS)
    lines = [
        Line(n + 2, [found[column].get(n) if column in found else None for column in kept]) for n in range(len(rows))
    ]
    return Sheet(title, title, [column.heading for column in kept], lines), kept


def _value(row: Mapping[str, Any], column: Column) -> Any:
    value: Any = row
    for step in column.path or ("",):
        value = value.get(step) if isinstance(value, Mapping) else None
    return value
