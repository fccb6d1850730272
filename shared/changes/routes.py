"""``/changes``: every sequenced change of a service as CloudEvents, in the order of its positions."""

from typing import Annotated
from uuid import UUID

import orjson
from fastapi import APIRouter, Query, Request, Response
from sqlalchemy import Table

from shared.changes.table import Head, changes_after, head
from shared.clock import rfc3339
from shared.contracts import RECORDED
from shared.contracts.answers.changes import changes_model
from shared.contracts.base import RecordKind
from shared.http import exchange
from shared.http.pagination import MAX_LIMIT, MOST_LOOKED_AT
from shared.storage.db import Database


def router(service: str, database: Database, table: Table, leader: Table) -> APIRouter:
    routes = APIRouter(prefix=f"/{service}/v1", tags=["changes"])

    told = exchange.answering(changes_model(RECORDED[service]))

    @routes.get("/changes", operation_id="list_changes", summary="Events in position order", responses=told)
    async def read(
        request: Request,
        after: Annotated[int, Query(ge=0, le=2**62)] = 0,
        limit: Annotated[int, Query(ge=1, le=5 * MAX_LIMIT)] = MAX_LIMIT,
        kind: Annotated[RecordKind | None, Query()] = None,
        id: Annotated[UUID | None, Query()] = None,
    ) -> Response:
        """``items`` are events, ``next_after`` continues, ``head`` says what is recorded until when. A page may have
        fewer events than ``limit``, or none of those that are asked for: there are more as long as ``next_after`` is
        below the position of the head."""
        exchange.caller(request, f"{service}:read")
        async with database.read() as connection:
            # the head first: rows that are sequenced between the two statements then lie beyond it
            newest = await head(connection, leader)
            last = min(after + MOST_LOOKED_AT, newest.position)
            chosen = [table.c[name] == value for name, value in (("kind", kind), ("id", id)) if value is not None]
            among = [*chosen, table.c.position <= last] if chosen else []
            events, are_all = await changes_after(connection, table, service, after, limit, *among)
        reached = events[-1][0] if events else after
        if chosen and are_all:
            reached = max(reached, last)
        tail = {"next_after": reached, "head": _head(newest)}
        items = b",".join(event for _, event in events)
        return exchange.answer(b'{"items":[' + items + b"]," + orjson.dumps(tail)[1:])

    return routes


def _head(newest: Head) -> dict[str, object]:
    return {"position": newest.position, "epoch": newest.epoch, "recorded_until": rfc3339(newest.recorded_until)}
