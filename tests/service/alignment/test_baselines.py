"""Baselines: moments with names. Alignment records them itself, so they outlast the view and are told as events."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from typing import Any
from uuid import uuid4

import pytest
import pytest_asyncio

from shared.bus import Partition, open_bus
from shared.contracts import OWNERS
from shared.contracts.alignment import BASELINE
from shared.contracts.events import topic
from tests.backends.databases import chosen
from tests.platform import Platform, running, settings_for
from tests.service.conftest import BACKENDS

pytestmark = pytest.mark.asyncio(loop_scope="module")
PATH = "/alignment/v1/baselines"


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=BACKENDS)
async def platform(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Platform]:
    home = tmp_path_factory.mktemp("baselines")
    async with chosen(request.param, request) as database, running(settings_for(home, **database)) as platform:
        yield platform


async def tactic(platform: Platform) -> Any:
    made = await platform.client.post("tactic", {"name": f"Tactic {uuid4()}"})
    await platform.caught_up()
    return made


async def diff(platform: Platform, **between: str) -> tuple[int, Any]:
    return await platform.answer("GET", "/alignment/v1/diff", params=between)


async def test_a_baseline_is_the_moment_of_its_making_unless_it_names_another(platform: Platform) -> None:
    now = await platform.client.post(BASELINE, {"name": "Strategy signed"})
    assert (now["key"], now["at"]) == ("strategy-signed", now["created_at"])
    then = await platform.client.post(BASELINE, {"name": "Quarter", "at": "2026-01-31T12:00:00+02:00"})
    assert then["at"] == "2026-01-31T10:00:00Z"
    assert {each["key"] async for each in platform.client.list(BASELINE)} == {"quarter", "strategy-signed"}


async def test_a_moment_that_has_not_been_is_refused(platform: Platform) -> None:
    status, problem = await platform.answer("POST", PATH, json={"name": "Next year", "at": "2999-01-01T00:00:00Z"})
    assert (status, problem["errors"][0]["pointer"]) == (422, "/at")


async def test_its_moment_never_changes_and_saying_the_same_again_changes_nothing(platform: Platform) -> None:
    path, body = f"{PATH}/{uuid4()}", {"name": "Board meeting"}
    status, made = await platform.answer("PUT", path, json=body)
    assert status == 201
    assert await platform.answer("PUT", path, json=body) == (200, made)
    status, problem = await platform.answer(
        "PATCH", path, json={"at": "2020-01-01T00:00:00Z"}, headers={"If-Match": "*"}
    )
    assert (status, problem["errors"][0]["code"]) == (422, "immutable")
    status, renamed = await platform.answer("PATCH", path, json={"name": "Board"}, headers={"If-Match": "*"})
    assert (status, renamed["name"], renamed["at"]) == (200, "Board", made["at"])


async def test_a_diff_goes_from_name_to_name(platform: Platform) -> None:
    await tactic(platform)
    first = await platform.client.post(BASELINE, {"name": "Before", "key": "before"})
    between = await tactic(platform)
    second = await platform.client.post(BASELINE, {"name": "After", "key": "after"})
    await tactic(platform)
    status, told = await diff(platform, **{"from": "before", "to": "after"})
    assert (status, [item["node"]["id"] for item in told["items"]]) == (200, [between["id"]])
    by_moment = await diff(platform, **{"from": first["at"], "to": second["at"]})
    assert by_moment[1]["items"] == told["items"]
    status, problem = await diff(platform, **{"from": "after", "to": "before"})
    assert (status, problem["errors"][0]["pointer"]) == (422, "?to")
    status, problem = await diff(platform, **{"from": "never"})
    assert (status, problem["errors"][0]) == (
        422,
        {"pointer": "?from", "code": "invalid-instant"} | problem["errors"][0],
    )


async def test_a_rebuild_keeps_it_and_the_view_does_not_show_it(platform: Platform) -> None:
    await platform.caught_up()  # the first build may still be running
    made = await platform.client.post(BASELINE, {"name": "Kept"})
    generation = (await platform.client.send("POST", "/alignment/v1/rebuilds", {}))["generation"]
    while (await platform.client.get_json("/alignment/v1/status"))["generation"] != generation:
        pass
    assert await platform.client.get(BASELINE, made["id"]) == made
    assert (await platform.client.get_json("/alignment/v1/nodes", q="Kept"))["items"] == []


async def test_every_version_of_it_is_an_event(platform: Platform) -> None:
    made = await platform.client.post(BASELINE, {"name": "Told"})
    await platform.client.transition(BASELINE, made["id"], made["version"], "retired", "It was a rehearsal.")
    await platform._drained("alignment")
    changes = await platform.client.get_json("/alignment/v1/changes", id=made["id"], kind="baseline")
    types = [event["type"] for event in changes["items"]]
    assert types == ["plumbline.alignment.baseline.created", "plumbline.alignment.baseline.transitioned"]
    assert changes["items"][1]["data"]["state"]["state_reason"] == "It was a rehearsal."
    assert await heard(platform, made["id"], 2) == changes["items"]


async def heard(platform: Platform, id: str, count: int) -> list[Any]:
    """So many events of one baseline, as they come on alignment's own topic."""
    bus, found = open_bus(platform.settings.bus), list[Any]()

    async def from_the_start(partitions: Sequence[Partition]) -> dict[Partition, int]:
        return dict.fromkeys(partitions, 0)

    consumer = await bus.consumer("baselines", [topic("alignment")], from_the_start)
    async with asyncio.timeout(10):
        while len(found) < count:
            values = [entry.value or b"" for batch in await consumer.fetch(100, 1) for entry in batch.entries]
            found += [json.loads(value) for value in values if id.encode() in value]
    await consumer.close()
    await bus.close()
    return found


async def test_only_those_make_one_who_may(platform: Platform) -> None:
    readers = {"Authorization": f"Bearer {platform.token('reader', 'alignment:read', *(f'{s}:write' for s in OWNERS))}"}
    status, problem = await platform.answer("POST", PATH, json={"name": "No"}, headers=readers)
    assert (status, problem["scope"]) == (403, "alignment:write")
    assert (await platform.answer("GET", PATH, headers=readers))[0] == 200
