"""Reads of the view: nodes, their versions and how far it is, now or as recorded at a past moment."""

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, func, select, true
from sqlalchemy.ext.asyncio import AsyncConnection

from services.alignment.models import GENERATION, NODES, PROGRESS, RECORD
from services.alignment.queries.snapshot import Moment, of_generation, recorded
from shared.clock import FOREVER, rfc3339
from shared.contracts import NODE_KINDS
from shared.contracts.base import searched
from shared.contracts.events import EventId
from shared.http import pagination
from shared.live import UNSEEN, why_not_live
from shared.storage.arrays import any_of, chunks
from shared.storage.rows import every


def split(ref: str) -> tuple[str, str]:
    kind, _, id = ref.partition("/")
    return kind, id


def brief(moment: Moment, row: Any) -> dict[str, Any]:
    """A node in a list."""
    kind, id = split(row.ref)
    why = why_not_live(row, moment.at)
    return {
        "id": id,
        "kind": kind,
        "key": row.key,
        "name": row.name,
        "type": row.type,
        "state": row.state,
        "live": why is None,
        "why_not_live": why,
        "version": row.version,
        "owner": row.owner,
        "criticality": row.criticality,
        "deleted": row.deleted,
    }


def unseen(ref: str) -> dict[str, Any]:
    """In the place of a node that no event has told of."""
    kind, id = split(ref)
    empty = dict.fromkeys(("key", "name", "type", "state", "version", "owner", "criticality"))
    return {"id": id, "kind": kind, **empty, "live": False, "why_not_live": UNSEEN, "deleted": False, "unseen": True}


BRIEF_NAMES = (
    "ref", "key", "name", "type", "state", "live", "version", "owner", "criticality", "deleted", "models",
    "valid_from", "valid_to",
)  # fmt: skip
BRIEF = [RECORD.c[name] for name in BRIEF_NAMES]
OF_NODE = [column.label(f"node_{column.name}") for column in BRIEF]
"""The same beside columns of a relation."""


async def nodes(
    moment: Moment, filters: dict[str, Any], limit: int, cursor: str | None, where: Iterable[ColumnElement[bool]] = ()
) -> tuple[list[Any], str | None]:
    """A page of nodes by kind and key, of as many versions of nodes as a page may look at; ``q`` looks in names and
    keys, without case; ``where`` are other conditions."""
    placed = select(*BRIEF, RECORD.c.kind).where(of_generation(RECORD), NODES, *_places(filters))
    # is it true: put like that PostgreSQL begins with the place, and not with all that was recorded before a moment
    conditions = and_(moment.recorded(RECORD), RECORD.c.deleted.is_(False), *_conditions(filters), *where)
    wanted = placed.where(conditions.is_(true()))
    # by what is the same for all no page is found
    order = [RECORD.c[name] for name in ("kind", "key", "ref") if name not in filters]
    rows, next_cursor = await pagination.look(
        moment.execute, wanted, placed, order, cursor, limit, descending=False, most=pagination.MOST_LOOKED_AT
    )
    return [brief(moment, row) for row in rows], next_cursor


def _places(filters: dict[str, Any]) -> Iterator[ColumnElement[bool]]:
    """What the index of lists has in order; keys are found by kind."""
    yield from (RECORD.c[name] == filters[name] for name in ("kind", "key") if name in filters)
    if "key" in filters and "kind" not in filters:
        yield RECORD.c.kind.in_(NODE_KINDS)


def _conditions(filters: dict[str, Any]) -> Iterator[ColumnElement[bool]]:
    yield from (RECORD.c[name] == filters[name] for name in ("state", "type", "owner") if name in filters)
    if source := filters.get("source"):
        yield of_model(source)
    if q := filters.get("q"):
        yield RECORD.c.folded.contains(searched(q), autoescape=True)


def of_model(name: str) -> ColumnElement[bool]:
    """What came from a model or bundle of that name."""
    return RECORD.c.models.contains(f"\n{' '.join(name.split())}\n", autoescape=True)


TAGS = RECORD.c.data["tags"].as_string()
"""As JSON."""


def has_tag(tag: str) -> ColumnElement[bool]:
    """What has this tag, letter by letter: for LIKE, SQLite takes large and small ones for the same."""
    tagged: ColumnElement[bool] = func.replace(TAGS, json.dumps(tag, ensure_ascii=False), "") != TAGS
    return tagged


