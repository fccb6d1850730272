"""The present of a generation, loaded from its tables: what the writer goes on from."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import AbstractContextManager, ExitStack, asynccontextmanager
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import BindParameter, Select, Table, bindparam, case, func, not_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.alignment.judge.findings import of_row
from services.alignment.judge.garbage import unsearched
from services.alignment.judge.history_statements import lasting
from services.alignment.judge.in_force import CATALOGUE
from services.alignment.judge.judging import Judge
from services.alignment.judge.plan import Plan
from services.alignment.judge.standing import Said, Version
from services.alignment.models import EDGE, FINDING, GENERATION, RECORD
from shared.clock import FOREVER
from shared.contracts.relations import RELATIONS

PLAN = CATALOGUE.plan
_AT_ONCE = 500
"""Rows that are read and taken in a few milliseconds."""
_PLANS = 8
"""Plans whose statements are kept."""
_AT: BindParameter[int] = bindparam("at")


async def load(connection: AsyncConnection, generation: int, settle: timedelta, rules: Plan | None = None) -> Judge:
    """The judge of a generation as it stands, with everything that is open; by these rules, or else the catalogue."""
    judge = Judge(rules or PLAN, settle=settle)
    until = await _until(connection, generation)
    if until is None:
        return judge
    with unsearched(stays=True):
        async with _off_the_loop(judge.loading()):
            judge.standing.turn_to(until)
            judge.until = until
            async for row in _rows(connection, generation, _entities(judge.plan)):
                judge.standing.take(_version(row))
            async for row in _rows(connection, generation, _LINKS_OF_NOTHING):
                judge.graph.others[row.ref] = _order(row.epoch, row.version)
            for ref, since in await _live_since(connection, generation, judge.plan):
                judge.standing.live_since(judge.graph.nodes[ref], since)
            held: dict[str, list[Said]] = defaultdict(list)
            async for row in _rows(connection, generation, _RELATIONS):
                said = Said(row.type, row.source, row.target, row.holder, row.live, row.valid_from, row.valid_to)
                if row.field is None:
                    judge.standing.take(_link(row, said, until))
                else:
                    held[row.origin].append(said)
            await asyncio.to_thread(_hold, judge, held)
            found = [of_row(row) async for row in _rows(connection, generation, _OPEN)]
            await asyncio.to_thread(judge.adopt, found)
    return judge


def _hold(judge: Judge, held: dict[str, list[Said]]) -> None:
    for origin, edges in held.items():
        judge.standing.hold(judge.graph.node(origin), edges)


@asynccontextmanager
async def _off_the_loop(context: AbstractContextManager[None]) -> AsyncIterator[None]:
    """What is done at the end of it takes long."""
    with ExitStack() as stack:
        stack.enter_context(context)
        yield
        await asyncio.to_thread(stack.pop_all().close)


async def _until(connection: AsyncConnection, generation: int) -> datetime | None:
    newest = select(func.max(RECORD.c.recorded_from)).where(RECORD.c.generation == _AT).scalar_subquery()
    query = select(GENERATION.c.settled_until, newest).where(GENERATION.c.number == _AT)
    settled, recorded = (await connection.execute(query, {"at": generation})).one()
    return max(settled, recorded) if recorded else None


async def _rows(connection: AsyncConnection, generation: int, query: Select[Any]) -> AsyncIterator[Any]:
    """All rows of a query, some at a time: others get a turn in between."""
    result = await connection.stream(query, {"at": generation})
    async for some in result.partitions(_AT_ONCE):
        for row in some:
            yield row
        await asyncio.sleep(0)


def _current(table: Table, *names: str) -> Select[Any]:
    current = table.c.generation == _AT, table.c.recorded_to == FOREVER
    return select(*(table.c[name] for name in names)).where(*current)


_PLACE = ("epoch", "version")
_SAID = ("type", "state", "live", "deleted", "criticality", "recorded_from", "valid_from", "valid_to")


@lru_cache(maxsize=_PLANS)
def _entities(rules: Plan) -> Select[Any]:
    """With everything that they say where rules read members."""
    data = case((RECORD.c.kind.in_(sorted(rules.members)), RECORD.c.data)).label("data")
    query = _current(RECORD, "ref", *_PLACE, *_SAID).add_columns(data)
    return query.where(RECORD.c.kind != "link").order_by(RECORD.c.ref)


_LINKS_OF_NOTHING = _current(RECORD, "ref", *_PLACE).where(
    RECORD.c.kind == "link", RECORD.c.deleted | RECORD.c.type.not_in(sorted(RELATIONS))
)
_ENDS = ("type", "source", "target", "holder", "field", "live", "valid_from", "valid_to")
_RELATIONS = _current(EDGE, "origin", *_PLACE, *_ENDS).order_by(EDGE.c.origin, EDGE.c.ordinal)
_FOUND = ("id", "opened_at", "since", "rule", "subject", "severity", "evidence")
_OPEN = select(*(FINDING.c[name] for name in _FOUND)).where(
    FINDING.c.generation == _AT, FINDING.c.resolved_at == FOREVER
)


@lru_cache(maxsize=4096)
def _order(epoch: int, version: int) -> tuple[int, int]:
    """The same one for all that are of the same version; most are of the first."""
    return epoch, version


def _version(row: Any) -> Version:
    return Version(
        row.ref, _order(row.epoch, row.version), row.recorded_from, row.type, row.state, row.live, row.deleted,
        row.criticality, row.valid_from, row.valid_to, None, row.data or {},
    )  # fmt: skip


def _link(row: Any, said: Said, until: datetime) -> Version:
    order, valid = _order(row.epoch, row.version), (row.valid_from, row.valid_to)
    return Version(row.origin, order, until, None, "", False, False, None, *valid, (said,), {})


async def _live_since(connection: AsyncConnection, generation: int, rules: Plan) -> list[tuple[str, datetime]]:
    """Of what is in a state of which a rule asks how long it has been, since when without a break."""
    other = RECORD.alias("other")
    broken = (
        select(func.max(other.c.recorded_from))
        .where(other.c.generation == _AT, other.c.ref == RECORD.c.ref, not_(lasting(other)))
        .scalar_subquery()
    )
    mine = RECORD.c.generation == _AT, RECORD.c.kind.in_(list(rules.after))
    after = broken.is_(None) | (RECORD.c.recorded_from > broken)
    query = select(RECORD.c.ref, func.min(RECORD.c.recorded_from)).where(*mine, after).group_by(RECORD.c.ref)
    return [(ref, since) for ref, since in await connection.execute(query, {"at": generation})]
