"""From an event to rows: a pure function, so that a view can be proven to be the fold of its events."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import NoneType
from typing import Any

from services.alignment.view.origins import came_as, models_of
from services.alignment.view.poison import Poison, document, instant, member, readable
from shared.contracts import KIND_OWNERS, LINKS, NODE_KINDS, OWNERS
from shared.contracts.base import Kind, folded
from shared.contracts.events import EventId
from shared.contracts.reference import Reference
from shared.contracts.relations import RELATIONS
from shared.telemetry import sane
from shared.telemetry.tracing import valid_traceparent

_MOST = 2**53
_MOST_INTEGER = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Projected:
    """The rows of one version, without generation and without the end of its interval."""

    event: EventId
    service: str
    position: int
    recorded_at: datetime
    record: dict[str, Any] | None
    edges: tuple[dict[str, Any], ...]
    correlation_id: str | None = None
    traceparent: str | None = None

    @property
    def event_id(self) -> EventId:
        return self.event

    @property
    def ref(self) -> str:
        return f"{self.event.kind}/{self.event.id}"

    @property
    def order(self) -> tuple[int, int]:
        return self.event.epoch, self.event.version


def read(raw: bytes | None) -> Projected:
    """Raises Poison. An event of a kind that this release does not know has no rows, and is no poison."""
    return readable(lambda: project(document(raw)))


def project(event: Mapping[str, Any]) -> Projected:
    """An event with all its rows."""
    bare = heading(event)
    kind = kind_of(bare)
    if kind is None:
        return bare
    state = event["data"]["state"]
    deleted = event["data"].get("deleted") is True
    record = _record(kind, event, state, deleted=deleted)
    edges = () if deleted else tuple(_edges(kind, state))
    _check_row(record, _TYPES)
    for edge in edges:
        _check_row(edge, _EDGE_TYPES)
    ids = bare.correlation_id, bare.traceparent
    return Projected(bare.event, bare.service, bare.position, bare.recorded_at, record, edges, *ids)


def heading(event: Mapping[str, Any]) -> Projected:
    """What an event is and where it stands, without its rows."""
    id = id_of(event)
    service = member(event, "source", str).removeprefix("/")
    position = member(event, "position", int)
    if service not in OWNERS or not 0 < position < _MOST or id.version > _MOST:
        raise Poison("its source, position or version is out of range")
    recorded_at = instant(event, "time")
    if recorded_at is None:
        raise Poison("it has no time")
    # not worth a dead letter: what is no id is not there
    ids = sane(event.get("correlationid")), valid_traceparent(event.get("traceparent"))
    bare = Projected(id, service, position, recorded_at, None, (), *ids)
    if kind := kind_of(bare):
        _check(kind, id, service, member(member(event, "data", dict), "state", dict, "its data"))
    return bare


def id_of(event: Any) -> EventId:
    """Which version an event says it is."""
    try:
        return EventId.parse(member(event, "id", str))
    except ValueError:
        raise Poison("its id is not <kind>:<id>:<epoch>.<version>") from None


def kind_of(event: Projected) -> Kind | None:
    """Its kind, if that has rows in the view; one of a later release has none."""
    kind = LINKS[event.service] if event.event.kind == "link" else NODE_KINDS.get(event.event.kind)
    return kind if kind is not None and kind.in_view else None


def _check(kind: Kind, id: EventId, service: str, state: Mapping[str, Any]) -> None:
    said = [member(state, "kind", str, "its state"), member(state, "id", str, "its state")]
    if [kind.service, *said, member(state, "version", int, "its state")] != [service, id.kind, id.id, id.version]:
        raise Poison("it and its state are not of the same version")
    member(state, "state", str, "its state")


_TEXT, _TEXT_OR_NONE = (str,), (str, NoneType)
_TYPES: dict[str, tuple[type, ...]] = {
    "key": _TEXT_OR_NONE,
    "type": _TEXT_OR_NONE,
    "owner": _TEXT_OR_NONE,
    "name": _TEXT_OR_NONE,
    "state": _TEXT,
    "actor": _TEXT,
    "models": _TEXT_OR_NONE,
    "sign_in": _TEXT_OR_NONE,
    "criticality": (int, NoneType),
}
_EDGE_TYPES: dict[str, tuple[type, ...]] = {
    "type": _TEXT,
    "source": _TEXT,
    "target": _TEXT,
    "rationale": _TEXT_OR_NONE,
    "came_as": _TEXT_OR_NONE,
    "confidence": (float, int, NoneType),
}


def _check_row(row: Mapping[str, Any], types: Mapping[str, tuple[type, ...]]) -> None:
    """What a database would refuse is poison here, so that it never stops those that come after it."""
    for name, allowed in types.items():
        value = row[name]
        of = type(value)
        too_large = of is int and abs(value) > _MOST_INTEGER
        if of not in allowed or too_large or (of is str and "\x00" in value):
            raise Poison(f"its {name} is of another type, or too large, or holds a NUL")


def _record(kind: Kind, event: Mapping[str, Any], state: Mapping[str, Any], *, deleted: bool) -> dict[str, Any]:
    name, key, owner = state.get("name"), state.get("key"), state.get("owner")
    return {
        "kind": kind.name,
        "service": kind.service,
        "position": event["position"],
        "key": key,
        "name": name,
        "folded": folded(name, key or "") if name else None,
        "type": state.get("type"),
        "state": state["state"],
        "live": not deleted and kind.is_live(state["state"]),
        "deleted": deleted,
        "criticality": state.get("criticality"),
        "owner": f"{owner['kind']}/{owner['id']}" if owner else None,
        "models": models_of(state),
        "sign_in": state.get("subject"),
        "valid_from": instant(state, "valid_from"),
        "valid_to": instant(state, "valid_to"),
        "actor": event.get("actor", ""),
        "data": dict(state),
    }


def _edges(kind: Kind, state: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    own = f"{kind.name}/{state['id']}"
    if kind.is_link:
        if state["type"] not in RELATIONS:
            return  # a relation of a later release
        source, target = ref_of(state["source"]), ref_of(state["target"])
        more: dict[str, Any] = {name: state.get(name) for name in ("rationale", "confidence")}
        more["came_as"] = came_as(state)
        yield _edge(0, state["type"], source, target, source, **more, **_standing(kind, state))
        return
    seen: set[tuple[str, str, str]] = set()
    for reference in kind.references:
        start = _start(reference, state, own)
        for _, target_kind, id in reference.targets(state) if start else ():
            ends = (str(start), f"{target_kind}/{id}")
            source, target = reversed(ends) if reference.swapped else ends
            if (reference.relation, source, target) not in seen:
                seen.add((reference.relation, source, target))
                standing = _standing(kind, state) if reference.start else {}
                yield _edge(len(seen), reference.relation, source, target, own, field=reference.path, **standing)


def _standing(kind: Kind, state: Mapping[str, Any]) -> dict[str, Any]:
    """When what a link or the holder of a field says holds; where the holder is an end itself, it says so there."""
    validity = {name: instant(state, name) for name in ("valid_from", "valid_to")}
    return {"live": kind.is_live(state["state"]), **validity}


def _start(reference: Reference, state: Mapping[str, Any], own: str) -> str | None:
    if reference.start is None:
        return own
    member, kind = reference.start
    return f"{kind}/{state[member]}" if state.get(member) else None


def ref_of(end: Mapping[str, Any]) -> str:
    if end["kind"] not in KIND_OWNERS:
        raise Poison("an end of it is of no known kind")
    return f"{end['kind']}/{end['id']}"


_OPTIONAL = ("field", "rationale", "confidence", "came_as", "valid_from", "valid_to")


def _edge(
    ordinal: int, type: str, source: str, target: str, holder: str, *, live: bool = True, **more: Any
) -> dict[str, Any]:
    relation, kinds = RELATIONS[type], (source.partition("/")[0], target.partition("/")[0])
    # what a field says always fits; a link that does not justifies nothing
    fits = more.get("field") is not None or relation.allows(*kinds)
    return dict.fromkeys(_OPTIONAL) | {
        "ordinal": ordinal,
        "type": type,
        "source": source,
        "target": target,
        "holder": holder,
        "up": relation.justified(kinds[0]) if fits else None,
        "live": live,
        **more,
    }
