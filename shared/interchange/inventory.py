"""Everything that the owners keep, for those who have to see all of it."""

from collections.abc import AsyncIterator
from typing import Any

from shared.client import Client
from shared.contracts import LINKS, NODE_KINDS, Kind


async def entities(client: Client) -> AsyncIterator[tuple[Kind, dict[str, Any]]]:
    """The state of every entity, kind after kind, by key.

    Paged by id, which nobody changes: in an order by keys one that is given another key meanwhile may be left out.
    """
    for kind in NODE_KINDS.values():
        for state in sorted([state async for state in client.list(kind)], key=lambda state: str(state["key"])):
            yield kind, state


async def links(client: Client) -> AsyncIterator[tuple[Kind, dict[str, Any]]]:
    """The state of every link, also of those that have ended."""
    for kind in LINKS.values():
        async for state in client.list(kind):
            yield kind, state
