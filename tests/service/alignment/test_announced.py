"""Findings and the score as events: each once, and only what is other than what was told last."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import jsonschema
import orjson
import pytest
from sqlalchemy import select

from services import assembly
from services.alignment.announcing import announcer as announcing
from services.alignment.announcing import place as places
from services.alignment.announcing.announcer import Announcer
from services.alignment.judge.rule import Severity
from services.alignment.models import ANNOUNCED, CHANGE, FINDING, PROGRESS
from shared import clock
from shared.clock import rfc3339
from shared.contracts import LINKS, NODE_KINDS, OWNERS, PUBLISHED
from shared.contracts.events import schema
from tests.backends.databases import chosen
from tests.platform import Platform, running, settings_for
from tests.service.alignment.served import Server, reader
from tests.service.alignment.world import LINK_REFS, REFS
from tests.service.api import Api
from tests.service.conftest import BACKENDS

Json = dict[str, Any]
GRACE = timedelta(0)


@pytest.fixture(params=BACKENDS)
async def server(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Server]:
    async with chosen(request.param, request, "alignment") as database:
        configured = settings_for(tmp_path, settle_seconds=0, **database)
        await assembly.migrate(configured, "alignment")
        made = Server(configured)
        await made.begin()
        yield made
        await made.close()


async def told(server: Server) -> list[Json]:
    """What the change table has of findings and of the score, in its order."""
    kinds = ("finding", "score")
    async with server.database.read() as connection:
        query = select(CHANGE).where(CHANGE.c.kind.in_(kinds)).order_by(CHANGE.c.sequence)
        rows = (await connection.execute(query)).all()
    return [{"action": row.action, "version": row.version, **orjson.loads(row.data)} for row in rows]


async def announce(server: Server, settle: timedelta = timedelta(0)) -> datetime | None:
    """What is recorded by now is covered, and told by a process that has just begun."""
    follower = await reader(server)
    server.writer.settle_after = settle
    for service in OWNERS:
        await follower.catch_up(service)
    announcer = Announcer(server.database, follower, GRACE)
    await announcer.announce()
    return await announcer._until()


async def found(server: Server, at: datetime) -> dict[str, Json]:
    """What is open at an instant, from the tables."""
    mine = FINDING.c.generation == await server.generation(), FINDING.c.severity >= 0
    async with server.database.read() as connection:
        held = FINDING.c.opened_at <= at, FINDING.c.resolved_at > at
        rows = (await connection.execute(select(FINDING).where(*mine, *held))).all()
    return {
        row.id: {
            "rule": row.rule,
            "severity": Severity(row.severity).name,
            "evidence": row.evidence,
            "opened_at": rfc3339(row.since),
        }
        for row in rows
    }


def latest(events: list[Json]) -> dict[str, Json]:
    """What a reader makes of the events: what is open, as it was told last."""
    states = {event["state"]["id"]: event["state"] for event in events if event["state"]["kind"] == "finding"}
    wanted = ("rule", "severity", "evidence", "opened_at")
    return {id: {name: state[name] for name in wanted} for id, state in states.items() if state["state"] == "open"}


@pytest.mark.parametrize("seed", range(2))
async def test_who_reads_the_events_knows_what_is_open(seed: int, server: Server) -> None:
    """Over random histories in which much comes late, processes end in between and the view is built anew."""
    dice, world, waiting = Random(seed), server.world, list[Json]()
    for _ in range(20):
        before = len(world.events)
        for _ in range(dice.randrange(1, 8)):
            if dice.random() < 0.4:
                world.link(dice.choice(LINK_REFS), dice)
            elif dice.random() < 0.1:
                world.delete(dice.choice([*REFS, *LINK_REFS]))
            else:
                world.write(dice.choice(REFS), dice)
        waiting += world.events[before:]
        some = dice.sample(waiting, dice.randrange(len(waiting) + 1)) if dice.random() < 0.5 else waiting
        await server.arrive(some)
        waiting = [event for event in waiting if event not in some]
        if dice.random() < 0.2:
            await server.build()
            waiting = []
        if dice.random() < 0.3:
            await server.writer.settle(await server.generation(), clock.now())
        if (until := await announce(server)) is not None:
            assert latest(await told(server)) == await found(server, until)
    versions = defaultdict(list)
    events = await told(server)
    for event in events:
        versions[event["state"]["id"]].append(event["version"])
    assert all(each == [*range(1, len(each) + 1)] for each in versions.values())
    assert {event["action"] for event in events} >= {"opened", "changed", "resolved"}


async def test_a_rebuild_tells_nothing_where_nothing_differs(server: Server) -> None:
    dice = Random(1)
    for at in REFS:
        server.world.write(at, dice)
    await server.arrive(server.world.events)
    await announce(server)
    before = await told(server)
    assert len(before) > 20
    await server.build()
    await announce(server)
    assert await told(server) == before


async def test_each_event_is_what_its_schema_says(server: Server) -> None:
    dice = Random(2)
    for at in [*REFS, *REFS]:
        server.world.write(at, dice)
    await server.arrive(server.world.events[: len(REFS)])
    await announce(server)
    await server.arrive(server.world.events[len(REFS) :])
    await announce(server)
    kinds = {kind.name: kind for kind in PUBLISHED["alignment"]}
    events = await told(server)
    for event in events:
        kind = kinds[event["state"]["kind"]]
        assert event["action"] in kind.actions
        data = {name: event[name] for name in ("state", "changed")}
        jsonschema.validate(data, schema(kind, event["action"]))
        kind.model.model_validate(event["state"])
    assert {event["state"]["kind"] for event in events} == {"finding", "score"}


async def test_the_score_is_told_where_it_is_another_one_and_at_most_once_in_settle(server: Server) -> None:
    world, dice = server.world, Random(3)
    for at in REFS:
        world.write(at, dice)
    await server.arrive(world.events)
    settle = timedelta(minutes=2)
    await announce(server, settle)
    [first] = [event for event in await told(server) if event["state"]["kind"] == "score"]
    assert first["state"]["index"] is not None
    before = len(world.events)
    world.write(REFS[0], dice)
    await server.arrive(world.events[before:])
    await announce(server, settle)
    assert len([event for event in await told(server) if event["state"]["kind"] == "score"]) == 1
    for at in REFS:
        world.write(at, dice)
    await server.arrive(world.events[before + 1 :])
    await announce(server, settle)
    scores = [event["state"] for event in await told(server) if event["state"]["kind"] == "score"]
    assert len(scores) == 2
    assert scores[0]["dimensions"] != scores[1]["dimensions"]


async def test_as_much_is_told_as_may_wait_to_be_published(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(announcing, "_MOST_WAITING", 15)
    monkeypatch.setattr(places, "AT_ONCE", 10)
    places._changed.cache_clear()
    dice = Random(1)
    for at in REFS:
        server.world.write(at, dice)
    await server.arrive(server.world.events)
    await announce(server)
    some = len(await told(server))
    assert 15 <= some < 30
    async with server.database.write() as connection:
        await connection.execute(CHANGE.update().values(published_at=clock.now()))
    monkeypatch.setattr(announcing, "_MOST_WAITING", 10_000)
    until = await announce(server)
    assert until
    assert latest(await told(server)) == await found(server, until)
    places._changed.cache_clear()


async def overtaken(server: Server, *states: str) -> list[tuple[Json, str]]:
    """A link from a tactic to its strategy goes through these states before the tactic comes into force; the last of
    them comes late, when all has been told without it. What was told of the tactic's rule V02."""
    world, dice = server.world, Random(4)
    ends = [next(ref for ref in REFS if ref.startswith(f"{kind}/")) for kind in ("tactic", "strategy")]
    for at, state in zip(ends, ("draft", "in_force"), strict=True):
        world.write(at, dice)
        world.restate(at, state=state, valid_from=None, valid_to=None, provenance=[])
    source, target = (dict(zip(("kind", "id"), at.split("/"), strict=True)) for at in ends)
    for state in states:
        link = {"type": "decomposes", "source": source, "target": target, "state": state}
        world._record(LINK_REFS[0], LINKS["strategy"], link)
    world.restate(ends[0], state="in_force")
    late = world.events.pop(-2)
    await server.arrive(world.events)
    follower = await reader(server)
    async with server.database.write() as connection:  # as if nothing had been missing
        await connection.execute(PROGRESS.update().values(recorded_until=world._now() + timedelta(hours=1)))
    await Announcer(server.database, follower, GRACE).announce()
    world.events.insert(-1, late)
    await server.arrive([late])
    await announce(server)
    async with server.database.read() as connection:
        assert (await connection.execute(select(ANNOUNCED.c.id).where(ANNOUNCED.c.doubtful))).all() == []
    told_of = [each for each in await told(server) if _about(each["state"]) == ("V02", ends[0])]
    return [(each["state"], each["action"]) for each in told_of]


