"""From the steps of a scenario to the versions and relations that they would come to. Nothing is written."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

import orjson
from pydantic import ValidationError

from services.alignment.judge.moved import TAKEN_BACK
from services.alignment.judge.replay import Relation, Supposed
from services.alignment.judge.standing import Said, Version
from services.alignment.queries.hops import Walk, into
from services.alignment.queries.nodes import by_key, node, records, split
from services.alignment.queries.snapshot import Moment
from services.alignment.view.projection import Projected, project, ref_of
from shared.clock import FOREVER, rfc3339
from shared.contracts import KIND_OWNERS, LINKS, NODE_KINDS
from shared.contracts.base import SERVER_FIELDS, Kind
from shared.contracts.merging import merge_patch
from shared.contracts.refusals import one_of
from shared.contracts.relations import RELATIONS
from shared.contracts.scalars import looks_like_an_id
from shared.contracts.views import scenario as steps
from shared.errors import Invalid
from shared.http.faults import faults

Json = dict[str, Any]
MOST_HELD = 500
"""Roles of whoever leaves."""
_OVER = ("retired", "ended", "closed", "left", "terminated", "inactive")
"""What the end of a lifecycle is called, the usual first."""


@dataclass(frozen=True)
class Supposition:
    """``before`` is the row that is recorded, if there is one."""

    step: int
    ref: str
    before: Any
    after: Projected

    @property
    def row(self) -> Any:
        """Of an entity, as it would be in the table."""
        record = self.after.record or {}
        return SimpleNamespace(ref=self.ref, version=self.after.event.version, **record)


@dataclass
class Supposing:
    """The states of what steps change, one step after the other. Raises Invalid, naming the step."""

    moment: Moment
    told: list[Supposition] = field(default_factory=list)
    _rows: dict[str, Any] = field(default_factory=dict)
    _states: dict[str, Json] = field(default_factory=dict)

    async def take(self, number: int, step: Any) -> None:
        at = f"/steps/{number}"
        match step:
            case steps.Put():
                await self._put(number, f"{at}/state", step.state)
            case steps.Set():
                ref = await self._meant(f"{at}/ref", step.ref)
                if given := sorted(SERVER_FIELDS & step.members.keys()):
                    detail = f"{given[0]} is nothing that anybody writes."
                    raise Invalid.at(f"{at}/members/{given[0]}", "extra-forbidden", detail)
                state = merge_patch(self._states[ref], step.members)
                await self._put(number, f"{at}/members", self._stamped(ref, state))
            case steps.Move():
                ref = await self._meant(f"{at}/ref", step.ref)
                await self._move(number, at, ref, step.to)
            case steps.Retire():
                ref = await self._meant(f"{at}/ref", step.ref)
                await self._move(number, at, ref, _end_of(NODE_KINDS[split(ref)[0]]))
            case steps.Leave():
                await self._leave(number, at, await self._meant(f"{at}/ref", step.ref))
            case steps.Join():
                await self._link(number, at, step)
            case steps.End():
                ref = await self._meant(f"{at}/ref", step.ref)
                await self._move(number, at, ref, "ended")

    def supposed(self) -> Supposed:
        """The last word about each."""
        last = {each.ref: each.after for each in self.told}
        versions = [_version(after) for ref, after in last.items() if not ref.startswith("link/")]
        known = self.moment.known_at or self.moment.at
        relations = [_relation(edge, ref, known) for ref, after in last.items() for edge in after.edges]
        return Supposed(versions, frozenset(last), relations)

    async def _meant(self, pointer: str, ref: str) -> str:
        """What a ``kind/key`` or ``kind/id`` means, with its state at hand."""
        kind, _, key = ref.partition("/")
        if not key or (kind != "link" and kind not in NODE_KINDS):
            raise Invalid.at(pointer, "unknown-reference", f"{ref} is no kind/key or kind/id, such as service/claims.")
        if ref in self._states:
            return ref
        row = await (node(self.moment, ref) if looks_like_an_id(key) else by_key(self.moment, kind, key))
        if row is None or row.deleted:
            raise Invalid.at(pointer, "unknown-reference", f"There is no {kind} {key}.")
        self._know(row)
        found: str = row.ref
        return found

    def _know(self, row: Any) -> None:
        """What is recorded of it; at a valid time that is past, in the state that it was in by its owner's clock."""
        state = {**row.data, "state": row.state} if self.moment.moved is TAKEN_BACK else dict(row.data)
        self._rows.setdefault(row.ref, row)
        self._states.setdefault(row.ref, state)

    async def _put(self, number: int, pointer: str, state: Json) -> None:
        kind = _kind(pointer, state)
        state = {name: _id(value) if name == "id" else value for name, value in state.items()}
        ref = f"{kind.name}/{state.get('id')}"
        if ref not in self._states and looks_like_an_id(str(state.get("id"))):
            row = await node(self.moment, ref)
            if row is not None:
                self._know(row)
        self._suppose(number, pointer, kind, state)

    async def _move(self, number: int, at: str, ref: str, to: str) -> None:
        state = self._states[ref]
        kind = _kind(at, state)
        lifecycle = kind.lifecycle
        if to not in lifecycle.states:
            raise Invalid.at(f"{at}/to", "unknown-state", f"Must be {one_of(to, lifecycle.states)}")
        if state["state"] != to and lifecycle.way(state["state"], to) is None:
            may = ", ".join(lifecycle.moves[state["state"]]) or "nothing, since that is final"
            detail = f"No way leads from {state['state']} to {to}. It may become {may}."
            raise Invalid.at(f"{at}/to", "unknown-state", detail)
        self._suppose(number, at, kind, self._stamped(ref, state | {"state": to, "state_reason": None}))

    async def _leave(self, number: int, at: str, ref: str) -> None:
        if not ref.startswith("party/"):
            raise Invalid.at(f"{at}/ref", "unknown-kind", "Only a party leaves.")
        await self._move(number, at, ref, "left")
        hop = await Walk(self.moment, *into("assigns")).hop([ref], MOST_HELD)
        if hop.hidden:
            detail = f"They hold more than {MOST_HELD} roles: end some first."
            raise Invalid.at(f"{at}/ref", "too-much-turns", detail)
        for row in await records(self.moment, {step.far for step in hop.steps}):
            self._know(row)
            await self._move(number, at, row.ref, "ended")

    async def _link(self, number: int, at: str, step: steps.Join) -> None:
        if step.type not in RELATIONS:
            raise Invalid.at(f"{at}/type", "unknown-relation", f"Must be {one_of(step.type, RELATIONS)}")
        ends = {}
        for name in ("source", "target"):
            kind, _, id = (await self._meant(f"{at}/{name}", getattr(step, name))).partition("/")
            ends[name] = {"kind": kind, "id": id}
        text = f"{step.type} {ref_of(ends['source'])} {ref_of(ends['target'])}"
        stamp = {"created_at": self._now, "created_by": "scenario", "updated_at": self._now, "updated_by": "scenario"}
        link = {"id": str(uuid5(NAMESPACE_URL, text)), "kind": "link", "type": step.type, "state": "active", **ends}
        await self._put(number, at, link | stamp | {"version": 1})

    def _stamped(self, ref: str, state: Json) -> Json:
        """As its owner would record it, if it is another one: somebody has looked at it."""
        return state if state == self._states[ref] else state | {"updated_at": self._now}

    @property
    def _now(self) -> str:
        return rfc3339(self.moment.known_at or self.moment.at)

    def _suppose(self, number: int, pointer: str, kind: Kind, state: Json) -> None:
        ref = f"{kind.name}/{state.get('id')}"
        row = self._rows.get(ref)
        epoch, version = (row.epoch, row.version) if row is not None else (1, 0)
        state = state | {"version": version + 1}
        try:
            valid = kind.model.model_validate_json(orjson.dumps(state), strict=True)
        except ValidationError as error:
            found = [
                fault | {"pointer": f"{pointer}{fault['pointer']}"}
                for fault in faults(error.errors(include_url=False), kind.model)
            ]
            raise Invalid("A step does not fit the contract.", errors=found) from None
        if state["state"] not in kind.lifecycle.states:
            detail = f"Must be {one_of(state['state'], kind.lifecycle.states)}"
            raise Invalid.at(f"{pointer}/state", "unknown-state", detail)
        state = valid.model_dump(mode="json")
        event = {
            "id": f"{kind.name}:{valid.id}:{epoch}.{version + 1}",
            "source": f"/{kind.service}",
            "position": 1,
            "time": self._now,
            "data": {"state": state},
        }
        self._states[ref] = state
        self.told.append(Supposition(number, ref, row, project(event)))


