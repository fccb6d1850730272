"""A bus that keeps what it is given, and is away when a test says so."""

from collections.abc import Sequence
from typing import Any

import orjson

from shared.bus import BusUnavailable, Consumer, Message, Partition, Positions, Right


class FakeBus:
    system = "fake"

    def __init__(self) -> None:
        self.away = False
        self.stores_before_it_fails = 0
        self.sent: list[dict[str, Any]] = []
        self.attempts = 0

    @property
    def positions(self) -> list[int]:
        return [event["position"] for event in self.sent]

    async def publish(self, topic: str, messages: Sequence[Message]) -> None:  # noqa: ARG002  as of a bus
        self.attempts += 1
        stored = messages[: self.stores_before_it_fails] if self.away else messages
        self.sent += [orjson.loads(message.value) for message in stored]
        if self.away:
            raise BusUnavailable("it is away")

    async def identity(self) -> str:
        return "fake"

    async def ensure(self, topics: Sequence[str]) -> None:
        pass

    async def allow(self, rights: Sequence[Right]) -> None:
        pass

    async def ends(self, topics: Sequence[str]) -> dict[Partition, int]:  # noqa: ARG002
        return {}

    async def consumer(self, group: str, topics: Sequence[str], positions: Positions) -> Consumer:
        raise NotImplementedError

    async def close(self) -> None:
        pass
