"""Many writes in few transactions, and in few statements where the batch knows what their rules look at."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import NoReturn

import orjson
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.contracts.base import Kind
from shared.errors import BadRequest, Conflict, DomainError
from shared.resource import commands
from shared.resource.batch import Batch, Unbatched
from shared.resource.owner import Written
from shared.resource.preconditions import Preconditions, entity_tag
from shared.resource.prefetch import Item, prefetched
from shared.resource.store import Raced, Unit
from shared.storage.db import Database

AT_ONCE = 200
_ATTEMPTS = 3
_TURN = 20
"""Lines after which others have theirs."""
_RACE = "Somebody else writes the same thing at this moment; try again."

Result = Written | DomainError
MakeUnit = Callable[[AsyncConnection], Unit]


@dataclass(frozen=True)
class Entry:
    """A line of the request by its number, from 1 on; ``error`` says what is wrong with it if it cannot be read.
    ``moves`` is the body of a transition: it looks at what no batch has read."""

    number: int
    item: Item | None = None
    if_match: int | None = None
    error: DomainError | None = None
    moves: bytes | None = None


class _Undone(Exception):
    """Nothing of the transaction stays."""


class Writer:
    def __init__(self, database: Database, unit: MakeUnit) -> None:
        self.database = database
        self.unit = unit

    async def all_or_none(self, entries: Sequence[Entry]) -> list[Result]:
        """The first line that is refused refuses all: its error is raised, and names the line."""
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                async with self.database.write() as connection:
                    unit = replace(self.unit(connection), again=attempt > 1)
                    if unit.again:
                        return [await _numbered(unit, entry) for entry in entries]
                    return await _Run(unit, entries, _numbered, _refuse_all).all()
            except (IntegrityError, Raced):
                continue
        raise Conflict(_RACE)

    async def preview(self, entries: Sequence[Entry]) -> list[Result]:
        """What each line would come to after those before it; nothing stays."""
        results: list[Result] = []
        with suppress(_Undone):
            async with self.database.write() as connection:
                for start in range(0, len(entries), AT_ONCE):
                    results += await self._together(connection, entries[start : start + AT_ONCE])
                raise _Undone
        return results

    async def _together(self, connection: AsyncConnection, entries: Sequence[Entry]) -> list[Result]:
        """Lines of a transaction that goes on, behind a savepoint that is given up where somebody was quicker."""
        try:
            async with connection.begin_nested():
                return await self._batched(connection, entries)
        except (IntegrityError, Raced):
            return [await self._saved(self.unit(connection), entry) for entry in entries]

    async def each(self, entries: Sequence[Entry]) -> list[Result]:
        results: list[Result] = []
        for start in range(0, len(entries), AT_ONCE):
            results += await self._some(entries[start : start + AT_ONCE])
        return results

    async def _some(self, entries: Sequence[Entry]) -> list[Result]:
        """A transaction; where somebody else was quicker, another one in which every line stands by itself."""
        try:
            async with self.database.write() as connection:
                return await self._batched(connection, entries)
        except (IntegrityError, Raced):
            async with self.database.write() as connection:
                return [await self._saved(self.unit(connection), entry) for entry in entries]

    async def _batched(self, connection: AsyncConnection, entries: Sequence[Entry]) -> list[Result]:
        return await _Run(self.unit(connection), entries, self._saved, _refuse_one).all()

    async def _saved(self, unit: Unit, entry: Entry) -> Result:
        """A line behind a savepoint of its own, so that one which is refused takes nothing with it."""
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                async with unit.connection.begin_nested():
                    return await _put(replace(unit, again=attempt > 1), entry)
            except DomainError as error:
                return error
            except (IntegrityError, Raced):
                continue
        return Conflict(_RACE)


async def _put(unit: Unit, entry: Entry) -> Written:
    if entry.item is None:
        raise entry.error or BadRequest("The line cannot be read.")
    tags = None if entry.if_match is None else (entity_tag(entry.if_match),)
    item, given = entry.item, Preconditions(tags)
    if entry.moves is not None:
        return await commands.transition(unit, item.kind, item.id, entry.moves, given)
    return await commands.replace(unit, item.kind, item.id, orjson.dumps(item.body), given)


async def _numbered(unit: Unit, entry: Entry) -> Written:
    try:
        return await _put(unit, entry)
    except DomainError as error:
        _refuse_all(entry, error)


def _refuse_all(entry: Entry, error: DomainError) -> NoReturn:
    error.members["line"] = entry.number
    raise error


def _refuse_one(_: Entry, error: DomainError) -> Result:
    return error


class _Run:
    """Lines in their order, in one transaction: batched as far as it goes, and after that line by line."""

    def __init__(
        self,
        unit: Unit,
        entries: Sequence[Entry],
        alone: Callable[[Unit, Entry], Awaitable[Result]],
        refuse: Callable[[Entry, DomainError], Result],
    ) -> None:
        self.unit = unit
        self.entries = entries
        self.alone = alone
        self.refuse = refuse
        self.batch: Batch | None = None
        self.unbatched: set[Kind] = set()

    async def all(self) -> list[Result]:
        results: list[Result] = []
        for index, entry in enumerate(self.entries):
            results.append(await self._one(index, entry))
            if index % _TURN == _TURN - 1:
                await asyncio.sleep(0)  # a batch asks the database nothing, and others want to be served
        await self._flush()
        return results

    async def _one(self, index: int, entry: Entry) -> Result:
        """One that is refused leaves the batch as it is: to read all of it anew for each would cost its square."""
        if entry.item is None:
            return self.refuse(entry, entry.error or BadRequest("The line cannot be read."))
        if entry.moves is None and entry.item.kind not in self.unbatched:
            batch = self.batch = self.batch or await self._prefetched(index)
            try:
                written = await _put(replace(self.unit, batch=batch), entry)
                batch.settle()
                return written
            except Unbatched:
                self.unbatched.add(entry.item.kind)
            except DomainError as error:
                batch.drop()
                return self.refuse(entry, error)
            batch.drop()
        await self._flush()
        return await self.alone(self.unit, entry)

    async def _prefetched(self, start: int) -> Batch:
        items = [entry.item for entry in self.entries[start:] if entry.item]
        return await prefetched(self.unit.owner, self.unit.connection, items)

    async def _flush(self) -> None:
        """After this the database knows more than the batch."""
        if self.batch:
            await self.batch.flush(self.unit.connection)
        self.batch = None
