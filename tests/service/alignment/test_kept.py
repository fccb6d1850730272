"""Scenarios that are kept, campaigns of reviews, and what is left open where somebody goes."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio

from shared import clock
from shared.clock import rfc3339
from shared.contracts.alignment import CAMPAIGN, SCENARIO
from tests.backends.databases import chosen
from tests.platform import Platform, running, settings_for
from tests.service.conftest import BACKENDS

pytestmark = pytest.mark.asyncio(loop_scope="module")
Json = dict[str, Any]
ROOT = "/alignment/v1"


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=BACKENDS)
async def platform(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Platform]:
    home = tmp_path_factory.mktemp("kept")
    async with chosen(request.param, request) as database, running(settings_for(home, **database)) as platform:
        yield platform


def pair(state: Json) -> Json:
    return {"kind": state["kind"], "id": state["id"]}


def day(number: float) -> str:
    return rfc3339(clock.now() + timedelta(days=number))


async def test_a_kept_scenario_is_asked_again_as_things_are_then(platform: Platform) -> None:
    client = platform.client
    objective = await client.post("objective", {"name": "An aim", "state": "in_force"})
    tactic = await client.post("tactic", {"name": "A tactic", "state": "in_force"})
    await platform.caught_up()
    ends = {"source": f"tactic/{tactic['id']}", "target": f"objective/{objective['id']}"}
    step = {"action": "link", "type": "decomposes", **ends}
    kept = await client.post(SCENARIO, {"name": "With an aim", "steps": [step]})
    path = f"{ROOT}/kept-scenarios/{kept['id']}/outcome"
    told = await client.get_json(path)
    assert ("V02", tactic["id"]) in {(each["rule"], each["subject"]["id"]) for each in told["closed"]}
    link = {"type": "decomposes", "source": pair(tactic), "target": pair(objective)}
    await client.send("POST", "/strategy/v1/links", link)
    await platform.caught_up()
    assert "V02" not in {each["rule"] for each in (await client.get_json(path))["closed"]}
    status, problem = await platform.answer("POST", f"{ROOT}/kept-scenarios", json={"name": "None", "steps": []})
    assert (status, problem["errors"][0]["pointer"]) == (422, "/steps")
    wrong = {"name": "Wrong", "steps": [{"action": "dance", "ref": "service/x"}]}
    assert (await platform.answer("POST", f"{ROOT}/kept-scenarios", json=wrong))[0] == 422
    assert (await platform.answer("GET", f"{ROOT}/kept-scenarios/{tactic['id']}/outcome"))[0] == 404


async def test_what_is_reviewed_since_a_campaign_began_is_attested(platform: Platform) -> None:
    client = platform.client
    owner = await client.post("party", {"name": "Owner"})
    policies = [
        await client.post("policy", {"name": f"Policy {n}", "state": "published", "owner": pair(owner)})
        for n in range(3)
    ]
    await review(platform, policies[0], None)  # before it begins
    body = {"name": "Spring", "items": [pair(each) for each in policies], "due": day(10)}
    made = await client.post(CAMPAIGN, body)
    path = f"{ROOT}/campaigns/{made['id']}/progress"
    await platform.caught_up()
    told = await client.get_json(path)
    assert (told["total"], told["attested"], told["overdue"]) == (3, 0, False)
    await review(platform, policies[1], "It is as it should be.")
    await platform.caught_up()
    told = await client.get_json(path)
    assert (told["total"], told["attested"]) == (3, 1)
    [of_owner] = told["owners"]
    assert (of_owner["owner"], of_owner["items"], of_owner["attested"]) == (f"party/{owner['id']}", 3, 1)
    last = told["items"][-1]
    assert (last["node"]["id"], last["by"], last["comment"]) == (policies[1]["id"], "tester", "It is as it should be.")
    status, problem = await platform.answer(
        "PATCH", f"{ROOT}/campaigns/{made['id']}", json={"items": body["items"][:1]}, headers={"If-Match": "*"}
    )
    assert (status, problem["errors"][0]["code"]) == (422, "immutable")


async def review(platform: Platform, state: Json, comment: str | None) -> None:
    path = f"/roles/v1/policies/{state['id']}/reviews"
    answer = await platform.http.post(path, json={"comment": comment}, headers={"If-Match": "*"})
    assert answer.status_code < 300, answer.text


async def test_what_is_left_open_by_a_departure_and_who_could_follow(platform: Platform) -> None:
    client = platform.client
    welding = {"name": "Welding", "level": 3}
    ana = await client.post("party", {"name": "Ana", "type": "person"})
    ben = await client.post("party", {"name": "Ben", "type": "person", "skills": [{**welding, "level": 4}]})
    await client.post("party", {"name": "Cleo", "type": "person", "skills": [{**welding, "level": 2}]})
    past = [{**welding, "valid_to": "2026-01-31T00:00:00Z"}]
    await client.post("party", {"name": "Dan", "type": "person", "skills": past})
    role = await client.post("role", {"name": "Welder", "state": "active", "required_skills": [welding]})
    process = await client.post("process", {"name": "Welding", "state": "operational"})
    seat = {"party_id": ana["id"], "role_id": role["id"], "scope": pair(process), "state": "active"}
    await client.post("role_assignment", {"name": "Ana welds", **seat})
    letters = [{"letter": letter, "role_id": role["id"]} for letter in "AR"]
    body = {"name": "Weld", "state": "operational", "process_id": process["id"], "raci": letters}
    activity = await client.post("activity", body)
    policy = await client.post("policy", {"name": "Rule of Ana", "state": "published", "owner": pair(ana)})
    await platform.caught_up()
    told = await client.get_json(f"{ROOT}/departures/{ana['id']}")
    [open_] = told["seats"]
    assert (open_["role"]["id"], open_["scope"]["id"], open_["alone"]) == (role["id"], process["id"], True)
    assert [(each["activity"]["id"], each["letter"]) for each in open_["letters"]] == [
        (activity["id"], "A"), (activity["id"], "R"),
    ]  # fmt: skip
    assert [(each["party"]["id"], each["has"], each["lacks"]) for each in open_["candidates"]] == [
        (ben["id"], ["Welding"], []),
    ]  # fmt: skip
    assert [each["id"] for each in told["owns"]] == [policy["id"]]
    await client.post("role_assignment", {"name": "Ben welds", **seat, "party_id": ben["id"]})
    await platform.caught_up()
    [shared] = (await client.get_json(f"{ROOT}/departures/{ana['key']}"))["seats"]
    assert (shared["alone"], shared["letters"]) == (False, [])
    assert shared["candidates"][0]["holds"]
    assert (await platform.answer("GET", f"{ROOT}/departures/{role['id']}"))[0] == 404
