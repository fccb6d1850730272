"""Without a broker an owner is as writable and readable as with one, and nothing is forgotten until it is back."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from services import assembly
from shared.changes import leader
from shared.http import auth
from tests.platform import settings_for
from tests.service.api import eventually
from tests.service.fake_bus import FakeBus

TACTICS = "/strategy/v1/tactics"


@pytest.fixture
def bus() -> FakeBus:
    return FakeBus()


@pytest.fixture
async def http(
    database_template: str, tmp_path: Path, bus: FakeBus, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[httpx.AsyncClient]:
    monkeypatch.setattr(leader, "_RETRY_SECONDS", 0.02)
    settings = settings_for(tmp_path, database_url=database_template)
    await assembly.migrate(settings, "strategy")
    app = assembly.build("strategy", settings, bus)
    headers = {"Authorization": f"Bearer {auth.mint(settings.issuer_key_path, 'tester')}"}
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://strategy", headers=headers) as client,
    ):
        yield client


async def changes(http: httpx.AsyncClient) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = (await http.get("/strategy/v1/changes")).json()["items"]
    return items


async def test_an_owner_goes_on_and_catches_up(http: httpx.AsyncClient, bus: FakeBus) -> None:
    bus.away, bus.stores_before_it_fails = True, 1
    ids = [(await http.post(TACTICS, json={"name": f"T {n}"})).json()["id"] for n in range(5)]
    patched = await http.patch(f"{TACTICS}/{ids[0]}", json={"budget": 5}, headers={"If-Match": "*"})
    assert patched.status_code == 200

    async def all_in_changes() -> bool:
        return len(await changes(http)) == 6

    async def has_tried() -> bool:
        return bus.attempts > 1

    await eventually(all_in_changes)
    await eventually(has_tried)
    assert (await http.get("/strategy/readyz")).status_code == 200
    assert (await http.get("/strategy/livez")).status_code == 200

    bus.away = False
    expected = [event["id"] for event in await changes(http)]

    async def all_sent() -> bool:
        return expected[-1] in [event["id"] for event in bus.sent]

    await eventually(all_sent)
    firsts = list(dict.fromkeys(event["id"] for event in bus.sent))
    assert firsts == expected
    assert bus.sent[-1] in await changes(http)


async def test_an_answer_does_not_wait_for_the_broker(http: httpx.AsyncClient, bus: FakeBus) -> None:
    bus.away = True
    made = await http.post(TACTICS, json={"name": "A"})
    assert made.status_code == 201
    assert (await http.get(made.headers["location"])).content == made.content
    assert bus.sent == []
