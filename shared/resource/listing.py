"""Lists and histories: filters that a kind allows, pages by keyset."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, Literal
from uuid import UUID

import orjson
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, create_model
from pydantic_core import PydanticCustomError
from sqlalchemy import Column, ColumnElement, Select, Table, Uuid, select, true
from sqlalchemy.ext.asyncio import AsyncConnection

from shared import clock
from shared.changes import versions
from shared.changes.table import event_id
from shared.contracts import NODE_KINDS
from shared.contracts.base import Kind, reason_given, searched
from shared.contracts.instant import Instant
from shared.contracts.members import members
from shared.contracts.refusals import one_of
from shared.contracts.relations import RELATIONS
from shared.http import pagination
from shared.http.pagination import CURSOR_TOLD, DEFAULT_LIMIT, LIMIT_TOLD, MAX_CURSOR, MAX_LIMIT, after, filled, look
from shared.http.pagination import page as pages
from shared.resource.tables import from_row
from shared.storage.dialects import holds

SORTS = ("id", "key", "name", "created_at", "updated_at")
_SORT_TOLD = "By default `id`, and `updated_at` with `updated_since`"
_COST = 2
"""Nodes of a view for which an entity counts, with all that it says."""
_NAMES = frozenset({"type", "rule", "prefix"})
_LINK_SORTS = ("id", "created_at", "updated_at")


def no_nul(value: str) -> str:
    if "\x00" in value:
        raise ValueError("must not hold a NUL character")
    return value


Word = Annotated[str, StringConstraints(max_length=500), AfterValidator(no_nul)]


class PageQuery(BaseModel):
    """Unknown parameters are refused: a misspelt filter must not answer with everything."""

    model_config = ConfigDict(extra="forbid")

    limit: Annotated[int, Field(ge=1, le=MAX_LIMIT, description=LIMIT_TOLD)] = DEFAULT_LIMIT
    cursor: Annotated[
        Annotated[str, StringConstraints(max_length=MAX_CURSOR)] | None, Field(description=CURSOR_TOLD)
    ] = None


class ListQuery(PageQuery):
    sort: str | None = None


@cache
def query_model(kind: Kind, table: Table) -> type[ListQuery]:
    """The query parameters of a collection: those of every kind, and an equality filter per own scalar member."""
    sorts = _LINK_SORTS if kind.is_link else SORTS
    sort: Any = Literal.__getitem__(sorts + tuple(f"-{name}" for name in sorts))
    fields: dict[str, Any] = {
        "sort": (sort | None, Field(None, description=_SORT_TOLD)),
        "updated_since": (Instant | None, None),
        "state": (_one_of(kind.lifecycle.states) | None, None),
    }
    if not kind.is_link:
        fields |= dict.fromkeys(("q", "key", "tag"), (Word | None, None))
    if kind.phases:
        fields["phase"] = (_one_of(kind.phases) | None, Field(None, description=_told(kind)))
    meant = kind.model.descriptions()
    for name, type_ in _own_filters(kind, table).items():
        text = meant.get(name) or meant.get(name.removesuffix("_id").removesuffix("_kind"))
        fields[name] = (type_ | None, Field(None, description=text))
    return create_model(f"{kind.model.__name__}Query", __base__=ListQuery, **fields)


def _told(kind: Kind) -> str:
    """Which states a phase stands for."""
    ordered = {phase: [s for s in kind.lifecycle.states if s in states] for phase, states in kind.phases.items()}
    return "Several states together: " + "; ".join(f"`{phase}` is {', '.join(s)}" for phase, s in ordered.items())


def _own_filters(kind: Kind, table: Table) -> dict[str, Any]:
    """``type``, ``owner_id``, ids, choices, flags, and what a rule is called: columns that hold one small value."""
    filters: dict[str, Any] = {}
    for column in table.columns:
        if isinstance(column.type, Uuid) and column.name != "id":
            filters[column.name] = UUID
        elif column.name in _NAMES or column.name.endswith("_kind") or _choices(kind, column.name):
            choices = _choices(kind, column.name)
            filters[column.name] = _one_of(choices) if choices else Word
    return filters


def _choices(kind: Kind, column: str) -> tuple[Any, ...]:
    """What may stand in a column, where that can be told: of a link's type, the relations."""
    if kind.is_link and column == "type":
        return tuple(RELATIONS)
    known = members(kind.model)
    name = column.removesuffix("_kind")
    if column != name and name in known and known[name].models:
        return known[name].nested()["kind"].choices or tuple(NODE_KINDS)
    return known[column].choices if column in known and column != "kind" else ()


def _one_of(choices: Iterable[Any]) -> Any:
    """A filter with so many values: another one is refused, since it would find nothing and say nothing."""
    allowed = tuple(map(str, choices))

    def check(value: Any) -> Any:
        if value not in allowed:
            raise PydanticCustomError("unknown_value", "must be {allowed}", {"allowed": one_of(value, allowed)})
        return value

    return Annotated[Literal.__getitem__(allowed), BeforeValidator(check)]