async def test_what_was_told_and_had_never_been_so_is_told_to_be_over(server: Server) -> None:
    """It was linked before it came into force."""
    mine = await overtaken(server, "active")
    assert [action for _, action in mine] == ["opened", "resolved"]
    assert mine[-1][0]["resolved_at"] is None


async def test_what_turns_out_to_have_come_up_earlier_is_told_as_well(server: Server) -> None:
    """The link had ended before it came into force."""
    [(state, action)] = await overtaken(server, "active", "ended")
    assert (action, state["opened_at"]) == ("opened", server.world.events[-1]["time"])


def _about(state: Json) -> tuple[str, str] | None:
    return (state["rule"], f"{state['subject']['kind']}/{state['subject']['id']}") if "rule" in state else None


@pytest.mark.parametrize("backend", BACKENDS)
async def test_changes_have_them_and_the_page_says_what_they_are(
    backend: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    async with chosen(backend, request) as database, running(settings_for(tmp_path, **database)) as platform:
        api = Api(platform)
        tactic = await api.make("tactic", state="in_force")
        finding = await _next(platform, "opened", tactic["id"])
        assert (finding["rule"], finding["subject"]) == ("V02", {"kind": "tactic", "id": tactic["id"]})
        waiver = {"reason": "It ends with the year.", "valid_to": rfc3339(clock.now() + timedelta(days=3))}
        path = f"/alignment/v1/findings/{finding['id']}"
        await platform.answer("POST", f"{path}/waiver", json=waiver)
        assert (await _next(platform, "waived", tactic["id"]))["waiver"]["reason"] == waiver["reason"]
        await platform.client.transition(NODE_KINDS["tactic"], tactic["id"], 1, "retired", "It is done.")
        assert (await _next(platform, "resolved", tactic["id"]))["state"] == "resolved"


async def _next(platform: Platform, action: str, subject: str) -> Json:
    """The event of a finding of rule V02 about this, once it is there."""
    async with asyncio.timeout(20):
        while True:
            page = await platform.client.get_json("/alignment/v1/changes", kind="finding", limit=500)
            for event in page["items"]:
                state = event["data"]["state"]
                if event["type"].endswith(action) and state["subject"]["id"] == subject and state["rule"] == "V02":
                    return dict(state)
            await asyncio.sleep(0.05)
