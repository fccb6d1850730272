"""What the records of a file are on the server: which id each has there, and what stays as it is."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from shared.client import Client, NotFound
from shared.contracts import LINKS, Kind
from shared.interchange import known
from shared.interchange.endings import is_over
from shared.interchange.found import UNRESOLVED
from shared.interchange.holdings import Ends, ends_of
from shared.interchange.records import NAMED, Batch, Record
from shared.interchange.together import each

State = dict[str, Any]


async def keep_ids(client: Client, batch: Batch) -> None:
    """What this source made when ids hung on its name keeps the id that it has."""

    async def had(record: Record) -> str | None:
        former = batch.former_ids.get(record.id, record.id)
        return former if former != record.id and await _read(client, record.kind, former) else None

    records = [record for layer in batch.layers for record in layer]
    found = zip(records, await each(records, had), strict=True)
    kept = {record.id: former for record, former in found if former}
    batch.layers = [[_with_ids(record, kept) for record in layer] for layer in batch.layers]


def _with_ids(record: Record, ids: Mapping[str, str]) -> Record:
    """A record with other ids, also where it refers to them: no other text is one of ours by chance."""

    def other(value: Any) -> Any:
        if isinstance(value, str):
            return ids.get(value, value)
        if isinstance(value, Mapping):
            return {name: other(each) for name, each in value.items()}
        return [other(each) for each in value] if isinstance(value, list) else value

    return replace(record, id=ids.get(record.id, record.id), members=other(record.members))


async def _read(client: Client, kind: Kind, id: str) -> State | None:
    try:
        return await client.get(kind, id)
    except NotFound:
        return None


async def keep_states(client: Client, batch: Batch) -> None:
    """What was only named has been registered in a state already: described later, it stays in it, which is told."""
    kinds = {record.kind for layer in batch.layers for record in layer if not record.kind.is_link}
    there: dict[str, State] = {}
    for kind in sorted(kinds, key=lambda kind: kind.name):
        there |= {
            state["id"]: state async for state in client.list(kind, tag=UNRESOLVED) if UNRESOLVED in state["tags"]
        }

    def kept(record: Record) -> Record:
        state, said = there.get(record.id, {}).get("state"), record.members.get("state")
        if not state or not said or state == said:
            return record
        batch.notes.append(f"{record.label} was made as unresolved, and stays {state}; the file has it as {said}")
        return replace(record, members={**record.members, "state": state})

    batch.layers = [[kept(record) for record in layer] for layer in batch.layers]


async def find_links(client: Client, batch: Batch) -> None:
    """A link is what it joins: one that is there, under whatever id, is that one."""
    sources: defaultdict[str, set[tuple[str, str]]] = defaultdict(set)
    for record in [record for layer in batch.layers for record in layer if record.kind.is_link]:
        end = record.members["source"]
        sources[record.kind.service].add((end["kind"], end["id"]))
    found = [link for service, ends in sorted(sources.items()) for link in await _links(client, service, ends)]
    there = {ends_of(link): link for link in found if link["state"] == "active"}
    batch.layers = [[_as_there(record, there) for record in layer] for layer in batch.layers]


async def _links(client: Client, service: str, sources: Collection[tuple[str, str]]) -> list[State]:
    """Those from these sources: all that the service has, where that takes no more requests than asking for each."""
    kind = LINKS[service]

    async def of(source: tuple[str, str]) -> list[State]:
        return [link async for link in client.list(kind, source_kind=source[0], source_id=source[1])]

    every = await known.listed(client, kind, len(sources))
    return [link for links in await each(sorted(sources), of) for link in links] if every is None else every


def _as_there(record: Record, there: Mapping[Ends, State]) -> Record:
    found = there.get(ends_of(record.members)) if record.kind.is_link else None
    return replace(record, id=found["id"]) if found else record


async def leave_stubs(client: Client, batch: Batch) -> None:
    """What a file only names, and the server has, stays as it is there; that this file names it too is noted."""

    async def named(record: Record) -> Record | None:
        there = await _read(client, record.kind, record.id)
        if there is None:
            return record
        return None if is_over(record.kind, there["state"]) else replace(record, members={}, partial=True)

    stubs = [record for layer in batch.layers for record in layer if record.origin.id in batch.stubs]
    found = dict(zip([record.id for record in stubs], await each(stubs, named), strict=True))
    kept = [[found.get(record.id, record) for record in layer] for layer in batch.layers]
    batch.layers = [[record for record in layer if record] for layer in kept]
    batch.spared |= {record.origin.id for record in stubs if found[record.id] is None}
    batch.beside[NAMED] -= sum(record is None for record in found.values())
