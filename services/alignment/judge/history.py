"""Pieces of the past from the tables: whom a late change can reach, and everything around them that rules look at."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.alignment.judge import history_statements as statements
from services.alignment.judge.clocks import shifted
from services.alignment.judge.findings import Finding, of_row
from services.alignment.judge.footprint import Step
from services.alignment.judge.meaning import lasts
from services.alignment.judge.moved import TAKEN_BACK, at_that_time, given
from services.alignment.judge.plan import Plan
from services.alignment.judge.replay import Piece, Relation, Row, Times
from services.alignment.judge.scheduled import CLOCKED, IN_MEMBERS
from services.alignment.judge.standing import Said, Version
from services.alignment.judge.ways import rests, watched, ways, ways_back
from shared.clock import before
from shared.live import kind_of
from shared.storage.arrays import chunks
from shared.storage.rows import every


class TooMuch(Exception):
    """More rows would have to be read than may be."""


class History:
    """One generation, as it was recorded from an instant on. A late event may be anywhere in it. Raises TooMuch where
    ``most`` rows in all are not enough. With ``before`` entities are as they were then by the clocks of their owners,
    who have moved them since."""

    def __init__(
        self,
        connection: AsyncConnection,
        generation: int,
        since: datetime,
        plan: Plan,
        most: int | None = None,
        before: datetime | None = None,
    ) -> None:
        self._connection = connection
        self.room = most
        self._since = since
        self._taken_back = before is not None
        self._given: dict[str, Any] = {"at": generation, "since": since, **(given(None, before) if before else {})}
        self.plan = plan

    @classmethod
    def known(
        cls, connection: AsyncConnection, generation: int, times: Times, plan: Plan, most: int | None
    ) -> "History":
        """What is known at an instant, about a valid time."""
        before = times.valid_at if times.valid_at < times.asked_at else None
        return cls(connection, generation, times.known_at, plan, most, before)

    # -- whom a change reaches

    async def ends(self, refs: set[str], since: datetime) -> set[str]:
        """The ends of the relations that some entities or links have declared since: also of those that they no longer
        do."""
        rows = [row for row in await self._rows(statements.declared, refs) if row.recorded_to >= since]
        return {end for row in rows for end in (row.source, row.target, row.holder)}

    async def reached(self, changed: set[str]) -> set[str]:
        """The entities of which a rule may find something else when these are other than they were; without links."""
        found = set(changed)
        for steps in ways_back(self.plan):
            at = changed
            for step in steps:
                at = await self._step(at, step, back=True)
            found |= at
        found |= await self._closure(changed, statements.below)
        found |= await self._step(changed, _ANY_UP, back=False)
        for type in self.plan.circles:
            found |= await self._hanging_together(changed, type)
        found |= await self._holders(changed)
        return {ref for ref in found if not ref.startswith("link/")}

    async def _holders(self, refs: set[str]) -> set[str]:
        """Who declares a relation to them."""
        return {row.holder for row in await self._rows(statements.holding, refs)}

    async def _step(self, refs: set[str], step: Step, *, back: bool) -> set[str]:
        forward = step.forward is not back
        near, far = ("source", "target") if forward else ("target", "source")
        if step is _ANY_UP:
            return {row.ref for row in await self._rows(statements.above, refs)}
        rows = await self._rows(statements.over, refs, near, far, step.types)
        return {row.ref for row in rows}

    async def _closure(self, refs: set[str], query: Callable[[], Select[Any]]) -> set[str]:
        found, waiting = set(refs), set(refs)
        while waiting:
            waiting = {row.ref for row in await self._rows(query, waiting)} - found
            found |= waiting
        return found

    async def _hanging_together(self, refs: set[str], type: str) -> set[str]:
        found, waiting = set(refs), set(refs)
        while waiting:
            ends = [await self._rows(statements.over, waiting, *ends, (type,)) for ends in _BOTH]
            waiting = {row.ref for rows in ends for row in rows} - found
            found |= waiting
        return found

    async def turning(self, after: datetime, until: datetime) -> set[str]:
        """The entities that are other than they were once everything that is due between two instants has turned."""
        found = set[str]()
        for query in statements.turning():
            found |= {row.ref for row in await self._read(query, after=after, until=until)}
        for kind, state, path in IN_MEMBERS:
            due = {"of_kind": kind, "in_state": state, **_to_the_second(after, until)}
            found |= {row.ref for row in await self._read(statements.due_in_member(path), **due)}
        for path, shift, kinds in watched(self.plan):
            since, to = (shifted(at, -shift) for at in (after, until))
            there, dated = statements.watched(path, kinds)
            span = {"after": since, "until": to} if dated else _to_the_second(since, to)
            found |= {row.ref for row in await self._read(there, **span)}
        return {ref for ref in found if not ref.startswith("link/")}

    async def ageing(self, after: datetime, until: datetime) -> set[str]:
        """Those that reach an age between two instants which a rule asks for."""
        found = set[str]()
        spans = {span for spans in self.plan.after.values() for span in spans}
        for span in spans:
            kinds = [kind for kind, those in self.plan.after.items() if span in those]
            begun = {"after": before(after, span), "until": before(until, span)}
            found |= {row.ref for row in await self._read(statements.came_to_live(), kinds=kinds, **begun)}
        return found

    # -- what is around them

    async def piece(self, subjects: set[str], joined: set[str] | None = None) -> Piece:
        """Everything that rules may look at for these subjects; also by way of relations that are supposed to join
        some others."""
        joined = joined or set()
        near = subjects | joined
        for steps in ways(self.plan):
            at = subjects
            for step in steps[:-1]:  # what the last one leads to comes with its relations
                at = await self._step(at, step, back=False)
                near |= at
        for steps in rests(self.plan) if joined else ():
            at = joined
            for step in steps[:-1]:
                at = await self._step(at, step, back=False)
                near |= at
        for type in self.plan.circles:
            near |= await self._hanging_together(subjects | joined, type)
        found = await self._above(subjects | joined) if self.plan.looks_up else []
        around = (
            (statements.at_either_end, near),
            (statements.held, subjects if self.plan.edges or self.plan.looks_up else ()),
            (statements.resting, subjects if self.plan.rests or self.plan.looks_up else ()),
        )
        for query, refs in around:
            found += await self._rows(query, refs)
        relations, ends = await asyncio.to_thread(_relations, found)
        read = frozenset(self.plan.members) | CLOCKED
        entities = await self._rows(self._entities, subjects | ends | joined, read)
        rows = await asyncio.to_thread(lambda: [_row(row) for row in entities])
        return Piece(rows, relations, await self._live_since(rows))

    def _entities(self, read: frozenset[str]) -> Any:
        return at_that_time(statements.entities(read), TAKEN_BACK) if self._taken_back else statements.entities(read)

    async def _above(self, refs: set[str]) -> list[Any]:
        """All relations by which anything justifies these, over any number of others."""
        edges: list[Any] = []
        seen, waiting = set(refs), set(refs)
        while waiting:
            rows = await self._rows(statements.justifying, waiting)
            edges += rows
            waiting = {end for row in rows for end in (row.source, row.target)} - seen
            seen |= waiting
        return edges

    async def _live_since(self, rows: Sequence[Row]) -> dict[str, datetime]:
        start = self._since
        wanted = {
            row.version.ref
            for row in rows
            if kind_of(row.version.ref) in self.plan.after
            and lasts(kind_of(row.version.ref), row.version.state, live=row.version.has_live_state)
            and row.version.recorded_at <= start < row.recorded_to
        }
        return await self.live_since(wanted)

    async def live_since(self, refs: set[str]) -> dict[str, datetime]:
        """Of what is in a state that is asked about at the instant, since when it has been without a break."""
        return {row.ref: row.since for row in await self._rows(statements.since_live, refs, self._taken_back)}

    # -- findings

    async def findings(self, subjects: set[str]) -> list[Finding]:
        """The intervals that reach the instant or lie after it; those before it can not change any more."""
        found = await self._rows(statements.findings, subjects)
        return await asyncio.to_thread(lambda: [of_row(row, row.resolved_at) for row in found])

    async def _rows(self, make: Callable[..., Any], refs: Iterable[str], *how: Any) -> list[Any]:
        rows: list[Any] = []
        query = make(*how)
        for some in chunks(sorted(refs)):
            rows += await self._read(query, refs=some)
        return rows

    async def _read(self, query: Any, **given: Any) -> Sequence[Any]:
        if self.room is None:
            return await every(await self._connection.execute(query, {**self._given, **given}))
        rows = await every(await self._connection.execute(query.limit(self.room + 1), {**self._given, **given}))
        self.room -= len(rows)
        if self.room < 0:
            raise TooMuch
        return rows


def _relations(found: Sequence[Any]) -> tuple[list[Relation], set[str]]:
    """Each once, and what they lead to."""
    edges = {(row.origin, row.epoch, row.version, row.ordinal): row for row in found}
    relations = [_relation(row) for row in edges.values()]
    return relations, {end for each in relations for end in (each.said.source, each.said.target, each.said.holder)}


def _to_the_second(after: datetime, until: datetime) -> dict[str, str]:
    return {
        name: at.astimezone(UTC).isoformat(timespec="seconds")[:-6] for name, at in (("after", after), ("until", until))
    }


_ANY_UP = Step((), forward=True)
_BOTH = (("source", "target"), ("target", "source"))


def _row(row: Any) -> Row:
    version = Version(
        row.ref, (row.epoch, row.version), row.recorded_from, row.type, row.state, row.live, row.deleted,
        row.criticality, row.valid_from, row.valid_to, None, row.data or {},
    )  # fmt: skip
    return Row(version, row.recorded_to)


def _relation(row: Any) -> Relation:
    said = Said(row.type, row.source, row.target, row.holder, row.live, row.valid_from, row.valid_to)
    return Relation(said, row.origin, row.field is None, row.recorded_from, row.recorded_to)
