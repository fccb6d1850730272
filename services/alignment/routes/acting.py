"""HTTP of what people do about a finding, at its address: waive it, acknowledge it, comment on it."""

from uuid import UUID

import orjson
from fastapi import APIRouter, Request, Response
from sqlalchemy import bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncConnection
from uuid_utils.compat import uuid7

from services.alignment.models import FINDING, GENERATION
from shared.contracts.alignment import ACKNOWLEDGEMENT, COMMENT, WAIVER, Acknowledgement, Comment, Waiver
from shared.contracts.base import Kind, Model, OwnerRef, Text
from shared.contracts.instant import Ending
from shared.errors import Fault, NotFound
from shared.resource import bodies, commands
from shared.resource.documents import IDEMPOTENCY_KEY
from shared.resource.owner import Written
from shared.resource.routes import Resource
from shared.resource.store import Unit


class WaiverOfFinding(Model):
    """Why a finding can be lived with, and until when."""

    reason: Text
    """Why it can be lived with."""
    valid_to: Ending
    """When the waiver ends by itself, at most a year ahead."""


class AcknowledgementOfFinding(Model):
    """That a finding has been seen, and who acts on it."""

    owner: OwnerRef | None = None
    """Who is to act on it: a party or a role."""
    description: Text | None = None
    """What is going to be done."""
    due: Ending | None = None
    """Until when it is to be mended."""


class CommentOnFinding(Model):
    """A remark about a finding."""

    text: Text
    """The remark."""


_STEPS: dict[Kind, tuple[str, str, type[Model]]] = {
    WAIVER: ("waiver", "Live with a finding until a day", WaiverOfFinding),
    ACKNOWLEDGEMENT: ("acknowledgement", "Say that a finding was seen, and who acts on it", AcknowledgementOfFinding),
    COMMENT: ("comments", "Comment on a finding", CommentOnFinding),
}
"""Of each kind of acts the step at a finding's address, what it is for, and its body."""
_ACTIVE = select(func.max(GENERATION.c.number)).where(GENERATION.c.status == "active").scalar_subquery()
_EVER = select(FINDING.c.id).where(FINDING.c.generation == _ACTIVE, FINDING.c.id == bindparam("finding")).limit(1)


async def _is_there(connection: AsyncConnection, finding: UUID) -> bool:
    """Whether it has ever been open in the view that answers."""
    return (await connection.execute(_EVER, {"finding": str(finding)})).scalar() is not None


async def is_of_a_finding(connection: AsyncConnection, new: Waiver | Acknowledgement | Comment) -> list[Fault]:
    """An act is of something that was found."""
    if await _is_there(connection, new.finding_id):
        return []
    detail = f"There is no finding {new.finding_id}: take the id from GET /alignment/v1/findings."
    return [Fault(pointer="/finding_id", code="unknown-reference", detail=detail)]


class Acting(Resource):
    """A kind of acts: it has a collection as every kind has, and a step at the address of the finding."""

    def router(self) -> APIRouter:
        routes = APIRouter()
        routes.include_router(super().router())
        step, summary, body = _STEPS[self.kind]
        told = self.documents.more(f"{self.kind.name}_of_finding", summary, self.kind.model, body, (IDEMPOTENCY_KEY,))
        told["responses"] = {201: {"model": self.kind.model}}
        told |= {"operation_id": f"{self.kind.name}_of_finding", "status_code": 201, "tags": ["findings"]}
        path = f"/{self.owner.name}/v1/findings/{{id}}/{step}"
        routes.add_api_route(path, self.act, methods=["POST"], response_model=None, **told)
        return routes

    async def act(self, request: Request, id: UUID) -> Response:
        raw, _ = await self._body(request)
        body = _STEPS[self.kind][2]
        made = uuid7()

        async def command(unit: Unit) -> Written:
            given = bodies.validated(body, raw).model_dump(mode="json", exclude_unset=True)
            given["finding_id"] = str(id)
            if not await _is_there(unit.connection, id):
                raise NotFound("There is no finding with this id.")
            return await commands.create(unit, self.kind, made, orjson.dumps(given))

        return self._written(await self._write(request, self._once(request, raw, command, id)))
