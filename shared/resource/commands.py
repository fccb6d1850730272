"""The use cases that every kind shares. Each runs in the unit of work it is given, and is one transaction with it."""

import dataclasses
from typing import Any, cast
from uuid import UUID

import orjson

from shared.changes.table import event_id
from shared.contracts import naming
from shared.contracts.base import Kind, Record, State
from shared.contracts.merging import merge_patch
from shared.errors import Conflict, Gone, Invalid, NotFound
from shared.resource import bodies, checks, keys, reviews, rights, sign_ins, store
from shared.resource.owner import Written
from shared.resource.preconditions import Preconditions
from shared.resource.store import Unit
from shared.rules import Facts

_TURN = 20
"""Writes or versions after which others have theirs."""


async def create(unit: Unit, kind: Kind, id: UUID, raw: bytes) -> Written:
    """POST: a new entity under an id of the server's."""
    return await _insert(unit, kind, id, bodies.parse(kind, raw), version=1)


async def replace(unit: Unit, kind: Kind, id: UUID, raw: bytes, given: Preconditions) -> Written:
    """PUT: create under the caller's id, or replace what is there; ``key`` and ``state`` left out stay."""
    members = bodies.parse(kind, raw)
    old = await store.load_alone(unit, kind, id)
    if old is None:
        given.check_absent()
        last = await store.last_version(unit, kind, id)
        return await _insert(unit, kind, id, members, version=last.version + 1 if last else 1)
    given.check_new(old.version)
    return await _update(unit, kind, old, members, given, idempotent=True)


async def patch(unit: Unit, kind: Kind, id: UUID, merge: Any, given: Preconditions) -> Written:
    """PATCH: JSON merge patch (RFC 7396) of the body that would make the current state."""
    given.demand()
    if not isinstance(merge, dict):
        raise Invalid.at("", "object-expected", "The body of a PATCH must be a JSON object (RFC 7396).")
    old = await existing(unit, kind, id)
    given.check(old.version)
    merged = merge_patch(bodies.as_body(kind, old), merge)
    return await _update(unit, kind, old, bodies.parse(kind, orjson.dumps(merged)), given)


async def transition(unit: Unit, kind: Kind, id: UUID, raw: bytes, given: Preconditions) -> Written:
    """POST /transitions: a move that the lifecycle has and whose lines are met."""
    given.demand()
    body = bodies.parse_transition(raw)
    old = await existing(unit, kind, id)
    new = following(unit, old, {"state": body.to, "state_reason": body.reason})
    await rights.demand(unit, kind, old, new)
    given.check(old.version)
    if body.to not in kind.lifecycle.states:
        raise Invalid.at("/to", "unknown-state", f"The states of {kind.one} are {', '.join(kind.lifecycle.states)}.")
    if body.to in kind.claimed:
        unit.caller.demand(f"{unit.owner.name}:register")
    return await move(unit, kind, old, new)


async def move(unit: Unit, kind: Kind, old: Record, new: Record) -> Written:
    """Store a transition whose lines are met, and let move along what moves along with it."""
    sign_ins.check_appointment(unit, kind, old, new)
    facts = await checks.always(unit, kind, old, new, registered=False)
    facts = await checks.with_links(unit, kind, new, facts)
    checks.check_transition(unit, kind, new, facts)
    new = _filled(unit, kind, new, facts)
    event = str(await store.write(unit, kind, old, new, "transitioned"))
    await take_along(dataclasses.replace(unit, causation_id=event), kind, new, facts)
    return Written(new, event)


def _filled(unit: Unit, kind: Kind, new: Record, facts: Facts) -> Record:
    """The new state with what the service itself writes: always, and when something comes into a state."""
    fills = [unit.owner.rules.keep.get(kind.name)]
    if facts.old is None or facts.old.state != new.state:
        fills.append(unit.owner.rules.fill.get((kind.name, new.state)))
    for fill in filter(None, fills):
        new = new.model_copy(update=dict(fill(new, facts)))
    return new


async def take_along(unit: Unit, kind: Kind, new: Record, facts: Facts) -> None:
    """Move what moves along with it; raises Raced if that is not what was judged any more."""
    found = {(each.kind, each.id): each for some in facts.found.values() for each in some}
    for effect in unit.owner.rules.then.get((kind.name, new.state), ()):
        for name, id, to, reason in effect(new, facts):
            await _move_along(unit, facts.get(name, id) or found.get((name, id)), to, reason)


async def _move_along(unit: Unit, seen: Record | None, to: str, reason: str) -> None:
    """Its own lines are those of what it moves along with. What is in that state already gets the reason."""
    kind = seen and unit.owner.kind(seen.kind)
    old = kind and seen and await store.load(unit, kind, seen.id, lock=True)
    if not (kind and seen and old) or kind.lifecycle.is_terminal(old.state):
        return
    if old.version != seen.version:
        raise store.Raced
    new = following(unit, old, {"state": to, "state_reason": reason})
    await store.write(unit, kind, old, new, "changed" if old.state == to else "transitioned")


