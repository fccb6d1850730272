"""What mends a finding, as changes: each way is made over the APIs of the owners, and the finding is seen to close."""

from collections.abc import AsyncIterator, Mapping
from typing import Any

import pytest
import pytest_asyncio

from services.alignment.judge.catalogue import SHOWN
from services.alignment.judge.remedies import REMEDIES
from services.cli import steps
from shared.contracts import NODE_KINDS
from tests.platform import Platform, running, settings_for
from tests.service.alignment import worded
from tests.service.alignment.worded import HEALTHY, Worded
from tests.service.alignment.world import World

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.long]
Json = dict[str, Any]
FINDINGS = "/alignment/v1/findings"
IN_TIME = {"V06", "V07", "F10"}
"""They ask what has been live for months, which nobody can register."""
ELSEWHERE = {"D01", "D02", "D03", "P07"}
"""Owners refuse the examples of these: what they find comes by deletions and imports."""
VALUES: Mapping[str, Any] = {
    "acceptance": "It is whole.", "purpose": "It is there.", "renewal": "renew", "terms": "As always.",
    "valid_to": "2999-01-01T00:00:00Z", "valid_from": "2999-01-01T00:00:00Z", "target": 5.0,
}  # fmt: skip


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def platform(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Platform]:
    async with running(settings_for(tmp_path_factory.mktemp("remedies"))) as platform:
        yield platform


def organisation(rule: str, monkeypatch: pytest.MonkeyPatch) -> tuple[World, str]:
    """What is healthy and the failing example, with names of their own; and whom the example is about."""
    known = worded.ref_to
    monkeypatch.setattr(worded, "ref_to", lambda kind, name: known(kind, f"{rule} {name}"))
    text = Worded(World())
    text.add(HEALTHY)
    there = len(text.said)
    text.add(SHOWN[rule].fails)
    more = SHOWN[rule].mended.partition(";")[0]
    if more.startswith(","):  # something new, to be chosen
        text.add(more[1:])
    return text.world, [*text.said][there]


async def register(platform: Platform, world: World, rule: str) -> None:
    """All of it as it is, by bulk writes: references may lead to what comes later."""
    lines: dict[str, list[Json]] = {}
    for ref, state in world.states.items():
        kind, _, id = ref.partition("/")
        source = state["source"]["kind"] if kind == "link" else kind
        body = {name: value for name, value in state.items() if name not in _STAMPS and value not in (None, [], {})}
        if kind != "link":
            body["key"] = f"{state['key']}-{rule}".lower()
        lines.setdefault(NODE_KINDS[source].service, []).append({"kind": kind, "id": id, "body": body})
    for service, some in lines.items():
        for _ in range(2):  # what refers to what comes later
            answers = await platform.client.bulk(service, some)
            some = [line for line, answer in zip(some, answers, strict=True) if answer["status"] >= 300]
        assert {line["kind"] for line in some} <= {"link"}, (rule, answers)  # an owner refuses some examples' links
    await platform.caught_up()


_STAMPS = {"id", "kind", "version", "created_at", "created_by", "updated_at", "updated_by"}


async def open_(platform: Platform, rule: str, subject: str) -> list[Json]:
    return [item async for item in platform.client.items(FINDINGS, rule=rule, subject=subject)]


def filled(option: Json, subject: Json) -> list[Json]:
    members = {each["name"]: VALUES[each["name"]] for each in option["members"] if each["name"] in VALUES}
    return [{"action": "set", "ref": f"{subject['kind']}/{subject['id']}", "members": members}] if members else []


async def closing(platform: Platform, option: Json, finding: Json) -> list[Json]:
    """The steps of an option of which a scenario says that the finding closes."""
    ways = [each["steps"] for each in option["candidates"]]
    ways += [option["steps"]] if option["steps"] else []
    for way in [*ways, *filter(None, [filled(option, finding["subject"])])]:
        body = {"steps": way}
        told = await platform.client.send("POST", "/alignment/v1/scenarios", body, safe=True)
        if finding["id"] in {each["id"] for each in told["closed"]}:
            return list(way)
    return []


@pytest.mark.parametrize("rule", [rule for rule in REMEDIES if rule in SHOWN and rule not in IN_TIME | ELSEWHERE])
async def test_what_mends_it_closes_it(rule: str, platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    world, subject = organisation(rule, monkeypatch)
    await register(platform, world, rule)
    [finding] = await open_(platform, rule, subject)
    told = await platform.client.get_json(f"{FINDINGS}/{finding['id']}/remedy")
    assert told["options"], rule
    ways = [await closing(platform, option, finding) for option in told["options"]]
    made = next((way for way in ways if way), None)
    assert made, (rule, told["options"])
    done = [each async for each in steps.make(platform.client, made, "It mends a finding.")]
    assert done
    await platform.caught_up()
    assert await open_(platform, rule, subject) == []
    refused = await platform.http.get(f"{FINDINGS}/{finding['id']}/remedy")
    assert refused.status_code == 409


async def test_only_what_is_named_is_chosen(platform: Platform) -> None:
    client = platform.client
    tactic = await client.post("tactic", {"name": "A tactic", "state": "in_force"})
    aims = [await client.post("objective", {"name": f"Aim {n}", "state": "in_force"}) for n in range(2)]
    await platform.caught_up()
    [finding] = await open_(platform, "V02", f"tactic/{tactic['id']}")
    path = f"{FINDINGS}/{finding['id']}/remedy"
    for named in (f"objective/{aims[1]['id']}", f"objective/{aims[1]['key']}"):
        [option] = (await client.get_json(path, **{"with": named}))["options"]
        [candidate] = option["candidates"]
        ends = {"source": f"tactic/{tactic['id']}", "target": f"objective/{aims[1]['id']}"}
        assert candidate["steps"] == [{"action": "link", "type": "decomposes", **ends}]
    assert (await client.get_json(path, **{"with": f"tactic/{tactic['id']}"}))["options"] == []
    status, problem = await platform.answer("GET", path, params={"with": "objective/nobody-knows-it"})
    assert (status, problem["errors"][0]["code"]) == (422, "unknown-value")


async def test_what_is_near_comes_first(platform: Platform) -> None:
    client = platform.client
    process = await client.post("process", {"name": "A process", "state": "operational"})
    roles = [await client.post("role", {"name": f"Role {n}", "state": "active"}) for n in range(3)]
    letters = [{"letter": "R", "role_id": roles[2]["id"]}]
    body = {"name": "An activity", "state": "operational", "process_id": process["id"], "raci": letters}
    activity = await client.post("activity", body)
    await platform.caught_up()
    [finding] = await open_(platform, "R01", f"activity/{activity['id']}")
    told = await client.get_json(f"{FINDINGS}/{finding['id']}/remedy")
    first = told["options"][0]["candidates"][0]
    assert first["node"]["id"] == roles[2]["id"]
    [step] = first["steps"]
    assert step["ref"] == f"activity/{activity['id']}"
    assert step["members"]["raci"][-1] == {"letter": "A", "role_id": roles[2]["id"]}
    assert len(step["members"]["raci"]) == 2
