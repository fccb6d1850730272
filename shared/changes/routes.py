"""``/changes``: every sequenced change of a service as CloudEvents, in the order of its positions."""

from typing import Annotated
from uuid import UUID

import orjson
from fastapi import APIRouter, Query, Request, Response
from sqlalchemy import Table

from shared import http
from shared.changes.table import Head, changes_after, head
from shared.clock import rfc3339
from shared.contracts.base import RecordKind
from shared.db import Database
from shared.pagination import MAX_LIMIT


def router(service: str, database: Database, changes: Table, leader: Table) -> APIRouter:
    routes = APIRouter(prefix=f"/{service}/v1", tags=["changes"])

    @routes.get("/changes", summary="Events in position order", response_model=None)
    async def read(
        request: Request,
        after: Annotated[int, Query(ge=0, le=2**62)] = 0,
        limit: Annotated[int, Query(ge=1, le=5 * MAX_LIMIT)] = MAX_LIMIT,
        kind: Annotated[RecordKind | None, Query()] = None,
        id: Annotated[UUID | None, Query()] = None,
    ) -> Response:
        """``items`` are events, ``next_after`` continues, ``head`` says what is recorded until when."""
        http.caller(request, f"{service}:read")
        async with database.read() as connection:
            # the head first: rows that are sequenced between the two statements then lie beyond it
            newest = await head(connection, leader)
            facts = await changes_after(connection, changes, service, after, limit, kind=kind, id=id)
        events = b",".join(fact.envelope() for fact in facts)
        last = facts[-1].position if facts else max(after, newest.position if kind or id else after)
        tail = {"next_after": last, "head": _head(newest)}
        return http.answer(b'{"items":[' + events + b"]," + orjson.dumps(tail)[1:])

    return routes


def _head(newest: Head) -> dict[str, object]:
    return {"position": newest.position, "recorded_until": rfc3339(newest.recorded_until)}
