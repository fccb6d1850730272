"""What is counted from kept counts and from what changed since is what a look at everything counts."""

import asyncio
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, func, select

from services.alignment.models import TALLY
from services.alignment.queries import counts
from services.alignment.queries.snapshot import Moment
from shared import clock
from shared.storage.db import Database
from tests.backends.databases import chosen
from tests.platform import Platform, running, settings_for
from tests.service.alignment.large import Large, large
from tests.service.alignment.test_fold import Historian
from tests.service.conftest import BACKENDS
from tests.service.counting import looked_at

pytestmark = pytest.mark.long
ROUNDS, STEPS = 5, 15


async def generation(platform: Platform) -> int:
    return int((await platform.client.get_json("/alignment/v1/status"))["generation"])


async def differing(database: Database, number: int, moments: list[datetime]) -> list[object]:
    """The moments, and now, at which the two counts are not the same."""
    found: list[object] = []
    now = clock.now()
    async with database.read() as connection:
        for as_of, at in [(None, now), *((moment, moment) for moment in moments), (moments[0], moments[-1])]:
            moment = Moment(connection, number, as_of, at, {})
            kept, whole = await counts.tally(moment), await counts.counted(moment)
            if +kept != whole or not all(count >= 0 for count in kept.values()):
                found.append((as_of, at, +kept - whole, whole - +kept))
    return found


@pytest.mark.parametrize("backend", BACKENDS)
async def test_counts_are_those_of_everything(
    backend: str, request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counts, "_ENOUGH", 3)
    async with (
        chosen(backend, request) as given,
        running(settings_for(tmp_path, settle_seconds=0, **given)) as platform,
    ):
        database = Database(platform.settings.database("alignment"))
        historian, moments = Historian(platform, 11), list[datetime]()
        for _ in range(ROUNDS):
            for _ in range(STEPS):
                await historian.step()
                moments.append(clock.now())
            await platform.caught_up()
            async with database.write() as connection:
                await counts.keep(connection, await generation(platform), timedelta(0))
        await asyncio.sleep(0.7)  # until what was given a validity that ends or begins soon has ended or begun
        await platform.caught_up()
        async with database.read() as connection:
            kept = [row.at for row in (await connection.execute(select(TALLY.c.at).order_by(TALLY.c.at))).all()]
        try:
            assert len(kept) > 2, "from one that is kept there must be some before it and some after it"
            assert await differing(database, await generation(platform), [*moments, *kept]) == []
        finally:
            await database.close()


async def test_a_score_is_that_of_everything(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with running(settings_for(tmp_path)) as platform:
        historian = Historian(platform, 12)
        for _ in range(ROUNDS * STEPS):
            await historian.step()
        await asyncio.sleep(0.7)  # until what was given a validity that ends or begins soon has ended or begun
        await platform.caught_up()
        quick = await platform.client.get_json("/alignment/v1/score")
        monkeypatch.setattr("services.alignment.views.valid_time.tally", counts.counted)
        assert {**await platform.client.get_json("/alignment/v1/score"), "watermark": None} == {
            **quick,
            "watermark": None,
        }
        assert Counter(rule["subjects"] > 0 for rule in quick["rules"])[True] > 2


@pytest.mark.parametrize("backend", BACKENDS)
async def test_a_moment_long_ago_costs_what_changed_around_it(
    backend: str, request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counts, "_ENOUGH", 20)  # and nothing is pending: all of it was found within minutes
    async with (
        chosen(backend, request, "alignment") as given,
        large(tmp_path, 2000, given | {"pending_minutes": "0"}) as there,
    ):
        paths = [f"score?as_of={clock.rfc3339(there.organisation.time(at))}" for at in (7, 500, 1400)]
        along = [await score(there, path) for path in paths]
        async with there.database.write() as connection:
            newest = select(func.max(TALLY.c.at)).scalar_subquery()
            await connection.execute(delete(TALLY).where(TALLY.c.at < newest))
        at_the_end = [await score(there, path) for path in paths]
    assert [answer for _, answer in along] == [answer for _, answer in at_the_end]
    most, much = max(read for read, _ in along), max(read for read, _ in at_the_end)
    assert most < 1000 < 3000 < much


async def score(there: Large, path: str) -> tuple[float, Any]:
    """How many rows the dearest statement that counts goes through, and what it is. What its fixes are chosen from is a
    bounded list."""
    return max(await looked_at(there.database, lambda: there.get(path), "count(*)")), await there.get(path)
