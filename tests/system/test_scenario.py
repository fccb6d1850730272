"""One scenario, the same embedded, as four processes with Kafka and PostgreSQL, and in containers."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.system import processes
from tests.system.containers import Stack

Json = dict[str, Any]


class World:
    """Writes to the owners and asks the view for what each write has changed."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self.http = http
        self.event = ""

    async def put(self, path: str, **body: Any) -> str:
        """Create under an id of our own; returns that id."""
        id = str(uuid4())
        answer = await self.http.put(f"{path}/{id}", json=body)
        assert answer.status_code == 201, answer.text
        self.event = answer.headers["plumbline-event"]
        return id

    async def link(self, service: str, type: str, source: str, target: str, **more: Any) -> str:
        ends = {"source": _ref(source), "target": _ref(target)}
        return await self.put(f"/{service}/v1/links", type=type, **ends, **more)

    async def move(self, path: str, to: str, status: int = 200) -> Json:
        version = (await self.http.get(path)).headers["etag"]
        answer = await self.http.post(f"{path}/transitions", json={"to": to}, headers={"If-Match": version})
        assert answer.status_code == status, answer.text
        self.event = answer.headers.get("plumbline-event", self.event)
        document: Json = answer.json()
        return document

    async def see(self, path: str, **params: Any) -> Json:
        """A view that covers the last write."""
        answer = await self.http.get(f"/alignment/v1/{path}", params={"wait_for": self.event, **params})
        assert answer.status_code == 200, answer.text
        document: Json = answer.json()
        assert document["caught_up"]
        return document

    async def rules(self, subject: str) -> set[str]:
        return {finding["rule"] for finding in (await self.see("findings", subject=subject))["items"]}


def _ref(text: str) -> dict[str, str]:
    kind, _, id = text.partition("/")
    return {"kind": kind, "id": id}


UNDESIGNED = {"O01", "X01", "X02", "X03", "X04"}
"""What a service lacks that was registered as found: an owner and a design."""
UNTOLD = {"O02", "P03", "P11", "P12", "K05"}
"""What a process lacks: an owner, activities, a purpose, something that uses it and a figure."""
PLACES = [
    "embedded",
    pytest.param("deployed", marks=[pytest.mark.kafka, pytest.mark.postgres]),
    pytest.param("containers", marks=pytest.mark.compose),
]


@pytest.fixture(params=PLACES)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, str]]:
    """Where the platform runs, and a token for it."""
    if request.param == "containers":
        stack: Stack = request.getfixturevalue("stack")
        yield stack.url, stack.token()
        return
    if request.param == "embedded":
        running = processes.embedded(tmp_path / "home")
    else:
        databases, bus = request.getfixturevalue("postgres_databases"), request.getfixturevalue("kafka_url")
        running = processes.deployed(tmp_path / "home", databases, bus)
    with running as place:
        yield place


@pytest.fixture
async def world(place: tuple[str, str]) -> AsyncIterator[World]:
    url, token = place
    async with httpx.AsyncClient(base_url=url, headers={"Authorization": f"Bearer {token}"}, timeout=30) as http:
        yield World(http)


async def test_the_thread(world: World) -> None:
    business = await world.put("/strategy/v1/strategies", name="Grow", type="business", state="in_force")
    outcome = await world.put("/strategy/v1/outcomes", name="Paid in a day", type="external", state="agreed")
    objective = await world.put("/strategy/v1/objectives", name="Faster claims", state="in_force")
    await world.link("strategy", "decomposes", f"objective/{objective}", f"strategy/{business}")
    await world.link("strategy", "realizes", f"outcome/{outcome}", f"objective/{objective}", confidence=0.9)
    service = await world.put("/catalog/v1/services", name="Claims", state="operational", criticality=5)
    subject = f"service/{service}"
    assert await world.rules(subject) == {"V08", "F03", *UNDESIGNED}

    why = await world.see(f"why/{subject}")
    assert why["paths"] == []
    assert [finding["rule"] for finding in why["findings"]] == ["V08"]

    serves = await world.link("catalog", "serves", subject, f"outcome/{outcome}", confidence=0.7)
    before_offer = await world.see(f"nodes/{subject}")
    assert [edge["type"] for edge in before_offer["out"]] == ["serves"]
    assert await world.rules(subject) == {"F03", *UNDESIGNED}
    why = await world.see(f"why/{subject}")
    assert [(path["live"], path["weakest"]) for path in why["paths"]] == [(True, 0.7)]

    offering = await world.put("/catalog/v1/service-offerings", name="Claims online", service_ids=[service])
    assert await world.rules(subject) == UNDESIGNED
    refused = await _launch(world, f"/catalog/v1/service-offerings/{offering}")
    assert {fault["code"] for fault in refused["missing"]} == {"component-missing", "consumer-group-missing"}

    process = await world.put("/roles/v1/processes", name="Claims handling", state="operational")
    policy = await world.put("/roles/v1/policies", name="Log every claim", state="published")
    assert await world.rules(f"process/{process}") == {"V04", "P01", *UNTOLD}
    await world.link("roles", "governs", f"policy/{policy}", f"process/{process}")
    await world.link("roles", "serves", f"process/{process}", f"outcome/{outcome}")
    assert await world.rules(f"process/{process}") == UNTOLD

    await _past_stays(world, subject, serves)
    await _rebuild_changes_nothing(world)


async def _launch(world: World, path: str) -> Json:
    for state in ("in_design", "in_test", "active"):
        await world.move(path, state)
    return await world.move(path, "launched", status=409)


async def _past_stays(world: World, subject: str, link: str) -> None:
    """Cutting the link opens the finding again; how it stood before can still be asked."""
    then = (await world.see("findings"))["watermark"]["catalog"]
    await world.move(f"/catalog/v1/links/{link}", "ended")
    assert await world.rules(subject) == {"V08", *UNDESIGNED}
    now = await world.see(f"trace/{subject}")
    assert now["edges"] == []
    past = await world.see(f"trace/{subject}", as_of=then)
    assert [edge["type"] for edge in past["edges"]][:1] == ["serves"]
    assert (await world.see(f"why/{subject}"))["paths"] == []
    [path] = (await world.see(f"why/{subject}", include="all"))["paths"]
    assert path["live"] is False


async def _rebuild_changes_nothing(world: World) -> None:
    before = (await world.see("findings"))["items"], (await world.see("score"))["dimensions"]
    generation = (await world.http.post("/alignment/v1/rebuilds")).json()["generation"]
    for _ in range(600):
        if (await world.http.get("/alignment/v1/status")).json()["generation"] == generation:
            break
        await asyncio.sleep(0.1)
    assert ((await world.see("findings"))["items"], (await world.see("score"))["dimensions"]) == before
