"""HTTP of the signature log: its newest head, its entries, and the proof that one head goes on another."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from services.strategy import signature_log
from shared.contracts.answers.proof import LogEntries
from shared.contracts.answers.signature_log import Consistency, LogHead
from shared.http import exchange
from shared.storage.db import Database

_SCOPE = "strategy:read"
_MOST = 200
Size = Annotated[int, Query(ge=1, le=2**53)]


def router(database: Database) -> APIRouter:
    routes = APIRouter(prefix="/strategy/v1/signature-log", tags=["signature-log"])

    @routes.get(
        "", operation_id="read_signature_log", summary="The newest signed head", responses=exchange.answering(LogHead)
    )
    async def newest(request: Request) -> Response:
        """``size``, ``root``, ``at`` and ``signature``."""
        exchange.caller(request, _SCOPE)
        async with database.read() as connection:
            return exchange.answer(await signature_log.head(connection))

    @routes.get(
        "/consistency",
        operation_id="prove_consistency",
        summary="One head goes on another",
        responses=exchange.answering(Consistency),
    )
    async def consistency(request: Request, first: Size, second: Size) -> Response:
        """``first`` and ``second`` as heads, and the ``path`` between them (RFC 9162, section 2.1.4)."""
        exchange.caller(request, _SCOPE)
        async with database.read() as connection:
            return exchange.answer(await signature_log.consistency(connection, first, second))

    @routes.get(
        "/entries",
        operation_id="list_signature_log",
        summary="What was entered",
        responses=exchange.answering(LogEntries),
    )
    async def entries(
        request: Request,
        after: Annotated[int, Query(ge=0, le=2**53)] = 0,
        limit: Annotated[int, Query(ge=1, le=_MOST)] = _MOST,
    ) -> Response:
        """``items`` from position ``after`` on, each with the head that it made; ``next_after`` is where to go on."""
        exchange.caller(request, _SCOPE)
        async with database.read() as connection:
            items = await signature_log.entries(connection, after, limit)
        return exchange.answer({"items": items, "next_after": items[-1]["position"] + 1 if items else after})

    return routes
