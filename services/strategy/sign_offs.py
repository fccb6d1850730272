"""Deciding on an increment: by who was asked when it was submitted, once, and for nobody else."""

from collections.abc import Sequence
from typing import Literal, cast
from uuid import UUID

from services.strategy.freezing import OPEN
from services.strategy.signing import why_not
from shared.contracts import NODE_KINDS
from shared.contracts.base import Kind, Model, Short, Text
from shared.contracts.strategy.signing import Increment, SignOff, Stakeholder
from shared.errors import Conflict, Invalid, SignatureRefused
from shared.live import is_live
from shared.resource import bodies, commands, store
from shared.resource.owner import Written
from shared.resource.store import Unit

_STAKEHOLDER = NODE_KINDS["stakeholder"]


class SignOffBody(Model):
    """One's own decision. ``package_hash`` says which package it is about: it is refused where that is not the one
    that is asked about. ``stakeholder_id`` may be left out by whoever signs for one stakeholder only."""

    decision: Literal["approved", "rejected", "delegated"]
    """What is decided."""
    comment: Text | None = None
    """Why; required to reject."""
    package_hash: Short | None = None
    """Hash of the package that was read: refused where another one is asked about."""
    stakeholder_id: UUID | None = None
    """For whom one signs; needed where one signs for several stakeholders."""
    delegated_to: UUID | None = None
    """The stakeholder who is to decide instead."""


async def decide(unit: Unit, kind: Kind, id: UUID, raw: bytes) -> Written:
    """Record a decision, and do what follows from it; raises SignatureRefused where it is not the caller's."""
    body = bodies.validated(SignOffBody, raw)
    old = cast(Increment, await commands.existing(unit, kind, id))
    if old.state not in OPEN:
        raise Conflict(
            f"It is {old.state}, and signers decide while it is submitted: {_ASKED.get(old.state, _DECIDED)}"
        )
    if body.package_hash not in (None, old.package_hash):
        raise Conflict("It has been submitted anew since that was read: read what is asked now.")
    asked = await _asked(unit, old, body)
    decided = asked.model_copy(
        update={
            "decision": body.decision, "comment": body.comment, "at": unit.now, "by": unit.caller.subject,
            "delegated_to": body.delegated_to,
        }
    )  # fmt: skip
    more = await _delegate(unit, old, body)
    sign_offs = [decided if each.stakeholder_id == asked.stakeholder_id else each for each in old.sign_offs] + more
    return await _follow(unit, kind, old, body, sign_offs)


async def _asked(unit: Unit, increment: Increment, body: SignOffBody) -> SignOff:
    """The sign-off that awaits this caller, who signs in as the stakeholder did when asked and may still decide."""
    waiting = [each for each in increment.sign_offs if each.decision == "requested"]
    if any(each.subject is None for each in waiting):
        waiting = await _asked_before(unit, waiting, body)
    mine = [each for each in waiting if each.subject == unit.caller.subject]
    if body.stakeholder_id is not None:
        mine = [each for each in mine if each.stakeholder_id == body.stakeholder_id]
    if len(mine) != 1:
        raise SignatureRefused(_refusal(unit.caller.subject, len(mine), waiting))
    who = cast(Stakeholder | None, await store.load(unit, _STAKEHOLDER, mine[0].stakeholder_id))
    fault = why_not(who, {*increment.authors, increment.created_by}, "/stakeholder_id", unit.now)
    if fault is None and who and not is_live(who, unit.now):
        detail = f"{who.name} is not valid at this moment: nobody signs before or after their term."
        fault = {"pointer": "/stakeholder_id", "code": "outside-validity", "detail": detail}
    if fault is None and who and who.subject != mine[0].subject:
        detail = f"{who.name} signs in as somebody else since this was submitted."
        fault = {"pointer": "/stakeholder_id", "code": "not-a-signer", "detail": detail}
    if fault:
        raise SignatureRefused(fault["detail"], errors=[fault])
    return mine[0]


async def _asked_before(unit: Unit, waiting: list[SignOff], body: SignOffBody) -> list[SignOff]:
    """An earlier release did not freeze who signs in as whom: what it submitted can only be sent back."""
    if body.decision != "rejected":
        detail = (
            "An earlier release submitted it, and froze less: reject it, take it back to draft and submit it again."
        )
        raise Conflict(detail)
    found = await store.load_many(unit, (("stakeholder", str(each.stakeholder_id)) for each in waiting))
    people = {who.id: cast(Stakeholder, who).subject for who in found.values()}
    return [each.model_copy(update={"subject": people.get(each.stakeholder_id)}) for each in waiting]


_ASKED = {"draft": "submit it first."}
_DECIDED = "nothing is left to decide."
_NAMED = 10


def _refusal(subject: str, found: int, waiting: Sequence[SignOff]) -> str:
    if found:
        return "You sign for several stakeholders here: say for which, by stakeholder_id."
    asked = ", ".join(f"{each.name} ({each.subject})" for each in waiting[:_NAMED]) or "nobody any more"
    return f"No decision of {subject} is awaited here: each signer decides for themself, once. Asked is {asked}."


async def _delegate(unit: Unit, increment: Increment, body: SignOffBody) -> list[SignOff]:
    """Whoever is asked instead: nobody who has been asked already, under whichever name."""
    if (body.decision == "delegated") != (body.delegated_to is not None):
        raise Invalid.at(
            "/delegated_to", "invalid-delegation", "Name whom you delegate to, and only when you delegate."
        )
    if body.delegated_to is None:
        return []
    who = cast(Stakeholder | None, await store.load(unit, _STAKEHOLDER, body.delegated_to))
    fault = why_not(who, {*increment.authors, increment.created_by}, "/delegated_to", unit.now)
    if fault is None and who and _is_asked(who, increment):
        fault = {"pointer": "/delegated_to", "code": "already-requested", "detail": "They are asked already."}
    if fault or who is None:
        raise Invalid(fault["detail"] if fault else "", errors=[fault] if fault else [])
    return [SignOff(stakeholder_id=who.id, name=who.name, subject=who.subject)]


def _is_asked(who: Stakeholder, increment: Increment) -> bool:
    """One person gives one signature, whatever they are called and whichever part they were asked in."""
    return any(who.id == each.stakeholder_id or who.subject in (each.subject, each.by) for each in increment.sign_offs)


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
