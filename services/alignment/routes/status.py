"""HTTP of the view itself: how far it is, what is wrong with it, and building it anew."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from sqlalchemy import select

from services.alignment import auditing
from services.alignment.follow.follower import Follower
from services.alignment.models import GENERATION, LEADER, PROGRESS
from services.alignment.queries import nodes as node_queries
from services.alignment.routes.parameters import Cursor, Limit
from services.alignment.routes.reading import SCOPE, Reader
from services.alignment.view import dead_letters, generations
from services.alignment.views.doubts import doubts
from shared import clock
from shared.changes.seeding import seeded_until
from shared.config import RELEASE
from shared.contracts.views.status import DeadLetterPage, Rebuild, Status
from shared.errors import NotFound
from shared.http import exchange
from shared.http.exchange import answering
from shared.http.pagination import DEFAULT_LIMIT
from shared.resource.listing import Word
from shared.resource.routes import Reason
from shared.storage.db import Database

_ADMIN = "alignment:admin"
_DIGITS = 18


def router(reader: Reader, database: Database, follower: Follower) -> APIRouter:
    routes = APIRouter(prefix="/alignment/v1", dependencies=[Depends(exchange.no_strange_parameters)])

    @routes.get("/status", summary="How far the view is", responses=answering(Status))
    async def status(request: Request) -> Response:
        exchange.caller(request, SCOPE)
        async with database.read() as connection:
            told = await _status(connection)
        if told["generation"] is None:
            return exchange.answer(told | {"findings": []})
        async with reader.moment() as now:
            return exchange.answer(told | {"findings": await doubts(now, told["lag_seconds"], reader.grace)})

    @routes.post(
        "/rebuilds",
        status_code=202,
        responses=answering(Rebuild, 202),
        summary="Build the view anew from the owners' changes",
    )
    async def rebuild(request: Request, reason: Annotated[Reason | None, Query()] = None) -> Response:
        """`reason` is kept in its event, `audit.rebuilt`."""
        caller = exchange.caller(request, _ADMIN)
        generation = await follower.rebuild.begin()
        follower.start_rebuild(generation)
        async with database.write() as connection:
            await auditing.record(connection, caller, "rebuilt", subject=f"generation {generation}", reason=reason)
        return exchange.answer({"generation": generation, "status": "building"}, 202)

    @routes.get(
        "/dead-letters",
        operation_id="list_dead_letters",
        responses=answering(DeadLetterPage),
        summary="Messages that could not be read or confirmed, the newest first",
    )
    async def letters(request: Request, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None) -> Response:
        exchange.caller(request, _ADMIN)
        async with database.read() as connection:
            items, next_cursor = await dead_letters.page(connection, limit, cursor)
        return exchange.answer({"items": items, "next_cursor": next_cursor})

    @routes.delete(
        "/dead-letters/{id}",
        status_code=204,
        operation_id="forget_dead_letter",
        summary="Forget one that was dealt with",
    )
    async def forget(request: Request, id: Word, reason: Annotated[Reason, Query()]) -> Response:
        """`reason` is kept in its event, `audit.forgotten`."""
        caller = exchange.caller(request, _ADMIN)
        async with database.write() as connection:
            if not (id.isascii() and id.isdigit() and await dead_letters.forget(connection, int(id[:_DIGITS]))):
                raise NotFound("There is no dead letter with this number.")
            await auditing.record(connection, caller, "forgotten", subject=f"dead letter {id}", reason=reason)
        return Response(status_code=204)

    return routes


async def _status(connection: Any) -> dict[str, Any]:
    generation = await generations.active(connection)
    marks = await node_queries.watermarks(connection, generation) if generation else {}
    now, seeded = clock.now(), await seeded_until(connection, LEADER)
    build = select(GENERATION.c.surveyed_until, GENERATION.c.rules).where(GENERATION.c.number == generation)
    own = (await connection.execute(build)).one_or_none()
    mine = select(PROGRESS.c.service, PROGRESS.c.position).where(PROGRESS.c.generation == generation)
    return {
        "release": RELEASE,
        "generation": generation,
        "rules_version": own and own.rules,
        "positions": dict((await connection.execute(mine)).all()),
        "building": await generations.building(connection),
        "watermark": {service: clock.rfc3339(mark) for service, mark in sorted(marks.items())},
        "lag_seconds": {service: round((now - mark).total_seconds(), 3) for service, mark in sorted(marks.items())},
        "first_recorded": await _first_recorded(connection, generation),
        "surveyed_until": own and own.surveyed_until and clock.rfc3339(own.surveyed_until),
        "dead_letters": await dead_letters.count(connection),
        "seeded_until": seeded and clock.rfc3339(seeded),
        "last_reconciliation": await _last_reconciliation(connection, generation),
    }


async def _first_recorded(connection: Any, generation: int | None) -> str | None:
    first = (await connection.execute(node_queries.FIRST, {"of_generation": generation})).scalar()
    return first and clock.rfc3339(first)


async def _last_reconciliation(connection: Any, generation: int | None) -> dict[str, str] | None:
    """When the view was built anew because it was not what an owner said, and in what they differed."""
    healed = (GENERATION.c.number == generation) & GENERATION.c.reason.is_not(None)
    row = (await connection.execute(select(GENERATION.c.started_at, GENERATION.c.reason).where(healed))).one_or_none()
    return row and {"at": clock.rfc3339(row.started_at), "reason": row.reason}
