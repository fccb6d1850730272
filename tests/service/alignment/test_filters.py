"""Findings by dimension, tag and text, one by one and in groups, now and on a day to come."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from shared import clock
from shared.clock import rfc3339
from tests.backends.databases import chosen
from tests.platform import Platform, running, settings_for
from tests.service.conftest import BACKENDS

pytestmark = pytest.mark.asyncio(loop_scope="module")
Json = dict[str, Any]
FINDINGS = "/alignment/v1/findings"


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=BACKENDS)
async def platform(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Platform]:
    home = tmp_path_factory.mktemp("filters")
    async with chosen(request.param, request) as database, running(settings_for(home, **database)) as platform:
        client = platform.client
        said = ("Straße nach Süden", ["Käufer", 'a "b"']), ("Way north", ["kauf"])
        for name, tags in said:
            await client.post("tactic", {"name": name, "tags": tags, "state": "in_force"})
        ends = {"valid_to": "2999-01-01T00:00:00Z"}
        await client.post("process", {"name": "Way out", "state": "operational", "tags": ["Käufer"], **ends})
        await platform.caught_up()
        yield platform


async def names(platform: Platform, **asked: str) -> set[str]:
    return {item["subject"]["name"] async for item in platform.client.items(FINDINGS, **asked)}


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"tag": "Käufer", "rule": "V02"}, {"Straße nach Süden"}),
        ({"tag": 'a "b"'}, {"Straße nach Süden"}),
        ({"tag": "Käufer"}, {"Straße nach Süden", "Way out"}),
        ({"tag": "käufer"}, set()),
        ({"tag": "auf"}, set()),
        ({"tag": "%"}, set()),
        ({"q": "STRASSE"}, {"Straße nach Süden"}),
        ({"q": "way", "rule": "V02"}, {"Way north"}),
        ({"q": "without an objective", "dimension": "trace"}, {"Straße nach Süden", "Way north"}),
        ({"dimension": "trace", "kind": "tactic"}, {"Straße nach Süden", "Way north"}),
        ({"dimension": "raci"}, set()),
    ],
)
async def test_findings_are_those_that_are_asked_for(
    platform: Platform, asked: dict[str, str], expected: set[str]
) -> None:
    assert await names(platform, **asked) == expected
    groups = [group async for group in platform.client.items(f"{FINDINGS}/groups", **asked)]
    assert bool(groups) == bool(expected)
    assert await names(platform, **asked, as_of=rfc3339(clock.now())) == expected


async def test_a_day_to_come_is_asked_in_the_same_way(platform: Platform) -> None:
    later = {"valid_at": "2999-02-01T00:00:00Z", "rule": "T03"}
    assert await names(platform, **later, tag="Käufer") == {"Way out"}
    assert await names(platform, **later, tag="other") == set()
    assert await names(platform, **later, q="OUT") == {"Way out"}
    assert await names(platform, **later, q="in") == set()
    assert await names(platform, valid_at=later["valid_at"], dimension="freshness", kind="process") >= {"Way out"}


async def test_what_there_is_not_is_refused(platform: Platform) -> None:
    status, problem = await platform.answer("GET", FINDINGS, params={"dimension": "beauty"})
    assert (status, problem["errors"][0]["pointer"]) == (422, "?dimension")
    assert (await platform.answer("GET", FINDINGS, params={"sort": "gain"}))[0] == 422


async def test_groups_come_by_what_they_are_worth(platform: Platform) -> None:
    groups = [group async for group in platform.client.items(f"{FINDINGS}/groups", sort="gain", limit=2)]
    gains = [group["gain"]["index"] for group in groups]
    assert gains == sorted(gains, reverse=True)
    assert {group["rule"] for group in groups} == {
        group["rule"] async for group in platform.client.items(f"{FINDINGS}/groups")
    }
