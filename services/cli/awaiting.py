"""Waiting until the view of a platform covers what was written before."""

import asyncio

from shared import typed
from shared.client import Client
from shared.contracts import OWNERS
from shared.contracts.views.status import Status

_PATIENCE_SECONDS = 60


async def caught_up(client: Client) -> None:
    """Until the view covers everything that was written before."""
    async with asyncio.timeout(_PATIENCE_SECONDS):
        heads = await asyncio.gather(*(_drained(client, service) for service in OWNERS))
        while True:
            positions = (await typed.read(client, Status, "/alignment/v1/status")).value.positions
            if all(positions.get(service, -1) >= head for service, head in zip(OWNERS, heads, strict=True)):
                return
            await asyncio.sleep(0.02)


async def _drained(client: Client, service: str) -> int:
    """The position of a service's head once it has moved on in time and not in position: nothing waits behind it."""
    before = (await client.changes(service, 0, 1))["head"]
    while True:
        await asyncio.sleep(0.02)
        head = (await client.changes(service, 0, 1))["head"]
        if head["recorded_until"] > before["recorded_until"]:
            if head["position"] == before["position"]:
                position: int = head["position"]
                return position
            before = head
