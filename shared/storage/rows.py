"""Rows of an answer, read without holding up others."""

import asyncio
from typing import Any

from sqlalchemy import Result

_AT_ONCE = 250


async def every(result: Result[Any]) -> list[Any]:
    """All of them. What is in them is read here, and of many that takes long: others get a turn in between."""
    found: list[Any] = []
    for some in result.partitions(_AT_ONCE):
        found += some
        if len(some) == _AT_ONCE:
            await asyncio.sleep(0)
    return found
