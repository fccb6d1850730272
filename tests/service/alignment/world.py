"""Owners in memory: random states of every kind that a view looks at, each version an event at a time that only rises.

What the owners would refuse is here as well, such as circles of decomposition: a view must bear it.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

import orjson

from services.alignment.view.projection import ref_of
from shared import clock
from shared.contracts import LINKS, NODE_KINDS, OWNERS, Kind
from shared.contracts.design import FOUR_PS
from shared.contracts.events import EventId
from shared.contracts.relations import RELATIONS

State = dict[str, Any]
START = datetime(2026, 1, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
DAYS = timedelta(days=37)
_LULL = 25
COUNTS = {
    "strategy": 3, "objective": 2, "outcome": 1, "tactic": 2, "operation": 2, "stakeholder": 1, "increment": 1,
    "service": 2, "service_offering": 1, "consumer_group": 1, "design_package": 2, "product": 1, "contract": 1,
    "process": 2, "activity": 2, "role": 2, "party": 2, "role_assignment": 2, "policy": 1, "project": 1,
    "capability": 1, "csf": 1, "kpi": 1, "partner": 1, "procedure": 1, "handoff": 1, "deliverable": 1,
    "strategy_element": 2, "work_instruction": 1, "control": 1,
}  # fmt: skip
LINKED = 30
_PAGE = 7
_STAMPS = {"id", "version", "created_at", "created_by", "updated_at", "updated_by"}
NEVER_SEEN = str(UUID(int=999, version=4))


def _pool() -> list[str]:
    kinds = [kind for kind, count in COUNTS.items() for _ in range(count)]
    return [f"{kind}/{UUID(int=number, version=4)}" for number, kind in enumerate(kinds, 1)]


REFS = _pool()
LINK_REFS = [f"link/{UUID(int=number, version=4)}" for number in range(100, 100 + LINKED)]


def some_id(dice: Random, *kinds: str) -> str:
    """One of the history's own of these kinds; now and then one that is never there."""
    ids = [ref.partition("/")[2] for ref in REFS if ref.partition("/")[0] in kinds]
    return dice.choice([*ids, *ids, *ids, NEVER_SEEN]) if ids else NEVER_SEEN


def ref(dice: Random, *kinds: str) -> State:
    kind = dice.choice(kinds)
    return {"kind": kind, "id": some_id(dice, kind)}


def some_day(dice: Random) -> str | None:
    """Before, among or after what these histories record, or none."""
    days = dice.choice([None, -400, -80, -20, 10, 40, 75, 120, 400])
    return None if days is None else clock.rfc3339(START + timedelta(days=days))


def _few(dice: Random, make: Callable[[], Any], most: int = 3) -> list[Any]:
    return [make() for _ in range(dice.randrange(most + 1))]


def _element(dice: Random) -> State:
    p = dice.choice(list(FOUR_PS))
    if dice.random() < 0.3:
        return {"type": p, "not_applicable": True, "reason": "It needs none.", "review_due": some_day(dice)}
    return {"type": p, "ref": ref(dice, FOUR_PS[p]), "competence": dice.choice([None, "It knows how."])}


_TARGET: State = {"metric": "m", "comparator": "<", "value": 1}
_COMPONENTS = {"goods": "item", "access": "resource", "action": "trigger"}


def _component(dice: Random) -> State:
    type, member = dice.choice(list(_COMPONENTS.items()))
    term = {"access": "terms", "action": "target_time"}.get(type)
    return {"type": type, member: "x"} | ({term: dice.choice([None, "y"])} if term else {})


