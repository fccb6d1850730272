"""What only a look at the whole view can find: in its rows, over a restart, late events and a rebuild."""

import asyncio
import json
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any

from sqlalchemy import select

from services.alignment.follow.writer import Writer
from services.alignment.models import FINDING
from shared.clock import FOREVER, rfc3339
from shared.contracts import LINKS, NODE_KINDS
from shared.telemetry.metrics import WORKER_FAILURES
from tests.platform import running, settings_for
from tests.service.alignment.served import Server
from tests.service.api import Api

Json = dict[str, Any]
ONE, TWO, THREE = (f"service/00000000-0000-4000-8000-00000000000{number}" for number in (1, 2, 3))


def written(server: Server) -> list[Json]:
    """Three services; the first two are called alike, and one of their names is not quite spelt so."""
    for ref, name in ((ONE, "Mail"), (TWO, " mail"), (THREE, "Print")):
        server.world.write(ref, Random(1))
        server.world.restate(
            ref, name=name, type="business", state="operational", valid_from=None, valid_to=None, criticality=None
        )
    return server.world.events


async def twice(server: Server) -> list[tuple[str, str, str | None]]:
    """Of whom it was found, from when on and until when; None for still."""
    query = select(FINDING).where(FINDING.c.generation == await server.generation(), FINDING.c.rule == "D06")
    async with server.database.read() as connection:
        rows = (await connection.execute(query)).all()
    return [
        (row.subject, rfc3339(row.opened_at), None if row.resolved_at == FOREVER else rfc3339(row.resolved_at))
        for row in rows
    ]


async def surveyed(server: Server) -> str:
    await server.writer.survey(await server.generation())
    until: str = (await server.get("status"))["surveyed_until"]
    return until


async def test_a_look_opens_and_ends_what_no_change_shows(server: Server) -> None:
    await server.arrive(written(server))
    assert (await twice(server), (await server.get("status"))["surveyed_until"]) == ([], None)
    until = await surveyed(server)
    assert await twice(server) == [(TWO, until, None)]
    told = await server.get(f"findings/{(await server.get('findings', rule='D06'))['items'][0]['id']}")
    assert told["evidence"] == {"part": ONE, "same_as": ONE}
    server.world.restate(TWO, name="Post")
    await server.arrive(server.world.events[-1:])
    assert await twice(server) == [(TWO, until, None)], "until the next look"
    later = await surveyed(server)
    assert await twice(server) == [(TWO, until, later)]


async def test_what_was_found_outlasts_a_restart_and_what_comes_late(server: Server) -> None:
    *events, late = written(server)
    await server.arrive(events)
    until = await surveyed(server)
    server.writer = Writer(server.database, server.settle, exclusive=True)
    server.world.restate(TWO, criticality=5)
    await server.arrive(server.world.events[-1:])
    [found] = (await server.get("findings", rule="D06"))["items"]
    assert (found["severity"], found["since"]) == ("medium", until), "vital by now, and a step graver"
    await server.arrive([late])
    assert [each["id"] for each in (await server.get("findings", rule="D06"))["items"]] == [found["id"]]
    await surveyed(server)
    assert [each["id"] for each in (await server.get("findings", rule="D06"))["items"]] == [found["id"]]


async def test_a_rebuild_ends_with_a_look(server: Server) -> None:
    await server.arrive(written(server))
    await surveyed(server)
    before = await twice(server)
    server.writer.surveys = True
    await server.build()
    assert await twice(server) == before


async def test_the_whole_is_looked_at_now_and_then(tmp_path: Path) -> None:
    async with running(settings_for(tmp_path, survey_seconds=0.05)) as platform:
        api = Api(platform)
        for _ in range(2):
            await api.make("service", name="Mail", state="operational", state_reason="It runs.")
        async with asyncio.timeout(20):
            while True:
                if (await platform.client.get_json("/alignment/v1/findings", rule="D06"))["items"]:
                    break
                await asyncio.sleep(0.02)
        assert (await platform.client.get_json("/alignment/v1/status"))["surveyed_until"]


async def test_where_it_is_never_looked_at_nothing_ends(tmp_path: Path) -> None:
    """A loop that came to its end would be begun again and again, until the process was given up."""
    async with running(settings_for(tmp_path, survey_seconds=0)):
        before = _failures()
        await asyncio.sleep(0.3)
        assert _failures() == before


def _failures() -> list[tuple[dict[str, str], float]]:
    return [(sample.labels, sample.value) for metric in WORKER_FAILURES.collect() for sample in metric.samples]


async def test_what_changed_since_it_was_signed_is_told_until_it_is_as_signed_again(server: Server) -> None:
    """What it says and what it is there for; its state, its review and links of other sorts are not signed."""
    tactic, aim = ("tactic/00000000-0000-4000-8000-000000000009", "objective/00000000-0000-4000-8000-000000000008")
    link, other = (f"link/00000000-0000-4000-8000-00000000000{number}" for number in (6, 7))
    increment = "increment/00000000-0000-4000-8000-000000000005"
    ends = {"source": pair(tactic), "target": pair(aim), "confidence": 0.9, "state": "active"}
    said = {"key": "dig", "name": "Dig"}
    frozen = {"type": "decomposes", "target": pair(aim), "confidence": 0.9}
    signed = json.dumps({"content": said, "links": [frozen]}, sort_keys=True, separators=(",", ":"))
    package = {
        **pair(tactic), "version": 1, "links": [frozen], "hash": f"sha256-rfc8785:{sha256(signed.encode()).hexdigest()}"
    }  # fmt: skip

    def write(ref: str, **members: Any) -> None:
        kind = LINKS["strategy"] if ref.startswith("link/") else NODE_KINDS[ref.partition("/")[0]]
        server.world._record(ref, kind, members)

    async def told() -> list[tuple[str, Json]]:
        await server.arrive(server.world.events)
        await surveyed(server)
        found = (await server.get("findings", rule="S02"))["items"]
        return [(f"{each['subject']['kind']}/{each['subject']['id']}", each["evidence"]) for each in found]

    write(aim, key="aim", name="Aim", state="in_force")
    write(tactic, **said, state="in_force")
    write(link, type="decomposes", **ends)
    write(increment, key="i", name="I", state="signed", items=[pair(tactic)], package=[package])
    assert await told() == []
    write(other, type="relates_to", **ends)
    server.world.restate(tactic, state="retired", review={"cadence": "annual"})
    server.world.restate(tactic, state="in_force")
    assert await told() == []
    changed = [(tactic, {"increment": increment, "version": 1})]
    server.world.restate(tactic, name="Drill")
    assert await told() == changed
    server.world.restate(tactic, name="Dig")
    assert await told() == []
    write(link, type="decomposes", **ends | {"confidence": 0.1})
    assert await told() == changed
    server.world.restate(increment, state="superseded")
    assert await told() == [], "S01 says that nothing holds it"


def pair(ref: str) -> Json:
    return dict(zip(("kind", "id"), ref.split("/"), strict=True))
