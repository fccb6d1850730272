"""What the events of a service tell of somebody."""

import asyncio
from typing import Any

from tests.platform import Platform


async def events(
    platform: Platform, actor: str, number: int, kind: str = "audit", service: str = "alignment"
) -> list[Any]:
    """So many of somebody, once the leader has given them their places."""
    async with asyncio.timeout(10):
        while True:
            head = (await platform.client.changes(service, 2**53, 1))["head"]["position"]
            page = await platform.client.changes(service, max(0, head - 200), 200)
            found = [each for each in page["items"] if each["actor"] == actor and f".{kind}." in each["type"]]
            if len(found) >= number:
                return found
            await asyncio.sleep(0.02)