OF_KIND: dict[str, Callable[[Random], State]] = {
    "strategy": lambda dice: {"type": dice.choice(["business", "it", "it_service", None])},
    "objective": lambda dice: {"level": dice.choice([None, "strategic", "tactical"])},
    "tactic": lambda dice: _side(dice),
    "operation": lambda dice: _side(dice),
    "outcome": lambda dice: {"type": dice.choice([None, "internal", "external"])},
    "consumer_group": lambda dice: {"type": dice.choice([None, "internal", "external"])},
    "service": lambda dice: {"type": dice.choice([None, "business", "application", "technology"])},
    "project": lambda dice: {"budget": dice.choice([None, 5.0])},
    "process": lambda dice: {
        "purpose": dice.choice([None, "It is there."]),
        "trigger": dice.choice([None, "It rings.", "It is time."]),
        "inputs": dice.choice([[], ["a"], ["a", "b"]]),
        "outputs": dice.choice([[], ["n 1"], ["x", "N 2"]]),
    },
    "kpi": lambda dice: {
        "target": dice.choice([None, 0, 5]),
        "baseline": dice.choice([0, 3]),
        "unit": dice.choice([None, "%", "h"]),
        "direction": "up",
    },
    "role": lambda dice: {
        "type": dice.choice(["process_owner", "service_owner", "process_manager", "process_practitioner", "other"]),
        "seats": dice.choice([None, 1, 3]),
        "required_skills": _few(dice, lambda: {"name": dice.choice("ab"), "level": dice.choice([None, 3])}, 1),
    },
    "party": lambda dice: {
        "type": dice.choice([None, "person", "team", "agent"]),
        "risk_class": dice.choice([None, "minimal", "high", "unacceptable"]),
        "capacity": dice.choice([None, 0.1, 1.0]),
        "skills": _few(
            dice, lambda: {"name": dice.choice("aAb"), "level": dice.choice([2, 4]), "valid_to": some_day(dice)}, 2
        ),
    },
    "stakeholder": lambda dice: {
        "signs": dice.choice([None, True]),
        "side": dice.choice([None, "business", "it", "it"]),
    },
    "product": lambda dice: {
        "end_of_support": some_day(dice),
        "type": dice.choice([None, "tool", "agent"]),
        "risk_class": dice.choice([None, "high"]),
    },
    "policy": lambda dice: {"type": dice.choice([None, "rule", "obligation"])},
    "control": lambda dice: {"cadence": dice.choice([None, "monthly", "annual"])},
    "strategy_element": lambda dice: {
        "type": dice.choice(["perspective", "position", "plan", "pattern"]),
        "evidence_refs": _few(dice, lambda: {"system": "minutes", "id": dice.choice("ab")}, 3),
    },
    "handoff": lambda dice: {"acceptance": dice.choice([None, "It is whole."])},
    "contract": lambda dice: {
        "type": dice.choice(["sla", "ola", "uc"]),
        "provider": ref(dice, "partner", "party"),
        "renewal": dice.choice([None, "undecided", "renew"]),
        "period": dice.choice([None, {"start": some_day(dice), "end": some_day(dice)}]),
        "items": _few(dice, lambda: _item(dice), 2),
        "signatories": [
            {"side": side, "name": "x"} for side in dice.choice([[], ["provider"], ["provider", "customer"]])
        ],
        "service_level_targets": _few(dice, lambda: dict(_TARGET), 1),
    },
    "activity": lambda dice: {
        "order": dice.choice([None, 1, 2]),
        "is_end": dice.choice([None, None, True]),
        "needs_instruction": dice.choice([None, True]),
        "decision": dice.choice([None, True]),
        "raci": _few(dice, lambda: {"role_id": some_id(dice, "role"), "letter": dice.choice("RACI")}),
    },
    "service_offering": lambda dice: {
        "components": _few(dice, lambda: _component(dice), 2),
        "terms": dice.choice([None, "As always."]),
        "commitments": _few(dice, lambda: dict(_TARGET), 1),
        "sunset_at": some_day(dice),
    },
    "design_package": lambda dice: {"elements": _few(dice, lambda: _element(dice), 4)},
    "role_assignment": lambda dice: {"scope": ref(dice, "process", "service")},
    "increment": lambda dice: {
        "items": _few(dice, lambda: ref(dice, "strategy", "objective", "tactic")),
        "sign_offs": _few(dice, lambda: _sign_off(dice), 2),
    },
}
"""Members that no reference tells of."""


def _side(dice: Random) -> State:
    return {"side": dice.choice([None, "business", "it"]), "it_dependent": dice.choice([None, False, True])}


def _sign_off(dice: Random) -> State:
    said = {"decision": dice.choice(["approved", "requested"]), "by": dice.choice(["anna", "ben"])}
    return {"stakeholder_id": some_id(dice, "stakeholder"), **said, "at": some_day(dice)}


def _item(dice: Random) -> State:
    member, kind = dice.choice([("offering_id", "service_offering"), ("service_id", "service")])
    return {member: some_id(dice, kind), "start": some_day(dice)}


def _references(kind: Kind, dice: Random) -> State:
    """Fields that point at others, whether those are there or not; required ones always do."""
    found: State = {}
    for reference in kind.references:
        name = reference.path.removesuffix("[]")
        if "[" in name or not reference.kinds or not name.endswith(("_id", "_ids")):
            continue
        if name.endswith("_ids"):
            found[name] = sorted({some_id(dice, *reference.kinds) for _ in range(dice.randrange(3))})
        elif kind.model.model_fields[name].is_required() or dice.random() < 0.5:
            found[name] = some_id(dice, *reference.kinds)
    return found


def _validity(dice: Random) -> State:
    if dice.random() < 0.8:
        return {}
    at = START + dice.choice([-1, 5, 20, 10**8]) * MINUTE
    return {dice.choice(["valid_from", "valid_to"]): clock.rfc3339(at)}


