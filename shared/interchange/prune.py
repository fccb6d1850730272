"""What a model or bundle brought once and says nothing of any more: links end, and entities retire as their lifecycle
lets them. What another source has as well stays as it is, and is that one's alone from then on.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from shared import clock
from shared.client import Client, Conflict, Refused
from shared.contracts import Kind
from shared.interchange.endings import is_over, way_out
from shared.interchange.holdings import Held, Holdings
from shared.interchange.identity import brought, left
from shared.interchange.outcome import Outcome
from shared.interchange.records import Batch, Origin, Record

REASON = "It left the file that brought it."


async def prune(client: Client, batch: Batch, origin: Origin, *, dry_run: bool) -> list[Outcome]:
    """Retire what left; a line of the domain that forbids it is reported. ``origin`` tells the bundle, not its id."""
    holdings = await Holdings.read(client)
    return await retire(client, holdings, left(batch, origin, holdings), origin, dry_run=dry_run)


async def retire(
    client: Client,
    holdings: Holdings,
    going: Iterable[Held],
    origin: Origin,
    *,
    dry_run: bool,
    reason: str | None = None,
) -> list[Outcome]:
    """End links and retire entities, those that nothing rests on first; a ``reason`` says more than that they left."""
    why = f"{reason} ({REASON})" if reason else REASON
    waiting = [(record(holdings, held, origin, why), held[1]) for held in going]
    outcomes = [Outcome(each, "released") for each, state in waiting if is_shared(origin, state)]
    if dry_run:
        return outcomes + [Outcome(each, "pruned") for each, state in waiting if not is_shared(origin, state)]
    # what took the place of others has moved and ended some of their links meanwhile
    waiting = [(each, await client.get(each.kind, each.id)) for each, _ in waiting]
    for each, state in waiting:
        if is_shared(origin, state):
            await release(client, each.kind, state, origin)
    waiting = [(each, state) for each, state in waiting if not is_shared(origin, state)]
    touching = holdings.touching()
    while waiting:  # what another one rests on may go only after that one
        tried = [(each, state, await let_go(client, each, state, touching)) for each, state in waiting]
        outcomes += [Outcome(each, "pruned") for each, _, reason in tried if reason is None]
        refused = [(each, state, reason) for each, state, reason in tried if reason is not None]
        if len(refused) == len(waiting):
            return outcomes + [Outcome(each, "refused", reason=f"stays: {reason}") for each, _, reason in refused]
        waiting = [(each, await client.get(each.kind, each.id)) for each, _, _ in refused]
    return outcomes


async def note_left(client: Client, going: Iterable[Held], origin: Origin) -> None:
    """Say in the provenance of what stays since when its source has it no more."""
    for kind, state in going:
        entries = brought(origin, state)
        if all(entry.get("left_at") for entry in entries):
            continue
        now = await client.get(kind, state["id"])
        if is_over(kind, now["state"]):  # with what something else took the place of
            continue
        noted = [{**entry, "left_at": _now()} if entry in entries else entry for entry in now["provenance"]]
        await client.patch(kind, now["id"], now["version"], {"provenance": noted})


def record(holdings: Holdings, held: Held, origin: Origin, reason: str = REASON) -> Record:
    """What stands in reports for something that is there and in no file."""
    kind, state = held
    return Record(kind, state["id"], holdings.label(kind, state), {}, origin, reason)


def is_shared(origin: Origin, state: Mapping[str, Any]) -> bool:
    """Whether another source has it as well."""
    own = brought(origin, state)
    return any(entry not in own and not entry.get("left_at") for entry in state["provenance"])


async def release(client: Client, kind: Kind, state: Mapping[str, Any], origin: Origin) -> None:
    """Leave it to its other sources."""
    others = [entry for entry in state["provenance"] if entry not in brought(origin, state)]
    await client.patch(kind, state["id"], state["version"], {"provenance": others})


async def let_go(
    client: Client, record: Record, state: Mapping[str, Any], touching: Mapping[str, list[Held]]
) -> str | None:
    """Retire it and end its links; None, or why it stays."""
    if is_over(record.kind, state["state"]):
        return None
    try:
        if record.kind.is_link:
            await end(client, record.kind, state, record.origin, record.reason)
        elif record.kind.is_live(state["state"]) or not await _deleted(client, record, state):
            await _move_out(client, record, state)
            for kind, link in touching.get(f"{record.kind.name}/{record.id}", ()):
                now = await client.get(kind, link["id"])
                if now["state"] == "active":
                    await end(client, kind, now, record.origin, record.reason)
    except Refused as error:
        return str(error)
    return None


async def end(client: Client, kind: Kind, link: Mapping[str, Any], origin: Origin, reason: str) -> None:
    """End a link, and note that this source did so: should it come back, then as the source's own."""
    ended = await client.transition(kind, link["id"], link["version"], "ended", reason)
    await _settle(client, kind, ended, origin)


async def _settle(client: Client, kind: Kind, state: Mapping[str, Any], origin: Origin) -> None:
    entries, left_at = brought(origin, state), _now()
    noted = [
        {**entry, "left_at": left_at, "wrote": {**entry.get("wrote", {}), "state": state["state"]}}
        if entry in entries
        else entry
        for entry in state["provenance"]
    ]
    if entries:
        await client.patch(kind, state["id"], state["version"], {"provenance": noted})


async def _deleted(client: Client, record: Record, state: Mapping[str, Any]) -> bool:
    """Whether it never was live and is gone now."""
    try:
        await client.delete(record.kind, record.id, state["version"], record.reason)
    except Conflict:
        return False
    return True


async def _move_out(client: Client, record: Record, state: Mapping[str, Any]) -> None:
    for step in way_out(record.kind.lifecycle, state["state"]):
        state = await client.transition(record.kind, record.id, state["version"], step, record.reason)
    await _settle(client, record.kind, state, record.origin)


def _now() -> str:
    return clock.rfc3339(clock.now())
