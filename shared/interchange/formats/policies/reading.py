"""Rows as documents: an instrument is a policy, and each requirement of it is one that is a part of it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from shared.contracts import NODE_KINDS
from shared.contracts.naming import from_name, slug
from shared.interchange.bundle_files import Document
from shared.interchange.formats.format import Documents
from shared.interchange.formats.tables.columns import normal
from shared.interchange.formats.tables.row import Row
from shared.interchange.formats.tables.sheet import Line, Sheet
from shared.interchange.records import Refusal

SPELLINGS: Mapping[str, Sequence[str]] = {
    "type": ("Instrument Type", "Type of Instrument"),
    "name": ("Name", "Instrument Name", "Instrument"),
    "reference": ("Reference", "Section", "Clause", "Number"),
    "requirement": ("Requirement", "Requirements", "Requirement Text", "Statement", "Text"),
    "opi": ("OPI", "Office of Primary Interest"),
    "contributors": ("Contributors", "Contributor"),
}
"""Headings of each column, of which the first is written."""
CONSULTED = "Contributes to it, and is consulted (C)."
INSTRUMENT, REFERENCE = "instrument_type", "reference"
"""Members of ``custom``."""
_NEEDED = {"type", "name", "requirement"}
_POLICY, _PARTY = NODE_KINDS["policy"], NODE_KINDS["party"]
_TYPES = {"principle", "requirement", "constraint", "rule", "obligation"}
"""Instruments that are called like a sort of policy are of that sort."""
_LONGEST_KEY, _LONGEST_NAME = 120, 500


def columns(sheet: Sheet) -> dict[str, int] | None:
    """Where each column stands; None in a table that is none of policies."""
    places = {normal(heading): place for place, heading in reversed([*enumerate(sheet.header)])}
    found = {
        name: places[normal(each)]
        for name, spelt in SPELLINGS.items()
        for each in reversed(spelt)
        if normal(each) in places
    }
    return found if found.keys() >= _NEEDED else None


def documents(sheets: Sequence[Sheet]) -> Documents:
    reading = _Reading()
    for sheet in sheets:
        reading.sheet(sheet, columns(sheet) or {})
    reading.found.documents = [*reading.made.values()]
    reading.found.named = frozenset(ref for ref in reading.made if ref.startswith(f"{_PARTY.name}/"))
    return reading.found


class _Reading:
    def __init__(self) -> None:
        self.found = Documents()
        self.made: dict[str, Document] = {}

    def sheet(self, sheet: Sheet, places: Mapping[str, int]) -> None:
        """An instrument that is not told again, as in cells that are joined, is that of the row above."""
        last: dict[str, str] = {}
        others = [place for place in range(len(sheet.header)) if place not in places.values()]
        for line in sheet.rows:
            self.found.left_out += Counter(f"column {sheet.header[place]}" for place in others if _text(line, place))
            said = {name: _text(line, place) for name, place in places.items()}
            if not said["name"] and last:
                said |= {name: last[name] for name in ("name", "type")}
            if said["name"]:
                self.row(sheet, line.number, said)
                last = said
            elif any(said.values()):
                self.found.refused.append(
                    Refusal(f"{sheet.place}, row {line.number}", "row", "It names no instrument.")
                )

    def row(self, sheet: Sheet, number: int, said: Mapping[str, str]) -> None:
        name, type = said["name"], said["type"]
        spec: dict[str, Any] = {"name": name[:_LONGEST_NAME]}
        known = type.casefold() in _TYPES
        spec |= {"type": type.casefold()} if known else {"custom": {INSTRUMENT: type}} if type else {}
        instrument = self._make(from_name(_POLICY, name), spec, sheet, number)
        self.found.by_name[instrument] = spec["name"]
        if said["requirement"]:
            self._requirement(instrument, sheet, number, said)

    def _requirement(self, instrument: str, sheet: Sheet, number: int, said: Mapping[str, str]) -> None:
        text, reference = said["requirement"], said.get("reference", "")
        key = f"{instrument.partition('/')[2][:60]}-{slug(reference or text) or number}"[:_LONGEST_KEY].rstrip("-")
        if f"{_POLICY.name}/{key}" in self.made:
            self.found.duplicates["requirement"] += 1
            return
        spec: dict[str, Any] = {"name": text[:_LONGEST_NAME], "type": "requirement", "statement": text}
        spec |= {"custom": {REFERENCE: reference}} if reference else {}
        spec |= {"owner": self._party(said["opi"], sheet, number)} if said.get("opi") else {}
        ref = self._make(key, spec, sheet, number)
        self.found.by_name[ref] = spec["name"]
        self.made[ref].links.append({"type": "part_of", "to": instrument})
        for each in dict.fromkeys(filter(None, map(str.strip, said.get("contributors", "").split("+")))):
            party = self._party(each, sheet, number)
            self.made[ref].links.append({"type": "relates_to", "to": party, "rationale": CONSULTED})

    def _party(self, name: str, sheet: Sheet, number: int) -> str:
        key = from_name(_PARTY, name)
        ref = f"{_PARTY.name}/{key}"
        self.found.by_name[ref] = name
        self.made.setdefault(ref, Document(Row.at(sheet.place, number, {}), _PARTY, key, {"name": name}, []))
        return ref

    def _make(self, key: str, spec: dict[str, Any], sheet: Sheet, number: int) -> str:
        ref = f"{_POLICY.name}/{key}"
        self.made.setdefault(ref, Document(Row.at(sheet.place, number, {}), _POLICY, key, spec, []))
        return ref


def _text(line: Line, place: int) -> str:
    cell = line.cells[place] if place < len(line.cells) else None
    return "" if cell is None else str(cell).strip()
