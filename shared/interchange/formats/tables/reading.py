"""Tables as documents: a row is an entity, an item of a part, or a link; everything that is wrong is told at once."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from shared.contracts import NODE_KINDS, Kind
from shared.contracts.naming import from_name
from shared.interchange.bundle_files import Document
from shared.interchange.formats.format import Documents, Faulty, File, Unreadable
from shared.interchange.formats.tables import heads, values
from shared.interchange.formats.tables.columns import CUSTOM, Column, Part, normal
from shared.interchange.formats.tables.names import Names, key_of
from shared.interchange.formats.tables.row import Row
from shared.interchange.formats.tables.sheet import Line, Sheet
from shared.interchange.records import Refusal


@dataclass
class _Table:
    """A sheet with what it is a table of, and what its columns are."""

    sheet: Sheet
    kind: Kind | None
    part: Part | None
    columns: dict[int, Column]

    def cells(self, line: Line) -> Iterator[tuple[Column, Any]]:
        """Each cell that says something."""
        for index, column in self.columns.items():
            if index < len(line.cells) and not values.is_empty(line.cells[index]):
                yield column, line.cells[index]

    def headings(self) -> dict[str, str]:
        return {column.member: self.sheet.header[index] for index, column in self.columns.items()}


@dataclass
class _Reading:
    file: File
    names: Names = field(default_factory=Names)
    documents: dict[str, Document] = field(default_factory=dict)
    more: list[Document] = field(default_factory=list)
    found: Documents = field(default_factory=Documents)
    faults: list[str] = field(default_factory=list)
    again: Counter[str] = field(default_factory=Counter)
    """Further rows of what an earlier one describes."""

    def tables(self, sheet: Sheet) -> Iterator[_Table]:
        """What a sheet is a table of: by what is said of the file, a column that says so, or its title."""
        named = heads.kind_named(self.file.kind or "") or heads.kind_named(sheet.title)
        if self.file.kind and heads.kind_named(self.file.kind) is None:
            told = values.meant(self.file.kind, NODE_KINDS) or f"; there are {', '.join(NODE_KINDS)}, {heads.LINK}."
            raise Unreadable(f"There is no kind {self.file.kind}{told}")
        kinds = [index for index, heading in enumerate(sheet.header) if normal(heading) == "kind"]
        if not self.file.kind and kinds and not (named and named[1]):
            yield from self._by_kind(sheet, kinds[0])
        elif named is not None:
            yield self._table(sheet, *named)
        elif any(sheet.rows):
            self.found.left_out[f"{sheet.place}, which no kind is named by"] += len(sheet.rows)

    def _by_kind(self, sheet: Sheet, index: int) -> Iterator[_Table]:
        rows: dict[str, list[Line]] = {}
        for line in sheet.rows:
            rows.setdefault(str(line.cells[index] if index < len(line.cells) else "" or "").strip(), []).append(line)
        header = [heading if place != index else "" for place, heading in enumerate(sheet.header)]
        for name, lines in rows.items():
            named = heads.kind_named(name)
            if named is None or named[0] is None:
                told = values.meant(name, NODE_KINDS)
                self.faults += [f"{sheet.place}, row {n}, column Kind: {name!r} is no kind{told}" for n, _ in lines]
            else:
                yield self._table(Sheet(sheet.title, sheet.place, header, lines, sheet.first), *named)

    def _table(self, sheet: Sheet, kind: Kind | None, part: Part | None) -> _Table:
        columns = heads.columns_of(kind, part)
        place = f"{sheet.place}, row {sheet.first}"
        found, faults = heads.bound(sheet.header, columns, kind, self.file.columns, place)
        self.faults += faults
        return _Table(sheet, kind, part, found)

    def name(self, table: _Table) -> None:
        """Note what the rows of a kind are called, so that others may name them."""
        if table.kind is None or table.part is not None:
            return
        for line in table.sheet.rows:
            said = {column.member: values.text(cell) for column, cell in table.cells(line) if len(column.path) == 1}
            if key := self._key(table.kind, said):
                self.names.add(table.kind.name, key, said.get("name"))

    def _key(self, kind: Kind, said: Mapping[str, str]) -> str | None:
        if "key" in said:
            return key_of(kind.name, said["key"])
        return from_name(kind, said["name"]) if "name" in said and not values.is_placeholder(said["name"]) else None

    def rows(self, table: _Table) -> None:
        headings = table.headings()
        for line in table.sheet.rows:
            if all(values.is_empty(cell) for cell in line.cells):
                continue
            place = Row.at(table.sheet.place, line.number, headings)
            said, links, told = self._values(table, line, place)
            if table.kind is not None and table.part is None:
                self._entity(table.kind, said, links, place, told)
            elif table.part is not None and not told:  # else what is missing is known: it cannot be read
                self._item(table, said, place)
            elif not told:
                self._link(said, place)
            if self.file.columns:
                self._count_left_out(table, line)

    def _count_left_out(self, table: _Table, line: Line) -> None:
        for index, cell in enumerate(line.cells):
            if index not in table.columns and not values.is_empty(cell) and index < len(table.sheet.header):
                self.found.left_out[f"column {table.sheet.header[index]}"] += 1

    def _values(
        self, table: _Table, line: Line, place: Row
    ) -> tuple[dict[str, Any], list[dict[str, Any]], frozenset[str]]:
        """The members of a row, the links of its columns of relations, and the pointers of what cannot be read."""
        said: dict[str, Any] = {}
        links: list[dict[str, Any]] = []
        told = set[str]()
        for column, cell in table.cells(line):
            if values.is_placeholder(cell):
                self.found.left_out[f"placeholder in {column.member}"] += 1
                continue
            others: list[Any] = []
            if isinstance(cell, list) and not column.many and column.type != "any":
                cell, *others = cell or [None]
            if others and not column.kinds:
                self.found.left_out[f"all but the first in {column.member}"] += len(others)
                others = []
            try:
                some = [each for each in others if not values.is_empty(each)]
                besides = [values.parse(column, each, self.names.resolve) for each in some]
                value = values.parse(column, cell, self.names.resolve) if not values.is_empty(cell) else None
            except ValueError as error:
                told.add(pointer := f"/spec/{'/'.join(column.path)}")
                self.faults.append(place.fault(pointer, str(error)))
                continue
            why = f"Named as {column.member} besides the first."
            also = [each for each in dict.fromkeys(besides) if each != value]
            links += [{"type": "relates_to", "to": each, "rationale": why} for each in also]
            if column.relation:
                links += [{"type": column.path[0], "to": target} for target in value or ()]
            elif value is not None:
                _set(said, column.path, value)
        return said, links, frozenset(told)

    def _entity(
        self, kind: Kind, said: dict[str, Any], links: list[dict[str, Any]], place: Row, told: frozenset[str]
    ) -> None:
        plain = {name: value for name, value in said.items() if isinstance(value, str)}
        key = self._key(kind, plain)
        if key is None:
            self.found.refused.append(Refusal(f"row {place.document}", kind.name, "has neither a key nor a name"))
            return
        if "key" not in said:
            self.found.by_name[f"{kind.name}/{key}"] = said["name"]
        spec = {name: value for name, value in said.items() if name != "key"}
        document = Document(place, kind, key, spec, links, told=told)
        earlier = self.documents.get(document.ref)
        if not spec:
            self.more.append(document)
        elif earlier is None:
            self.documents[document.ref] = document
        else:
            self._join(earlier, document, place)

    def _join(self, earlier: Document, document: Document, place: Row) -> None:
        """A second row of one entity adds to its lists and links; where it says something else, it is wrong."""
        self.again[document.ref] += 1
        for name, value in document.spec.items():
            there = earlier.spec.setdefault(name, value)
            if isinstance(there, list) and there is not value:
                there += [item for item in value if item not in there]
            elif there != value:
                row = f"row {earlier.place.document}"
                self.faults.append(place.fault(f"/spec/{name}", f"{document.ref} has another value in {row}"))
        earlier.links.extend(link for link in document.links if link not in earlier.links)

    def _item(self, table: _Table, said: dict[str, Any], place: Row) -> None:
        if table.kind is None or table.part is None:
            return
        holder = said.pop("", None)
        document = self.documents.get(holder or "")
        if holder is None or document is None:
            wanted = f"must be the {table.kind.name} that it is of, which has a row of its own"
            self.faults.append(place.fault("/", f"{wanted}; {holder or 'nothing'} has none"))
        elif table.part is CUSTOM:
            document.spec.setdefault(CUSTOM.member, {})[said.get("name")] = said.get("value")
        else:
            items = document.spec.setdefault(table.part.member, [])
            if isinstance(document.place, Row):
                document.place.parts[table.part.member, len(items)] = f"{place.file}, row {place.document}"
            items.append(said)

    def _link(self, said: dict[str, Any], place: Row) -> None:
        missing = [name for name in ("source", "type", "target") if name not in said]
        if missing:
            self.faults += [place.fault(f"/{name}", "must be given") for name in missing]
            return
        kind, _, key = said.pop("source").partition("/")
        link = {"type": said.pop("type"), "to": said.pop("target"), **said}
        self.more.append(Document(place, NODE_KINDS[kind], key, {}, [link]))


def _set(said: dict[str, Any], path: tuple[str, ...], value: Any) -> None:
    *above, name = path or ("",)
    for step in above:
        said = said.setdefault(step, {})
    said[name] = value


def documents(file: File, sheets: list[Sheet]) -> Documents:
    """What the tables of a file hold; raises Unreadable, and Faulty with everything that is wrong in its cells."""
    reading = _Reading(file)
    tables = [table for sheet in sheets for table in reading.tables(sheet)]
    if not tables and not reading.faults:
        titles = ", ".join(sheet.title for sheet in sheets)
        raise Unreadable(f"{file.name}: {titles} names no kind: say it with --kind, such as service.")
    for table in tables:
        reading.name(table)
    for table in sorted(tables, key=lambda table: (table.part is not None, table.kind is None)):
        reading.rows(table)
    found = _finished(reading)
    if reading.faults:
        raise Faulty(reading.faults, found)
    return found


def _finished(reading: _Reading) -> Documents:
    found = reading.found
    stubs = Counter(reading.names.made.keys() - reading.documents.keys())
    for ref in sorted(stubs):
        kind, _, key = ref.partition("/")
        place = Row.at(reading.file.name, 0, {})
        found.documents.append(Document(place, NODE_KINDS[kind], key, {"name": reading.names.made[ref]}, []))
    found.named = frozenset(stubs)
    found.documents += [*reading.documents.values(), *reading.more]
    found.by_name |= reading.names.guessed
    if reading.again:
        ref, rows = reading.again.most_common(1)[0]
        told = f"{reading.again.total()} rows add to what an earlier one describes, {rows} of them to {ref}"
        found.notes.append(told)
    return found
