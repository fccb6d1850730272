"""POST /corrections: what was registered in a wrong state gets the right one, as long as nothing rests on that."""

import dataclasses
from uuid import UUID

import orjson
from sqlalchemy import select, tuple_

from shared.contracts.base import Kind, Record
from shared.errors import Conflict, Invalid
from shared.resource import bodies, checks, commands, sign_ins, store
from shared.resource.bodies import CorrectionBody
from shared.resource.owner import Written
from shared.resource.preconditions import Preconditions
from shared.resource.store import Unit


async def correct(unit: Unit, kind: Kind, id: UUID, raw: bytes, given: Preconditions) -> Written:
    """POST /corrections: another state for what was registered in a wrong one, as long as nothing rests on that."""
    given.demand()
    body = bodies.validated(CorrectionBody, raw)
    old = await commands.existing(unit, kind, id)
    given.check(old.version)
    if body.state not in kind.lifecycle.states:
        raise Invalid.at("/state", "unknown-state", f"The states of {kind.one} are {', '.join(kind.lifecycle.states)}.")
    if body.state == old.state:
        raise Conflict(f"It is {old.state} already.")
    await _check_correctable(unit, kind, old)
    new = commands.following(unit, old, {"state": body.state, "state_reason": body.reason})
    if kind.is_live(body.state):
        sign_ins.check_appointment(unit, kind, None, new)  # it comes to say who may decide
    facts = await checks.always(unit, kind, old, new, registered=True)
    event = str(await store.write(unit, kind, old, new, "changed", corrected=True))
    await commands.take_along(dataclasses.replace(unit, causation_id=event), kind, new, facts)
    return Written(new, event)


async def _check_correctable(unit: Unit, kind: Kind, old: Record) -> None:
    """Only a state that was registered can have been registered wrongly, and only until it has been moved on from."""
    changes = unit.owner.changes
    mine = (changes.c.kind == kind.name, changes.c.id == old.id)
    newest = select(changes.c.epoch, changes.c.version, changes.c.data).where(*mine, changes.c.action == "created")
    query = newest.order_by(changes.c.epoch.desc(), changes.c.version.desc()).limit(1)
    born = (await unit.connection.execute(query)).one()
    later = tuple_(changes.c.epoch, changes.c.version) > (born.epoch, born.version)
    moved = select(changes.c.version).where(*mine, later, changes.c.action == "transitioned").limit(1)
    if orjson.loads(born.data)["state"]["state"] == kind.lifecycle.initial:
        allowed = list(kind.lifecycle.moves[old.state])
        detail = "Only a state that was registered can be corrected, and this was none: POST .../transitions moves it."
        raise Conflict(detail, allowed=allowed)
    if (await unit.connection.execute(moved)).first():
        allowed = list(kind.lifecycle.moves[old.state])
        detail = "It has moved on since it was registered, which is too late: POST .../transitions moves it."
        raise Conflict(detail, allowed=allowed)
