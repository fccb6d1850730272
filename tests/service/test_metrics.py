"""Metrics tell the truth: also while nothing happens, while the broker is away, and on a replica that does not lead."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from prometheus_client import Metric
from prometheus_client.openmetrics.parser import text_string_to_metric_families as read_openmetrics
from prometheus_client.parser import text_string_to_metric_families as read_text

from services import assembly
from services.alignment.follow.rebuild import TOPICS
from services.alignment.view import generations
from services.strategy import models
from shared.bus import Message, open_bus
from shared.changes import Leader, append, leader
from shared.contracts import OWNERS
from shared.http import auth
from shared.storage import migrations
from shared.storage.db import Database
from shared.telemetry import metrics
from tests.platform import Platform, running, settings_for
from tests.promtool import problems
from tests.service.api import eventually
from tests.service.fake_bus import FakeBus
from tests.traces import measured, recorded_lines

CHANGES, LEASE = models.Base.metadata.tables["change"], models.Base.metadata.tables["leader"]
TACTICS = "/strategy/v1/tactics"
OPENMETRICS = "application/openmetrics-text;version=1.0.0"


def of_strategy(name: str) -> float | None:
    return measured(f"plumbline_{name}", service="strategy")


async def reaches(name: str, value: float | None) -> None:
    async def is_there() -> bool:
        return of_strategy(name) == value

    await eventually(is_there)


@pytest.fixture
def bus() -> FakeBus:
    return FakeBus()


@pytest.fixture
async def http(
    database_template: str, tmp_path: Path, bus: FakeBus, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[httpx.AsyncClient]:
    """An owner on a bus that can be away."""
    monkeypatch.setattr(leader, "_RETRY_SECONDS", 0.05)
    settings = settings_for(tmp_path, database_url=database_template)
    await assembly.migrate(settings, "strategy")
    app = assembly.build("strategy", settings, bus)
    headers = {"Authorization": f"Bearer {auth.mint(settings.issuer_key_path, 'tester')}"}
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://strategy", headers=headers) as client,
    ):
        yield client


async def test_what_waits_is_counted_and_grows_old_while_the_broker_is_away(
    http: httpx.AsyncClient, bus: FakeBus
) -> None:
    await reaches("leader", 1)
    await reaches("unpublished_changes", 0)
    assert of_strategy("oldest_unpublished_seconds") == 0
    counted = {name: of_strategy(name) or 0 for name in ("sequenced_total", "published_total")}
    failed = of_strategy("publish_failures_total") or 0

    bus.away = True
    for n in range(3):
        await http.post(TACTICS, json={"name": f"T {n}"})
    await reaches("unpublished_changes", 3)
    first = of_strategy("oldest_unpublished_seconds") or 0
    await asyncio.sleep(0.2)
    assert (of_strategy("oldest_unpublished_seconds") or 0) >= first + 0.2  # and nothing has come since
    assert (of_strategy("publish_failures_total") or 0) > failed
    assert of_strategy("published_total") == counted["published_total"]

    bus.away = False
    await reaches("unpublished_changes", 0)
    assert of_strategy("oldest_unpublished_seconds") == 0
    assert of_strategy("published_total") == counted["published_total"] + 3
    assert of_strategy("sequenced_total") == counted["sequenced_total"] + 3


async def test_a_bus_that_does_not_answer_hides_nothing(
    http: httpx.AsyncClient, bus: FakeBus, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The publisher hangs in its first attempt, and what comes meanwhile is counted all the same."""

    async def hang(topic: str, messages: object) -> None:
        bus.attempts += 1
        await asyncio.Event().wait()

    monkeypatch.setattr(bus, "publish", hang)
    await http.post(TACTICS, json={"name": "T"})

    async def hangs() -> bool:
        return bus.attempts == 1

    await eventually(hangs)
    await http.post(TACTICS, json={"name": "U"})
    await reaches("unpublished_changes", 2)
    assert bus.attempts == 1


async def a_leader(url: str, bus: FakeBus, lease: float) -> Leader:
    database = Database(url)
    await migrations.upgrade("strategy", database)
    one = Leader("strategy", database, CHANGES, LEASE, bus, lease=lease, sweep=60, exclusive=False)
    async with database.write() as connection:
        row = {
            "kind": "tactic", "id": uuid4(), "version": 1, "action": "created", "actor": "x", "correlation_id": "c",
            "data": "{}",
        }  # fmt: skip
        await append(connection, CHANGES, [row])
    assert of_strategy("leader") == 0
    assert of_strategy("oldest_unpublished_seconds") is None
    assert await one.acquire()
    assert await one.sequence() == 1
    await one._look()
    assert (of_strategy("leader"), of_strategy("unpublished_changes")) == (1, 1)
    return one


async def test_who_loses_the_lease_tells_nothing_of_what_it_once_saw(database_template: str, bus: FakeBus) -> None:
    one = await a_leader(database_template.replace("{service}", "strategy"), bus, 60)
    async with one.database.write() as connection:
        await connection.execute(LEASE.update().values(holder="somebody else"))
    assert await one._as_leader(one.sequence) == 0
    assert (of_strategy("leader"), of_strategy("unpublished_changes")) == (0, None)
    assert of_strategy("oldest_unpublished_seconds") is None
    await one.database.close()


