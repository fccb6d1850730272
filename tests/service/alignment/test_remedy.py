"""What mends a finding, as changes: each way is made over the APIs of the owners, and the finding is seen to close."""

from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from services.alignment.judge.catalogue import SHOWN
from services.alignment.judge.remedies import DECISIONS, REMEDIES
from shared import clock
from shared.contracts import NODE_KINDS
from shared.interchange.making import make
from tests.platform import Platform, running, settings_for
from tests.service.alignment import worded
from tests.service.alignment.worded import HEALTHY, Worded
from tests.service.alignment.world import World
from tests.service.api import eventually

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.long]
Json = dict[str, Any]
FINDINGS = "/alignment/v1/findings"
IN_TIME = ("V06", "V07", "F10", "T02")
"""They ask what has been as it is for months: it is registered so long ago."""
LONG = timedelta(days=400)
ELSEWHERE = {
    "D01": "Nobody may link to what is not there: it comes by an owner that is restored from a backup.",
    "D02": "Nobody may link to what was deleted: it comes by deletions meanwhile.",
    "V15": "The owner refuses a parent of a lower level.",
    "O03": "The owner's seat is taken: it comes by clocks that differ.",
}
"""Owners refuse the examples of these, and why."""
OTHERS = {
    "O06": "role_assignment:a active +valid_to={soon}",
    "D07": "service:t operational +external_refs=[system:cmdb/id:a], "
           "service:s operational +external_refs=[system:cmdb/id:a]",
    "G06": "control:c active +cadence=monthly, deliverable:d active",
    "P07": "handoff:h active +deliverable_id=d +to_activity_id=b, deliverable:d active, activity:a operational, "
           "activity:b operational; h relates_to a, a precedes b, a hands_over d",
}  # fmt: skip
"""Examples that do not hang on when the test runs."""
MORE = {"O14": "party:y active +skills=[name:welding/level:4]"}
"""What there is to choose from."""
OF_EVERYTHING = {rule.id for rule in SHOWN.values() if rule.check.footprint.whole}
"""A scenario does not ask them."""
LATER = "2999-01-01T00:00:00Z"
TARGET = {"metric": "availability", "comparator": ">=", "value": 1.0, "unit": "percent"}
VALUES: Mapping[str, Any] = {
    "acceptance": "It is whole.", "purpose": "It is there.", "renewal": "renew", "terms": "As always.",
    "valid_to": LATER, "valid_from": LATER, "target": 5.0, "trigger": "It rings.", "inputs": ["it"], "outputs": ["it"],
    "name": "Another name", "rationale": "The other one gives way.", "end_of_support": "2999-01-01",
    "sunset_at": LATER, "evidence_refs": [{"system": "minutes", "id": each} for each in "ab"],
    "components": [{"type": "goods", "item": "it"}], "commitments": [TARGET], "service_level_targets": [TARGET],
    "signatories": [{"side": side, "name": side} for side in ("provider", "customer")],
    "skills": [{"name": "welding", "level": 5}],
    "period": {"start": "2020-01-01", "end": "2026-12-31"}, "external_refs": [], "review": {"cadence": "annual"},
}  # fmt: skip


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def platform(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Platform]:
    async with running(settings_for(tmp_path_factory.mktemp("remedies"))) as platform:
        yield platform


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def surveyed(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Platform]:
    """Where rules that are asked of everything are asked at once."""
    async with running(settings_for(tmp_path_factory.mktemp("surveyed"), survey_seconds=0.2)) as platform:
        yield platform


