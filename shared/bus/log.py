"""The event log of the embedded platform: what Kafka promises, in one SQLite file and one process.

Open a file once and share the object: its consumers share a group's partitions and are woken by its ``publish``.
What another process appends is seen as well, within ``_LOOK_AGAIN`` seconds.
"""

import asyncio
import sqlite3
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from shared.bus import (
    PARTITIONS,
    Batch,
    BusUnavailable,
    Consumer,
    Message,
    Partition,
    PositionLost,
    Positions,
    Right,
)
from shared.bus.log_store import LogStore

_LOOK_AGAIN = 0.5
_T = TypeVar("_T")


class LogBus:
    """One file, opened at first use. All work on it is done by one thread, in turn."""

    system = "plumbline"

    def __init__(self, path: str) -> None:
        self._path = path
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="event-log")
        self._store: LogStore | None = None
        self._groups: dict[tuple[str, tuple[str, ...]], list[LogConsumer]] = {}
        self._closed = False

    async def identity(self) -> str:
        return await self.run(LogStore.identity)

    async def ensure(self, topics: Sequence[str]) -> None:
        await self.run(lambda store: store.ensure(topics))

    async def allow(self, rights: Sequence[Right]) -> None:
        """Whoever may write the file may write everything in it."""

    async def publish(self, topic: str, messages: Sequence[Message]) -> None:
        """One transaction: all of the messages or none of them."""
        if messages:
            await self.run(lambda store: store.append(topic, messages))
            self._wake(topic)

    async def ends(self, topics: Sequence[str]) -> dict[Partition, int]:
        return await self.run(lambda store: store.ends(topics))

    async def consumer(self, group: str, topics: Sequence[str], positions: Positions) -> Consumer:
        """Join a group. Its members must follow the same topics."""
        await self.ensure(topics)
        members = self._groups.setdefault((group, tuple(sorted(topics))), [])
        return LogConsumer(self, group, topics, positions, members)

    async def close(self) -> None:
        """Waits for what is being written; consumers that are still open come back with BusUnavailable."""
        if not self._closed:
            self._closed = True
            self._wake(None)
            await asyncio.get_running_loop().run_in_executor(self._worker, self._close_store)
            self._worker.shutdown()

    async def run(self, work: Callable[[LogStore], _T]) -> _T:
        """Do something with the file in its thread. Once begun it is finished, also when the caller is cancelled."""
        if self._closed:
            raise BusUnavailable("the event log is closed")
        try:
            return await asyncio.get_running_loop().run_in_executor(self._worker, self._work, work)
        except (sqlite3.Error, OSError) as error:
            raise BusUnavailable(f"the event log {self._path}: {error}") from error

    def _work(self, work: Callable[[LogStore], _T]) -> _T:
        if self._store is None:
            self._store = LogStore(self._path)
        return work(self._store)

    def _close_store(self) -> None:
        if self._store is not None:
            self._store.close()
            self._store = None

    def _wake(self, topic: str | None) -> None:
        for (_, topics), members in self._groups.items():
            if topic is None or topic in topics:
                for member in members:
                    member.woken.set()


class LogConsumer:
    """A member of a group: every n-th partition, n being the number of members at the moment."""

    def __init__(
        self, bus: LogBus, group: str, topics: Sequence[str], positions: Positions, members: "list[LogConsumer]"
    ) -> None:
        self.woken = asyncio.Event()
        self._bus, self._group, self._positions, self._members = bus, group, positions, members
        self._all = [Partition(topic, number) for topic in sorted(topics) for number in range(PARTITIONS)]
        self._next: dict[Partition, int] = {}
        self._assigned = False
        members.append(self)
        self._split_again()

    async def fetch(self, limit: int, wait: float) -> list[Batch]:
        clock = asyncio.get_running_loop()
        until = clock.time() + wait
        while True:
            self.woken.clear()  # before looking, so that what comes after the look wakes us
            if batches := await self._look(limit):
                return batches
            left = until - clock.time()
            if left <= 0:
                return []
            await self._sleep(min(left, _LOOK_AGAIN))

    async def done(self, batches: Sequence[Batch]) -> None:
        try:
            await self._bus.run(lambda store: store.note(self._group, batches))
        except BusUnavailable:
            return  # only a graph of the lag misses it

    async def close(self) -> None:
        """Leave the group: its other members take over these partitions."""
        if self in self._members:
            self._members.remove(self)
            self._split_again()

    async def _look(self, limit: int) -> list[Batch]:
        if not self._assigned:
            await self._take_share()
        following = dict(self._next)
        batches = await self._bus.run(lambda store: store.read(following, limit))
        if not self._assigned:
            return []  # split again meanwhile: these may be another member's now
        for batch in batches:
            del self._next[batch.partition]
            self._next[batch.partition] = batch.next  # now the last in turn: a busy partition starves no other
        return batches

    async def _take_share(self) -> None:
        self._assigned = True  # before we ask, so that it is seen when the group is split again meanwhile
        mine = self._all[self._members.index(self) :: len(self._members)] if self in self._members else []
        try:
            self._next = await self._places(mine)
        except BaseException:
            self._assigned = False
            raise

    async def _places(self, mine: Sequence[Partition]) -> dict[Partition, int]:
        stored = await self._positions(mine) if mine else {}
        ends = await self._bus.ends(sorted({partition.topic for partition in mine}))
        places = {partition: stored.get(partition, 0) for partition in mine}
        for partition, place in places.items():
            if not 0 <= place <= ends[partition]:
                raise PositionLost(
                    f"{partition.topic}/{partition.number} at {place}; the log ends at {ends[partition]}"
                )
        return places

    async def _sleep(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self.woken.wait()
        except TimeoutError:
            return

    def _split_again(self) -> None:
        for member in [*self._members, self]:
            member._assigned = False
            member.woken.set()
