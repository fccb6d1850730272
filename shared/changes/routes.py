"""``/changes``: every sequenced change of a service as CloudEvents, in the order of its positions; and as a stream."""

import asyncio
from typing import Annotated, Any
from uuid import UUID

import orjson
from fastapi import APIRouter, Header, Query, Request, Response
from sqlalchemy import Table

from shared.changes.page import Source
from shared.changes.stream import MEDIA_TYPE, EventStream, Streams
from shared.changes.table import Head
from shared.clock import rfc3339
from shared.config import Settings
from shared.contracts import PUBLISHED
from shared.contracts.answers.changes import changes_model
from shared.contracts.base import RecordKind
from shared.http import exchange
from shared.http.pagination import MAX_LIMIT
from shared.storage.db import Database

After = Annotated[int, Query(ge=0, le=2**62)]
OfKind = Annotated[RecordKind | None, Query()]
OfId = Annotated[UUID | None, Query()]
_STREAMED: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "Server-sent events: of each, `id` is the position and `data` the event",
        "content": {MEDIA_TYPE: {"schema": {"type": "string", "description": "Lines of `id` and `data`"}}},
    }
}


def router(service: str, database: Database, table: Table, leader: Table, settings: Settings) -> APIRouter:
    routes = APIRouter(prefix=f"/{service}/v1", tags=["changes"])
    source = Source(service, database, table, leader)
    streams = Streams(source, settings.max_streams, settings.stream_seconds)
    told = exchange.answering(changes_model(PUBLISHED[service]))

    @routes.get("/changes", operation_id="list_changes", summary="Events in position order", responses=told)
    async def read(
        request: Request,
        after: After = 0,
        limit: Annotated[int, Query(ge=1, le=5 * MAX_LIMIT)] = MAX_LIMIT,
        kind: OfKind = None,
        id: OfId = None,
    ) -> Response:
        """``items`` are events, ``next_after`` continues, ``head`` says what is recorded until when. A page may have
        fewer events than ``limit``, or none of those that are asked for: there are more as long as ``next_after`` is
        below the position of the head."""
        exchange.caller(request, f"{service}:read")
        events, reached, newest = await source.page(after, limit, _where(kind, id))
        tail = {"next_after": reached, "head": _head(newest)}
        items = b",".join(event for _, event in events)
        return exchange.answer(b'{"items":[' + items + b"]," + orjson.dumps(tail)[1:])

    @routes.get(
        "/changes/stream",
        status_code=200,
        operation_id="stream_changes",
        summary="Events in position order, as they are recorded",
        responses=_STREAMED,
        response_class=EventStream,
    )
    async def stream(
        request: Request,
        after: After = 0,
        kind: OfKind = None,
        id: OfId = None,
        last_event_id: Annotated[
            int | None, Header(ge=0, le=2**62, description="Position of the last event that came; wins over `after`")
        ] = None,
    ) -> Response:
        """Server-sent events: the ``id`` of each is its position, ``data`` the event as ``/changes`` has it. The stream
        ends after some minutes, or when the server does: come back with ``Last-Event-ID``, and nothing is missed or
        told twice. Where there are too many of them the answer is 503; ``/changes`` has the same, page by page."""
        who = exchange.caller(request, f"{service}:read")
        streams.demand_room(who.subject)
        start = after if last_event_id is None else last_event_id
        await streams.begin(start)
        ending = request.scope.get("ending") or asyncio.Event()
        return EventStream(streams.open(who.subject), streams.events(start, _where(kind, id), ending))

    return routes


def _where(kind: str | None, id: UUID | None) -> dict[str, object]:
    return {name: value for name, value in (("kind", kind), ("id", id)) if value is not None}


def _head(newest: Head) -> dict[str, object]:
    return {"position": newest.position, "epoch": newest.epoch, "recorded_until": rfc3339(newest.recorded_until)}
