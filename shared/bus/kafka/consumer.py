"""One member of a Kafka consumer group. The group only spreads the partitions; the positions are the reader's own."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress

from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, ConsumerRecord, TopicPartition
from aiokafka.errors import (
    ConsumerStoppedError,
    CorruptRecordException,
    KafkaError,
    OffsetOutOfRangeError,
    UnsupportedCodecError,
)

from shared.bus import PARTITIONS, Batch, BusUnavailable, Entry, Partition, PositionLost, Positions, Undecodable
from shared.bus.kafka.clients import deadline, stop

_Next = dict[Partition, int]
# A rebalance waits at most the session of a member that died.
_ASSIGNMENT_SECONDS = 30.0


class KafkaConsumer(ConsumerRebalanceListener):  # type: ignore[misc]  # aiokafka carries no types
    """Reads from where the reader stands, never from what the group committed.

    aiokafka hides a broker that is away and a fetcher that is stuck. So when nothing came for a while we ask for the
    ends of the partitions ourselves.
    """

    def __init__(self, client: AIOKafkaConsumer, topics: Sequence[str], positions: Positions, seconds: float) -> None:
        self._client, self._positions, self._seconds = client, positions, seconds
        self._all = [TopicPartition(topic, number) for topic in topics for number in range(PARTITIONS)]
        self._placing: asyncio.Task[_Next] | None = None
        self._assigned = asyncio.Event()
        self._committing: asyncio.Task[None] | None = None
        self._progress: dict[TopicPartition, int] = {}
        self._behind: _Next = {}
        self._now = asyncio.get_running_loop().time
        self._looked = self._assigned_at = self._now()
        client.subscribe(topics, listener=self)

    def on_partitions_revoked(self, _: set[TopicPartition]) -> None:
        """The start of a rebalance. Entries that are still on their way are not handed out any more."""
        self._assigned.clear()
        self._assigned_at = self._now()
        if self._placing is not None:
            self._placing.cancel()

    def on_partitions_assigned(self, assigned: set[TopicPartition]) -> None:
        """The end of a rebalance. What goes wrong while we take our places is raised by the next fetch."""
        self._placing = asyncio.create_task(self._place(assigned))
        self._assigned.set()

    async def fetch(self, limit: int, wait: float) -> list[Batch]:
        until = self._now() + wait
        following = await self._places(wait)
        if following is not None:
            batches = await self._fetch(following, limit, max(until - self._now(), 0.0))
            if batches:
                self._looked = self._now()
                return batches
        await self._look(following or {})
        return []

    async def done(self, batches: Sequence[Batch]) -> None:
        """Committed in the background; what comes meanwhile goes along with the next commit."""
        self._progress.update({TopicPartition(*batch.partition): batch.next for batch in batches})
        if self._progress and (self._committing is None or self._committing.done()):
            self._committing = asyncio.create_task(self._commit())

    async def close(self) -> None:
        tasks = [task for task in (self._placing, self._committing) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await stop(self._client)

    async def _places(self, wait: float) -> _Next | None:
        """The next offset of each of our partitions; None when there is no assignment within ``wait``."""
        with suppress(TimeoutError):
            async with asyncio.timeout(wait):
                await self._assigned.wait()
                while self._placing is not None and not self._placing.done():
                    await asyncio.wait([self._placing])
        placing = self._placing
        if not self._assigned.is_set() or placing is None or not placing.done() or placing.cancelled():
            return None
        return placing.result()

    async def _place(self, assigned: set[TopicPartition]) -> _Next:
        """A place that is not in the log is told by the broker, at the first fetch from there."""
        partitions = [Partition(*partition) for partition in sorted(assigned)]
        stored = await self._positions(partitions) if partitions else {}
        async with deadline(self._seconds):
            first = await self._client.beginning_offsets(assigned)
        following = {partition: stored.get(partition, first[TopicPartition(*partition)]) for partition in partitions}
        self._seek(following)
        return following

    def _seek(self, following: Mapping[Partition, int]) -> None:
        for partition, position in following.items():
            self._client.seek(TopicPartition(*partition), position)

    async def _fetch(self, following: _Next, limit: int, wait: float) -> list[Batch]:
        placing = self._placing
        records: dict[TopicPartition, list[ConsumerRecord]] = {}
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(wait + 0.1):  # getmany forgets its own timeout during a rebalance
                    records = await self._client.getmany(timeout_ms=int(wait * 1000), max_records=limit)
        except OffsetOutOfRangeError as error:
            if self._is_current(placing):
                raise PositionLost(str(error)) from error
        except OSError as error:
            raise BusUnavailable(f"Kafka: {error!r}") from error
        except Exception as error:
            if self._is_current(placing):
                raise _told(error) from error
        if not self._is_current(placing):
            self._rewind()
            return []
        return [_batch(following, partition, found) for partition, found in records.items()]

    def _is_current(self, placing: "asyncio.Task[_Next] | None") -> bool:
        return self._assigned.is_set() and self._placing is placing

    def _rewind(self) -> None:
        """There was a rebalance while we fetched: what came may be another member's, or be before our new places."""
        placing = self._placing
        if (
            self._assigned.is_set()
            and placing
            and placing.done()
            and not placing.cancelled()
            and not placing.exception()
        ):
            self._seek(placing.result())

    async def _look(self, following: _Next) -> None:
        """Is the broker there, and does nothing come because there is nothing?"""
        if self._now() - self._looked < self._seconds / 2:
            return
        self._looked = self._now()
        async with deadline(self._seconds / 2):
            ends = await self._client.end_offsets(self._all)
        behind = {partition: at for partition, at in following.items() if ends[TopicPartition(*partition)] > at}
        if behind.items() & self._behind.items():
            raise BusUnavailable("Kafka has entries for us, but they do not come")
        self._behind = behind
        if not self._assigned.is_set() and self._now() - self._assigned_at > _ASSIGNMENT_SECONDS:
            raise BusUnavailable("Kafka assigns no partitions")

    async def _commit(self) -> None:
        while self._progress:
            offsets, self._progress = self._progress, {}
            with suppress(KafkaError):
                await self._client.commit(offsets)


def _told(error: Exception) -> Exception:
    """A broker that fails is waited for. But it keeps whatever a producer sends, and aiokafka takes that apart while we
    fetch: what goes wrong there goes wrong again, however often it is tried."""
    cause = error.__cause__ if isinstance(error, KafkaError) and error.__cause__ else error
    if isinstance(cause, CorruptRecordException | UnsupportedCodecError):
        return Undecodable(f"Kafka: {cause!r}"[:500])
    if isinstance(cause, KafkaError | ConsumerStoppedError | OSError):
        return BusUnavailable(f"Kafka: {error!r}")
    return Undecodable(f"Kafka: {cause!r}"[:500])


def _batch(following: _Next, partition: TopicPartition, records: Sequence[ConsumerRecord]) -> Batch:
    """Take note that these were handed out."""
    ours = Partition(*partition)
    start, following[ours] = following[ours], records[-1].offset + 1
    return Batch(ours, start, following[ours], [Entry(record.offset, record.key, record.value) for record in records])