def organisation(rule: str, monkeypatch: pytest.MonkeyPatch) -> tuple[World, list[str]]:
    """What is healthy and the failing example, with names of their own; and whom the example is about: the first, or of
    several that are the same the least."""
    known = worded.ref_to
    monkeypatch.setattr(worded, "ref_to", lambda kind, name: known(kind, f"{rule} {name}"))
    text = Worded(World())
    text.add(HEALTHY)
    there = len(text.said)
    text.add(OTHERS.get(rule, SHOWN[rule].fails).format(soon=(clock.now() + timedelta(days=9)).date()))
    more = SHOWN[rule].mended.partition(";")[0]
    if more.startswith(","):  # something new, to be chosen
        text.add(more[1:])
    text.add(MORE.get(rule, ""))
    whole = SHOWN[rule].check.footprint.whole
    return text.world, [*text.said][there : None if whole else there + 1]


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
        for _ in range(3):  # what refers to what comes later
            answers = await platform.client.bulk(service, some)
            some = [line for line, answer in zip(some, answers, strict=True) if answer["status"] >= 300]
        assert {line["kind"] for line in some} <= {"link"}, (
            rule,
            [each.get("problem") for each in answers],
        )  # an owner refuses some examples' links
    await platform.caught_up()


_STAMPS = {"id", "kind", "version", "created_at", "created_by", "updated_at", "updated_by"}


async def open_(platform: Platform, rule: str, *subjects: str) -> list[Json]:
    some = (platform.client.items(FINDINGS, rule=rule, subject=subject) for subject in subjects)
    return [item for items in some async for item in items]


def ways(option: Json, subject: str) -> list[list[Json]]:
    """What may be done by an option, as steps: of candidates the nearest and the farthest."""
    some = option["candidates"][:1] + option["candidates"][1:][-1:]
    made = [each["steps"] for each in some] + ([option["steps"]] if option["steps"] else [])
    members = {each["name"]: VALUES[each["name"]] for each in option["members"]}
    if members and option["new"]:
        made.append([{"action": "put", "state": option["new"] | members}])
    elif members:
        made.append([{"action": "set", "ref": option["of"] or subject, "members": members}])
    return made


async def closes(platform: Platform, steps: list[Json], finding: Json) -> bool:
    """By what a scenario says."""
    told = await platform.client.send("POST", "/alignment/v1/scenarios", {"steps": steps}, safe=True)
    return finding["id"] in {each["id"] for each in told["closed"]}


MADE = [rule for rule in REMEDIES if rule in SHOWN and rule not in {*IN_TIME, *ELSEWHERE}]