class World:
    """``states`` are the owners' lists; ``events`` all that was ever recorded, which is what ``/changes`` has."""

    def __init__(self, lively: int = 1) -> None:
        """``lively`` says how often the state is a live one."""
        self.lively = lively
        self.states: dict[str, State] = {}
        self.last: dict[str, State] = {}
        self.events: list[State] = []
        self.epoch = 1
        self.at: datetime | None = None
        """The instant at which everything is recorded from now on, if it is not the next of its own."""

    def write(self, at: str, dice: Random) -> None:
        """Create, change, move to another state or re-create one of the pool."""
        kind = NODE_KINDS[at.partition("/")[0]]
        body = _references(kind, dice) | _validity(dice)
        if kind.name in OF_KIND:
            body |= OF_KIND[kind.name](dice)
        body |= {"key": f"{kind.name}-{at[-2:]}", "name": f"N {dice.randrange(4)}"}
        states = [*kind.lifecycle.states, *sorted(kind.lifecycle.live) * self.lively]
        body |= {"state": dice.choice(states), "owner": None}
        body["criticality"] = dice.choice([None, 1, 5])
        if dice.random() < 0.3:
            body["review"] = {"next_due": some_day(dice), "cadence": dice.choice([None, "monthly", "annual"])}
        if dice.random() < 0.3:
            body["owner"] = ref(dice, "party", "role")
        self._record(at, kind, {name: value for name, value in body.items() if name in kind.model.model_fields})

    def link(self, at: str, dice: Random) -> None:
        """Make a link, or change one in what is not its type or its ends."""
        if at in self.last:
            ends = {name: self.last[at][name] for name in ("type", "source", "target")}
        else:
            source, target = (dict(zip(("kind", "id"), end.split("/"), strict=True)) for end in dice.sample(REFS, 2))
            fitting = [r.name for r in RELATIONS.values() if r.allows(source["kind"], target["kind"])]
            ends = {"type": dice.choice([*(fitting * 9), *RELATIONS]), "source": source, "target": target}
        confidence, state = dice.choice([None, 0.5, 0.9]), dice.choice(["active", "active", "ended"])
        kind = LINKS[NODE_KINDS[ends["source"]["kind"]].service]
        self._record(at, kind, {**ends, **_validity(dice), "confidence": confidence, "state": state})

    def restate(self, at: str, **members: Any) -> None:
        """Another version of what is there, with other members."""
        kind, state = NODE_KINDS[at.partition("/")[0]], self.states[at]
        self._record(at, kind, {name: state[name] for name in state if name not in _STAMPS} | members)

    def delete(self, at: str) -> None:
        if at in self.states:
            state = self.states.pop(at)
            self._tell(at, {**state, "version": state["version"] + 1}, deleted=True)

    def _record(self, at: str, kind: Kind, members: State) -> None:
        version = self.last[at]["version"] + 1 if at in self.last else 1
        stamp = {"created_at": START, "created_by": "anna", "updated_at": self._now(), "updated_by": "anna"}
        given = {"id": at.partition("/")[2], "version": version, **stamp, **members}
        self.states[at] = kind.model.model_validate(given).model_dump(mode="json")
        self._tell(at, self.states[at])

    def _now(self) -> datetime:
        """Now and then nothing happens for a while."""
        return self.at or START + (len(self.events) + len(self.events) // _LULL * DAYS // MINUTE) * MINUTE

    def _tell(self, at: str, state: State, *, deleted: bool = False) -> None:
        self.last[at] = state
        kind, id = at.split("/")
        source = ref_of(state["source"]) if at.startswith("link/") else at
        service = NODE_KINDS[source.partition("/")[0]].service
        told = {"state": state, **({"deleted": True} if deleted else {})}
        action = "deleted" if deleted else "created" if state["version"] == 1 else "changed"
        self.events.append(
            {
                "specversion": "1.0",
                "id": str(EventId(kind, id, 1, state["version"])),
                "source": f"/{service}",
                "type": f"plumbline.{service}.{kind}.{action}",
                "subject": f"{kind}/{id}",
                "aggregateversion": state["version"],
                "epoch": 1,
                "time": clock.rfc3339(self._now()),
                "position": 1 + sum(event["source"] == f"/{service}" for event in self.events),
                "actor": "anna",
                "data": told,
            }
        )

    async def changes(self, service: str, after: int, limit: int) -> dict[str, Any]:
        """As of an owner that gives less than is asked for."""
        mine = [event for event in self.events if event["source"] == f"/{service}"]
        page = mine[after : after + min(limit, _PAGE)]
        head = {"position": len(mine), "epoch": self.epoch, "recorded_until": clock.rfc3339(self._now() - MINUTE / 2)}
        return {"items": page, "next_after": after + len(page), "head": head}


assert set(OWNERS) == {NODE_KINDS[kind].service for kind in COUNTS}


def raw(event: Mapping[str, Any]) -> bytes:
    return orjson.dumps(event)


def key(event: Mapping[str, Any]) -> bytes:
    kind, id, _ = event["id"].split(":")
    return f"{kind}:{id}".encode()
