"""Versions of a thing, as they are read page by page."""

from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest

from services.web.rendering import Place
from services.web.versions import versions
from services.web.visit import Visit
from shared.contracts import NODE_KINDS
from shared.contracts.answers.lists import History, Version
from tests.unit.web.showing import node

FIRST = datetime(2026, 1, 1, tzinfo=UTC)


class Owner:
    """Answers the versions of one thing from the oldest on, as owners do."""

    def __init__(self, number: int, as_of: str | None) -> None:
        self.number, self.place = number, Place("/", datetime.fromisoformat(as_of) if as_of else None)

    async def now(self, *_: Any, limit: int, cursor: str | None) -> History:
        start = int(cursor or 0)
        end = min(start + limit, self.number)
        items = [_version(number + 1) for number in range(start, end)]
        return History.model_construct(items=items, next_cursor=str(end) if end < self.number else None)


def _version(number: int) -> Version:
    event, at = f"service:7d4f0000-0000-4000-8000-000000000001:1.{number}", FIRST + timedelta(days=number)
    rest: Any = {"by": "ana", "correlation_id": "x", "reason": None, "changes": []}
    return Version.model_validate({"version": number, "action": "changed", "at": at, "event": event, **rest})


@pytest.mark.parametrize(("as_of", "newest"), [(None, 1_201), ("2026-01-11T00:00:00+00:00", 10)])
async def test_the_newest_come_first_however_many_there_are(as_of: str | None, newest: int) -> None:
    found = await versions(cast("Visit", Owner(1_201, as_of)), NODE_KINDS["service"], node("service", "Claims").id)
    assert [each.version for each in found] == [*range(newest, 0, -1)]
