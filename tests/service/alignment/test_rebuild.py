"""Rebuilds: one at a time, and one that fails leaves the way free and the old view in its place."""

from contextvars import ContextVar
from pathlib import Path
from typing import Any

import pytest

from services.alignment.follow.changes import read_page
from services.alignment.follow.follower import Follower
from services.alignment.follow.owners import Owners
from services.alignment.follow.rebuild import Rebuild
from services.alignment.view import dead_letters, generations
from shared.bus import open_bus
from shared.client import Unreachable
from shared.contracts import OWNERS
from shared.http import pagination
from shared.storage.db import Database
from tests.platform import Platform, running, settings_for


class Away:
    """Owners that cannot be reached."""

    async def changes(self, service: str, after: int, limit: int) -> dict[str, Any]:  # noqa: ARG002  as the real ones
        raise Unreachable(f"{service} is away")


async def standing(platform: Platform) -> tuple[int, int | None]:
    status = await platform.client.get_json("/alignment/v1/status")
    return status["generation"], status["building"]


async def test_a_second_rebuild_is_refused_while_one_runs(tmp_path: Path) -> None:
    async with running(settings_for(tmp_path)) as platform:
        await platform.caught_up()
        first = await platform.answer("POST", "/alignment/v1/rebuilds")
        second = await platform.answer("POST", "/alignment/v1/rebuilds")
        assert (first[0], second[0]) == (202, 409)


async def test_a_rebuild_that_fails_leaves_the_view_as_it_is(tmp_path: Path) -> None:
    settings = settings_for(tmp_path)
    async with running(settings) as platform:
        await platform.caught_up()
        before, _ = await standing(platform)
        database, bus = Database(settings.database("alignment")), open_bus(settings.bus)
        broken = Rebuild(database, bus, Away())
        try:
            with pytest.raises(Unreachable):
                await broken.run(await broken.begin())
        finally:
            await bus.close()
            await database.close()
        assert await standing(platform) == (before, None)
        assert (await platform.answer("POST", "/alignment/v1/rebuilds"))[0] == 202


async def test_while_a_page_is_stored_the_next_one_is_on_its_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = settings_for(tmp_path)
    async with running(settings) as platform:
        for name in ("First", "Second", "Third"):
            await platform.http.post("/strategy/v1/tactics", json={"name": name})
        await platform.caught_up()
        database, bus = Database(settings.database("alignment")), open_bus(settings.bus)
        owners = Recording(Owners(settings, platform.client._http._transport))
        rebuild, told = Rebuild(database, bus, owners), list[list[int]]()
        monkeypatch.setattr("services.alignment.follow.changes.PAGE", 1)
        bury, mine = dead_letters.bury, ContextVar("mine", default=False)
        mine.set(True)  # also for the tasks of the rebuild; the follower of the platform buries as well

        async def noted(connection: Any, dead: Any) -> None:
            if mine.get():
                told.append([after for after, _ in owners.asked])
            await bury(connection, dead)

        monkeypatch.setattr(dead_letters, "bury", noted)
        try:
            await rebuild.run(await rebuild.begin())
        finally:
            await bus.close()
            await database.close()
        assert told[0].count(0) == len(OWNERS), "the first page of each owner"
        assert 1 in told[0], "and the second one of the owner that has more"


async def test_a_hole_that_stays_is_fetched_from_the_owner(tmp_path: Path) -> None:
    """What the bus never brought arrives by way of the owner's changes, and the watermark moves on."""
    settings = settings_for(tmp_path)
    async with running(settings) as platform:
        await platform.caught_up()
        await platform.http.post("/strategy/v1/tactics", json={"name": "Unheard of"})
        await platform.caught_up()
        database, bus = Database(settings.database("alignment")), open_bus(settings.bus)
        owners = Owners(settings, platform.client._http._transport)
        alone = Follower(database, bus, owners)
        try:
            generation = await alone.rebuild.begin()
            alone.generation = generation
            await alone.catch_up("strategy")
            assert (await alone.gaps.gap(generation, "strategy"))[0] == 0, "the first look only notes the hole"
            await alone.catch_up("strategy")
            assert (await alone.gaps.gap(generation, "strategy"))[0] == 1
        finally:
            await bus.close()
            await database.close()


class Recording:
    """Owners, and what they were asked for."""

    def __init__(self, owners: Owners) -> None:
        self.owners = owners
        self.asked: list[tuple[int, int]] = []

    async def changes(self, service: str, after: int, limit: int) -> dict[str, Any]:
        self.asked.append((after, limit))
        return await self.owners.changes(service, after, limit)


async def test_of_a_hole_no_more_is_fetched_than_is_missing(tmp_path: Path) -> None:
    settings = settings_for(tmp_path)
    async with running(settings) as platform:
        for name in ("First", "Second", "Third", "Fourth"):
            await platform.http.post("/strategy/v1/tactics", json={"name": name})
        await platform.caught_up()
        database, bus = Database(settings.database("alignment")), open_bus(settings.bus)
        owners = Recording(Owners(settings, platform.client._http._transport))
        alone = Follower(database, bus, owners)
        try:
            generation = alone.generation = await alone.rebuild.begin()
            rest = await owners.owners.changes("strategy", 2, 10)
            page = read_page("strategy", rest, 2)
            await alone.intake.write(generation, [(page, event) for event in page.events])
            await alone.catch_up("strategy")
            await alone.catch_up("strategy")
            assert owners.asked[-1] == (0, 2)
            assert (await alone.gaps.gap(generation, "strategy"))[0] == 4
        finally:
            await bus.close()
            await database.close()


async def test_a_replica_follows_a_rebuild_that_another_one_made(tmp_path: Path) -> None:
    """Also while nothing is written: the generation that it knew has been swept."""
    settings = settings_for(tmp_path)
    async with running(settings) as platform:
        await platform.caught_up()
        database, bus = Database(settings.database("alignment")), open_bus(settings.bus)
        owners = Owners(settings, platform.client._http._transport)
        replica = Follower(database, bus, owners)
        replica.generation, _ = await standing(platform)
        try:
            other = Rebuild(database, bus, owners)
            await other.run(number := await other.begin())
            await replica._note_switch()
            assert replica.generation == number
            await replica.catch_up("strategy")
        finally:
            await bus.close()
            await database.close()


async def test_pages_may_be_short_where_events_are_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page that has fewer events than were asked for is not the last one: neither of a rebuild nor of a hole."""
    monkeypatch.setattr(pagination, "MOST_BYTES", 12_000)
    settings = settings_for(tmp_path)
    async with running(settings) as platform:
        for n in range(12):
            body = {"name": f"Large {n}", "description": "d" * 4000}
            await platform.http.post("/strategy/v1/tactics", json=body)
        await platform.caught_up()
        database, bus = Database(settings.database("alignment")), open_bus(settings.bus)
        owners = Recording(Owners(settings, platform.client._http._transport))
        alone = Follower(database, bus, owners)
        try:
            generation = alone.generation = await alone.rebuild.begin()
            for _ in range(2):
                await alone.catch_up("strategy")
            assert (await alone.gaps.gap(generation, "strategy"))[0] == 12, "by one look that fetches"
            assert len([limit for _, limit in owners.asked if limit > 1]) == 6
            async with database.write() as connection:
                await generations.abandon(connection, generation)
            await alone.rebuild.run(await alone.rebuild.begin())
        finally:
            await bus.close()
            await database.close()
        nodes = await platform.client.get_json("/alignment/v1/nodes", kind="tactic", limit=200)
        assert len(nodes["items"]) == 12
