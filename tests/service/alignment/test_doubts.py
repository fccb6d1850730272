"""What is wrong with the view itself, asked of its status."""

import asyncio
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

from services.alignment.judge.catalogue import RULES
from services.alignment.judge.catalogue.view import OF_THE_VIEW
from services.alignment.view.dead_letters import DeadLetter, bury
from shared import clock
from tests.platform import Platform, running, settings_for
from tests.service.alignment.served import Server
from tests.service.api import Api

Json = dict[str, Any]


def found(status: Json) -> dict[str, Json]:
    return {each["id"]: each["evidence"] for each in status["findings"]}


def test_no_rule_of_the_catalogue_is_called_so() -> None:
    assert [each.id for each in OF_THE_VIEW] == [f"M0{number}" for number in range(1, 7)]
    assert not {each.id for each in OF_THE_VIEW} & RULES.keys()


async def test_what_lags_lacks_or_differs_is_told_of_its_service(server: Server) -> None:
    dice = Random(1)
    for ref in ("strategy/1", "strategy/2", "strategy/3"):
        server.world.write(f"strategy/00000000-0000-4000-8000-00000000000{ref[-1]}", dice)
    first, _, third = server.world.events
    await server.arrive([first, third])
    told = found(await server.get("status"))
    assert {"M01", "M02"} <= told.keys(), "the world is of long ago, and its second event has not arrived"
    assert told["M02"] == {"service": "strategy", "after": 1, "next": 3}
    assert "M03" not in told
    await server.rebuild.begin("strategy: its head is 80, the view has 84")
    async with server.database.write() as connection:
        await bury(connection, [DeadLetter("a place", b"{", "It is no event.")])
    told = found(await server.get("status"))
    assert (told["M03"], told["M04"]) == ({"reason": "strategy: its head is 80, the view has 84"}, {"dead_letters": 1})


async def _waive(platform: Platform, finding: str, ends: timedelta) -> None:
    body = {"name": "Later", "finding_id": finding, "reason": "Not now.", "valid_to": clock.rfc3339(clock.now() + ends)}
    status, told = await platform.answer("POST", "/alignment/v1/waivers", json=body)
    assert status == 201, told


async def test_waivers_that_expired_and_rules_that_are_waived_too_often(tmp_path: Path) -> None:
    async with running(settings_for(tmp_path)) as platform:
        api = Api(platform)
        for _ in range(4):
            await api.make("process", state="operational", state_reason="It runs.")
        await platform.caught_up()
        _, page = await platform.answer("GET", "/alignment/v1/findings?rule=P01")
        one, two, *_ = [each["id"] for each in page["items"]]

        async def told() -> dict[str, Json]:
            return found((await platform.answer("GET", "/alignment/v1/status"))[1])

        assert await told() == {}
        await _waive(platform, one, timedelta(seconds=1))
        await asyncio.sleep(1.1)
        assert await told() == {"M05": {"waivers": 1, "findings": [one]}}
        await _waive(platform, one, timedelta(days=3))
        assert await told() == {"M06": {"rule": "P01", "waived": 1, "subjects": 4}}
        await _waive(platform, two, timedelta(days=3))
        assert await told() == {"M06": {"rule": "P01", "waived": 2, "subjects": 4}}
