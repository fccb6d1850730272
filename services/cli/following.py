"""Streams of the changes of several services, merged as they come; each is taken up again where it broke off."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from shared.client import Client

PATIENCE, PAUSE = 5.0, 1.0
"""Seconds after which a server that was away is asked again, and one that has ended a stream."""
_AHEAD = 100
"""Events that wait to be shown: who reads slowly is not sent more."""
Json = dict[str, Any]


class NoStream(Exception):
    """A server that does not stream, or has enough of it."""


async def changes(
    client: "Client", positions: Mapping[str, int], stopped: asyncio.Event, away: Callable[[Exception], None]
) -> AsyncGenerator[tuple[str, Json], None]:
    """Events after these positions, each with its service, until it is stopped. ``away`` is told of a server that
    cannot be reached, which is asked again. Raises NoStream."""
    waiting: asyncio.Queue[tuple[str, Json] | Exception | None] = asyncio.Queue(_AHEAD)

    async def stop() -> None:
        await stopped.wait()
        await waiting.put(None)

    followed = [_follow(client, *each, waiting, away) for each in positions.items()]
    tasks = [asyncio.create_task(each) for each in (*followed, stop())]
    try:
        while (come := await waiting.get()) is not None:
            if isinstance(come, Exception):
                raise come
            yield come
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _follow(
    client: "Client", service: str, after: int, waiting: "asyncio.Queue[tuple[str, Json] | Exception | None]",
    away: Callable[[Exception], None],
) -> None:  # fmt: skip
    from shared.client import ClientError, Failing, Refused, Unauthorized

    while True:
        try:
            async with aclosing(client.stream(service, after)) as events:
                async for event in events:
                    await waiting.put((service, event))
                    after = event["position"]
            await asyncio.sleep(PAUSE)
        except (Refused, Failing) as error:
            await waiting.put(error if isinstance(error, Unauthorized) else NoStream(str(error)))
            return
        except ClientError as error:
            away(error)
            await asyncio.sleep(PATIENCE)
        except Exception as error:  # noqa: BLE001  a fault of ours: whoever reads has it
            await waiting.put(error)
            return