def place_of(kind: str, node: dict[str, Any]) -> str:
    """The cursor after a node in the list of its kind."""
    return pagination.encode(node["key"], f"{kind}/{node['id']}")


async def node(moment: Moment, ref: str) -> Any:
    """The row of one entity, a tombstone included; None if nothing is known of it."""
    return (await moment.execute(_node(past=moment.past), ref=ref)).one_or_none()


async def by_key(moment: Moment, kind: str, key: str) -> Any:
    """The row of what has the key, or else the tombstone of what had it last; None if nothing is known of it."""
    return (await moment.execute(_by_key(past=moment.past), of_kind=kind, of_key=key)).one_or_none()


# What every page of a node asks for is put together once: that costs more than running it.
@cache
def _node(*, past: bool) -> Select[Any]:
    return select(RECORD).where(recorded(RECORD, past=past), RECORD.c.ref == bindparam("ref"))


@cache
def _by_key(*, past: bool) -> Select[Any]:
    mine = RECORD.c.kind == bindparam("of_kind"), RECORD.c.key == bindparam("of_key")
    query = select(RECORD).where(recorded(RECORD, past=past), NODES, *mine)
    return query.order_by(RECORD.c.deleted, RECORD.c.recorded_from.desc(), RECORD.c.ref).limit(1)


@cache
def brief_rows(*, past: bool) -> Select[Any]:
    return select(*BRIEF).where(recorded(RECORD, past=past), any_of(RECORD.c.ref, "refs"))


@cache
def _records(*, past: bool) -> Select[Any]:
    mine = any_of(RECORD.c.ref, "refs")
    return select(RECORD).where(recorded(RECORD, past=past), mine).order_by(RECORD.c.ref)


async def briefs(moment: Moment, refs: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Nodes by reference; what has never been seen is there too, and says so."""
    wanted = sorted(set(refs))
    found: dict[str, dict[str, Any]] = {}
    for some in chunks(wanted):
        rows = await moment.execute(brief_rows(past=moment.past), refs=some)
        found |= {row.ref: brief(moment, row) for row in rows}
    return {ref: found.get(ref) or unseen(ref) for ref in wanted}


async def records(moment: Moment, refs: Iterable[str]) -> list[Any]:
    """The rows of entities with all that they say, in the order of their references."""
    found: list[Any] = []
    for some in chunks(sorted(set(refs))):
        found += await every(await moment.execute(_records(past=moment.past), refs=some))
    return found


FIRST = (
    select(RECORD.c.recorded_from)
    .where(RECORD.c.generation == bindparam("of_generation"))
    .order_by(RECORD.c.recorded_from)
    .limit(1)
)


async def first_recorded(moment: Moment) -> datetime | None:
    """When the first change of all was recorded: before it the view has nothing."""
    found: datetime | None = (await moment.execute(FIRST)).scalar()
    return found


_WATERMARKS = select(PROGRESS.c.service, PROGRESS.c.recorded_until).where(PROGRESS.c.generation == bindparam("at"))


async def watermarks(connection: AsyncConnection, generation: int) -> dict[str, datetime]:
    """Until when the view covers everything that each service has recorded."""
    return dict((await connection.execute(_WATERMARKS, {"at": generation})).all())


def frame(moment: Moment) -> dict[str, Any]:
    """What every answer carries: how far the view is, and whether the past it shows may still fill up."""
    final = moment.as_of is None or all(mark >= moment.as_of + moment.settle for mark in moment.marks.values())
    provisional = moment.behind or not final
    told = {service: rfc3339(mark) for service, mark in sorted(moment.marks.items())}
    return {"as_of": moment.as_of and rfc3339(moment.as_of), "provisional": provisional, "watermark": told}


_ACTIVE = select(func.max(GENERATION.c.number)).where(GENERATION.c.status == "active").scalar_subquery()
_HOLDS = select(RECORD.c.epoch, RECORD.c.version).where(
    RECORD.c.generation == _ACTIVE, RECORD.c.ref == bindparam("ref"), RECORD.c.recorded_to == FOREVER
)


async def holds(connection: AsyncConnection, event: EventId) -> bool:
    """Whether the active view has this version or a newer one."""
    row = (await connection.execute(_HOLDS, {"ref": f"{event.kind}/{event.id}"})).one_or_none()
    return row is not None and tuple(row) >= (event.epoch, event.version)
