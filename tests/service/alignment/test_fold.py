"""The view is the fold of its events: however they arrive, rebuilt or not, and it is what the owners hold."""

import asyncio
import random
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from services.alignment.follow.writer import Writer
from services.alignment.models import EDGE, FINDING, RECORD
from services.alignment.view import generations
from services.alignment.view.projection import project, read
from shared import clock
from shared.client import ClientError, Conflict
from shared.contracts import KINDS, LINKS, NODE_KINDS, OWNERS, Kind
from shared.storage import migrations
from shared.storage.db import Database
from tests.platform import Platform, running, settings_for
from tests.service.alignment.oracle import Oracle

SEEDS = range(3)
STEPS = 80
KINDS_USED = (
    "strategy", "objective", "outcome", "tactic", "service", "service_offering", "process", "policy", "design_package",
    "product", "partner", "category",
)  # fmt: skip
RELATIONS_USED = ("supports", "decomposes", "realizes", "serves", "justified_by", "governs", "depends_on", "part_of")
Rows = dict[str, list[tuple[Any, ...]]]


async def snapshot(database: Database, generation: int) -> Rows:
    """All rows of a generation in canonical order, without its number."""
    rows: Rows = {}
    async with database.read() as connection:
        for table in (RECORD, EDGE, FINDING):
            columns = [column for column in table.c if column.name != "generation"]
            found = await connection.execute(select(*columns).where(table.c.generation == generation))
            rows[table.name] = sorted((tuple(row) for row in found), key=repr)
    return rows


class Historian:
    """Writes a random history through the owners' API: legal moves, illegal ones, links to nowhere, deletions."""

    def __init__(self, platform: Platform, seed: int) -> None:
        self.client = platform.client
        self.random = random.Random(seed)
        self.ids = [str(UUID(int=self.random.getrandbits(128), version=4)) for _ in range(18)]
        self.kind_of = {id: self.random.choice(KINDS_USED) for id in self.ids}
        self.links: list[tuple[str, str]] = []

    async def step(self) -> None:
        id = self.random.choice(self.ids)
        move = self.random.choice([self.write, self.write, self.write, self.link, self.link, self.unlink, self.delete])
        try:
            await move(id)
        except Conflict:
            pass
        except ClientError as error:
            if getattr(error, "status", 500) >= 500:
                raise

    async def write(self, id: str) -> None:
        kind = NODE_KINDS[self.kind_of[id]]
        states = [s for s in kind.lifecycle.states if not kind.lifecycle.is_terminal(s)]
        body: dict[str, Any] = {"name": f"N {self.random.randrange(5)}", "state": self.random.choice(states)}
        body |= self.validity()
        if self.random.random() < 0.3:
            body["criticality"] = self.random.choice([1, 5])
        if kind.name == "strategy":
            body["type"] = self.random.choice(["business", "it"])
        body |= self.references(kind, id)
        if kind.name == "service_offering":
            body["components"] = self.random.choice([[], [{"type": "goods", "item": "box"}]])
        try:
            version = (await self.client.get(kind, id))["version"]
        except ClientError:
            version = None
        await self.client.put(kind, id, body, version=version)

    def references(self, kind: Kind, id: str) -> dict[str, Any]:
        """Fields that point at others of this history, whether they are there or not."""
        found: dict[str, Any] = {}
        for reference in kind.references:
            name, ends = reference.path, [i for i in self.ids if self.kind_of[i] in reference.kinds and i != id]
            if ends and name in kind.immutable:
                found[name] = ends[0]
            elif ends and name.endswith("_id") and self.random.random() < 0.5:
                found[name] = self.random.choice(ends)
            elif ends and name.endswith("_ids[]"):
                found[name.removesuffix("[]")] = [i for i in ends if self.random.random() < 0.4]
        return found

    def validity(self) -> dict[str, str]:
        dice = self.random.random()
        if dice < 0.7:
            return {}
        shift = timedelta(seconds=self.random.choice([-3600, -0.05, 0.3, 0.6, 3600]))
        return {self.random.choice(["valid_from", "valid_to"]): clock.rfc3339(clock.now() + shift)}

    async def link(self, id: str) -> None:
        kind = NODE_KINDS[self.kind_of[id]]
        target = self.random.choice(self.ids)
        link = str(UUID(int=self.random.getrandbits(128), version=4))
        ends = {"source": {"kind": kind.name, "id": id}, "target": {"kind": self.kind_of[target], "id": target}}
        body = {"type": self.random.choice(RELATIONS_USED), **ends, **self.validity()}
        await self.client.put(LINKS[kind.service], link, body)
        self.links.append((kind.service, link))

    async def unlink(self, _: str) -> None:
        if self.links:
            service, link = self.random.choice(self.links)
            current = await self.client.get(LINKS[service], link)
            to = "ended" if current["state"] == "active" else "active"
            await self.client.transition(LINKS[service], link, current["version"], to)

    async def delete(self, id: str) -> None:
        kind = NODE_KINDS[self.kind_of[id]]
        version = (await self.client.get(kind, id))["version"]
        await self.client.delete(kind, id, version, "not needed")


