"""``POST /bulk``: many PUTs in one request, one JSON document a line (NDJSON), and one line of answer for each.

    {"kind": "tactic", "id": "...", "body": {...}, "if_match": 3}

Each line is a PUT with all its rules, and comes to the same state, version and event. By itself every line stands
alone; ``?atomic=true`` makes all of them or none.
"""

from typing import Annotated, Any
from uuid import UUID

import orjson
from fastapi import APIRouter, Query, Request, Response
from pydantic import Field, ValidationError
from sqlalchemy.ext.asyncio import AsyncConnection

from shared import clock, http, strict_json
from shared.changes import Leader
from shared.contracts.base import Model
from shared.db import Database
from shared.errors import DomainError, Invalid, TooLarge
from shared.faults import fault
from shared.resource.many import Entry, Writer
from shared.resource.owner import Owner, Written
from shared.resource.prefetch import Item
from shared.resource.store import Unit

MAX_LINES = 5000


class Line(Model):
    """One PUT. ``if_match`` is the version that was read, needed where something else is there already."""

    kind: str
    id: UUID
    body: dict[str, Any]
    if_match: Annotated[int, Field(ge=1)] | None = None


class Bulk:
    def __init__(self, owner: Owner, database: Database, leader: Leader) -> None:
        self.owner = owner
        self.database = database
        self.leader = leader

    def router(self) -> APIRouter:
        router = APIRouter(prefix=f"/{self.owner.name}/v1", tags=["bulk"])
        lines = {"application/x-ndjson": {"schema": {"type": "string"}}}
        router.add_api_route(
            "/bulk",
            self.post,
            methods=["POST"],
            response_model=None,
            summary="Many PUTs, one JSON document a line",
            operation_id=f"bulk_{self.owner.name}",
            responses={200: {"description": "One line of answer for each", "content": lines}},
            openapi_extra={"requestBody": {"required": True, "content": lines}},
        )
        return router

    async def post(self, request: Request, atomic: Annotated[bool, Query()] = False) -> Response:
        who = http.caller(request, f"{self.owner.name}:write")
        entries = _entries(self.owner, await http.lines(request))

        def unit(connection: AsyncConnection) -> Unit:
            return Unit(self.owner, connection, who, clock.now(), *http.correlation())

        writer = Writer(self.database, unit)
        results = await (writer.all_or_none(entries) if atomic else writer.each(entries))
        self.leader.wake()
        lines = b"".join(map(_told, entries, results))
        return Response(lines, media_type="application/x-ndjson")


def _entries(owner: Owner, raw: list[bytes]) -> list[Entry]:
    if len(raw) > MAX_LINES:
        raise TooLarge(f"A request may have {MAX_LINES} lines.")
    return [_entry(owner, number, line) for number, line in enumerate(raw, 1)]


def _entry(owner: Owner, number: int, raw: bytes) -> Entry:
    try:
        strict_json.read(raw)
        line = Line.model_validate_json(raw, strict=True)
    except DomainError as error:
        return Entry(number, error=error)
    except ValidationError as error:
        faults = [fault(detail) for detail in error.errors(include_url=False, include_input=False)]
        return Entry(number, error=Invalid("The line does not fit the contract.", errors=faults))
    if (kind := owner.kind(line.kind)) is None:
        fault_ = f"The service {owner.name} keeps none of this kind."
        return Entry(number, error=Invalid.at("/kind", "unknown-kind", fault_))
    return Entry(number, Item(kind, line.id, line.body), line.if_match)


def _told(entry: Entry, result: Written | DomainError) -> bytes:
    if isinstance(result, DomainError):
        refused = {"line": entry.number, "status": result.status, "problem": result.document()}
        return orjson.dumps(refused) + b"\n"
    state = result.state
    status = 201 if result.created else 200
    answer = {"line": entry.number, "status": status, "kind": state.kind, "id": str(state.id)}
    return orjson.dumps(answer | {"version": state.version, "event": result.event}) + b"\n"