async def review(unit: Unit, kind: Kind, id: UUID, raw: bytes, given: Preconditions) -> Written:
    """POST /reviews: somebody has looked; the next look is due after the cadence."""
    body = bodies.validated(reviews.ReviewBody, raw)
    old = cast(State, await existing(unit, kind, id))
    await rights.demand(unit, kind, old)
    given.check(old.version)
    made = reviews.reviewed(old.review, unit.caller.subject, unit.now, body.comment)
    new = following(unit, old, {"review": made})
    return Written(new, str(await store.write(unit, kind, old, new, "changed")))


async def read(unit: Unit, kind: Kind, id: UUID) -> Record:
    """The current state; raises NotFound, or Gone with the last version."""
    return await store.load(unit, kind, id) or await _absent(unit, kind, id)


async def existing(unit: Unit, kind: Kind, id: UUID) -> Record:
    return await store.load_alone(unit, kind, id) or await _absent(unit, kind, id)


async def _absent(unit: Unit, kind: Kind, id: UUID) -> Record:
    last = await store.last_version(unit, kind, id)
    if last is None:
        raise NotFound(f"There is no {kind.name} with this id.")
    raise Gone(f"This {kind.name} was deleted.", last=orjson.loads(last.data)["state"])


async def _insert(unit: Unit, kind: Kind, id: UUID, members: dict[str, Any], version: int) -> Written:
    registered = _registers(unit, kind, members["state"])
    members["state"] = members["state"] or kind.lifecycle.initial
    if not kind.is_link:
        if members["key"] is None and members["name"] == kind.model.model_fields["name"].default:
            members["key"] = naming.from_id(kind, id)
        elif members["key"] is None:
            members["key"] = await keys.made(unit, kind, members["name"])
        else:
            await keys.check(unit, kind, id, members["key"])
    by: dict[str, Any] = {"created_by": unit.caller.subject, "updated_by": unit.caller.subject}
    stamp = by | {"created_at": unit.now, "updated_at": unit.now}
    new = kind.model.model_construct(id=id, kind=kind.name, version=version, **members, **stamp)
    await rights.demand(unit, kind, None, new)
    sign_ins.check_appointment(unit, kind, None, new)
    facts = await checks.always(unit, kind, None, new, registered=registered)
    new = _filled(unit, kind, new, facts)
    return Written(new, str(await store.write(unit, kind, None, new, "created")), created=True)


async def _update(
    unit: Unit, kind: Kind, old: Record, members: dict[str, Any], given: Preconditions, *, idempotent: bool = False
) -> Written:
    for stays in ("key", "state", *kind.immutable):
        if stays in members and members[stays] is None:
            members[stays] = getattr(old, stays)
    new = following(unit, old, members)
    await rights.demand(unit, kind, old, new)
    if not store.changed_members(old, new):
        return Written(old, str(event_id(kind.name, old.id, old.version)), changed=False)
    if idempotent:
        given.demand()
        given.check(old.version)
    _check_immutable(kind, old, new)
    _check_same_state(kind, old, new)
    sign_ins.check_appointment(unit, kind, old, new)
    if not kind.is_link and members["key"] != getattr(old, "key", None):
        await keys.check(unit, kind, old.id, members["key"])
    facts = await checks.always(unit, kind, old, new, registered=False)
    new = _filled(unit, kind, new, facts)
    return Written(new, str(await store.write(unit, kind, old, new, "changed")))


def _registers(unit: Unit, kind: Kind, state: str | None) -> bool:
    """Whether a new entity is registered as found: it says in which state, and its caller may. Raises Forbidden."""
    scope = f"{unit.owner.name}:register"
    if state not in (None, kind.lifecycle.initial):
        unit.caller.demand(scope)
        if kind.registered is not None and state not in kind.registered:
            allowed = " or ".join(name for name in kind.lifecycle.states if name in kind.registered)
            raise Invalid.at(
                "/state", "state-not-registrable", f"{kind.one.capitalize()} is registered as {allowed} only."
            )
    return state is not None and unit.caller.may(scope)


def following(unit: Unit, old: Record, members: dict[str, Any]) -> Record:
    stamp = {"version": old.version + 1, "updated_at": unit.now, "updated_by": unit.caller.subject}
    return old.model_copy(update={**members, **stamp})


def _check_immutable(kind: Kind, old: Record, new: Record) -> None:
    for name in sorted(kind.immutable):
        if getattr(old, name) != getattr(new, name):
            raise Invalid.at(f"/{name}", "immutable", f"The {name} of {kind.one} never changes; make another one.")


def _check_same_state(kind: Kind, old: Record, new: Record) -> None:
    """To register is for creation only: what exists moves by transitions. Raises a Conflict with the allowed ones."""
    if new.state == old.state:
        return
    if kind.lifecycle.is_terminal(old.state):
        raise Conflict(f"This {kind.name} is {old.state}, which is final: a comeback is a new one that supersedes it.")
    detail = "PUT changes no state: POST .../transitions moves it, and /corrections mends one registered wrongly."
    raise Conflict(detail, allowed=list(kind.lifecycle.moves[old.state]))
