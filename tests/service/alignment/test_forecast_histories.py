"""What is foreseen at a valid time is what the oracle finds then with what is known, and what the view really has once
its clock is there; on random histories, on either database."""

from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest
from sqlalchemy import select

from services.alignment.models import FINDING
from shared import clock
from shared.clock import FOREVER, rfc3339
from tests.service.alignment.clockwork import kept, moved
from tests.service.alignment.oracle import Oracle
from tests.service.alignment.recomputed import Findings, live_since
from tests.service.alignment.seeds import seeds
from tests.service.alignment.served import Server
from tests.service.alignment.world import LINK_REFS, MINUTE, REFS, START

pytestmark = pytest.mark.long

SEVERITIES = ("info", "low", "medium", "high", "critical")
Json = dict[str, Any]
Found = dict[str, tuple[str, str, str]]


async def written(server: Server, dice: Random, steps: int, *, clockless: bool = False) -> list[Json]:
    """``clockless``: nothing that an owner's clock will move."""
    for ref in dice.sample(REFS, 25):
        server.world.write(ref, dice)
    for ref in LINK_REFS[:15]:
        server.world.link(ref, dice)
    for _ in range(steps):
        choice = dice.random()
        if choice < 0.6:
            server.world.write(dice.choice(REFS), dice)
        elif choice < 0.9:
            server.world.link(dice.choice(LINK_REFS), dice)
        else:
            server.world.delete(dice.choice([*REFS, *LINK_REFS]))
    for ref, state in list(server.world.states.items()) if clockless else []:
        if moved(state, datetime.min.replace(tzinfo=UTC), FOREVER) != state:
            server.world.delete(ref)
    await server.arrive(server.world.events)
    return server.world.events


def told(items: list[Json]) -> Found:
    return {
        each["id"]: (each["rule"], f"{each['subject']['kind']}/{each['subject']['id']}", each["severity"])
        for each in items
    }


async def listed(server: Server, **asked: Any) -> list[Json]:
    """All pages."""
    items: list[Json] = []
    cursor: str | None = None
    while True:
        page = await server.get("findings", **asked, **({"cursor": cursor} if cursor else {}))
        assert len(page["items"]) <= asked["limit"]
        items += page["items"]
        if (cursor := page["next_cursor"]) is None:
            return items


def foreseen(events: list[Json], known_at: datetime | None, valid_at: datetime) -> Findings:
    """What was recorded until the one instant and moved by the owners' clocks from then on, or not moved yet, valid at
    the other."""
    asked_at = known_at or clock.now()
    findings = Findings([e for e in events if datetime.fromisoformat(e["time"]) <= asked_at], valid_at)
    then = findings.oracle(asked_at)
    states, since = {ref: moved(state, asked_at, valid_at) for ref, state in then.states.items()}, dict(then.since)
    for ref in states.keys() - then.gone if valid_at < asked_at else ():
        known = [each for each in findings.versions[ref] if each[0] <= asked_at]
        if not ref.startswith("link/") and len(before := kept(known, valid_at)) < len(known):
            last = next(state for _, state, is_deleted in reversed(before) if not is_deleted)
            states[ref] |= {"state": last["state"]}
            since |= {ref: begun} if (begun := live_since(ref, before)) else {}
    findings._oracles[valid_at] = Oracle(states, then.gone, since, valid_at)
    return findings


def shown(findings: Findings, valid_at: datetime) -> Found:
    found = findings.everything(valid_at)
    return {id: (rule, subject, SEVERITIES[n]) for id, (rule, subject, n) in found.items() if n >= 0}


def instants(dice: Random, events: list[Json]) -> list[datetime]:
    """Before, between and after everything, near to what turns in these histories, and when ages are reached."""
    recorded = datetime.fromisoformat(dice.choice(events)["time"])
    ages = [recorded + timedelta(days=days) for days in (89, 90, 91)]
    turns = [START + minutes * MINUTE for minutes in (-2, 0, 5, 6, 20, 30, 10**8, 10**8 + 1)]
    return [*turns, *ages, recorded]


