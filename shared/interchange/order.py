"""An order in which records can be written: each after those that it refers to and that are not there yet."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from graphlib import CycleError, TopologicalSorter
from typing import Any

from shared.interchange.bundle_files import BadBundle
from shared.interchange.records import Record

Known = Mapping[str, Mapping[str, Any] | None]


def in_order(records: Sequence[Record], known: Known) -> Iterator[list[Record]]:
    """Layers of records; ``known`` has what is on the server by id.

    Who owns whom may run in a circle, since a team owns a role and the role the team: then one is written without its
    owner first, and with it at the end. Raises BadBundle for any other circle.
    """
    by_ref = {_ref(record): record for record in records}
    later: list[Record] = []
    while circle := _circle(by_ref, known):
        ref = next((ref for ref in circle if by_ref[ref].members.get("owner") and _owner(by_ref[ref]) in circle), None)
        if ref is None:
            labels = " -> ".join(by_ref[ref].label for ref in circle)
            raise BadBundle([f"these refer to each other in a circle: {labels}"])
        later.append(by_ref[ref])
        without = {name: value for name, value in by_ref[ref].members.items() if name != "owner"}
        by_ref[ref] = replace(by_ref[ref], members=without, partial=True)
    yield from _layers(by_ref, known)
    if later:
        yield later


def _circle(by_ref: Mapping[str, Record], known: Known) -> list[str]:
    """What refers to itself in the end, if anything does."""
    try:
        _sorter(by_ref, known).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def _layers(by_ref: Mapping[str, Record], known: Known) -> Iterator[list[Record]]:
    sorter = _sorter(by_ref, known)
    sorter.prepare()
    while sorter.is_active():
        ready = sorter.get_ready()
        yield [by_ref[ref] for ref in ready]
        sorter.done(*ready)


def _sorter(by_ref: Mapping[str, Record], known: Known) -> TopologicalSorter[str]:
    return TopologicalSorter({ref: _needed(record, by_ref, known) for ref, record in by_ref.items()})


def _needed(record: Record, by_ref: Mapping[str, Record], known: Known) -> list[str]:
    """What has to be there first: other services take any reference, and what is there already is there."""
    targets = [target for reference in record.kind.references for target in reference.targets(record.members)]
    refs = [f"{kind}/{id}" for _, kind, id in targets if known.get(id) is None]
    return [ref for ref in refs if ref in by_ref and by_ref[ref].kind.service == record.kind.service]


def _ref(record: Record) -> str:
    return f"{record.kind.name}/{record.id}"


def _owner(record: Record) -> str:
    owner = record.members["owner"]
    return f"{owner['kind']}/{owner['id']}"
