"""A moment of the view: which generation, as recorded when, judged at which valid time; and the rows that it has.

Conditions hold parameters instead of values, so that a statement is put together once and run for any moment.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Executable, FromClause, Table, and_, bindparam, or_
from sqlalchemy.ext.asyncio import AsyncConnection

from services.alignment.models import FINDING
from shared.clock import FOREVER
from shared.storage.db import MOMENT

_GENERATION: BindParameter[int] = bindparam("of_generation")
_AS_OF = bindparam("as_of", type_=MOMENT)
AT = bindparam("at", type_=MOMENT)
"""The valid time; ``Moment.execute`` gives it."""
INSTANT = timedelta(microseconds=1)
"""The shortest time that is told apart."""


def of_generation(table: Table) -> ColumnElement[bool]:
    return table.c.generation == _GENERATION


@cache
def _held(table: Table, begins: str, ends: str, *, past: bool) -> ColumnElement[bool]:
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
    until which these have been judged; it was asked at ``asked_at``, or about what was known then.
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

    @property
    def latest(self) -> datetime:
        """At which it is asked how long something has waited for what is recorded: a valid time in the past changes
        nothing about that."""
        return max(self.at, self.asked_at or self.at)

    @property
    def past(self) -> bool:
        return self.as_of is not None

    async def execute(self, query: Executable, **given: Any) -> Any:
        """Run a statement that is about this moment."""
        return await self.connection.execute(
            query, {"of_generation": self.generation, "as_of": self.as_of, "at": self.at, **given}
        )

    def recorded(self, table: Table) -> ColumnElement[bool]:
        """The rows of this moment in a table of versions."""
        return recorded(table, past=self.past)

    def open_findings(self) -> ColumnElement[bool]:
        return open_findings(past=self.past)


def recorded(table: Table, *, past: bool) -> ColumnElement[bool]:
    return _held(table, "recorded_from", "recorded_to", past=past)


def open_findings(*, past: bool) -> ColumnElement[bool]:
    return _held(FINDING, "opened_at", "resolved_at", past=past)


def is_live(table: FromClause) -> ColumnElement[bool]:
    """Of nodes and edges: ``shared.live`` as a condition, but for the ends that a relation may join."""
    begun = or_(table.c.valid_from.is_(None), table.c.valid_from <= AT)
    return and_(table.c.live, begun, or_(table.c.valid_to.is_(None), table.c.valid_to > AT))