async def page(
    kind: Kind, table: Table, connection: AsyncConnection, query: ListQuery
) -> tuple[list[bytes], str | None]:
    """States in order, each as JSON, and the cursor of the next page if there is one.

    By one filter and in one order there may be an index; whatever else is asked for is looked for among so many rows.
    """
    given = query.model_dump(exclude_none=True, exclude={"limit", "cursor", "sort"})
    sort = query.sort or ("updated_at" if "updated_since" in given else "id")
    order = list(dict.fromkeys((table.columns[sort.removeprefix("-")], table.c.id)))
    served = _served(table, order, given)
    places = select(table).where(*(_condition(kind, table, connection, name, given.pop(name)) for name in served))
    # is it true: put like that no database begins with it, but with the place
    conditions = [_condition(kind, table, connection, *each).is_(true()) for each in given.items()]
    search = _Search(connection, places, conditions, order, descending=sort.startswith("-"))

    async def read(cursor: str | None, limit: int) -> tuple[list[tuple[bytes, int, str]], str | None]:
        rows, following = await search.rows(cursor, limit)
        states = (from_row(kind, row._mapping).model_dump_json().encode() for row in rows)
        return [
            (state, len(state), pagination.place(row, order)) for state, row in zip(states, rows, strict=True)
        ], following

    return await filled(read, query.limit, query.cursor)


@dataclass(frozen=True)
class _Search:
    """Rows in an order: all of the places, or those that meet conditions among so many of them."""

    connection: AsyncConnection
    places: Select[Any]
    conditions: Sequence[ColumnElement[bool]]
    order: Sequence[Column[Any]]
    descending: bool

    async def rows(self, cursor: str | None, limit: int) -> tuple[list[Any], str | None]:
        execute, order, descending = self.connection.execute, self.order, self.descending
        if not self.conditions:
            query = after(self.places.limit(limit + 1), order, cursor, descending=descending)
            return pages((await execute(query)).all(), order, limit)
        most = pagination.MOST_LOOKED_AT // _COST
        wanted = self.places.where(*self.conditions)
        return await look(execute, wanted, self.places, order, cursor, limit, descending=descending, most=most)


def _served(table: Table, order: Sequence[Column[Any]], given: Mapping[str, Any]) -> list[str]:
    """The filter whose rows an index has in this order: a key has one row, and a moment is a place in its own order."""
    if "key" in given:
        return ["key"]
    if "updated_since" in given and order[0].name == "updated_at":
        return ["updated_since"]
    indexes = {tuple(index.columns.keys()) for index in table.indexes}
    names = [column.name for column in order]
    return [name for name in given if (name, *names) in indexes][:1]


def _condition(kind: Kind, table: Table, connection: AsyncConnection, name: str, value: Any) -> Any:
    if name == "q":
        return table.c.folded.contains(searched(value), autoescape=True)
    if name == "phase":
        return table.c.state.in_(kind.phases[value])
    if name == "tag":
        return holds(connection, table.c.tags, value)
    if name == "updated_since":
        return table.c.updated_at >= value
    return table.columns[name] == value


async def history(
    connection: AsyncConnection, changes: Table, kind: Kind, id: UUID, query: PageQuery
) -> tuple[list[dict[str, Any]], str | None]:
    """Versions from oldest to newest: who, when, and which members went from what to what."""
    order = (changes.c.epoch, changes.c.version)
    mine = versions(changes, kind.name, id).order_by(None)

    async def read(cursor: str | None, limit: int) -> tuple[list[tuple[dict[str, Any], int, str]], str | None]:
        ordered = after(mine.limit(limit + 1), order, cursor, descending=False)
        rows, following = pages((await connection.execute(ordered)).all(), order, limit)
        before = await _before(connection, changes, rows[0]) if rows else None
        items = []
        for row in rows:
            data = orjson.loads(row.data)
            item = _version(row, data, before)
            before = None if row.action == "deleted" else data["state"]
            items.append((item, pagination.size(item), pagination.place(row, order)))
        return items, following

    return await filled(read, query.limit, query.cursor)


async def _before(connection: AsyncConnection, changes: Table, row: Any) -> Any:
    query = versions(changes, row.kind, row.id).where(changes.c.version < row.version).order_by(None)
    last = (await connection.execute(query.order_by(changes.c.version.desc()).limit(1))).one_or_none()
    return None if last is None or last.action == "deleted" else orjson.loads(last.data)["state"]


def _version(row: Any, data: dict[str, Any], before: dict[str, Any] | None) -> dict[str, Any]:
    state = data["state"]
    return {
        "version": row.version,
        "action": row.action,
        "at": clock.rfc3339(row.recorded_at) if row.recorded_at else state["updated_at"],
        "by": row.actor,
        "means": row.means,
        "event": str(event_id(row.kind, row.id, row.version)),
        "correlation_id": row.correlation_id,
        **({"corrected": True} if data.get("corrected") else {}),
        "reason": reason_given(None if row.action == "deleted" else before, state),
        "changes": [{"field": name, "from": (before or {}).get(name), "to": state[name]} for name in data["changed"]],
    }


__all__ = ["PageQuery", "Word", "history", "no_nul", "page", "query_model"]
