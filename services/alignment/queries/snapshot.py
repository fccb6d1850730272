"""A moment of the view: which generation, as recorded when, judged at which valid time; and the rows that it has.

Conditions hold parameters instead of values, so that a statement is put together once and run for any moment.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Executable, FromClause, and_, bindparam, or_
from sqlalchemy.ext.asyncio import AsyncConnection

from services.alignment.judge.in_force import InForce
from services.alignment.judge.moved import AT, Moved, at_that_time, given, moved
from services.alignment.judge.settings import NONE, Settings
from services.alignment.models import FINDING
from shared.clock import FOREVER
from shared.storage.db import MOMENT

_GENERATION: BindParameter[int] = bindparam("of_generation")
_AS_OF = bindparam("as_of", type_=MOMENT)
INSTANT = timedelta(microseconds=1)
"""The shortest time that is told apart."""


def of_generation(table: FromClause) -> ColumnElement[bool]:
    return table.c.generation == _GENERATION


@cache
def _held(table: FromClause, begins: str, ends: str, *, past: bool) -> ColumnElement[bool]:
    """The rows of one generation that hold now, or that held at a past moment; both are given when it runs."""
    mine = of_generation(table)
    if past:
        return and_(mine, table.c[begins] <= _AS_OF, table.c[ends] > _AS_OF)
    return and_(mine, table.c[ends] == FOREVER)


@dataclass(frozen=True)
class Moment:
    """One generation of the view as it was recorded at ``as_of`` (None: as it is), judged at the valid time ``at``.

    ``marks`` are the watermarks: until when the view covers everything that each service has recorded.
    ``behind`` says that something turned by the calendar and has not been judged yet; a
    finding that is resolved sooner than ``settle`` leaves no trace, so what was found is final as much later.
    ``known_at`` is there where the valid time is another one than that of the findings in the tables: the instant
    until which these have been judged; it was asked at ``asked_at``, or about what was known then. At another valid
    time than that, entities are in the states to which their owners' clocks will have moved them by then, or had not
    moved them yet. Where there are ``only`` some that count, these are the values of ``Record.models`` that they have.
    ``settings`` are those that are recorded, whenever they count.
    """

    connection: AsyncConnection
    generation: int
    as_of: datetime | None
    at: datetime
    marks: Mapping[str, datetime]
    behind: bool = False
    settle: timedelta = timedelta(0)
    known_at: datetime | None = None
    asked_at: datetime | None = None
    only: frozenset[str] | None = None
    settings: Settings = NONE

    @property
    def rules(self) -> InForce:
        """By which its findings are judged: those that were in force when it was recorded, whatever is valid then."""
        return self.settings.at(self.known_at or self.as_of or self.asked_at or self.at)

    def counts(self, models: str | None) -> bool:
        """Whether something that came from these models does."""
        return self.only is None or models in self.only

    @property
    def latest(self) -> datetime:
        """At which it is asked how long something has waited for what is recorded: a valid time in the past changes
        nothing about that."""
        return max(self.at, self.asked_at or self.at)

    @property
    def past(self) -> bool:
        return self.as_of is not None

    @property
    def moved(self) -> Moved | None:
        """How the clocks of owners have entities then, if it is another time than that of the question."""
        return moved(self.asked_at, self.at)

    async def execute(self, query: Executable, **more: Any) -> Any:
        """Run a statement that is about this moment. Its rows have columns by name."""
        return await self.as_recorded(at_that_time(query, self.moved) if self.moved else query, **more)

    async def as_recorded(self, query: Executable, **more: Any) -> Any:
        """The same over states as they are recorded, whatever the clocks of owners do."""
        times = {"as_of": self.as_of, **given(self.asked_at, self.at)}
        return await self.connection.execute(query, {"of_generation": self.generation, **times, **more})

    def past_one(self, instant: datetime) -> "Moment":
        """The same view as it was recorded at an instant, and as it would have been answered then."""
        return replace(self, as_of=instant, at=instant, known_at=None, asked_at=None)

    def recorded(self, table: FromClause) -> ColumnElement[bool]:
        """The rows of this moment in a table of versions."""
        return recorded(table, past=self.past)

    def open_findings(self) -> ColumnElement[bool]:
        return open_findings(past=self.past)


def recorded(table: FromClause, *, past: bool) -> ColumnElement[bool]:
    return _held(table, "recorded_from", "recorded_to", past=past)


def open_findings(*, past: bool) -> ColumnElement[bool]:
    return _held(FINDING, "opened_at", "resolved_at", past=past)


def is_live(table: FromClause) -> ColumnElement[bool]:
    """Of nodes and edges: ``shared.live`` as a condition, but for the ends that a relation may join."""
    begun = or_(table.c.valid_from.is_(None), table.c.valid_from <= AT)
    return and_(table.c.live, begun, or_(table.c.valid_to.is_(None), table.c.valid_to > AT))
