"""While one batch of a rebuild is written, the next one is judged; whatever becomes of either, the view is the same."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from random import Random
from typing import Any

import pytest
from sqlalchemy import func, select

from services.alignment.follow import merging, projector
from services.alignment.follow.rebuild import Rebuild
from services.alignment.follow.work import Folded
from services.alignment.models import EDGE, FINDING, GENERATION, RECORD
from services.alignment.view import generations
from services.alignment.view.projection import Projected
from shared.storage import bulk_writer
from shared.storage.bulk_writer import Insert, Operation
from tests.backends.databases import chosen
from tests.service.alignment.large import Large, large
from tests.service.conftest import BACKENDS

LINKS = 200
BATCH = 40


@pytest.fixture(params=BACKENDS)
async def built(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Large]:
    """Built once, undisturbed, in many batches."""
    monkeypatch.setattr(merging, "MOST", BATCH)
    async with chosen(request.param, request, "alignment") as given, large(tmp_path, LINKS, given) as there:
        yield there


async def rows(built: Large) -> dict[str, list[str]]:
    """What the generation that answers has, in words and without its number."""
    async with built.database.read() as connection:
        generation = await generations.active(connection)
        found = {}
        for table in (RECORD, EDGE, FINDING):
            columns = [column for column in table.columns if column.name not in ("generation", "id")]
            query = select(*columns).where(table.c.generation == generation)
            found[table.name] = sorted(map(repr, await connection.execute(query)))
    return found


_UNTIL = (
    select(
        GENERATION.c.settled_until,
        select(func.max(RECORD.c.recorded_from)).where(RECORD.c.generation == GENERATION.c.number).scalar_subquery(),
    )
    .order_by(GENERATION.c.number.desc())
    .limit(1)
)


class Watched:
    """What is judged ahead and what is written, in order; ``before`` is called with each batch of versions before it is
    written, and may raise."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.log: list[str] = []
        self.judged = asyncio.Condition()
        self.before: Callable[[int], Any] = lambda _: None
        self.until: list[Any] = []
        """After each write until when has been judged, as the generation says, and what was recorded last."""
        self.written = self.folded = 0
        fold, write = projector.fold, bulk_writer.write

        async def folding(generation: int, judge: Any, events: Sequence[Projected]) -> Folded | None:
            done = await fold(generation, judge, events)
            self.folded += 1
            async with self.judged:
                self.judged.notify_all()
            return done

        async def writing(connection: Any, operations: Sequence[Operation]) -> None:
            if any(isinstance(each, Insert) and each.table is RECORD for each in operations):
                self.written += 1
                if waiting := self.before(self.written):
                    await waiting
            await write(connection, operations)
            self.until.append((await connection.execute(_UNTIL)).one())

        monkeypatch.setattr(projector, "fold", folding)
        monkeypatch.setattr(bulk_writer, "write", writing)

    async def until_judged(self, number: int) -> None:
        async with self.judged, asyncio.timeout(20):
            await self.judged.wait_for(lambda: self.folded >= number)


@pytest.fixture
def watched(built: Large, monkeypatch: pytest.MonkeyPatch) -> Watched:
    return Watched(monkeypatch)


async def test_the_next_batch_is_judged_before_one_is_written(built: Large, watched: Watched) -> None:
    expected = await rows(built)

    def before(number: int) -> Any:
        return watched.until_judged(number) if 2 <= number <= 5 else None

    watched.before = before
    await built.rebuild()
    assert watched.written > 5
    assert await rows(built) == expected
    assert all(judged == recorded for judged, recorded in watched.until[: watched.written])


@pytest.mark.parametrize("number", [2, 4])
async def test_a_batch_that_cannot_be_written_takes_nothing_with_it(
    built: Large, watched: Watched, number: int
) -> None:
    """Though the next one has been judged by a memory that has it."""
    expected = await rows(built)
    failed: list[int] = []

    async def fail() -> None:
        await watched.until_judged(number)
        raise ValueError("as if the database could not take one of its rows")

    def before(written: int) -> Any:
        if written == number and not failed:
            failed.append(written)
            return fail()
        return None

    watched.before = before
    await built.rebuild()
    assert failed
    assert await rows(built) == expected


async def test_a_batch_that_cannot_be_judged_leaves_the_one_before_it(
    built: Large, watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected, judged = await rows(built), projector._judged
    calls = []

    def failing(*given: Any) -> Any:
        calls.append(given)
        done = judged(*given)
        if len(calls) == 3:
            raise ValueError("as if a rule could not take what one of them says")
        return done

    monkeypatch.setattr(projector, "_judged", failing)
    await built.rebuild()
    assert len(calls) > 3
    assert await rows(built) == expected
    assert watched.written


async def test_a_database_that_goes_away_ends_the_rebuild_and_leaves_the_view(built: Large, watched: Watched) -> None:
    expected = await rows(built)

    def before(number: int) -> Any:
        if number == 3:
            raise ConnectionError("away")

    watched.before = before
    with pytest.raises(ConnectionError):
        await built.rebuild()
    assert await rows(built) == expected
    watched.before = lambda _: None
    await built.rebuild()
    assert await rows(built) == expected


async def test_a_rebuild_ends_whenever_it_is_told_to(built: Large) -> None:
    """And leaves nothing behind that the next one would have to wait for."""
    expected, dice = await rows(built), Random(1)
    began = time.perf_counter()
    await built.rebuild()
    took = time.perf_counter() - began
    for _ in range(12):
        rebuild = Rebuild(built.database, built.bus, built.organisation, built.writer)
        task = asyncio.ensure_future(rebuild.run(await rebuild.begin()))
        await asyncio.sleep(dice.random() * took)
        task.cancel()
        async with asyncio.timeout(20):
            await asyncio.wait([task])
    await built.rebuild()
    assert await rows(built) == expected
