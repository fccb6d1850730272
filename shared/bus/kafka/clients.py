"""aiokafka's clients on a leash.

Its producer never gives up on a batch, refuses everything after a rejected one, and may hang in ``stop``. So all that
is asked of a client has a deadline of ours, and a client that failed once is thrown away.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Generic, Protocol, TypeVar

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaConnectionError

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

    def __init__(self, make: Callable[[], _C], seconds: float) -> None:
        self._make, self._seconds = make, seconds
        self._client: _C | None = None
        self._turn = asyncio.Lock()
        self._leaving: set[asyncio.Task[None]] = set()

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
        """Comes back within STOP_SECONDS."""
        self._drop()
        await asyncio.gather(*self._leaving)

    async def _started(self) -> _C:
        if self._client is None:
            self._client = self._make()
            await self._client.start()
        return self._client

    def _drop(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            leaving = asyncio.create_task(stop(client))
            self._leaving.add(leaving)
            leaving.add_done_callback(self._leaving.discard)


async def stop(client: Client) -> None:
    """Stop a client, or what is left of it, within STOP_SECONDS; never raises."""
    if isinstance(client, AIOKafkaProducer):
        # stop() would wait until its batches have been sent, even when nobody is there to take them
        client._message_accumulator.fail_all(KafkaConnectionError("given up"))
    with suppress(Exception):
        async with asyncio.timeout(STOP_SECONDS):
            await client.stop()
