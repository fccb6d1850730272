"""aiokafka's clients on a leash.

Its producer never gives up on a batch, refuses everything after a rejected one, and may hang in ``stop``. So all that
is asked of a client has a deadline of ours, and a client that failed once is thrown away.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any, Generic, Protocol, TypeVar

from aiokafka import AIOKafkaProducer
from aiokafka.client import AIOKafkaClient

from shared.bus import BusUnavailable

STOP_SECONDS = 2.0


class Client(Protocol):
    """What producer and consumer have in common."""

    async def start(self) -> None: ...

    async def stop(self) -> None: ...


_C = TypeVar("_C", bound=Client)


@asynccontextmanager
async def deadline(seconds: float) -> AsyncIterator[None]:
    """Whatever goes wrong or takes longer is BusUnavailable; but a ValueError is a refusal of ours."""
    try:
        async with asyncio.timeout(seconds):
            yield
    except (BusUnavailable, ValueError):
        raise
    except TimeoutError as error:
        raise BusUnavailable(f"Kafka did not answer within {seconds:g} s") from error
    except Exception as error:
        raise BusUnavailable(f"Kafka: {error!r}") from error


class Kept(Generic[_C]):
    """One client, started at first use, used by one caller at a time, replaced after any failure."""

    def __init__(self, make: Callable[[], _C], start: Callable[[_C], Awaitable[None]], seconds: float) -> None:
        self._make, self._start, self._seconds = make, start, seconds
        self._client: _C | None = None
        self._turn = asyncio.Lock()
        self._leaving: set[asyncio.Task[bool]] = set()

    @asynccontextmanager
    async def use(self) -> AsyncIterator[_C]:
        """Raises BusUnavailable after the deadline, in which the wait for one's turn is counted."""
        async with deadline(self._seconds), self._turn:
            try:
                yield await self._started()
            except BaseException:
                self._drop()  # also when cancelled: nobody knows what it has sent
                raise

    async def close(self) -> None:
        """Comes back within STOP_SECONDS. Whoever waits for the client meanwhile gets BusUnavailable."""
        if self._client is not None and not self._turn.locked():
            await stop(self._client)
            self._client = None
        self._drop()
        await asyncio.gather(*self._leaving)

    async def _started(self) -> _C:
        if self._client is None:
            self._client = self._make()
            await self._start(self._client)
        return self._client

    def _drop(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            leaving = asyncio.create_task(_within(STOP_SECONDS, _take_down(client)))
            self._leaving.add(leaving)
            leaving.add_done_callback(self._leaving.discard)


async def stop(client: Client) -> None:
    """Stop a client, or take down what does not stop by itself, within STOP_SECONDS; never raises."""
    if not await _within(STOP_SECONDS / 2, client.stop()):
        await _within(STOP_SECONDS / 2, _take_down(client))


async def _within(seconds: float, work: Coroutine[Any, Any, None]) -> bool:
    """Whether it was done; in a task of its own, since aiokafka's clean-up trips over tasks it has cancelled itself."""
    task = asyncio.create_task(work)
    await asyncio.wait([task], timeout=seconds)
    return not task.cancel() and not task.cancelled() and task.exception() is None


async def _take_down(client: Any) -> None:
    """End the tasks and connections of a client without a word to the broker.

    stop() would wait for batches that nobody may ever take, and leaves half of this at work when it is cut short.
    """
    client._closed = True
    parts = [getattr(client, name, None) for name in ("_sender", "_coordinator", "_fetcher")]
    tasks = [task for part in parts if part for task in vars(part).values() if isinstance(task, asyncio.Task)]
    for task in tasks:
        task.cancel()
    connections: AIOKafkaClient = client.client if isinstance(client, AIOKafkaProducer) else client._client
    await connections.close()
    await asyncio.gather(*tasks, return_exceptions=True)
