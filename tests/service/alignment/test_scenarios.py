"""What a change would do is what it does: asked before, made, and compared with what is found after."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
import pytest_asyncio

from shared.clock import rfc3339
from tests.backends.databases import chosen
from tests.platform import Platform, running, settings_for
from tests.service.conftest import BACKENDS

pytestmark = pytest.mark.asyncio(loop_scope="module")
Json = dict[str, Any]


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=BACKENDS)
async def platform(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Platform]:
    home = tmp_path_factory.mktemp("scenarios")
    async with chosen(request.param, request) as database, running(settings_for(home, **database)) as platform:
        yield platform


async def suppose(platform: Platform, *steps: Json, **at: str) -> Json:
    await platform.caught_up()
    status, told = await platform.answer("POST", "/alignment/v1/scenarios", json={"steps": steps, **at})
    assert status == 200, told
    return dict(told)


async def refusal(platform: Platform, *steps: Json) -> tuple[int, str, str]:
    status, problem = await platform.answer("POST", "/alignment/v1/scenarios", json={"steps": steps})
    return status, problem["errors"][0]["pointer"], problem["errors"][0]["code"]


async def make(platform: Platform, kind: str, state: str | None = None, **members: Any) -> Json:
    given = {"name": f"{kind} {uuid4().hex[:8]}", **members, **({"state": state} if state else {})}
    return dict(await platform.client.post(kind, given))


async def link(platform: Platform, type: str, source: Json, target: Json) -> Json:
    ends = {name: {"kind": end["kind"], "id": end["id"]} for name, end in (("source", source), ("target", target))}
    owner = {"tactic": "strategy", "strategy": "strategy", "service": "catalog"}[source["kind"]]
    status, made = await platform.answer("POST", f"/{owner}/v1/links", json={"type": type, **ends})
    assert status == 201, made
    return dict(made)


async def found(platform: Platform) -> set[tuple[str, str]]:
    await platform.caught_up()
    items = platform.client.items("/alignment/v1/findings")
    return {(item["rule"], item["subject"]["id"]) async for item in items}


async def scored(platform: Platform) -> Json:
    told = await platform.client.get_json("/alignment/v1/score")
    return {"index": told["index"], "dimensions": {each["dimension"]: each["raw"] for each in told["dimensions"]}}


def about(told: list[Json]) -> set[tuple[str, str]]:
    return {(item["rule"], item["subject"]["id"]) for item in told}


def ref(state: Json) -> str:
    return f"{state['kind']}/{state['id']}"


async def compared(platform: Platform, told: Json, before: set[tuple[str, str]], score: Json) -> None:
    """What was told is what has come of it."""
    after = await found(platform)
    assert (about(told["opened"]), about(told["closed"])) == (after - before, before - after)
    assert (told["before"], told["after"]) == (score, await scored(platform))


async def test_what_is_left_without_a_reason_when_a_strategy_goes(platform: Platform) -> None:
    strategy = await make(platform, "strategy", "in_force", type="business")
    tactic = await make(platform, "tactic", "in_force")
    await link(platform, "decomposes", tactic, strategy)
    before, score = await found(platform), await scored(platform)
    assert ("V02", tactic["id"]) not in before
    told = await suppose(platform, {"action": "retire", "ref": f"strategy/{strategy['key']}"})
    assert ("V02", tactic["id"]) in about(told["opened"])
    assert [(each["ref"], each["was"], each["becomes"]) for each in told["suppositions"]] == [
        (ref(strategy), "in_force", "retired")
    ]
    assert [each["subject"]["id"] for each in told["ceasing"]] == [strategy["id"]]
    assert await found(platform) == before  # nothing has been written
    await platform.client.transition("strategy", strategy["id"], strategy["version"], "retired")
    await compared(platform, told, before, score)


async def test_a_link_closes_what_it_is_the_remedy_of(platform: Platform) -> None:
    strategy = await make(platform, "strategy", "in_force", type="business")
    tactic = await make(platform, "tactic", "in_force")
    operation = await make(platform, "operation", "in_force")
    before, score = await found(platform), await scored(platform)
    assert {("V02", tactic["id"]), ("V03", operation["id"])} <= before
    joined = {"action": "link", "type": "decomposes", "source": ref(tactic), "target": ref(strategy)}
    told = await suppose(platform, joined)
    assert about(told["closed"]) == {("V02", tactic["id"])}
    made = await link(platform, "decomposes", tactic, strategy)
    await compared(platform, told, before, score)
    before, score = await found(platform), await scored(platform)
    told = await suppose(platform, {"action": "end", "ref": f"link/{made['id']}"})
    assert about(told["opened"]) == {("V02", tactic["id"])}
    path = f"/strategy/v1/links/{made['id']}/transitions"
    await platform.answer("POST", path, json={"to": "ended"}, headers={"If-Match": "*"})
    await compared(platform, told, before, score)


async def test_two_links_of_one_scenario_make_one_chain(platform: Platform) -> None:
    """Nothing that is recorded leads from the one end to the other: only what is supposed does."""
    strategy = await make(platform, "strategy", "in_force", type="business")
    it = await make(platform, "strategy", "in_force", type="it")
    below = await make(platform, "strategy", "in_force", type="it_service")
    before, score = await found(platform), await scored(platform)
    assert {("V01", it["id"]), ("V01", below["id"])} <= before
    steps = [
        {"action": "link", "type": "supports", "source": ref(below), "target": ref(it)},
        {"action": "link", "type": "supports", "source": ref(it), "target": ref(strategy)},
    ]
    told = await suppose(platform, *steps)
    assert {("V01", it["id"]), ("V01", below["id"])} <= about(told["closed"])
    await link(platform, "supports", below, it)
    await link(platform, "supports", it, strategy)
    await compared(platform, told, before, score)


async def test_somebody_leaves_and_what_they_hold_falls_vacant(platform: Platform) -> None:
    ana = await make(platform, "party", name="Ana", type="person")
    role = await make(platform, "role", "active", type="process_owner")
    process = await make(platform, "process", "operational")
    held = {"party_id": ana["id"], "role_id": role["id"], "scope": {"kind": "process", "id": process["id"]}}
    assignment = await make(platform, "role_assignment", "active", **held)
    before, score = await found(platform), await scored(platform)
    assert ("O02", process["id"]) not in before
    told = await suppose(platform, {"action": "leave", "ref": f"party/{ana['key']}"})
    assert ("O02", process["id"]) in about(told["opened"])
    assert [each["ref"] for each in told["suppositions"]] == [ref(ana), ref(assignment)]
    await platform.client.transition("role_assignment", assignment["id"], assignment["version"], "ended")
    leaving = await platform.client.transition("party", ana["id"], ana["version"], "leaving")
    await platform.client.transition("party", ana["id"], leaving["version"], "left")
    await compared(platform, told, before, score)


async def test_something_new_is_judged_as_if_it_were_there(platform: Platform) -> None:
    there = await make(platform, "tactic", "in_force")
    new = {**there, "id": str(uuid4()), "key": f"new-{uuid4().hex[:6]}", "name": "New", "version": 1}
    before, score = await found(platform), await scored(platform)
    told = await suppose(platform, {"action": "put", "state": new})
    assert about(told["opened"]) == {("V02", new["id"]), ("S01", new["id"])}
    assert told["opened"][0]["subject"]["name"] == "New"
    await platform.client.put("tactic", new["id"], {"name": "New", "key": new["key"], "state": "in_force"})
    await compared(platform, told, before, score)


async def test_a_change_of_members_counts_as_well(platform: Platform) -> None:
    tactic = await make(platform, "tactic", "in_force", criticality=3)
    before, score = await found(platform), await scored(platform)
    told = await suppose(platform, {"action": "set", "ref": ref(tactic), "members": {"criticality": 5}})
    assert (about(told["opened"]), about(told["closed"])) == (set(), set())
    await platform.client.patch("tactic", tactic["id"], tactic["version"], {"criticality": 5})
    await compared(platform, told, before, score)


async def test_what_ends_by_the_calendar_is_no_doing_of_the_change(platform: Platform) -> None:
    soon = datetime.now(UTC) + timedelta(days=30)
    strategy = await make(platform, "strategy", "in_force", type="business", valid_to=rfc3339(soon))
    tactic, other = [await make(platform, "tactic", "in_force") for _ in range(2)]
    await link(platform, "decomposes", tactic, strategy)
    later = rfc3339(soon + timedelta(days=1))
    told = await suppose(platform, {"action": "retire", "ref": ref(strategy)}, valid_at=later)
    assert ("V02", tactic["id"]) not in about(told["opened"])  # it would be found then all the same
    told = await suppose(platform, {"action": "retire", "ref": ref(other)}, valid_at=later)
    assert ("V02", other["id"]) in about(told["closed"])
    assert told["opened"] == []
    now = await suppose(platform, {"action": "retire", "ref": ref(strategy)})
    assert ("V02", tactic["id"]) in about(now["opened"])


async def test_an_id_is_the_same_however_it_is_written(platform: Platform) -> None:
    tactic = await make(platform, "tactic", "in_force")
    await platform.caught_up()
    state = dict(await platform.client.get("tactic", tactic["id"]))
    told = await suppose(platform, {"action": "put", "state": state | {"id": state["id"].upper(), "state": "retired"}})
    assert [(each["was"], each["becomes"]) for each in told["suppositions"]] == [("in_force", "retired")]


async def test_whatever_cannot_be_is_refused_and_says_which_step(platform: Platform) -> None:
    tactic = await make(platform, "tactic", "in_force")
    await platform.caught_up()
    fine = {"action": "retire", "ref": ref(tactic)}
    for step, pointer, code in (
        ({"action": "move", "ref": ref(tactic), "to": "flying"}, "/steps/1/to", "unknown-state"),
        ({"action": "move", "ref": ref(tactic), "to": "draft"}, "/steps/1/to", "unknown-state"),
        ({"action": "retire", "ref": "tactic/nobody-has-this"}, "/steps/1/ref", "unknown-reference"),
        ({"action": "retire", "ref": "nonsense"}, "/steps/1/ref", "unknown-reference"),
        ({"action": "leave", "ref": ref(tactic)}, "/steps/1/ref", "unknown-kind"),
        (
            {"action": "link", "type": "loves", "source": ref(tactic), "target": ref(tactic)},
            "/steps/1/type",
            "unknown-relation",
        ),
        ({"action": "put", "state": {"kind": "dragon"}}, "/steps/1/state/kind", "unknown-kind"),
        ({"action": "put", "state": {"kind": ["tactic"]}}, "/steps/1/state/kind", "unknown-kind"),
        (
            {"action": "set", "ref": ref(tactic), "members": {"id": str(uuid4())}},
            "/steps/1/members/id",
            "extra-forbidden",
        ),
        (
            {"action": "set", "ref": ref(tactic), "members": {"nonsense": 1}},
            "/steps/1/members/nonsense",
            "extra-forbidden",
        ),
    ):
        assert await refusal(platform, fine, step) == (422, pointer, code), step
    assert (await refusal(platform))[1] == "/steps"
    assert (await refusal(platform, {"action": "explode"}))[0] == 422


async def test_a_gate_says_what_a_transition_would_open_and_what_is_wrong_already(platform: Platform) -> None:
    process = await make(platform, "process", "operational")
    before = {rule for rule, id in await found(platform) if id == process["id"]}
    assert before
    path = f"/alignment/v1/gates/process/{process['key']}"
    status, told = await platform.answer("POST", path, json={"to": "retired"})
    assert status == 200, told
    assert {each["rule"] for each in told["closed"]} == before
    assert told["remaining"] == []
    service = await make(platform, "service", "operational", type="business")
    before = {rule for rule, id in await found(platform) if id == service["id"]}
    status, told = await platform.answer("POST", f"/alignment/v1/gates/service/{service['id']}", json={"to": "retired"})
    assert status == 200, told
    after = {each["rule"] for each in (*told["remaining"], *told["opened"]) if each["subject"]["id"] == service["id"]}
    state = await platform.client.get("service", service["id"])
    await platform.client.transition("service", service["id"], state["version"], "retired")
    assert after == {rule for rule, id in await found(platform) if id == service["id"]}


async def test_a_calendar_says_what_opens_and_ends_and_when(platform: Platform) -> None:
    day = datetime.now(UTC).replace(microsecond=0) + timedelta(days=10)
    strategy = await make(platform, "strategy", "in_force", type="business", valid_to=rfc3339(day))
    tactic = await make(platform, "tactic", "in_force")
    await link(platform, "decomposes", tactic, strategy)
    ana = await make(platform, "party", name="Ana", type="person")
    role = await make(platform, "role", "active", type="process_owner")
    process = await make(platform, "process", "operational")
    held = {"party_id": ana["id"], "role_id": role["id"], "scope": {"kind": "process", "id": process["id"]}}
    starts = day + timedelta(days=1)
    assignment = await make(platform, "role_assignment", "proposed", **held, valid_from=rfc3339(starts))
    await platform.caught_up()
    path = "/alignment/v1/forecast"
    told = await platform.client.get_json(path, until=rfc3339(day + timedelta(days=2)))
    mine = {tactic["id"], process["id"], strategy["id"], assignment["id"]}
    found = {
        (each["at"], each["event"], (each["finding"] or {}).get("rule") or each["to"], node["id"])
        for each in told["items"]
        if (node := each["node"] or each["finding"]["subject"])["id"] in mine
        and (each["finding"] or {}).get("rule") in (None, "V02", "O02")
    }
    assert found == {
        (rfc3339(day), "opens", "V02", tactic["id"]),
        (rfc3339(day), "ends", None, strategy["id"]),
        (rfc3339(starts), "closes", "O02", process["id"]),
        (rfc3339(starts), "moves", "active", assignment["id"]),
    }
    assert [each["at"] for each in told["items"]] == sorted(each["at"] for each in told["items"])
    early = await platform.client.get_json(path, until=rfc3339(day - timedelta(days=1)))
    assert not {(each["node"] or each["finding"]["subject"])["id"] for each in early["items"]} & mine
    status, problem = await platform.answer("GET", path, params={"until": "2020-01-01"})
    assert (status, problem["errors"][0]["pointer"]) == (422, "?until")
