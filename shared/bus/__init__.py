"""The event bus: what both adapters promise, and the one place that picks an adapter by its URL.

Order
    Messages of one key stay in the order in which they were published; there is no order across keys.
At least once
    What ``publish`` returned from is durable and reaches every group. If it raises, some or all of the messages may
    still have been stored: the caller publishes them again, so a reader may see ``1 2 3 2 3``.
Positions belong to the reader
    A reader keeps the next offset of each partition beside what it made of the messages, in one transaction. The bus
    only asks for these positions when partitions are assigned, and says ``PositionLost`` when one is no longer there.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, Protocol
from zlib import crc32

from shared.bus.access import Access
from shared.contracts.events import PARTITIONS


class BusUnavailable(Exception):
    """The broker could not be reached, or did not answer in time; whether it stored anything is unknown."""


class PositionLost(Exception):
    """A stored position is not in the log any more: the reader must rebuild from the owners."""


class Undecodable(PositionLost):
    """What lies at a stored position cannot be taken apart by any client of ours: the reader has to go on behind it."""


class Partition(NamedTuple):
    topic: str
    number: int


def partition_of(key: str) -> int:
    """Where both adapters put a key. It is part of the order they promise, so it never changes."""
    return crc32(key.encode()) % PARTITIONS


@dataclass(frozen=True, slots=True)
class Message:
    key: str
    value: bytes


@dataclass(frozen=True, slots=True)
class Entry:
    """A message as it lies in the log. Key and value may be anything that somebody wrote there."""

    offset: int
    key: bytes | None
    value: bytes | None


@dataclass(frozen=True, slots=True)
class Batch:
    """Consecutive entries of one partition: those at ``start`` and after, up to but without ``next``."""

    partition: Partition
    start: int
    next: int
    entries: Sequence[Entry]


@dataclass(frozen=True, slots=True)
class Right:
    """What a user may do with a topic or a group of that name, or with all whose names begin with it."""

    user: str
    resource: Literal["topic", "group"]
    name: str
    operations: Sequence[str]
    prefix: bool = False


Positions = Callable[[Sequence[Partition]], Awaitable[Mapping[Partition, int]]]
"""Asked when partitions are assigned; a partition it leaves out is read from its beginning."""


class Consumer(Protocol):
    """One member of a group. The group's partitions are spread over its members."""

    async def fetch(self, limit: int, wait: float) -> list[Batch]:
        """At most ``limit`` entries, in order per partition; empty after ``wait`` seconds without any.

        Raises PositionLost, Undecodable or BusUnavailable; after either, close this consumer and open another.
        """
        ...

    async def done(self, batches: Sequence[Batch]) -> None:
        """Tell the bus how far the group is, for graphs of its lag only; never raises."""
        ...

    async def close(self) -> None: ...


class Bus(Protocol):
    system: str
    """What it is called in traces (``messaging.system``)."""

    async def identity(self) -> str:
        """Names this log itself; another identity means that stored positions are of another log."""
        ...

    async def ensure(self, topics: Sequence[str]) -> None:
        """Create topics that are missing, with a fixed number of partitions; refuse one that has another number."""
        ...

    async def allow(self, rights: Sequence[Right]) -> None:
        """Let users do this; where there are no users there is nothing to do. Raises BusUnavailable."""
        ...

    async def publish(self, topic: str, messages: Sequence[Message]) -> None:
        """Store all messages durably, or raise BusUnavailable. Never waits longer than its own deadline."""
        ...

    async def ends(self, topics: Sequence[str]) -> dict[Partition, int]:
        """The offset after the last entry of every partition."""
        ...

    async def consumer(self, group: str, topics: Sequence[str], positions: Positions) -> Consumer: ...

    async def close(self) -> None: ...


def open_bus(url: str, access: Access | None = None) -> Bus:
    """``log:///path/to/log.sqlite`` or ``kafka://host:9092[,host:9092]``. Opens nothing yet: a broker may be away."""
    scheme, _, rest = url.partition("://")
    if scheme == "log":
        from shared.bus.log import LogBus

        return LogBus(rest)
    if scheme == "kafka":
        from shared.bus.kafka import KafkaBus

        return KafkaBus(rest, access=access or Access())
    raise ValueError(f"PLUMBLINE_BUS_URL has no adapter for {scheme}://")


__all__ = [
    "PARTITIONS",
    "Access",
    "Batch",
    "Bus",
    "BusUnavailable",
    "Consumer",
    "Entry",
    "Message",
    "Partition",
    "PositionLost",
    "Positions",
    "Right",
    "Undecodable",
    "open_bus",
    "partition_of",
]
