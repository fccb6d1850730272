"""Under which other names a file has been a source before: it lay elsewhere, or an earlier release called it otherwise.

What a file says moves a claim from one name to another, and never takes one from a file that is still there: so nothing
is retired because two files are of one format, or have one name.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from shared.interchange.endings import is_over
from shared.interchange.found import UNRESOLVED
from shared.interchange.holdings import Holdings
from shared.interchange.records import Batch, Origin, Record, format_of, model_of

_ANOTHER = (
    "It has nothing of what {name} brought before, and is taken for another file of that name: it is called {other}, "
    "and what that one brought stays. If it is the same one, say so with --source {name}."
)


def recognise(batch: Batch, origin: Origin, holdings: Holdings) -> Origin:
    """Give each record the names under which this source may have written it before: those of an earlier release; a
    file of the same name, all of whose things are in this one; and whoever only named what is described here. Returns
    the source as it is called, where another file has its name already."""
    if not batch.former_sources:
        return origin
    brought = _brought(origin, holdings)
    if (own := _own_name(batch, origin, brought)) != origin.name:
        batch.notes += [_ANOTHER.format(name=origin.name, other=own)] if own not in brought else []
        origin = batch.origin = replace(origin, name=own)
        batch.layers = [
            [replace(record, origin=replace(record.origin, name=own)) for record in layer] for layer in batch.layers
        ]
    names = batch.former_sources | _moved(batch, origin, brought)
    batch.layers = [[_known_as(record, names, holdings, batch) for record in layer] for layer in batch.layers]
    return origin


def _own_name(batch: Batch, origin: Origin, brought: Mapping[str, set[str]]) -> str | None:
    """Of its names the one under which it brought something of what it describes, else the first that no other file
    has: what two files only name, as a team, makes them no one file."""
    records = [record for layer in batch.layers for record in layer if record.origin.id not in batch.stubs]
    described = {each.origin.id for each in [each for each in records if not each.kind.is_link] or records}
    names = [str(origin.name), *batch.longer] if origin.name else []
    known = next((name for name in names if described & brought.get(name, set())), None)
    return known or next((name for name in names if name not in brought), origin.name)


def _brought(origin: Origin, holdings: Holdings) -> Mapping[str, set[str]]:
    """By the name of each source of that format, the ids of what it brought and still has."""
    brought: defaultdict[str, set[str]] = defaultdict(set)
    for kind, state in (*holdings.links, *holdings.entities.values()):
        for entry in state["provenance"] if not is_over(kind, state["state"]) else ():
            if format_of(entry) == origin.format and not entry.get("left_at"):
                brought[model_of(entry)].add(entry["id"])
    return brought


def _moved(batch: Batch, origin: Origin, brought: Mapping[str, set[str]]) -> frozenset[str]:
    """Files of that name in other folders of which nothing is missing here, where this one was never seen before."""
    folder, _, name = str(origin.name).rpartition("/")
    if origin.name in brought or not folder or not name:
        return frozenset()
    said = batch.spared.union(record.origin.id for layer in batch.layers for record in layer)
    return frozenset(model for model, ids in brought.items() if model.endswith(f"/{name}") and ids <= said)


def _known_as(record: Record, names: frozenset[str], holdings: Holdings, batch: Batch) -> Record:
    _, there = holdings.entities.get(f"{record.kind.name}/{record.id}", (None, None))
    named = there and UNRESOLVED in there["tags"] and record.origin.id not in batch.stubs
    also = names | (_named_by(there, record.origin) if there and named else frozenset())
    return replace(record, origin=replace(record.origin, also=also)) if also else record


def _named_by(there: dict[str, Any], origin: Origin) -> frozenset[str]:
    entries = [entry for entry in there["provenance"] if format_of(entry) == origin.format]
    return frozenset(model_of(entry) for entry in entries if UNRESOLVED in entry.get("wrote", {}).get("tags", ()))
