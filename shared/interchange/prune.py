"""What a bundle brought once and says nothing of any more: links end, and entities retire as their lifecycle lets them.

Only what this bundle wrote is looked at, and of that only what no other source claims.
"""

from collections import deque
from collections.abc import AsyncIterator, Mapping
from typing import Any

from shared.client import Client, Conflict, Refused
from shared.contracts import Kind
from shared.contracts.lifecycle import Lifecycle
from shared.interchange import inventory
from shared.interchange.records import Batch, Origin, Record
from shared.interchange.sync import Outcome

REASON = "It left the bundle that brought it."
_ENDS = (
    "retired",
    "ended",
    "withdrawn",
    "cancelled",
    "terminated",
    "closed",
    "left",
    "outdated",
    "inactive",
    "rejected",
    "superseded",
)
"""States in which something is no longer, without having come to what it was meant for; preferred in this order."""


async def prune(client: Client, batch: Batch, origin: Origin, *, dry_run: bool) -> list[Outcome]:
    """Retire what left; a line of the domain that forbids it is reported. ``origin`` tells the bundle, not its id."""
    left = [each async for each in _left(client, batch, origin)]
    if dry_run:
        return [Outcome(record, "pruned") for record, _ in left]
    waiting, outcomes = left, []
    while waiting:  # what another one rests on may go only after that one
        tried = [(record, state, await _retire(client, record, state)) for record, state in waiting]
        outcomes += [Outcome(record, "pruned") for record, _, reason in tried if reason is None]
        refused = [(record, state, reason) for record, state, reason in tried if reason is not None]
        if len(refused) == len(waiting):
            return outcomes + [Outcome(record, "refused", reason=f"stays: {reason}") for record, _, reason in refused]
        waiting = [(record, await client.get(record.kind, record.id)) for record, _, _ in refused]
    return outcomes


async def _left(client: Client, batch: Batch, origin: Origin) -> AsyncIterator[tuple[Record, dict[str, Any]]]:
    """Links first: what has none is free to go."""
    mentioned = {record.id for layer in batch.layers for record in layer}
    for listing in (inventory.links, inventory.entities):
        async for kind, state in listing(client):
            sources = [entry["source"] for entry in state["provenance"]]
            if sources == [origin.source] and state["id"] not in mentioned and not _is_over(kind, state["state"]):
                yield Record(kind, state["id"], _label(kind, state), {}, origin, REASON), state


def _label(kind: Kind, state: Mapping[str, Any]) -> str:
    if not kind.is_link:
        return f"{kind.name}/{state['key']}"
    source, target = state["source"], state["target"]
    return f"{source['kind']}/{source['id']} {state['type']} {target['kind']}/{target['id']}"


def _is_over(kind: Kind, state: str) -> bool:
    return state in _ENDS or kind.lifecycle.is_terminal(state)


async def _retire(client: Client, record: Record, state: dict[str, Any]) -> str | None:
    """None, or why it stays."""
    try:
        if record.kind.is_link:
            # without its provenance: should it come back, then as the bundle's and not as somebody else's change
            ended = await client.transition(record.kind, record.id, state["version"], "ended", REASON)
            await client.patch(record.kind, record.id, ended["version"], {"provenance": []})
        elif record.kind.is_live(state["state"]) or not await _deleted(client, record, state):
            await _move_out(client, record, state)
    except Refused as error:
        return str(error)
    return None


async def _deleted(client: Client, record: Record, state: dict[str, Any]) -> bool:
    """Whether it never was live and is gone now."""
    try:
        await client.delete(record.kind, record.id, state["version"], REASON)
    except Conflict:
        return False
    return True


async def _move_out(client: Client, record: Record, state: dict[str, Any]) -> None:
    for step in way_out(record.kind.lifecycle, state["state"]):
        state = await client.transition(record.kind, record.id, state["version"], step, REASON)


def way_out(lifecycle: Lifecycle, state: str) -> list[str]:
    """The fewest moves to an end."""
    ways = deque([[state]])
    while ways:
        way = ways.popleft()
        if way[-1] in _ENDS:
            return way[1:]
        following = [move for move in lifecycle.moves[way[-1]] if move not in way]
        ways += [[*way, move] for move in sorted(following, key=_rank)]
    return []


def _rank(state: str) -> int:
    return _ENDS.index(state) if state in _ENDS else len(_ENDS)
