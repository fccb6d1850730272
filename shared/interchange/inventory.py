"""Everything that the owners keep, for those who have to see all of it."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

from shared.client import Client
from shared.contracts import LINKS, NODE_KINDS, Kind
from shared.interchange.together import each

State = dict[str, Any]


@dataclass(frozen=True)
class Inventory:
    """States as the owners answer them: entities kind after kind, by key; links also when they have ended."""

    entities: list[tuple[Kind, State]] = field(default_factory=list)
    links: list[State] = field(default_factory=list)


class TooMany(Exception):
    """There is more than was asked for."""


async def read(client: Client, most: int | None = None) -> Inventory:
    """Everything; raises TooMany where that is more than ``most``, Unreachable or a Refused."""
    count = 0

    async def listed(kind: Kind) -> list[State]:
        nonlocal count
        states = []
        async for state in client.list(kind):
            states.append(state)
            count += 1
            if most is not None and count > most:
                raise TooMany
        return sorted(states, key=lambda state: str(state.get("key")))

    kinds = [*NODE_KINDS.values(), *LINKS.values()]
    found = [*zip(kinds, await each(kinds, listed), strict=True)]
    held = [(kind, state) for kind, states in found if not kind.is_link for state in states]
    return Inventory(held, [state for kind, states in found if kind.is_link for state in states])


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
