"""What was typed into a form: read into a tree, then into a document; and what buttons of rows do to it. Pure."""

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from services.web.forms.fields import Field
from services.web.forms.writing import Tree, empty_row, said
from services.web.texts import counted, number
from shared.clock import rfc3339
from shared.contracts.instant import day, moment

_WITHOUT_OFFSET = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+")
Meant = tuple[tuple[str, ...], str]
"""Kinds that a reference may name, and what was typed."""


@dataclass(frozen=True)
class Read:
    """A document without what is empty in its rows, ``wrong`` by the name of its field, and what was ``unclear`` of
    references, which have choices instead."""

    document: dict[str, Any]
    wrong: Mapping[str, str]
    unclear: Mapping[str, Meant]


def gathered(fields: Sequence[Field], sent: Iterable[tuple[str, str]]) -> Tree:
    """The tree of what a browser has sent. Texts are as they were typed, without blanks around them, and without line
    breaks where a browser has one line for them."""
    values: dict[str, list[str]] = defaultdict(list)
    for name, value in sent:
        values[name].append(value.replace("\r\n", "\n").replace("\r", "\n"))
    return _gathered(fields, values, "")


def _gathered(fields: Sequence[Field], values: Mapping[str, list[str]], before: str) -> Tree:
    return {each.name: _of(each, values, f"{before}{each.name}") for each in fields if each.constant is None}


def _of(field: Field, values: Mapping[str, list[str]], name: str) -> Any:
    if field.shape == "group":
        return _gathered(field.parts[""], values, f"{name}.")
    if field.shape == "rows":
        return [_row(field, values, f"{name}.{number}") for number in values.get(name, ())]
    return _text(field, values, name)


def _row(field: Field, values: Mapping[str, list[str]], name: str) -> Any:
    if field.plain:
        return _text(field, values, name)
    type = _last(values, f"{name}.type") if len(field.parts) > 1 else ""
    type = type if type in field.parts else next(iter(field.parts))
    return {**_gathered(field.parts[type], values, f"{name}."), **({"type": type} if type else {})}


def _text(field: Field, values: Mapping[str, list[str]], name: str) -> str:
    text = _last(values, name)
    return text if field.tall else text.replace("\n", "").strip()


def _last(values: Mapping[str, list[str]], name: str) -> str:
    return next(reversed(values.get(name) or [""])).strip()


def acted(fields: Sequence[Field], tree: Tree, act: str) -> Tree:
    """What a button of rows makes of a tree: ``NAME.add``, with a type behind it where there are several, and
    ``NAME.up.2``, ``NAME.down.2`` or ``NAME.remove.2``. What says none of these changes nothing."""
    name, _, rest = act.partition(".")
    what, _, where = rest.partition(".")
    field = next((each for each in fields if each.name == name), None)
    if field is None or field.shape != "rows":
        return tree
    rows = list(tree[name])
    if what == "add":
        type = where if where in field.parts else next(iter(field.parts), "")
        rows.append(empty_row(field, type))
    elif what in ("up", "down", "remove") and (at := counted(where)) is not None and at < len(rows):
        row = rows.pop(at)
        to = {"up": max(0, at - 1), "down": at + 1}.get(what)
        if to is not None:
            rows.insert(to, row)
    return {**tree, name: rows}


def references(fields: Sequence[Field], tree: Tree) -> Iterator[Meant]:
    """All that names something, so that it can be looked up."""
    for each in fields:
        if each.constant is not None:
            continue
        value = tree[each.name]
        if each.refers:
            yield from ((each.kinds, text) for text in ([value] if isinstance(value, str) else value) if text)
        elif each.shape == "group":
            yield from references(each.parts[""], value)
        elif each.shape == "rows" and not each.plain:
            for row in value:
                yield from references(_parts_of(each, row), row)


def _parts_of(field: Field, row: Mapping[str, Any]) -> Sequence[Field]:
    return field.parts[row["type"] if len(field.parts) > 1 else ""]


def document(fields: Sequence[Field], tree: Tree, meant: Mapping[Meant, str | None]) -> Read:
    """``meant`` has ``kind/id`` for each reference, or None where it is unclear or unknown."""
    reader = _Reader(meant)
    return Read(reader.document(fields, tree, ""), reader.wrong, reader.unclear)


@dataclass
class _Reader:
    meant: Mapping[Meant, str | None]
    wrong: dict[str, str] = field(default_factory=dict)
    unclear: dict[str, Meant] = field(default_factory=dict)

    def document(self, fields: Sequence[Field], tree: Tree, before: str) -> dict[str, Any]:
        return {each.name: self._read(each, tree, f"{before}{each.name}") for each in fields}

    def _read(self, field: Field, tree: Tree, name: str) -> Any:
        if field.constant is not None:
            return field.constant
        value = tree[field.name]
        if field.shape == "group":
            return self.document(field.parts[""], value, f"{name}.")
        if field.shape == "rows":
            return [self._row(field, row, f"{name}.{number}") for number, row in enumerate(value) if row != ""]
        if field.shape == "pairs":
            return dict(_pair(line) for line in value.split("\n") if line.strip())
        if field.shape == "lines":
            return [line.strip() for line in value.split("\n") if line.strip()]
        return self._one(field, value, name) if value else None

    def _row(self, field: Field, row: Any, name: str) -> Any:
        if field.plain:
            return self._reference(field, row, name) if field.refers else row
        said = self.document(_parts_of(field, row), row, f"{name}.")
        return {member: each for member, each in said.items() if each not in (None, {})}

    def _one(self, field: Field, text: str, name: str) -> Any:
        if field.shape == "reference":
            return self._reference(field, text, name)
        try:
            return _READ[field.shape](field, text) if field.shape in _READ else text
        except ValueError as error:
            self.wrong[name] = _sentence(str(error))
            return text

    def _reference(self, field: Field, text: str, name: str) -> Any:
        ref = self.meant.get((field.kinds, text))
        if ref is None:
            self.unclear[name] = (field.kinds, text)
            return None
        kind, _, id = ref.partition("/")
        return id if field.bare else {"kind": kind, "id": id}


def _number(field: Field, text: str) -> int | float:
    return number(text, whole=field.whole)


def _truth(_: Field, text: str) -> bool:
    return text == "yes"


def _moment(field: Field, text: str) -> str:
    return rfc3339(moment(f"{text}Z" if _WITHOUT_OFFSET.fullmatch(text) else text, ends=field.ends))


def _day(_: Field, text: str) -> str:
    try:
        return f"{day(text)}"
    except ValueError:
        raise ValueError("must be a date such as 2026-01-31") from None


_READ = {"number": _number, "truth": _truth, "moment": _moment, "day": _day}


def _pair(line: str) -> tuple[str, Any]:
    """``name: value``; a name may stand in quotes, and what reads as JSON is that."""
    if line.startswith('"'):
        try:
            _, end = json.JSONDecoder().raw_decode(line)
            return str(said(line[:end])), _json(line[end:].lstrip().removeprefix(":").strip())
        except ValueError:
            pass
    name, _, value = line.partition(":")
    return name.strip(), _json(value.strip())


def _json(text: str) -> Any:
    try:
        return said(text)
    except ValueError:
        return text


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."
