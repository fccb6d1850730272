"""The broker away, the database away, and everything started in any order."""

import asyncio
import time
from functools import partial
from uuid import uuid4

import httpx
import pytest

from shared.config import APPLICATIONS
from tests.system.containers import Stack, docker, eventually
from tests.system.traffic import AWAY_SECONDS, PATHS, check, traffic

pytestmark = pytest.mark.compose
TRY_SECONDS = 3


def is_ready(stack: Stack, service: str) -> bool:
    try:
        return httpx.get(f"{stack.url}/{service}/readyz", timeout=10).status_code == 200
    except httpx.TransportError:
        return False


async def test_without_a_broker_writes_go_on_and_the_view_catches_up(stack: Stack) -> None:
    token = stack.token()
    async with traffic(stack.url, token) as ledger:
        await asyncio.sleep(1)
        await asyncio.to_thread(stack.compose, "stop", "kafka")
        before = ledger.writes
        for _ in range(AWAY_SECONDS):
            await asyncio.sleep(1)
            assert all(await asyncio.gather(*(asyncio.to_thread(is_ready, stack, service) for service in APPLICATIONS)))
        assert ledger.writes - before > 5 * AWAY_SECONDS
        await asyncio.to_thread(stack.compose, "start", "kafka")
        await asyncio.sleep(3)
    assert ledger.errors == []
    await check(stack.url, token, stack.broker, ledger, seconds=90)


async def test_without_a_database_it_says_when_to_come_back_and_recovers_by_itself(stack: Stack) -> None:
    token = stack.token()
    began = {service: stack.started_at(stack.replicas(service)[0]) for service in APPLICATIONS}
    async with traffic(stack.url, token) as ledger:
        await asyncio.sleep(1)
        await asyncio.to_thread(stack.compose, "stop", "postgres")
        before = ledger.writes
        await asyncio.sleep(AWAY_SECONDS)
        assert await asyncio.to_thread(_answers, stack, token) == {(503, True)}
        await asyncio.to_thread(stack.compose, "start", "postgres")
        await asyncio.to_thread(eventually, lambda: ledger.writes > before + 20, 30)
    await check(stack.url, token, stack.broker, ledger)
    assert began == {service: stack.started_at(stack.replicas(service)[0]) for service in APPLICATIONS}


def _answers(stack: Stack, token: str) -> set[tuple[int, bool]]:
    """How reads are answered everywhere, and whether the answer says when to come back."""
    paths = [*PATHS.values(), "/alignment/v1/score", "/alignment/readyz"]
    found = [httpx.get(f"{stack.url}{path}", headers=_bearer(token), timeout=20) for path in paths]
    return {(answer.status_code, "retry-after" in answer.headers) for answer in found}


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


ORDERS = [
    ("kafka", "postgres", "services"),
    ("postgres", "services", "kafka"),
    ("services", "kafka", "postgres"),
]
"""Each is once the first, once the last, and once between."""


@pytest.mark.parametrize("order", ORDERS, ids="-".join)
def test_any_order_of_start_works(stack: Stack, order: tuple[str, ...]) -> None:
    """Each part is started well before the next one; whichever is first must bear that the others are not there."""
    token = stack.token()
    parts = {"kafka": ["kafka"], "postgres": ["postgres"], "services": list(APPLICATIONS)}
    found = {part: [stack.replicas(name)[0] for name in names] for part, names in parts.items()}
    for part in ("services", "kafka", "postgres"):
        docker("stop", "--time", "25", *found[part])
    for part in order:
        docker("start", *found[part])
        if part != order[-1]:
            time.sleep(TRY_SECONDS)
    with httpx.Client(base_url=stack.url, headers=_bearer(token), timeout=30) as http:
        eventually(lambda: all(is_ready(stack, service) for service in APPLICATIONS), 60)
        for path in PATHS.values():
            answer = http.put(f"{path}/{uuid4()}", json={"name": "-".join(order)})
            assert answer.status_code == 201, answer.text
            kind, id = answer.headers["plumbline-event"].split(":")[:2]
            seen = f"/alignment/v1/nodes/{kind}/{id}"
            eventually(partial(_is_there, http, seen), 60)


def _is_there(http: httpx.Client, path: str) -> bool:
    return http.get(path).status_code == 200
