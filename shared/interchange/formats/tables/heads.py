"""What the columns of a table are: members by any of their names, relations, or what whoever brings the file says."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from shared.contracts import NODE_KINDS, Kind
from shared.contracts.relations import RELATIONS
from shared.interchange.formats.format import Unreadable
from shared.interchange.formats.tables.columns import (
    CUSTOM,
    Column,
    Part,
    layout,
    link_columns,
    normal,
    plural,
    spellings,
)
from shared.interchange.formats.tables.values import meant

LINK = "link"
_KIND = Column(("kind",), "choice", "Kind", choices=tuple(NODE_KINDS))
_CUSTOM = "custom."


def kind_named(title: str) -> tuple[Kind | None, Part | None] | None:
    """The kind, and the part of it, that a table's title names; a pair of None for links, None for anything else."""
    whole, _, member = title.partition(".")
    if not member and normal(whole) in ("link", "links"):
        return None, None
    for kind in NODE_KINDS.values():
        if normal(whole) in {normal(kind.name), normal(kind.collection), plural(normal(kind.name))}:
            parts = {normal(part.member): part for part in layout(kind).parts}
            if not member:
                return kind, None
            return (kind, parts[normal(member)]) if normal(member) in parts else None
    return None


def columns_of(kind: Kind | None, part: Part | None) -> tuple[Column, ...]:
    """Those that a table may have: of a kind, of a part with the entity that it is of, or of links."""
    if kind is None:
        return link_columns()
    if part is None:
        return (*layout(kind).columns, *relations_of(kind))
    holder = Column((), "reference", normal(kind.name).capitalize(), f"The {kind.name} it is of.", kinds=(kind.name,))
    return (replace(holder, required=True), *part.columns)


def relations_of(kind: Kind) -> Iterator[Column]:
    """A column for each relation that may begin at the kind: its cells name where it leads."""
    for relation in RELATIONS.values():
        targets = tuple(target for target in NODE_KINDS if relation.allows(kind.name, target))
        if targets:
            words = relation.name.replace("_", " ").capitalize()
            yield Column((relation.name,), "reference", words, kinds=targets, many=True, relation=True)


def bound(
    header: list[str], columns: tuple[Column, ...], kind: Kind | None, given: Mapping[str, str], place: str
) -> tuple[dict[int, Column], list[str]]:
    """The column at each index, and what is wrong with the header; without ``given`` names an unknown heading is."""
    if given:
        return _given(header, columns, kind, given), []
    known = {name: column for column in reversed(columns) for name in spellings(column, kind)}
    found: dict[int, Column] = {}
    faults: list[str] = []
    for index, heading in enumerate(header):
        column = known.get(normal(heading)) or _custom(heading)
        if column is None and heading:
            told = meant(heading, [column.heading for column in columns])
            some = ", ".join(column.heading for column in columns if not column.relation)
            faults.append(f"{place}, column {heading}: there is no such member{told or '.'} There are: {some}.")
        elif column is not None and any(column.path == other.path for other in found.values()):
            faults.append(f"{place}, column {heading}: {column.heading} has a column already.")
        elif column is not None:
            found[index] = column
    return found, faults


def _custom(heading: str) -> Column | None:
    """``custom.City``: a member of the organisation's own."""
    if not heading.casefold().startswith(_CUSTOM) or len(heading) == len(_CUSTOM):
        return None
    name = heading[len(_CUSTOM) :]
    return Column((CUSTOM.member, name), "any", heading)


def _given(
    header: list[str], columns: tuple[Column, ...], kind: Kind | None, given: Mapping[str, str]
) -> dict[int, Column]:
    """By ``their name: member``, where ``member:kind`` says what a plain name names, and ``member:kind+`` that what is
    missing is made. Raises Unreadable for a name that is not in the file, and for a member that there is not."""
    places = {normal(heading): index for index, heading in enumerate(header)}
    found: dict[int, Column] = {}
    for theirs, target in given.items():
        index = places.get(normal(theirs))
        if index is None:
            raise Unreadable(
                f"There is no column {theirs}{meant(theirs, header) or '.'} There are: {', '.join(header)}."
            )
        found[index] = _target(target, columns, kind)
    return found


def _target(target: str, columns: tuple[Column, ...], kind: Kind | None) -> Column:
    member, _, named = target.partition(":")
    known = {name: column for column in reversed(columns) for name in spellings(column, kind)}
    column = known.get(normal(member)) or _custom(member)
    if column is None:
        told = meant(member, [column.member for column in columns])
        raise Unreadable(f"--columns: there is no member {member}{told or '.'}")
    only = named.rstrip("+").strip()
    if not named:
        return column
    allowed = [name for name in column.kinds if normal(name) == normal(only)]
    if not allowed:
        raise Unreadable(f"--columns: {member} names {' or '.join(column.kinds) or 'no entity'}, and not {only}.")
    return replace(column, kinds=(allowed[0],), creates=named.endswith("+"))
