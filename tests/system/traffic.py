"""Writes that go on while things break, a ledger of what was answered, and what must hold afterwards."""

import asyncio
import os
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx
import orjson
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

Json = dict[str, Any]
PATHS = {"strategy": "/strategy/v1/tactics", "catalog": "/catalog/v1/products", "roles": "/roles/v1/policies"}
KINDS = {"strategy": "tactic", "catalog": "product", "roles": "policy"}
_PAUSE = 0.05
AWAY_SECONDS = int(os.environ.get("PLUMBLINE_TEST_AWAY_SECONDS", "20"))
"""How long what is stopped stays away: into every time-out on the way; a release is tried with minutes."""
_PATIENCE = AWAY_SECONDS + 40.0


@dataclass
class Ledger:
    """What was acknowledged: the newest version and name of each entity. ``errors`` are answers that were no answer."""

    known: dict[str, dict[str, tuple[int, str]]] = field(default_factory=lambda: defaultdict(dict))
    errors: list[str] = field(default_factory=list)
    writes: int = 0
    slowest: float = 0.0


class Traffic:
    """One writer per owner. Everything is a PUT under an id of its own, so that it can be sent again."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self.http = http
        self.ledger = Ledger()
        self.enough = asyncio.Event()

    async def write(self, service: str) -> None:
        """Until it is enough. What is under way is finished: the server would do so anyway."""
        mine = self.ledger.known[service]
        while not self.enough.is_set():
            id = str(uuid4())
            mine[id] = await self._put(service, id, None)
            hot = next(iter(mine))
            mine[hot] = await self._put(service, hot, mine[hot])
            await asyncio.sleep(_PAUSE)

    async def _put(self, service: str, id: str, known: tuple[int, str] | None) -> tuple[int, str]:
        """Write until it is acknowledged; what was answered otherwise is noted."""
        name = f"{KINDS[service]} {uuid4()}"
        condition = {"If-Match": f'"{known[0]}"'} if known else {}
        until = time.monotonic() + _PATIENCE
        while time.monotonic() < until:
            began = time.monotonic()
            answer = await self._send(f"{PATHS[service]}/{id}", name, condition)
            self.ledger.slowest = max(self.ledger.slowest, time.monotonic() - began)
            if answer is not None and answer.status_code in (200, 201):
                self.ledger.writes += 1
                return answer.json()["version"], name
            if answer is not None and answer.status_code == 412:
                return await self._look(service, id, name)
            await asyncio.sleep(0.1)
        raise AssertionError(f"{service} took no write within {_PATIENCE:g} s: {self.ledger.errors[-3:]}")

    async def _send(self, path: str, name: str, condition: dict[str, str]) -> httpx.Response | None:
        try:
            answer = await self.http.put(path, json={"name": name}, headers=condition)
        except httpx.TransportError as error:
            self.ledger.errors.append(repr(error))
            return None
        if answer.status_code not in (200, 201, 412):
            assert answer.status_code == 503, f"{answer.status_code} {answer.text}"
            assert answer.headers["retry-after"].isdecimal()
            assert answer.headers["content-type"] == "application/problem+json"
            self.ledger.errors.append(f"{path}: 503")
        return answer

    async def _look(self, service: str, id: str, name: str) -> tuple[int, str]:
        """The first attempt had come through after all: then what is there is what we wrote."""
        found = (await self.http.get(f"{PATHS[service]}/{id}")).json()
        assert found["name"] == name, "somebody else's write"
        self.ledger.writes += 1
        return found["version"], name


@asynccontextmanager
async def traffic(url: str, token: str) -> AsyncIterator[Ledger]:
    """Writes to all owners while the block runs; gives the ledger, complete once the block has ended."""
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(base_url=url, headers=headers, timeout=30) as http:
        writers = Traffic(http)
        async with asyncio.TaskGroup() as group:  # a writer that fails ends the test
            for service in PATHS:
                group.create_task(writers.write(service))
            try:
                yield writers.ledger
            finally:
                writers.enough.set()


async def check(url: str, token: str, broker: Mapping[str, str], ledger: Ledger, seconds: float = 60) -> None:
    """All that was acknowledged is at the owner, in its changes, on the bus and in the view, once and in order."""
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(base_url=url, headers=headers, timeout=30) as http:
        for service in PATHS:
            acknowledged = {f"{KINDS[service]}:{id}:1.{v}" for id, (v, _) in ledger.known[service].items()}
            events = await _changes(http, service, acknowledged, seconds)
            _contiguous(events)
            newest = {event["id"].rpartition(":")[0]: event for event in events}
            for id, (version, name) in ledger.known[service].items():
                state = newest[f"{KINDS[service]}:{id}"]["data"]["state"]
                assert (state["version"], state["name"]) == (version, name)
            await _in_view(http, service, events[-1]["position"], seconds)
            await _same_in_view(http, service, newest)
            await _same_on_bus(broker, service, events, seconds)


async def _changes(http: httpx.AsyncClient, service: str, acknowledged: set[str], seconds: float) -> list[Json]:
    """All that has been recorded; what a replica took that does not lead gets its position at the next sweep."""
    events: list[Json] = []
    until = time.monotonic() + seconds
    while True:
        after = events[-1]["position"] if events else 0
        page = (await http.get(f"/{service}/v1/changes", params={"after": after, "limit": 1000})).json()
        events += page["items"]
        missing = acknowledged - {event["id"] for event in events}
        if not page["items"] and not missing:
            return events
        assert time.monotonic() < until, f"acknowledged, and not recorded: {sorted(missing)[:5]}"
        await asyncio.sleep(0 if page["items"] else 0.2)


def _contiguous(events: list[Json]) -> None:
    assert [event["position"] for event in events] == list(range(1, len(events) + 1))
    versions: dict[str, int] = defaultdict(int)
    for event in events:
        versions[event["subject"]] += 1
        assert event["aggregateversion"] == versions[event["subject"]]


async def _in_view(http: httpx.AsyncClient, service: str, position: int, seconds: float) -> None:
    until = time.monotonic() + seconds
    while (await http.get("/alignment/v1/status")).json()["positions"][service] < position:
        assert time.monotonic() < until, f"the view does not catch up with {service}"
        await asyncio.sleep(0.2)


async def _same_in_view(http: httpx.AsyncClient, service: str, newest: dict[str, Json]) -> None:
    found: dict[str, tuple[int, str]] = {}
    kind, cursor = KINDS[service], None
    while True:
        params = {"kind": kind, "limit": "200"} | ({"cursor": cursor} if cursor else {})
        page = (await http.get("/alignment/v1/nodes", params=params)).json()
        found |= {f"{kind}:{node['id']}": (node["version"], node["name"]) for node in page["items"]}
        cursor = page["next_cursor"]
        if cursor is None:
            break
    states = {key: event["data"]["state"] for key, event in newest.items() if key.startswith(f"{kind}:")}
    wanted = {key: (state["version"], state["name"]) for key, state in states.items()}
    differing = {key: (found.get(key), wanted.get(key)) for key in found.keys() | wanted.keys()}
    assert found == wanted, {key: pair for key, pair in differing.items() if pair[0] != pair[1]}


async def _same_on_bus(broker: Mapping[str, str], service: str, events: list[Json], seconds: float) -> None:
    """Every event is in the topic; of each entity, the first sightings are in order."""
    wanted, until = {event["id"] for event in events}, time.monotonic() + seconds
    seen: set[str] = set()
    versions: dict[str, int] = defaultdict(int)
    consumer = await _reader(broker, until)
    try:
        partitions = [TopicPartition(f"plumbline.{service}.v1", number) for number in range(12)]
        consumer.assign(partitions)
        await consumer.seek_to_beginning(*partitions)
        while not wanted <= seen:
            assert time.monotonic() < until, f"not on the bus: {sorted(wanted - seen)[:5]}"
            for records in (await consumer.getmany(timeout_ms=500)).values():
                for record in records:
                    event = orjson.loads(record.value)
                    if event["id"] not in seen:
                        versions[event["subject"]] += 1
                        assert event["aggregateversion"] == versions[event["subject"]]
                    seen.add(event["id"])
    finally:
        await consumer.stop()


async def _reader(broker: Mapping[str, str], until: float) -> AIOKafkaConsumer:
    """A broker that has just been started takes a while to answer."""
    while True:
        consumer = AIOKafkaConsumer(**broker, enable_auto_commit=False)
        try:
            await consumer.start()
        except KafkaError:
            await consumer.stop()
            assert time.monotonic() < until, "no broker"
            await asyncio.sleep(1)
        else:
            return consumer
