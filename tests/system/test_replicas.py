"""Several of every service: one leads, all answer, and one that dies or is replaced takes nothing with it."""

import asyncio
from collections.abc import Callable, Iterator
from functools import partial
from itertools import zip_longest
from uuid import uuid4

import httpx
import pytest

from shared.contracts import OWNERS
from tests.system import containers
from tests.system.containers import Stack, docker, eventually
from tests.system.traffic import KINDS, PATHS, check, traffic

pytestmark = pytest.mark.compose
LEASE_SECONDS = 10
SCALE = {"strategy": 2, "catalog": 2, "roles": 2, "alignment": 3}


@pytest.fixture(scope="module")
def scaled(stack: Stack) -> Iterator[Stack]:
    stack.up(**SCALE)
    yield stack
    stack.up(**dict.fromkeys(SCALE, 1))


def has_one_leader(stack: Stack, service: str) -> bool:
    return len(stack.leaders(service)) == 1


def one_leads(stack: Stack, service: str, replicas: list[str]) -> bool:
    return any(stack.leads(service, replica) for replica in replicas)


async def soon(what: Callable[[], bool], seconds: float) -> float:
    """``eventually``, without holding up the traffic of the same test."""
    return await asyncio.to_thread(eventually, what, seconds)


def test_one_replica_leads_and_the_others_stand_by(scaled: Stack) -> None:
    for service in OWNERS:
        eventually(partial(has_one_leader, scaled, service), 2 * LEASE_SECONDS)


def test_one_projector_reads_all_partitions(scaled: Stack) -> None:
    """Thirty-six partitions of three topics: the others stand by."""
    eventually(lambda: sorted(containers.members(scaled).values()) == [36], 60, pause=2)


def test_every_replica_waits_for_a_write(scaled: Stack) -> None:
    """Also one that did not apply it itself, and whichever replica of the owner took it."""
    with httpx.Client(base_url=scaled.url, headers={"Authorization": f"Bearer {scaled.token()}"}) as http:
        for service in OWNERS:
            answer = http.post(PATHS[service], json={"name": "Seen everywhere"})
            event, id = answer.headers["plumbline-event"], answer.json()["id"]
            for replica in scaled.replicas("alignment"):
                path = f"/alignment/v1/nodes/{KINDS[service]}/{id}?wait_for={event}"
                assert '"caught_up":true' in scaled.fetch(replica, path)


@pytest.mark.parametrize("index", [0, 1])
async def test_killed_replicas_take_nothing_with_them(scaled: Stack, index: int) -> None:
    """One of every service at once, leaders among them: the others take over, and what was acknowledged stays."""
    token = scaled.token()
    async with traffic(scaled.url, token) as ledger:
        killed = {service: scaled.replicas(service)[index] for service in SCALE}
        led = {service for service in OWNERS if await asyncio.to_thread(scaled.leads, service, killed[service])}
        await asyncio.to_thread(docker, "kill", "--signal", "KILL", *killed.values())
        for service in led:
            others = [other for other in scaled.replicas(service) if other != killed[service]]
            await soon(partial(one_leads, scaled, service, others), LEASE_SECONDS + 10)
        await asyncio.to_thread(docker, "start", *killed.values())
        for replica in killed.values():
            await soon(partial(scaled.is_healthy, replica), 60)
    assert ledger.writes > 50
    await check(scaled.url, token, scaled.broker, ledger)


def writes_the_view(stack: Stack, replica: str) -> bool:
    return "plumbline_view_writer 1.0" in stack.fetch(replica, "/alignment/metrics")


def sees(stack: Stack, replica: str, path: str, event: str) -> bool:
    return '"caught_up":true' in stack.fetch(replica, f"{path}?wait_for={event}")


async def test_another_replica_takes_the_view_over(
    scaled: Stack, record_property: Callable[[str, object], None]
) -> None:
    """The one that writes it is killed under writes: another one loads the present and goes on from there."""
    token = scaled.token()
    replicas = scaled.replicas("alignment")
    await soon(lambda: sum(writes_the_view(scaled, each) for each in replicas) == 1, 60)
    killed = next(each for each in replicas if writes_the_view(scaled, each))
    others = [each for each in replicas if each != killed]
    async with traffic(scaled.url, token) as ledger:
        await asyncio.to_thread(docker, "kill", "--signal", "KILL", killed)
        took = await soon(lambda: any(writes_the_view(scaled, each) for each in others), LEASE_SECONDS + 20)
        async with httpx.AsyncClient(base_url=scaled.url, headers={"Authorization": f"Bearer {token}"}) as http:
            answer = await http.post(PATHS["strategy"], json={"name": "After the one that wrote"})
        path = f"/alignment/v1/nodes/{KINDS['strategy']}/{answer.json()['id']}"
        event = answer.headers["plumbline-event"]
        seen = await soon(lambda: all(sees(scaled, each, path, event) for each in others), 30)
        record_property("seconds until another one writes, until it has a write", (took, seen))
        await asyncio.to_thread(docker, "start", killed)
        await soon(partial(scaled.is_healthy, killed), 60)
    assert ledger.writes > 50
    await check(scaled.url, token, scaled.broker, ledger)


async def test_a_rolling_restart_costs_retries_at_most(scaled: Stack) -> None:
    """One of every service after the other, until all have been replaced."""
    token = scaled.token()
    rounds = zip_longest(*(scaled.replicas(service) for service in SCALE))
    async with traffic(scaled.url, token) as ledger:
        for replicas in [[replica for replica in each if replica] for each in rounds]:
            await asyncio.to_thread(docker, "restart", "--time", "25", *replicas)
            for replica in replicas:
                await soon(partial(scaled.is_healthy, replica), 60)
    assert ledger.writes > 50
    assert len(ledger.errors) <= 2 * sum(SCALE.values()), ledger.errors
    await check(scaled.url, token, scaled.broker, ledger)


def test_a_replica_more_finds_its_place(stack: Stack) -> None:
    """From one to three of an owner and back, with a write after each step."""
    with httpx.Client(base_url=stack.url, headers={"Authorization": f"Bearer {stack.token()}"}, timeout=30) as http:
        for count in (3, 1):
            stack.up(catalog=count)
            eventually(partial(has_one_leader, stack, "catalog"), 2 * LEASE_SECONDS)
            answer = http.put(f"/catalog/v1/products/{uuid4()}", json={"name": f"With {count}"})
            event = answer.headers["plumbline-event"]
            seen = http.get(f"/alignment/v1/nodes/product/{answer.json()['id']}", params={"wait_for": event})
            assert seen.json()["caught_up"]
