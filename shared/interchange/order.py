"""An order in which records can be written: each after those that it refers to and that are not there yet."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from graphlib import CycleError, TopologicalSorter
from typing import Any

from shared.contracts.reference import parse
from shared.contracts.relations import DECOMPOSITION
from shared.interchange.faults import BadBundle
from shared.interchange.records import Record

Known = Mapping[str, Mapping[str, Any] | None]


def in_order(records: Sequence[Record], known: Known) -> Iterator[list[Record]]:
    """Layers of records; ``known`` has what is on the server by id.

    References may run in a circle, since a team owns a role and the role the team, and two activities are kept apart
    from each other: then one is written without the member that closes it first, and with it at the end. Raises
    BadBundle for a circle that no member can be left out of, and for one of parts and wholes, which nobody takes.
    """
    by_ref = {_ref(record): record for record in records}
    later: dict[str, Record] = {}
    while circle := _circle(by_ref, known):
        ref, member = next(_closing(by_ref, circle), (None, ""))
        if ref is None:
            labels = " -> ".join(by_ref[ref].label for ref in circle)
            raise BadBundle([f"these refer to each other in a circle: {labels}"])
        later.setdefault(ref, by_ref[ref])
        without = {name: value for name, value in by_ref[ref].members.items() if name != member}
        by_ref[ref] = replace(by_ref[ref], members=without, partial=True)
    yield from _layers(by_ref, known)
    if later:
        yield [*later.values()]


def _closing(by_ref: Mapping[str, Record], circle: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Members without which a record can be made, and the circle is none: those of owners first."""
    found = [(ref, name) for ref in dict.fromkeys(circle) for name in _within(by_ref[ref], circle)]
    return iter(sorted(found, key=lambda each: each[1] != "owner"))


def _within(record: Record, circle: Sequence[str]) -> Iterator[str]:
    for reference in record.kind.references:
        name = parse(reference.path.partition(".")[0])[0]
        fixed = name in record.kind.immutable or record.kind.model.model_fields[name].is_required()
        if fixed or reference.relation in DECOMPOSITION:
            continue
        if any(f"{kind}/{id}" in circle for _, kind, id in reference.targets(record.members)):
            yield name


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
