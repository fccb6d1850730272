"""The caller as a person: what they hold and own, and what waits for them. Decided by hand for a small organisation."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import pytest
import pytest_asyncio

from shared.contracts import LINKS
from tests.backends.databases import chosen
from tests.platform import Platform, running, settings_for
from tests.service.conftest import BACKENDS

pytestmark = pytest.mark.asyncio(loop_scope="module")
Json = dict[str, Any]


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=BACKENDS)
async def platform(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Platform]:
    home = tmp_path_factory.mktemp("me")
    async with chosen(request.param, request) as database, running(settings_for(home, **database)) as platform:
        yield platform


async def ask(platform: Platform, caller: str, path: str, **asked: str) -> Json:
    headers = {"Authorization": f"Bearer {platform.token(caller, 'alignment:read')}"}
    status, told = await platform.answer("GET", f"/alignment/v1/{path}", params=asked, headers=headers)
    assert status == 200, told
    return dict(told)


async def test_somebody_the_organisation_does_not_know_is_nobody_and_owns_nothing(platform: Platform) -> None:
    await platform.client.post("tactic", {"name": "Something"})
    await platform.caught_up()
    told = await ask(platform, "stranger", "me")
    assert (told["subject"], told["scopes"]) == ("stranger", ["alignment:read"])
    nothing: Json = {"party": None, "stakeholder": None, "teams": [], "roles": [], "owners": [], "owns": []}
    assert {name: told[name] for name in nothing} == nothing
    assert (told["decisions"], told["acts_on"], told["owns_more"]) == ([], [], False)
    assert (await ask(platform, "stranger", "findings", mine="true"))["items"] == []


async def test_a_person_owns_by_themself_by_role_and_by_team(platform: Platform) -> None:
    make = platform.client.post
    name = f"ana-{uuid4().hex[:8]}"
    team = await make("party", {"name": "Platform team", "type": "team"})
    ana = await make("party", {"name": "Ana", "type": "person", "subject": name, "parent_id": team["id"]})
    role, other = [await make("role", {"name": each, "state": "active"}) for each in ("Owner", "Nobody's")]
    process = await make("process", {"name": "Incidents", "state": "operational"})
    held = {"party_id": ana["id"], "role_id": role["id"], "scope": {"kind": "process", "id": process["id"]}}
    await make("role_assignment", {**held, "state": "active"})
    owners = [
        {"kind": "party", "id": ana["id"]},
        {"kind": "party", "id": team["id"]},
        {"kind": "role", "id": role["id"]},
    ]
    whose = [*owners, {"kind": "role", "id": other["id"]}, None]
    mine = [
        await make("tactic", {"name": f"T{n}", "key": f"{name}-{n}", "state": "in_force", "owner": owner})
        for n, owner in enumerate(whose)
    ]
    await platform.caught_up()
    told = await ask(platform, name, "me")
    assert told["party"]["id"] == ana["id"]
    assert [each["id"] for each in told["teams"]] == [team["id"]]
    assert [(each["role"]["id"], each["scope"]["id"]) for each in told["roles"]] == [(role["id"], process["id"])]
    assert told["owners"] == [f"{owner['kind']}/{owner['id']}" for owner in owners]
    assert [each["id"] for each in told["owns"]] == [each["id"] for each in mine[:3]]
    found = (await ask(platform, name, "findings", mine="true", rule="V02"))["items"]
    assert {each["subject"]["id"] for each in found} == {each["id"] for each in mine[:3]}
    groups = (await ask(platform, name, "findings/groups", mine="true", rule="V02"))["items"]
    assert sum(each["findings"] for each in groups) == 3
    of_team = (await ask(platform, name, "nodes", owner=f"party/{team['key']}"))["items"]
    assert [each["id"] for each in of_team] == [mine[1]["id"]]


async def test_what_nobody_owns_is_theirs_who_own_the_nearest_above(platform: Platform) -> None:
    """As each finding says itself whose move it is: not that of who owns something further up, nor of a party that has
    left; of two that are as near that of the first."""
    make, name = platform.client.post, f"mover-{uuid4().hex[:8]}"
    ana = await make("party", {"name": "Ana", "type": "person", "subject": name})
    bob = await make("party", {"name": "Bob", "type": "person"})
    gone = await make("party", {"name": "Cid", "type": "person", "state": "left"})
    mine, his, theirs = ({"kind": "party", "id": each["id"]} for each in (ana, bob, gone))
    owners = his, mine, his  # ids rise
    before, aim, after = [await make("objective", {"name": "A", "state": "in_force", "owner": who}) for who in owners]

    async def activity(owner: Json | None, *above: Json) -> str:
        process = await make("process", {"name": f"P {uuid4()}", "state": "operational", "owner": owner})
        for each in above:
            ends = {"source": _ref("process", process), "target": _ref("objective", each)}
            await make(LINKS["roles"], {"type": "justified_by", **ends})
        made = await make("activity", {"name": "A", "state": "operational", "process_id": process["id"]})
        return str(made["id"])

    of_mine = {
        await activity(mine): True,
        await activity(his): False,
        await activity(his, aim): False,
        await activity(theirs, aim): True,
        await activity(None, aim): True,
        await activity(None, after): False,
        await activity(None, aim, after): True,
        await activity(None, before, aim): False,
        await activity(None): False,
    }
    await platform.caught_up()
    found = (await ask(platform, name, "findings", mine="true", rule="R01"))["items"]
    assert {each["subject"]["id"] for each in found} == {id for id, is_mine in of_mine.items() if is_mine}
    for id, is_mine in of_mine.items():
        [one] = (await ask(platform, name, "findings", subject=f"activity/{id}", rule="R01"))["items"]
        told = (await ask(platform, name, f"findings/{one['id']}"))["move"]["owner"]
        assert (told is not None and told["id"] == ana["id"]) is is_mine, id
    groups = (await ask(platform, name, "findings/groups", mine="true", rule="R01"))["items"]
    assert sum(each["findings"] for each in groups) == len(found)


def _ref(kind: str, of: Json) -> Json:
    return {"kind": kind, "id": of["id"]}


async def test_what_waits_for_somebody_is_shown_until_they_have_decided(platform: Platform) -> None:
    make, name = platform.client.post, f"signer-{uuid4().hex[:8]}"
    appointing = platform.acting("appointer", "strategy:read", "strategy:write", "strategy:appoint")
    who = await appointing.post("stakeholder", {"name": "Signer", "subject": name, "signs": True})
    tactic = await make("tactic", {"name": "To be signed"})
    await platform.client.transition("tactic", tactic["id"], 1, "proposed")
    items, signers = [{"kind": "tactic", "id": tactic["id"]}], [who["id"]]
    package = await make("increment", {"name": "First", "items": items, "signers": signers})
    assert (await ask(platform, name, "me"))["decisions"] == []
    package = await platform.client.transition("increment", package["id"], package["version"], "submitted")
    await platform.caught_up()
    told = await ask(platform, name, "me")
    assert (told["stakeholder"]["id"], [each["id"] for each in told["decisions"]]) == (who["id"], [package["id"]])
    assert (await ask(platform, "another", "me"))["decisions"] == []
    signing = platform.acting(name, "strategy:read", "strategy:approve")
    await signing.send("POST", f"/strategy/v1/increments/{package['id']}/sign-offs", {"decision": "approved"})
    await platform.caught_up()
    assert (await ask(platform, name, "me"))["decisions"] == []


async def test_a_finding_that_is_given_to_somebody_is_theirs_to_act_on(platform: Platform) -> None:
    make, name = platform.client.post, f"actor-{uuid4().hex[:8]}"
    party = await make("party", {"name": "Actor", "type": "person", "subject": name})
    tactic = await make("tactic", {"name": "Nobody asked", "state": "in_force"})
    await platform.caught_up()
    found = await ask(platform, name, "findings", subject=f"tactic/{tactic['id']}", rule="V02")
    id, owner = found["items"][0]["id"], {"kind": "party", "id": party["id"]}
    await platform.client.send("POST", f"/alignment/v1/findings/{id}/acknowledgement", {"owner": owner})
    assert (await ask(platform, name, "me"))["acts_on"] == [id]
