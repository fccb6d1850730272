"""An owning service, put together from data: its kinds, their tables, and the rules of the domain."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import MetaData, Table

from shared.contracts import KINDS, Kind
from shared.contracts.base import Record
from shared.contracts.link import Link
from shared.errors import Fault


@dataclass(frozen=True)
class Facts:
    """What a rule may look at besides the new state, all from the owner's own data.

    ``old`` is the state before, or None; ``known`` has the entities of this service that the new state refers to, by
    ``kind/id``; ``links`` are its active outgoing links.
    """

    old: Any = None
    known: Mapping[str, Any] = field(default_factory=dict)
    links: Sequence[Link] = ()

    def get(self, kind: str, id: Any) -> Any:
        return self.known.get(f"{kind}/{id}")


Rule = Callable[[Any, Facts], Iterable[Fault]]
"""Pure: what is wrong with a new state, if anything."""


@dataclass(frozen=True)
class Rules:
    """``always`` by kind, for every write; ``on`` by (kind, state), for a transition into that state."""

    always: Mapping[str, Sequence[Rule]] = field(default_factory=dict)
    on: Mapping[tuple[str, str], Sequence[Rule]] = field(default_factory=dict)


@dataclass(frozen=True)
class Owner:
    name: str
    metadata: MetaData
    rules: Rules
    max_event_bytes: int

    @property
    def kinds(self) -> tuple[Kind, ...]:
        return KINDS[self.name]

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
    def links(self) -> Kind:
        return self.kinds[-1]


@dataclass(frozen=True)
class Written:
    """What a write came to: the state as it is now, its event, and whether the write made it."""

    state: Record
    event: str
    created: bool = False
    changed: bool = True