async def facts(platform: Platform) -> list[dict[str, Any]]:
    """Every event of every owner."""
    found: list[dict[str, Any]] = []
    for service in OWNERS:
        after = 0
        while (page := await platform.client.changes(service, after, 200))["items"]:
            found += page["items"]
            after = page["next_after"]
    return found


@pytest.fixture
async def second(database_template: str) -> AsyncIterator[Database]:
    """A database of either kind for a second view, beside that of the platform."""
    database = Database(database_template.replace("{service}", "alignment"))
    await migrations.upgrade("alignment", database)
    yield database
    await database.close()


async def shuffled_view(database: Database, events: list[dict[str, Any]], seed: int) -> Rows:
    """The view of the same events in any order, some twice, in batches of any size."""
    dice = random.Random(seed)
    stream = [event for event in events for _ in range(dice.choice([1, 1, 2]))]
    dice.shuffle(stream)
    async with database.write() as connection:
        generation = await generations.begin(connection, "")
    writer = Writer(database, exclusive=True)
    while stream:
        size = dice.randrange(1, 12)
        batch, stream = stream[:size], stream[size:]
        await writer.write(generation, [project(event) for event in batch])
    await writer.settle(generation, clock.now())
    return await snapshot(database, generation)


async def recomputed(platform: Platform) -> tuple[set[Any], set[Any], set[Any]]:
    """Current nodes, relations and findings from nothing but the owners' lists."""
    states: dict[str, dict[str, Any]] = {}
    edges = set[Any]()
    for service in OWNERS:
        for kind in KINDS[service]:
            async for state in platform.client.list(kind):
                ref = f"{kind.name}/{state['id']}"
                states[ref] = state
                event = {
                    "id": f"{kind.name}:{state['id']}:1.{state['version']}",
                    "source": f"/{service}",
                    "position": 1,
                }
                rows = project({**event, "time": clock.rfc3339(clock.now()), "data": {"state": state}})
                edges |= {(ref, e["type"], e["source"], e["target"], e["live"]) for e in rows.edges}
    wrong = Oracle(states, set(), {}, clock.now()).wrong()
    return (
        {(ref, s["version"], s["state"]) for ref, s in states.items()},
        edges,
        {(r, s, n) for (r, s, _), n in wrong.items()},
    )


def current(rows: Rows) -> tuple[set[Any], set[Any], set[Any]]:
    def named(table: Any) -> list[dict[str, Any]]:
        names = [column.name for column in table.c if column.name != "generation"]
        return [dict(zip(names, row, strict=True)) for row in rows[table.name]]

    records = [r for r in named(RECORD) if r["recorded_to"] == clock.FOREVER and not r["deleted"]]
    edges = [e for e in named(EDGE) if e["recorded_to"] == clock.FOREVER]
    found = [f for f in named(FINDING) if f["resolved_at"] == clock.FOREVER]
    return (
        {(r["ref"], r["version"], r["state"]) for r in records},
        {(e["origin"], e["type"], e["source"], e["target"], e["live"]) for e in edges},
        # a tombstone is not in the lists, so neither is what points at it: D01 there, D02 here
        {(f["rule"], f["subject"], f["severity"]) for f in found},
    )


@pytest.mark.long
@pytest.mark.parametrize("seed", SEEDS)
async def test_view_is_the_fold_of_its_events(seed: int, tmp_path: Path, second: Database) -> None:
    async with running(settings_for(tmp_path / "home", settle_seconds=0)) as platform:
        historian = Historian(platform, seed)
        for _ in range(STEPS):
            await historian.step()
        await asyncio.sleep(0.7)  # until what was given a validity that ends or begins soon has ended or begun
        await platform.caught_up()
        await platform.client.get_json("/alignment/v1/findings")  # settles valid time
        database = Database(platform.settings.database("alignment"))
        try:
            before = (await platform.client.get_json("/alignment/v1/status"))["generation"]
            incremental = await snapshot(database, before)
            assert incremental["record"], "a history without records tests nothing"

            await platform.client.send("POST", "/alignment/v1/rebuilds")
            for _ in range(500):
                if (await platform.client.get_json("/alignment/v1/status"))["generation"] > before:
                    break
                await asyncio.sleep(0.04)
            rebuilt = await snapshot(database, before + 1)
        finally:
            await database.close()
        events = await facts(platform)
        shuffled = await shuffled_view(second, events, seed)
        nodes, edges, found = await recomputed(platform)

    assert rebuilt == incremental
    assert shuffled == incremental
    now_nodes, now_edges, now_findings = current(incremental)
    assert now_nodes == nodes
    assert now_edges == edges
    tombstoned = {"D01", "D02"}
    assert {f for f in now_findings if f[0] not in tombstoned} == {f for f in found if f[0] not in tombstoned}
    assert {f[1] for f in now_findings if f[0] in tombstoned} >= {f[1] for f in found if f[0] in tombstoned}


def test_an_event_is_read_as_it_was_written() -> None:
    with pytest.raises(Exception, match="its id is not"):
        read(b'{"id": "x"}')
