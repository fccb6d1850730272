"""An owning service, put together from data: its kinds, their tables, and the rules of the domain."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import MetaData, Table
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.contracts import RECORDED, Kind
from shared.contracts.base import Record
from shared.errors import Fault
from shared.rules import Rules

LooksUp = Callable[[AsyncConnection, Any], Awaitable[Iterable[Fault]]]
"""What is wrong with a new entity by what is recorded elsewhere than under a kind."""


@dataclass(frozen=True)
class Owner:
    """``making`` is asked by kind before something new is made."""

    name: str
    metadata: MetaData
    rules: Rules
    max_event_bytes: int
    making: Mapping[str, LooksUp] = field(default_factory=dict)

    @property
    def kinds(self) -> tuple[Kind, ...]:
        return RECORDED[self.name]

    def kind(self, name: str) -> Kind | None:
        """The kind of that name, if this service has it already."""
        return next((kind for kind in self.kinds if kind.name == name), None)

    def table(self, kind: Kind) -> Table:
        return self.metadata.tables[kind.name]

    @property
    def changes(self) -> Table:
        return self.metadata.tables["change"]

    @property
    def leader(self) -> Table:
        return self.metadata.tables["leader"]

    @property
    def links(self) -> Kind | None:
        return next((kind for kind in self.kinds if kind.is_link), None)


@dataclass(frozen=True)
class Written:
    """What a write came to: the state after it, its event, whether the write made the entity or changed it, and whether
    it was done by an earlier request with the same ``Idempotency-Key``."""

    state: Record
    event: str
    created: bool = False
    changed: bool = True
    replayed: bool = False