async def test_who_cannot_renew_the_lease_stops_telling_when_it_ends(database_template: str, bus: FakeBus) -> None:
    one = await a_leader(database_template.replace("{service}", "strategy"), bus, 3)
    await asyncio.sleep(3)
    assert (of_strategy("leader"), of_strategy("unpublished_changes")) == (0, None)
    assert of_strategy("oldest_unpublished_seconds") is None
    await one.database.close()


@pytest.fixture
async def platform(tmp_path: Path) -> AsyncIterator[Platform]:
    async with running(settings_for(tmp_path / "home")) as platform:
        await platform.caught_up()
        yield platform


async def test_the_lag_is_small_while_it_is_followed_and_grows_when_it_is_not(tmp_path: Path) -> None:
    async with running(settings_for(tmp_path / "home")) as platform:
        await platform.caught_up()

        async def is_told() -> bool:
            return (of_strategy("view_lag_seconds") or 99) < 3

        await eventually(is_told)
        assert measured("plumbline_view_generation") == 1
        assert measured("plumbline_rebuild_running") == 0
    for service in OWNERS:  # stopped: nothing comes, and nobody looks
        before = measured("plumbline_view_lag_seconds", service=service) or 0
        await asyncio.sleep(0.05)
        assert (measured("plumbline_view_lag_seconds", service=service) or 0) >= before + 0.05


async def test_what_is_applied_is_counted_by_its_owner(platform: Platform) -> None:
    names = ("plumbline_applied_total", "plumbline_apply_seconds_count")
    before = measured(names[0], service="roles") or 0, measured(names[1]) or 0
    for n in range(3):
        await platform.http.post("/roles/v1/roles", json={"name": f"R {n}"})
    await platform.caught_up()

    async def is_counted() -> bool:
        return measured(names[0], service="roles") == before[0] + 3

    await eventually(is_counted)
    assert before[1] < (measured(names[1]) or 0) <= before[1] + 3


async def test_a_dead_letter_is_counted_kept_and_told(platform: Platform) -> None:
    before = measured("plumbline_dead_letters_total") or 0
    assert measured("plumbline_kept_dead_letters") in (0, None)
    with recorded_lines("WARNING") as lines:
        bus = open_bus(platform.settings.bus)
        await bus.publish(TOPICS[0], [Message("x", b"no event")])
        await bus.close()

        async def is_kept() -> bool:
            return measured("plumbline_kept_dead_letters") == 1

        await eventually(is_kept)
        assert measured("plumbline_dead_letters_total") == before + 1
        (line,) = lines.having(event="dead letter")
    assert TOPICS[0] in line["source"]


async def test_a_rebuild_shows_while_it_runs(platform: Platform) -> None:
    async def shows(running: float) -> bool:
        return (measured("plumbline_view_generation"), measured("plumbline_rebuild_running")) == (1, running)

    await eventually(lambda: shows(0))
    database = Database(platform.settings.database("alignment"))
    async with database.write() as connection:
        await generations.begin(connection, "")
    await database.close()
    await eventually(lambda: shows(1))


async def test_callers_cannot_make_up_label_values(platform: Platform) -> None:
    id = str(uuid4())
    await platform.http.get(f"{TACTICS}/{id}")
    await platform.http.request("BREW", TACTICS)
    await platform.http.get(f"/strategy/nowhere/{id}")
    text = (await platform.http.get("/strategy/metrics")).text
    assert id not in text
    assert "BREW" not in text
    assert measured(
        "plumbline_request_seconds_count", service="strategy", method="GET", route=f"{TACTICS}/{{id}}", status="404"
    )
    assert 'method="other"' in text
    assert measured("plumbline_request_seconds_count", service="strategy", method="GET", route="", status="404")


async def families(platform: Platform, service: str, accept: str) -> list[Metric]:
    answer = await platform.http.get(f"/{service}/metrics", headers={"Accept": accept})
    assert answer.status_code == 200
    is_open = answer.headers["content-type"].startswith("application/openmetrics-text")
    assert is_open == (accept == OPENMETRICS)
    return list((read_openmetrics if is_open else read_text)(answer.text))


@pytest.mark.parametrize("accept", [OPENMETRICS, "text/plain", "*/*"])
async def test_what_is_served_keeps_the_rules_of_prometheus(platform: Platform, accept: str) -> None:
    await platform.http.post(TACTICS, json={"name": "T"})
    await platform.caught_up()
    for service in ("strategy", "alignment"):
        found = await families(platform, service, accept)
        assert problems(found) == []
        assert {family.name.removesuffix("_total") for family in found} >= {
            family.name for family in metrics.REGISTRY.collect()
        }


def test_the_rules_would_find_something() -> None:
    bad = Metric("BadMillisecondsTotal_ms_total", "", "gauge")
    bad.add_sample("bad", {"job": "x", "le": "1"}, 1)
    counter = Metric("requests", "Requests", "counter")
    counter.add_sample("requests", {}, 1)
    assert len(problems([bad])) == 5
    assert len(problems([counter])) == 1
