"""What the promises of a contract rest on, asked of the whole platform."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from shared import clock
from tests.platform import Platform, running, settings_for
from tests.service.api import Api

Json = dict[str, Any]
SIGNED = [{"side": side, "name": "x"} for side in ("provider", "customer")]


def availability(percent: float, **more: Any) -> Json:
    return {"metric": "availability", "comparator": ">=", "value": percent, "unit": "percent", **more}


class Organisation:
    """A portal on a server and a network, with agreements on both."""

    def __init__(self, platform: Platform) -> None:
        self.platform, self.api = platform, Api(platform)
        self.ids: dict[str, str] = {}

    async def make(self, kind: str, key: str, **members: Any) -> str:
        made = await self.api.make(kind, key=key, **members)
        self.ids[key] = made["id"]
        return str(made["id"])

    async def agree(self, key: str, type: str, service: str, *targets: Json) -> str:
        items, state = [{"service_id": self.ids[service]}], {"state": "active", "state_reason": "Signed."}
        return await self.make("contract", key, type=type, items=items, service_level_targets=[*targets], **state)

    async def join(self, type: str, source: str, target: str) -> Json:
        ends = ({"kind": "service", "id": self.ids[key]} for key in (source, target))
        answer = await self.api.link(type, *ends)
        assert answer.status_code == 201, answer.text
        made: Json = answer.json()
        return made

    async def ask(self, contract: str, **given: Any) -> Json:
        await self.platform.caught_up()
        answer = await self.platform.http.get(f"/alignment/v1/promises/{contract}", params=given)
        assert answer.status_code == 200, answer.text
        found: Json = answer.json()
        return found


@pytest.fixture
async def organisation(tmp_path: Path) -> AsyncIterator[Organisation]:
    async with running(settings_for(tmp_path)) as platform:
        made = Organisation(platform)
        for key in ("portal", "hosting", "network", "spare"):
            await made.make("service", key, state="operational", state_reason="It runs.")
        await made.agree("ola-hosting", "ola", "hosting", availability(99.5))
        await made.agree("uc-network", "uc", "network", availability(99.0, window="month"))
        untold = {"metric": "smiles", "comparator": ">=", "value": 3, "unit": "smiles"}
        other = {"metric": "restored", "comparator": "<=", "value": 2, "unit": "hours"}
        await made.agree("sla", "sla", "portal", availability(99.9), untold, other)
        await made.join("depends_on", "portal", "hosting")
        await made.join("depends_on", "portal", "network")
        yield made


def tree(line: Json) -> list[Any]:
    """What it is about, how, its value and its parts."""
    return [line["node"]["key"], line["by"], line["value"], *map(tree, line["parts"])]


async def test_a_promise_is_told_with_its_arithmetic(organisation: Organisation) -> None:
    answer = await organisation.ask("sla")
    broken, untold, unknown = answer["promises"]
    assert [each["verdict"] for each in (broken, untold, unknown)] == ["broken", "not_comparable", "unknown"]
    # 0.995 x 0.99 = 0.98505
    assert (broken["promised"], broken["sustained"], broken["unit"]) == (99.9, 98.505, "percent")
    assert broken["weakest"]["key"] == "uc-network"
    [line] = broken["reckoning"]["parts"]
    assert (line["node"]["key"], line["by"], line["arithmetic"]) == ("portal", "serial", "99.5 % x 99 % = 98.505 %")
    assert sorted(map(tree, line["parts"])) == [
        ["hosting", "weakest", 99.5, ["ola-hosting", "agreement", 99.5]],
        ["network", "weakest", 99.0, ["uc-network", "agreement", 99.0]],
    ]
    assert (untold["reckoning"], unknown["sustained"], unknown["reckoning"]["value"]) == (None, None, None)


async def test_what_can_take_its_place_and_what_was_so_before(organisation: Organisation) -> None:
    await organisation.agree("uc-spare", "uc", "spare", availability(98))
    await organisation.join("depends_on", "portal", "spare")
    link = await organisation.join("exchangeable_with", "spare", "network")
    # 0.995 x (1 - 0.01 x 0.02) = 0.994801
    answer = await organisation.ask("sla")
    assert answer["promises"][0]["sustained"] == 99.4801
    before = clock.rfc3339(clock.now())
    ended = await organisation.platform.http.post(
        f"/catalog/v1/links/{link['id']}/transitions",
        json={"to": "ended", "reason": "It is no spare."},
        headers={"If-Match": '"1"'},
    )
    assert ended.status_code == 200, ended.text
    # 0.995 x 0.99 x 0.98
    assert (await organisation.ask("sla"))["promises"][0]["sustained"] == 96.5349
    assert (await organisation.ask("sla", as_of=before))["promises"][0]["sustained"] == 99.4801


async def test_only_a_contract_promises(organisation: Organisation) -> None:
    for name in ("nobody", organisation.ids["portal"]):
        status, problem = await organisation.platform.answer("GET", f"/alignment/v1/promises/{name}")
        assert (status, problem["status"]) == (404, 404)
