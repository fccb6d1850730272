"""A made-up organisation of any size, as its owners would tell of it: page by page, and never held as a whole.

It has units (``bench.shape``); a few relations leave theirs, and one service, the hub, is what a twentieth of all links
depend on, 50,000 at most.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache, cached_property
from hashlib import blake2b
from itertools import islice
from random import Random
from typing import Any
from uuid import UUID

from bench.shape import DEPENDENT, FAN_OUT, LINKS_PER_UNIT, PLACES, SLOTS, STATES
from shared.clock import rfc3339
from shared.contracts import LINKS, NODE_KINDS, OWNERS
from shared.contracts.catalog import Goods
from shared.contracts.events import EventId, event_type, schema_urn

Json = dict[str, Any]

MOST_AT_HUB = 50_000
_CHANGED_EVERY = 10
_ABROAD = 0.03
_BEGAN = datetime(2025, 1, 1, tzinfo=UTC)
_PACE = timedelta(milliseconds=10)
_STAMPS = {
    name: rfc3339(_BEGAN) if name.endswith("_at") else "bench"
    for name in ("created_at", "created_by", "updated_at", "updated_by")
}
_NOBODY = UUID(int=0)


@cache
def _blank(kind: str) -> Json:
    """What every element of a kind says when it says nothing of its own."""
    given: Json = {"id": _NOBODY, "state": STATES[kind], "version": 1, "key": "k", "name": "n", **_STAMPS}
    if kind == "role_assignment":
        given |= {"party_id": _NOBODY, "role_id": _NOBODY, "scope": {"kind": "process", "id": _NOBODY}}
    return NODE_KINDS[kind].model.model_validate(given).model_dump(mode="json")


@cache
def _blank_link() -> Json:
    end = {"kind": "service", "id": _NOBODY}
    given = {"id": _NOBODY, "state": "active", "version": 1, "type": "depends_on", "source": end, "target": end}
    return LINKS["catalog"].model.model_validate(given | _STAMPS).model_dump(mode="json")


@cache
def _goods() -> Json:
    return Goods(type="goods", item="box").model_dump(mode="json")


def owner(kind: str) -> str:
    return NODE_KINDS[kind].service


@dataclass
class Organisation:
    """Of ``links`` links. Answers as the owners' ``/changes`` do; pages are asked for one after the other."""

    links: int
    seed: int = 1
    _reading: dict[str, Iterator[Json]] = field(default_factory=dict)

    @property
    def units(self) -> int:
        return (self.links - min(self.links // 20, MOST_AT_HUB)) // LINKS_PER_UNIT

    @property
    def at_hub(self) -> int:
        return self.links - self.units * LINKS_PER_UNIT

    @property
    def hub(self) -> str:
        return self.id(-1, 0)

    def id(self, unit: int, place: object) -> str:
        return str(UUID(bytes=blake2b(f"{self.seed} {unit} {place}".encode(), digest_size=16).digest()))

    def end(self, unit: int, place: int) -> Json:
        return {"kind": SLOTS[place][0].kind, "id": self.id(unit, place)}

    def some(self, dice: Random, kind: str) -> Json:
        """An element of a kind, anywhere."""
        return self.end(dice.randrange(self.units), dice.choice(PLACES[kind]))

    @cached_property
    def heads(self) -> dict[str, int]:
        """The position of each owner's last event."""
        return {service: count * self.units + hub for service, (count, hub) in self._counts().items()}

    def _counts(self) -> dict[str, tuple[int, int]]:
        each = Counter(owner(layer.kind) for layer, _ in SLOTS)
        each.update(owner(SLOTS[place][0].kind) for place in range(0, len(SLOTS), _CHANGED_EVERY))
        for place, fan in FAN_OUT.items():
            each[owner(SLOTS[place][0].kind)] += fan
        return {service: (each[service], 1 + self.at_hub if service == "catalog" else 0) for service in OWNERS}

    async def changes(self, service: str, after: int, limit: int) -> Json:
        if after == 0:
            self._reading[service] = self.events(service)
        items = list(islice(self._reading[service], limit))
        head = self.heads[service]
        until = rfc3339(self.time(max(self.heads.values())))
        return {
            "items": items,
            "next_after": items[-1]["position"] if items else after,
            "head": {"position": head, "recorded_until": until},
        }

    def time(self, position: int) -> datetime:
        return _BEGAN + position * _PACE

    def events(self, service: str) -> Iterator[Json]:
        """All that an owner has to tell, in the order of positions."""
        for position, (version, state) in enumerate(self._states(service), 1):
            yield self.event(service, position, version, state, self.time(position))

    def event(self, service: str, position: int, version: int, state: Json, at: datetime) -> Json:
        kind, id, time = state["kind"], state["id"], rfc3339(at)
        action = "created" if version == 1 else "changed"
        type_ = event_type(service, kind, action)
        return {
            "specversion": "1.0",
            "id": str(EventId(kind, id, 1, version)),
            "source": f"/{service}",
            "type": type_,
            "subject": f"{kind}/{id}",
            "time": time,
            "datacontenttype": "application/json",
            "dataschema": schema_urn(type_),
            "aggregateversion": version,
            "epoch": 1,
            "position": position,
            "correlationid": "bench",
            "actor": "bench",
            "data": {"state": state | {"version": version, "updated_at": time}, "changed": ["name"]},
        }

    def _states(self, service: str) -> Iterator[tuple[int, Json]]:
        for unit in range(self.units):
            yield from self._unit(service, unit)
        if service == "catalog":
            yield 1, self.node(self.hub, "service", "hub", "The platform")
            for number in range(self.at_hub):
                rank, unit = divmod(number, self.units)
                source = self.end(unit, DEPENDENT[rank])
                yield 1, self.link(self.id(-1, number + 1), "depends_on", source, {"kind": "service", "id": self.hub})

    def _unit(self, service: str, unit: int) -> Iterator[tuple[int, Json]]:
        mine = [place for place, (layer, _) in enumerate(SLOTS) if owner(layer.kind) == service]
        for place in mine:
            yield 1, self._element(unit, place)
        for place in mine:
            yield from ((1, link) for link in self._links(unit, place))
        for place in mine:
            if place % _CHANGED_EVERY == 0:
                yield 2, self._element(unit, place) | {"description": "Described later."}

    def _element(self, unit: int, place: int) -> Json:
        layer, number = SLOTS[place]
        key = f"{layer.kind.replace('_', '-')}-{unit}-{place}"
        name = f"{layer.kind.replace('_', ' ').capitalize()} {number} of unit {unit}"
        state = self.node(self.id(unit, place), layer.kind, key, name) | layer.more
        return state | self._fields(layer.kind, unit, number)

    def _fields(self, kind: str, unit: int, number: int) -> Json:
        """Fields that refer to others of the unit."""

        def of(other: str) -> str:
            places = PLACES[other]
            return self.id(unit, places[number % len(places)])

        if kind == "service_offering":
            goods = _goods() | {"product_id": of("product")}
            return {
                "service_ids": [of("service")],
                "consumer_group_ids": [of("consumer_group")],
                "components": [goods],
            }
        if kind == "contract":
            item = {"offering_id": of("service_offering"), "service_id": None, "start": None, "end": None}
            return {"items": [item], "valid_from": rfc3339(_BEGAN), "valid_to": rfc3339(_BEGAN.replace(year=2099))}
        if kind == "role_assignment":
            scope = {"kind": "process", "id": of("process")}
            return {"party_id": of("party"), "role_id": of("role"), "scope": scope}
        return {}

    def node(self, id: str, kind: str, key: str, name: str) -> Json:
        return _blank(kind) | {"id": id, "key": key, "name": name}

    def link(self, id: str, type: str, source: Json, target: Json) -> Json:
        return _blank_link() | {"id": id, "type": type, "source": source, "target": target}

    def _links(self, unit: int, place: int) -> Iterator[Json]:
        dice, made = Random(f"{self.seed} {unit} {place}"), set[tuple[str, str]]()
        while len(made) < FAN_OUT.get(place, 0):
            relation, _, kind = dice.choice(SLOTS[place][0].relations).partition(" ")
            target = self._target(dice, unit, place, kind)
            if (relation, target["id"]) not in made:
                made.add((relation, target["id"]))
                yield self.link(self.id(unit, f"{place} {len(made)}"), relation, self.end(unit, place), target)

    def _target(self, dice: Random, unit: int, place: int, kind: str) -> Json:
        """The first of a kind are the most sought after; of its own kind an element looks at those before it."""
        near = [other for other in PLACES[kind] if other < place]
        if not near or dice.random() < _ABROAD:
            return self.end(dice.randrange(self.units), dice.choice(near or PLACES[kind]))
        return self.end(unit, near[int(len(near) * dice.random() ** 1.5)])
