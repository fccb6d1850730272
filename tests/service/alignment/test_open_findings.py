"""The findings that are open about some things are those that the list has; what there is no room for is counted."""

from datetime import datetime
from random import Random

import pytest

from services.alignment.judge.catalogue import SHOWN
from services.alignment.queries.open_findings import open_about
from services.alignment.queries.snapshot import Moment
from shared import clock
from shared.storage import arrays
from tests.service.alignment.served import Server
from tests.service.alignment.world import LINK_REFS, REFS

ALL = {"limit": 200}


@pytest.mark.parametrize("chunk", [3, 500])
async def test_open_about(server: Server, chunk: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arrays.chunks, "__defaults__", (chunk,))
    dice = Random(5)
    for number in range(120):
        server.world.write(dice.choice(REFS), dice)
        if number % 3 == 0:
            server.world.link(dice.choice(LINK_REFS), dice)
    await server.arrive(server.world.events)
    middle = server.world.events[110]["time"]
    for as_of in (None, middle):
        listed = (await server.get("findings", **ALL, **({"as_of": middle} if as_of else {})))["items"]
        rules = sorted(rule for rule in SHOWN if rule[0] in "VORPX")
        subjects = REFS[::2]
        about = [each for each in listed if each["rule"] in rules]
        expected = [each["id"] for each in about if f"{each['subject']['kind']}/{each['subject']['id']}" in subjects]
        assert len(expected) > 3
        async with server.database.read() as connection:
            at = datetime.fromisoformat(middle) if as_of else clock.now()
            moment = Moment(connection, await server.generation(), at if as_of else None, at, {})
            rows, hidden = await open_about(moment, subjects, rules)
            assert (sorted(row.id for row in rows), hidden) == (sorted(expected), 0)
            assert [row.severity for row in rows] == sorted((row.severity for row in rows), reverse=True)
            few, more = await open_about(moment, subjects, rules, most=3)
            assert (few, more) == (rows[:3], len(rows) - 3)
