"""``POST /bulk``: many PUTs in one request, one JSON document a line (NDJSON), and one line of answer for each.

    {"kind": "tactic", "id": "...", "body": {...}, "if_match": 3}

Each line is a PUT with all its rules, and comes to the same state, version and event. By itself every line stands
alone; ``?atomic=true`` makes all of them or none. Lines are written a transaction at a time, many to each.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Protocol
from uuid import UUID

import orjson
from fastapi import APIRouter, Query, Request, Response
from pydantic import Field, ValidationError
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from shared import clock, http, strict_json
from shared.changes import Leader
from shared.contracts.base import Model
from shared.db import Database
from shared.errors import BadRequest, Conflict, DomainError, Invalid, TooLarge
from shared.faults import fault
from shared.resource import commands
from shared.resource.owner import Owner, Written
from shared.resource.preconditions import Preconditions, entity_tag
from shared.resource.store import Raced, Unit

MAX_LINES = 5000
_AT_ONCE = 200
_ATTEMPTS = 3


_RACE = "Somebody else writes the same thing at this moment; try again."


class MakeUnit(Protocol):
    def __call__(self, connection: AsyncConnection, *, again: bool = False) -> Unit: ...


class Line(Model):
    """One PUT. ``if_match`` is the version that was read, needed where something else is there already."""

    kind: str
    id: UUID
    body: dict[str, Any]
    if_match: Annotated[int, Field(ge=1)] | None = None


@dataclass(frozen=True)
class Entry:
    """A line of the request by its number, from 1 on; ``error`` says what is wrong with it if it cannot be read."""

    number: int
    line: Line | None = None
    error: DomainError | None = None


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
        entries = _entries(await http.lines(request))

        def unit(connection: AsyncConnection, *, again: bool = False) -> Unit:
            return Unit(self.owner, connection, who, clock.now(), *http.correlation(), again=again)

        answers = await (self._all_or_none(unit, entries) if atomic else self._each(unit, entries))
        self.leader.wake()
        return Response(b"".join(answers), media_type="application/x-ndjson")

    async def _all_or_none(self, unit: MakeUnit, entries: Sequence[Entry]) -> list[bytes]:
        """The first line that is refused refuses all, and the problem document names it."""
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                async with self.database.write() as connection:
                    made = unit(connection, again=attempt > 1)
                    return [_told(entry, await self._numbered(made, entry)) for entry in entries]
            except (IntegrityError, Raced):
                continue
        raise Conflict(_RACE)

    async def _numbered(self, unit: Unit, entry: Entry) -> Written:
        try:
            return await self._put(unit, entry)
        except DomainError as error:
            error.members["line"] = entry.number
            raise

    async def _each(self, unit: MakeUnit, entries: Sequence[Entry]) -> list[bytes]:
        answers: list[bytes] = []
        for start in range(0, len(entries), _AT_ONCE):
            async with self.database.write() as connection:
                answers += [await self._one(unit, connection, each) for each in entries[start : start + _AT_ONCE]]
        return answers

    async def _one(self, unit: MakeUnit, connection: AsyncConnection, entry: Entry) -> bytes:
        """A line behind a savepoint of its own, so that one which is refused takes nothing with it."""
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                async with connection.begin_nested():
                    return _told(entry, await self._put(unit(connection, again=attempt > 1), entry))
            except DomainError as error:
                return _refused(entry, error)
            except (IntegrityError, Raced):
                continue
        return _refused(entry, Conflict(_RACE))

    async def _put(self, unit: Unit, entry: Entry) -> Written:
        if entry.line is None:
            raise entry.error or BadRequest("The line cannot be read.")
        kind = self.owner.kind(entry.line.kind)
        if kind is None:
            raise Invalid.at("/kind", "unknown-kind", f"The service {self.owner.name} keeps none of this kind.")
        tag = None if entry.line.if_match is None else entity_tag(entry.line.if_match)
        return await commands.replace(unit, kind, entry.line.id, orjson.dumps(entry.line.body), Preconditions(tag))


def _entries(raw: list[bytes]) -> list[Entry]:
    if len(raw) > MAX_LINES:
        raise TooLarge(f"A request may have {MAX_LINES} lines.")
    return [_entry(number, line) for number, line in enumerate(raw, 1)]


def _entry(number: int, raw: bytes) -> Entry:
    try:
        strict_json.read(raw)
        return Entry(number, Line.model_validate_json(raw, strict=True))
    except DomainError as error:
        return Entry(number, error=error)
    except ValidationError as error:
        faults = [fault(detail) for detail in error.errors(include_url=False, include_input=False)]
        return Entry(number, error=Invalid("The line does not fit the contract.", errors=faults))


def _told(entry: Entry, written: Written) -> bytes:
    state = written.state
    status = 201 if written.created else 200
    answer = {"line": entry.number, "status": status, "kind": state.kind, "id": str(state.id)}
    return orjson.dumps(answer | {"version": state.version, "event": written.event}) + b"\n"


def _refused(entry: Entry, error: DomainError) -> bytes:
    return orjson.dumps({"line": entry.number, "status": error.status, "problem": error.document()}) + b"\n"
