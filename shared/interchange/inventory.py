"""Everything that the owners keep, for those who have to see all of it."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

from shared.client import Client
from shared.contracts import LINKS, NODE_KINDS, Kind

State = dict[str, Any]


@dataclass(frozen=True)
class Inventory:
    """States as the owners answer them: entities kind after kind, by key; links also when they have ended."""

    entities: list[tuple[Kind, State]] = field(default_factory=list)
    links: list[State] = field(default_factory=list)


async def read(client: Client) -> Inventory:
    """Everything; raises Unreachable or a Refused."""
    held = [each async for each in entities(client)]
    return Inventory(held, [state async for _, state in links(client)])


async def entities(client: Client) -> AsyncIterator[tuple[Kind, State]]:
    """The state of every entity, kind after kind, by key.

    Paged by id, which nobody changes: in an order by keys one that is given another key meanwhile may be left out.
    """
    for kind in NODE_KINDS.values():
        for state in sorted([state async for state in client.list(kind)], key=lambda state: str(state["key"])):
            yield kind, state


async def links(client: Client) -> AsyncIterator[tuple[Kind, State]]:
    """The state of every link, also of those that have ended."""
    for kind in LINKS.values():
        async for state in client.list(kind):
            yield kind, state