@pytest.mark.parametrize("rule", [rule for rule in MADE if rule not in OF_EVERYTHING])
async def test_what_mends_it_closes_it(rule: str, platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each way that is offered, by what a scenario says; and the first one over the APIs of the owners."""
    await mended(rule, platform, monkeypatch)


@pytest.mark.parametrize("rule", [rule for rule in MADE if rule in OF_EVERYTHING])
async def test_what_mends_a_whole_closes_it(rule: str, surveyed: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    await mended(rule, surveyed, monkeypatch)


async def test_what_mends_it_closes_what_has_been_so_for_long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings, subjects = settings_for(tmp_path), dict[str, list[str]]()
    with clock.set_aside() as turn_to:
        turn_to(clock.now() - LONG)
        async with running(settings) as platform:
            for rule in IN_TIME:
                with monkeypatch.context() as named:
                    world, subjects[rule] = organisation(rule, named)
                await register(platform, world, rule)
                assert not await open_(platform, rule, *subjects[rule]), "it has not been so for long"
    async with running(settings) as platform:
        for rule in IN_TIME:
            await mend(rule, platform, subjects[rule])


async def mended(rule: str, platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    world, subjects = organisation(rule, monkeypatch)
    await register(platform, world, rule)
    await mend(rule, platform, subjects)


async def mend(rule: str, platform: Platform, subjects: list[str]) -> None:
    """Each way by a scenario, and the first by the owners."""
    [finding, *_] = await eventually(lambda: open_(platform, rule, *subjects))
    subject = f"{finding['subject']['kind']}/{finding['subject']['id']}"
    told = await platform.client.get_json(f"{FINDINGS}/{finding['id']}/remedy")
    assert told["options"], rule
    offered = [way for option in told["options"] for way in ways(option, subject)]
    if rule not in OF_EVERYTHING:
        assert [way for way in offered if not await closes(platform, way, finding)] == []
    done = [each async for each in make(platform.client, offered[0], "It mends a finding.")]
    assert done
    await platform.caught_up()

    async def is_closed() -> bool:
        return finding["id"] not in {each["id"] for each in await open_(platform, rule, *subjects)}

    assert await eventually(is_closed)
    refused = await platform.http.get(f"{FINDINGS}/{finding['id']}/remedy")
    assert refused.status_code == 409


@pytest.mark.parametrize("member", ["deliverable_id", "to_activity_id"])
async def test_a_hand_off_gets_what_it_lacks(member: str, platform: Platform) -> None:
    """What goes over, or somebody live who takes it; never the one who hands over."""
    client = platform.client
    process = await client.post("process", {"name": f"Ship {member}", "state": "operational"})
    of = {"process_id": process["id"], "state": "operational"}
    packs, leaves, sends = [await client.post("activity", {"name": name, **of}) for name in ("Pack", "Go", "Send")]
    parcel = await client.post("deliverable", {"name": "Parcel", "state": "active", "produced_by_ids": [packs["id"]]})
    between = {"from_activity_id": packs["id"], "to_activity_id": sends["id"], "deliverable_id": parcel["id"]}
    lacking = {"deliverable_id": None, "to_activity_id": leaves["id"]}
    made = await client.post("handoff", between | {"name": "Over", "acceptance": "Whole.", member: lacking[member]})
    await client.transition("activity", leaves["id"], leaves["version"], "retired", "Nobody goes.")
    await platform.caught_up()
    [finding] = await open_(platform, "P07", f"handoff/{made['id']}")
    told = await client.get_json(f"{FINDINGS}/{finding['id']}/remedy")
    [option] = told["options"]
    steps = {each["node"]["id"]: each["steps"] for each in option["candidates"]}
    assert packs["id"] not in steps
    assert leaves["id"] not in steps
    [step] = steps[between[member]]
    assert step["members"] == {member: between[member]}
    assert await closes(platform, [step], finding)


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


async def test_where_one_is_not_enough_several_end_together(platform: Platform) -> None:
    """Six do it, and three may: three of the letters go at once."""
    client = platform.client
    process = await client.post("process", {"name": "A process of many", "state": "operational"})
    roles = [await client.post("role", {"name": f"Doer {n}", "state": "active"}) for n in range(6)]
    raci = [{"letter": "R", "role_id": role["id"]} for role in roles]
    body = {"name": "Of many", "state": "operational", "process_id": process["id"], "raci": raci}
    activity = await client.post("activity", body)
    await platform.caught_up()
    [finding] = await open_(platform, "R04", f"activity/{activity['id']}")
    [option] = (await client.get_json(f"{FINDINGS}/{finding['id']}/remedy"))["options"]
    assert "3 of them" in option["says"]
    assert [step["action"] for step in option["steps"]] == ["set"] * 3
    assert len(option["steps"][-1]["members"]["raci"]) == 3
    assert await closes(platform, option["steps"], finding)


async def test_what_would_not_close_it_is_not_offered(platform: Platform) -> None:
    """Somebody makes it: only who needs it is missing."""
    client = platform.client
    process = await client.post("process", {"name": "A making process", "state": "operational"})
    body = {"state": "operational", "process_id": process["id"]}
    maker = await client.post("activity", {"name": "Making", **body})
    made = {"name": "Made for nobody", "state": "active", "produced_by_ids": [maker["id"]]}
    deliverable = await client.post("deliverable", made)
    await platform.caught_up()
    [finding] = await open_(platform, "P08", f"deliverable/{deliverable['id']}")
    told = await client.get_json(f"{FINDINGS}/{finding['id']}/remedy")
    assert [option["says"].split("`")[1] for option in told["options"]] == ["consumed_by"]
    assert told["decision"] is None


async def test_what_people_alone_mend_says_what_they_decide(platform: Platform) -> None:
    client = platform.client
    objective = await client.post("objective", {"name": "Unsigned", "state": "in_force"})
    await platform.caught_up()
    [finding] = await open_(platform, "S01", f"objective/{objective['id']}")
    told = await client.get_json(f"{FINDINGS}/{finding['id']}/remedy")
    assert (told["options"], told["decision"]) == ([], DECISIONS["S01"])
