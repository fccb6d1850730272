"""What a scenario tells is what comes of it: random changes of random organisations are supposed first, and then made;
on either database."""

from random import Random
from typing import Any

import pytest

from services.alignment.judge.catalogue import RULES
from tests.service.alignment.seeds import seeds
from tests.service.alignment.served import Server
from tests.service.alignment.test_forecast_histories import Found, Json, listed, told, written
from tests.service.alignment.world import LINK_REFS, REFS

pytestmark = pytest.mark.long

CHANGES = 6
"""Of each history, one after the other."""
OF_AGE = {id for id, rule in RULES.items() if rule.check.footprint.after}


def some_changes(server: Server, dice: Random) -> list[Json]:
    """The events of a few writes that have not arrived."""
    there = len(server.world.events)
    for _ in range(dice.randrange(1, 5)):
        if dice.random() < 0.5:
            server.world.write(dice.choice(REFS), dice)
        else:
            server.world.link(dice.choice(LINK_REFS), dice)
    return server.world.events[there:]


async def suppose(server: Server, events: list[Json]) -> Json:
    steps = [{"action": "put", "state": event["data"]["state"]} for event in events]
    answer = await server.http.post("/alignment/v1/scenarios", json={"steps": steps})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def score(server: Server) -> Json:
    answer = await server.get("score")
    return {"index": answer["index"], "dimensions": {each["dimension"]: each["raw"] for each in answer["dimensions"]}}


def by_id(items: list[Any]) -> set[str]:
    return {item["id"] for item in items}


@seeds(2)
async def test_what_is_supposed_is_what_comes_of_it(server: Server, seed: int) -> None:
    dice = Random(seed)
    await written(server, dice, 30)
    for _ in range(CHANGES):
        before: Found = told(await listed(server, limit=200))
        had = await score(server)
        events = some_changes(server, dice)
        supposed = await suppose(server, events)
        assert told(await listed(server, limit=200)) == before
        await server.arrive(events)
        after: Found = told(await listed(server, limit=200))
        if any(after[id][0] in OF_AGE for id in after.keys() - before.keys()):
            continue  # what is supposed begins now, and these were recorded long enough ago
        assert by_id(supposed["opened"]) == after.keys() - before.keys()
        assert by_id(supposed["closed"]) == before.keys() - after.keys()
        assert (supposed["before"], supposed["after"]) == (had, await score(server))
