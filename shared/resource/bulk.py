"""``POST /bulk``: many PUTs and transitions in one request, one JSON document a line (NDJSON), and one line of answer
for each.

    {"kind": "tactic", "id": "...", "body": {...}, "if_match": 3}
    {"kind": "tactic", "id": "...", "transition": {"to": "retired"}, "if_match": 4}

Each line is that request with all its rules, and comes to the same state, version and event. By itself every line
stands alone; ``?atomic=true`` makes all of them or none, and ``?preview=true`` makes none and says what each would come
to.
"""

import asyncio
from collections.abc import Iterable
from typing import Annotated, Any
from uuid import UUID

import orjson
from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field, ValidationError
from sqlalchemy.ext.asyncio import AsyncConnection

from shared import clock
from shared.changes import Leader
from shared.contracts.answers.bulk import BulkResult
from shared.contracts.base import Model
from shared.errors import MOST_ERRORS, DomainError, Invalid, TooLarge
from shared.http import exchange, strict_json
from shared.http.faults import fault
from shared.resource.bodies import TransitionBody
from shared.resource.many import AT_ONCE, Entry, Result, Writer
from shared.resource.owner import Owner, Written
from shared.resource.prefetch import Item
from shared.resource.store import Unit
from shared.storage.db import Database

MAX_LINES = 5000
MAX_PREVIEWED = 500
"""Others wait for a preview as for any write."""


class Line(Model):
    """One PUT by its ``body``, or one ``transition``. ``if_match`` is the version that was read, needed where something
    else is there already."""

    kind: str
    """Kind of the entity."""
    id: UUID
    """Id under which it is created or replaced."""
    body: dict[str, Any] | None = None
    """The body of the PUT."""
    transition: TransitionBody | None = None
    """The body of `POST .../transitions`, instead of one of a PUT."""
    if_match: Annotated[int, Field(ge=1)] | None = None
    """Version that was read; needed where something else is there."""


class _Lines(Response):
    media_type = "application/x-ndjson"


def _lines(model: type[BaseModel]) -> dict[str, Any]:
    """Lines of JSON as JSON Schema can say it: a text, with the schema of each line."""
    line = {"$ref": f"#/components/schemas/{model.__name__}"}
    schema = {"type": "string", "contentMediaType": _Lines.media_type, "contentSchema": line}
    return {_Lines.media_type: {"schema": schema}}


class Bulk:
    bodies: tuple[type[BaseModel], ...] = (Line, BulkResult)
    """What its document refers to."""

    def __init__(self, owner: Owner, database: Database, leader: Leader) -> None:
        self.owner = owner
        self.database = database
        self.leader = leader

    def router(self) -> APIRouter:
        router = APIRouter(prefix=f"/{self.owner.name}/v1", tags=["bulk"])
        router.add_api_route(
            "/bulk",
            self.post,
            methods=["POST"],
            response_model=None,
            summary="Many PUTs and transitions, one JSON document a line",
            operation_id=f"bulk_{self.owner.name}",
            response_class=_Lines,
            responses={200: {"description": "One line of answer for each", "content": _lines(BulkResult)}},
            openapi_extra={"requestBody": {"required": True, "content": _lines(Line)}},
        )
        return router

    async def post(
        self,
        request: Request,
        atomic: Annotated[bool, Query(description="All lines or none")] = False,
        preview: Annotated[bool, Query(description="Make none, and say what each would come to")] = False,
    ) -> Response:
        who = exchange.writer(request, self.owner.name)
        raw = await exchange.lines(request, MAX_PREVIEWED if preview else MAX_LINES)
        longest: int = request.app.state.settings.max_body_bytes

        def unit(connection: AsyncConnection) -> Unit:
            return Unit(self.owner, connection, who, clock.now(), *exchange.correlation())

        writer, answer = Writer(self.database, unit), _Answer(preview=preview)
        if preview:
            entries = await asyncio.to_thread(self._entries, raw, 0, longest)
            answer.tell(entries, await writer.preview(entries))
            return _Lines(b"".join(answer.lines))
        if atomic:
            entries = await asyncio.to_thread(self._entries, raw, 0, longest, until_refused=True)
            answer.tell(entries, await writer.all_or_none(entries))
        else:
            for start in range(0, len(raw), AT_ONCE):
                some = raw[start : start + AT_ONCE]
                entries = await asyncio.to_thread(self._entries, some, start, longest)
                answer.tell(entries, await writer.each(entries))
                self.leader.wake()
        self.leader.wake()
        return _Lines(b"".join(answer.lines))

    def _entries(self, raw: list[bytes], before: int, longest: int, *, until_refused: bool = False) -> list[Entry]:
        """What the lines ask for. ``until_refused``: those after one that cannot be read will not be looked at."""
        entries: list[Entry] = []
        for number, line in enumerate(raw, before + 1):
            entries.append(self._entry(number, line, longest))
            if until_refused and entries[-1].error:
                break
        return entries

    def _entry(self, number: int, raw: bytes, longest: int) -> Entry:
        try:
            if len(raw) > longest:
                raise TooLarge(f"A line may have {longest} bytes.")
            strict_json.read(raw)
            line = Line.model_validate_json(raw, strict=True)
        except DomainError as error:
            return Entry(number, error=error)
        except ValidationError as error:
            faults = [fault(detail) for detail in error.errors(include_url=False, include_input=False)]
            return Entry(number, error=Invalid("The line does not fit the contract.", errors=faults))
        if (kind := self.owner.kind(line.kind)) is None:
            fault_ = f"The service {self.owner.name} keeps none of this kind."
            return Entry(number, error=Invalid.at("/kind", "unknown-kind", fault_))
        if (line.body is None) is (line.transition is None):
            detail = "A line has a body, which is put, or a transition."
            return Entry(number, error=Invalid.at("/body", "missing", detail))
        moves = line.transition.model_dump_json().encode() if line.transition else None
        return Entry(number, Item(kind, line.id, line.body or {}), line.if_match, moves=moves)


class _Answer:
    """One line for each of the request, and so many errors in all: after them lines say only how many theirs are."""

    def __init__(self, *, preview: bool) -> None:
        self.preview = preview
        self.lines: list[bytes] = []
        self.room = MOST_ERRORS

    def tell(self, entries: Iterable[Entry], results: Iterable[Result]) -> None:
        for entry, result in zip(entries, results, strict=True):
            line = self._refused(result) if isinstance(result, DomainError) else self._told(result)
            self.lines.append(orjson.dumps({"line": entry.number, **line}) + b"\n")

    def _told(self, result: Written) -> dict[str, Any]:
        told = _written(result)
        if self.preview:
            del told["event"]  # there is none
            told["state"] = result.state.model_dump(mode="json")
        return told

    def _refused(self, error: DomainError) -> dict[str, Any]:
        problem = error.document(self.room)
        self.room -= len(problem["errors"])
        return {"status": error.status, "problem": problem}


def _written(result: Written) -> dict[str, Any]:
    state = result.state
    told = {"status": 201 if result.created else 200, "kind": state.kind, "id": str(state.id)}
    return told | {"version": state.version, "event": result.event}
