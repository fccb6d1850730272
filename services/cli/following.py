"""Streams of the changes of several services, merged as they come; each is taken up again where it broke off.

A platform that is away is asked again, less and less often: it is told once that it is away, and once that it is back.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from shared.client import Client

PATIENCE, LONGEST, PAUSE = 1.0, 60.0, 1.0
"""Seconds after which a server that is away is asked again, doubled each time up to the longest, and one that has ended
a stream."""
_AHEAD = 100
"""Events that wait to be shown: who reads slowly is not sent more."""
Json = dict[str, Any]


class NoStream(Exception):
    """A server that does not stream, or has enough of it."""


class Away:
    """Who does not answer at the moment, and for how many times now; ``say`` is told when that begins and ends."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self.say = say
        self.missed: dict[str, int] = {}

    def lost(self, who: str, error: Exception) -> float:
        """Note that it does not answer; returns the seconds after which it is asked again."""
        if not self.missed:
            self.say(f"{error} It is asked again until it answers.")
        self.missed[who] = self.missed.get(who, 0) + 1
        return min(PATIENCE * 2.0 ** min(self.missed[who] - 1, 30), LONGEST)

    def back(self, who: str) -> bool:
        """Note that it answers; returns whether it did not before."""
        was_away = self.missed.pop(who, 0) > 0
        if was_away and not self.missed:
            self.say("The platform is back.")
        return was_away


async def changes(
    client: "Client", positions: Mapping[str, int], stopped: asyncio.Event, away: Away
) -> AsyncGenerator[tuple[str, Json], None]:
    """Events after these positions, each with its service, until it is stopped. A server that does not answer is
    asked again. Raises NoStream, Unauthorized."""
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
    away: Away,
) -> None:  # fmt: skip
    from shared.client import ClientError, Failing, Refused, Unauthorized

    while True:
        try:
            async with aclosing(client.stream(service, after, lambda: away.back(service))) as events:
                async for event in events:
                    await waiting.put((service, event))
                    after = event["position"]
            await asyncio.sleep(PAUSE)
        except (Refused, Failing) as error:
            await waiting.put(error if isinstance(error, Unauthorized) else NoStream(str(error)))
            return
        except ClientError as error:
            await asyncio.sleep(away.lost(service, error))
        except Exception as error:  # noqa: BLE001  a fault of ours: whoever reads has it
            await waiting.put(error)
            return