def _id(given: object) -> object:
    """In the form that everything is known by; what is no id is left to the contract."""
    try:
        return str(UUID(given)) if isinstance(given, str) else given
    except ValueError:
        return given


def _kind(pointer: str, state: Mapping[str, Any]) -> Kind:
    name = state.get("kind")
    if name == "link":
        source = state.get("source")
        owner = KIND_OWNERS.get(str(source.get("kind"))) if isinstance(source, Mapping) else None
        if owner is None:
            raise Invalid.at(
                f"{pointer}/source", "unknown-kind", "A link says where it begins: its source is a {kind, id}."
            )
        return LINKS[owner]
    if not isinstance(name, str) or name not in NODE_KINDS or not NODE_KINDS[name].in_view:
        known = [kind.name for kind in NODE_KINDS.values() if kind.in_view]
        raise Invalid.at(f"{pointer}/kind", "unknown-kind", f"Must be {one_of(str(name), known)}")
    return NODE_KINDS[name]


def _end_of(kind: Kind) -> str:
    states = kind.lifecycle.states
    return next((state for state in _OVER if state in states), states[-1])


def _version(after: Projected) -> Version:
    record = after.record or {}
    return Version(
        after.ref, after.order, after.recorded_at, record["type"], record["state"], record["live"], record["deleted"],
        record["criticality"], record["valid_from"], record["valid_to"], None, record["data"],
    )  # fmt: skip


def _relation(edge: Mapping[str, Any], origin: str, known: Any) -> Relation:
    names = ("type", "source", "target", "holder", "live", "valid_from", "valid_to")
    return Relation(Said(*(edge[name] for name in names)), origin, edge["field"] is None, known, FOREVER)
