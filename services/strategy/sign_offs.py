"""Deciding on an increment, and what can be told of it afterwards: its proof, and what has drifted since."""

from collections.abc import Sequence
from typing import Any, Literal, cast
from uuid import UUID

import orjson
from sqlalchemy import select, tuple_

from services.strategy.signing import OPEN, why_not
from shared.contracts import NODE_KINDS
from shared.contracts.base import Kind, Model, Record, Text
from shared.contracts.content import Content, content, difference
from shared.contracts.strategy.signing import Frozen, Increment, SignOff, Stakeholder
from shared.errors import Conflict, Invalid, SignatureRefused
from shared.resource import bodies, commands, store
from shared.resource.owner import Written
from shared.resource.store import Unit

_STAKEHOLDER = NODE_KINDS["stakeholder"]


class SignOffBody(Model):
    """One's own decision. ``stakeholder_id`` may be left out by whoever signs for one stakeholder only."""

    decision: Literal["approved", "rejected", "delegated"]
    comment: Text | None = None
    stakeholder_id: UUID | None = None
    delegated_to: UUID | None = None


async def decide(unit: Unit, kind: Kind, id: UUID, raw: bytes) -> Written:
    """Record a decision, and do what follows from it; raises SignatureRefused where it is not the caller's."""
    body = bodies.validated(SignOffBody, raw)
    old = cast(Increment, await commands.existing(unit, kind, id))
    if old.state not in OPEN:
        raise Conflict(f"It is {old.state}: decisions are taken between its submission and its last sign-off.")
    who = await _asked(unit, old, body)
    decided = SignOff(
        stakeholder_id=who.id, decision=body.decision, comment=body.comment, at=unit.now, by=unit.caller.subject,
        delegated_to=body.delegated_to,
    )  # fmt: skip
    asked = await _delegate(unit, old, body)
    sign_offs = [decided if each.stakeholder_id == who.id else each for each in old.sign_offs] + asked
    return await _follow(unit, kind, old, body, sign_offs)


async def _asked(unit: Unit, increment: Increment, body: SignOffBody) -> Stakeholder:
    """The stakeholder whose decision this is: asked, undecided, and signing in as the caller does."""
    waiting = [each.stakeholder_id for each in increment.sign_offs if each.decision == "requested"]
    found = cast(dict[str, Stakeholder], await store.load_many(unit, (("stakeholder", str(id)) for id in waiting)))
    mine = [who for who in found.values() if who.subject == unit.caller.subject]
    if body.stakeholder_id is not None:
        mine = [who for who in mine if who.id == body.stakeholder_id]
    if len(mine) != 1:
        raise SignatureRefused(_refusal(unit.caller.subject, len(mine)))
    if fault := why_not(mine[0], increment, "/stakeholder_id"):
        raise SignatureRefused(fault["detail"], errors=[fault])
    return mine[0]


def _refusal(subject: str, found: int) -> str:
    if found:
        return "You sign for several stakeholders here: say for which, by stakeholder_id."
    return f"No decision of {subject} is awaited here: each signer decides for themself, once."


async def _delegate(unit: Unit, increment: Increment, body: SignOffBody) -> list[SignOff]:
    """Whoever is asked instead; nobody who has been asked already."""
    if (body.decision == "delegated") != (body.delegated_to is not None):
        raise Invalid.at("/delegated_to", "delegate", "Name whom you delegate to, and only when you delegate.")
    if body.delegated_to is None:
        return []
    fault = why_not(await store.load(unit, _STAKEHOLDER, body.delegated_to), increment, "/delegated_to")
    if fault is None and any(each.stakeholder_id == body.delegated_to for each in increment.sign_offs):
        fault = {"pointer": "/delegated_to", "code": "asked-already", "detail": "They are asked already."}
    if fault:
        raise Invalid(fault["detail"], errors=[fault])
    return [SignOff(stakeholder_id=body.delegated_to)]


async def _follow(unit: Unit, kind: Kind, old: Increment, body: SignOffBody, sign_offs: Sequence[SignOff]) -> Written:
    """A rejection sends it back, the last approval signs it, any other decision is only recorded."""
    state, settled = "partly_signed", list(sign_offs)
    if body.decision == "rejected":
        state, settled = "declined", [_released(each) for each in sign_offs]
    elif all(each.decision in ("approved", "delegated") for each in sign_offs):
        state = "signed"
    elif not any(each.decision == "approved" for each in sign_offs):
        state = old.state
    reason = body.comment if state == "declined" else old.state_reason
    new = commands.following(unit, old, {"sign_offs": settled, "state": state, "state_reason": reason})
    if state != old.state:
        return await commands.move(unit, kind, old, new)
    return Written(new, str(await store.write(unit, kind, old, new, "changed")))


def _released(each: SignOff) -> SignOff:
    return each.model_copy(update={"decision": "no_longer_required"}) if each.decision == "requested" else each


async def frozen_contents(unit: Unit, package: Sequence[Frozen]) -> list[dict[str, Any]]:
    """What was submitted, from the versions of then."""
    changes = unit.owner.changes
    wanted = tuple_(changes.c.kind, changes.c.id, changes.c.version).in_([(i.kind, i.id, i.version) for i in package])
    rows = await unit.connection.execute(
        select(changes.c.kind, changes.c.id, changes.c.version, changes.c.data).where(wanted)
    )
    then = {(kind, id, version): content(orjson.loads(data)["state"]) for kind, id, version, data in rows}
    return [
        {"kind": item.kind, "id": str(item.id), "content": then[item.kind, item.id, item.version]} for item in package
    ]


def statement(increment: Increment) -> dict[str, Any]:
    """What the service vouches for: who decided what about which contents."""
    dumped = increment.model_dump(mode="json")
    head = {name: dumped[name] for name in ("id", "key", "name", "description", "state", "version", "created_by")}
    return {
        "service": "strategy",
        "increment": head,
        "items": dumped["package"],
        "sign_offs": dumped["sign_offs"],
        "at": dumped["updated_at"],
    }


async def drift(unit: Unit, package: Sequence[Frozen]) -> list[dict[str, Any]]:
    """Per item whether it still is what was signed, and if not, which members differ."""
    now = await store.load_many(unit, ((item.kind, str(item.id)) for item in package))
    signed = [each["content"] for each in await frozen_contents(unit, package)]
    return [
        _drift_of(item, now.get(f"{item.kind}/{item.id}"), then) for item, then in zip(package, signed, strict=True)
    ]


def _drift_of(item: Frozen, now: Record | None, signed: Content) -> dict[str, Any]:
    there = content(now.model_dump(mode="json")) if now else {}
    changes = difference(signed, there)
    told = {"kind": item.kind, "id": str(item.id), "name": signed.get("name"), "signed_version": item.version}
    version = now.version if now else None
    return {**told, "version": version, "deleted": now is None, "drifted": bool(changes), "changes": changes}