@seeds(2)
async def test_what_is_foreseen_is_what_the_oracle_finds(server: Server, seed: int) -> None:
    dice = Random(seed)
    events = await written(server, dice, 40)
    for valid_at in instants(dice, events):
        items = await listed(server, valid_at=rfc3339(valid_at), limit=200)
        assert told(items) == shown(foreseen(events, None, valid_at), valid_at), valid_at
        known_at = datetime.fromisoformat(dice.choice(events)["time"])
        items = await listed(server, as_of=rfc3339(known_at), valid_at=rfc3339(valid_at), limit=200)
        if valid_at != known_at:
            assert told(items) == shown(foreseen(events, known_at, valid_at), valid_at), (known_at, valid_at)


@seeds(2)
async def test_what_is_foreseen_comes(server: Server, seed: int) -> None:
    """With its evidence, and since when it is so."""
    dice = Random(100 + seed)
    events = await written(server, dice, 40, clockless=True)
    newest = max(datetime.fromisoformat(event["time"]) for event in events)
    ahead = [newest + timedelta(days=days) for days in (0.5, 50, 95)] + [START + (10**8 + 1) * MINUTE]
    for valid_at in ahead:
        foreseen = {each["id"]: each for each in await listed_raw(server, valid_at)}
        await server.writer.settle(await server.generation(), valid_at)
        async with server.database.read() as connection:
            query = select(FINDING).where(FINDING.c.resolved_at == FOREVER, FINDING.c.severity >= 0)
            rows = (await connection.execute(query)).all()
        assert foreseen.keys() == {row.id for row in rows}
        for row in rows:
            each = foreseen[row.id]
            assert (each["rule"], each["evidence"], each["since"]) == (row.rule, row.evidence, rfc3339(row.since))


async def listed_raw(server: Server, valid_at: datetime) -> list[Json]:
    """Without the server's clock, which would run ahead."""
    items: list[Json] = []
    asked: Json = {"valid_at": rfc3339(valid_at), "limit": 200}
    while True:
        answer = await server.http.get("/alignment/v1/findings", params=asked)
        assert answer.status_code == 200, answer.text
        items += answer.json()["items"]
        if answer.json()["next_cursor"] is None:
            return items
        asked["cursor"] = answer.json()["next_cursor"]


@seeds(2)
async def test_pages_and_filters_choose_among_what_is_foreseen(server: Server, seed: int) -> None:
    dice = Random(200 + seed)
    events = await written(server, dice, 40)
    valid_at = rfc3339(dice.choice(instants(dice, events)))
    whole = await listed(server, valid_at=valid_at, limit=200)
    places = [(SEVERITIES.index(e["severity"]), e["rule"], told([e])[e["id"]][1], e["id"]) for e in whole]
    assert places == sorted(places, reverse=True)
    assert await listed(server, valid_at=valid_at, limit=3) == whole
    for each in dice.sample(whole, min(4, len(whole))):
        subject = told([each])[each["id"]][1]
        asked = {
            "rule": each["rule"],
            "severity": each["severity"],
            "kind": each["subject"]["kind"],
            "subject": subject,
        }
        asked |= {"owner": each["owner"]} if each["owner"] else {}
        for given in [{name: asked[name]} for name in asked]:
            items = await listed(server, valid_at=valid_at, limit=2, **given)
            assert items == [e for e in whole if _is(e, given)]
        node = await server.http.get(f"/alignment/v1/nodes/{subject}", params={"valid_at": valid_at})
        if node.status_code == 200:
            assert told(node.json()["findings"]) == told([e for e in whole if _is(e, {"subject": subject})])


def _is(each: Json, given: Json) -> bool:
    subject = f"{each['subject']['kind']}/{each['subject']['id']}"
    is_so = {"rule": each["rule"], "severity": each["severity"], "kind": each["subject"]["kind"], "subject": subject}
    return given.items() <= (is_so | {"owner": each["owner"]}).items()


@seeds(2)
async def test_a_score_is_that_of_what_is_foreseen(server: Server, seed: int) -> None:
    dice = Random(300 + seed)
    events = await written(server, dice, 40)
    for valid_at in instants(dice, events):
        rules, _ = foreseen(events, None, valid_at).score(valid_at)
        answer = await server.get("score", valid_at=rfc3339(valid_at))
        for told in answer["rules"]:
            if told["rule"] == "D01" and valid_at >= START + 10**8 * MINUTE:
                continue  # what has dangled since a moment ago is pending, of which the oracle knows nothing
            assert (told["subjects"], told["applicable"], told["passing"]) == rules[told["rule"]], (told, valid_at)
