"""When people were here: a visit ends when they open no page for half an hour."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from services.web.visits import AWAY, Visits
from shared import clock
from shared.storage.db import Database
from tests.platform import Platform

pytestmark = pytest.mark.asyncio(loop_scope="session")
_MINUTE = timedelta(minutes=1)


def at(moment: datetime) -> Callable[[], datetime]:
    return lambda: moment


async def test_the_visit_before_ended_with_its_last_page(shared_platform: Platform) -> None:
    database = Database(shared_platform.settings.database("web"))
    begin = clock.now()
    pages = (0 * _MINUTE, 20 * _MINUTE, 45 * _MINUTE, 45 * _MINUTE + AWAY + _MINUTE, 80 * _MINUTE)
    before = [await Visits(database, at(begin + page)).here("minute.by.minute") for page in pages]
    await database.close()
    assert before[:3] == [None, None, None], "nobody was here before, and the visit goes on"
    assert before[3:] == [begin + 45 * _MINUTE] * 2, "which stays so as long as this visit lasts"


async def test_a_replica_writes_once_a_minute(shared_platform: Platform) -> None:
    database = Database(shared_platform.settings.database("web"))
    begin = clock.now()
    moments = iter((begin, begin + AWAY + 2 * _MINUTE, begin + AWAY + 2.5 * _MINUTE))
    one, other = Visits(database, lambda: next(moments)), Visits(database, at(begin + AWAY + 1.5 * _MINUTE))
    assert await one.here("two.replicas") is None
    assert await other.here("two.replicas") == begin
    assert await one.here("two.replicas") == begin, "another replica wrote it, and this one has it from there"
    assert await one.here("two.replicas") == begin, "which is not looked up again"
    await database.close()
