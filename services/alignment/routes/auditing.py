"""HTTP of what the page tells of those who sign in there: nobody else is believed about it."""

from fastapi import APIRouter, Depends, Request, Response

from services.alignment import auditing
from services.alignment.routes.reading import SCOPE, Reader
from shared.contracts.audit import AuditBody
from shared.errors import Forbidden
from shared.http import exchange
from shared.resource import bodies
from shared.resource.documents import JSON

BODIES = (AuditBody,)
"""What its document refers to."""
_TAKES = {"required": True, "content": {JSON: {"schema": {"$ref": f"#/components/schemas/{AuditBody.__name__}"}}}}


def router(reader: Reader) -> APIRouter:
    routes = APIRouter(prefix="/alignment/v1", dependencies=[Depends(exchange.no_strange_parameters)])

    @routes.post(
        "/audit",
        status_code=204,
        summary="Who signed in or out on the page, or was refused there",
        openapi_extra={"requestBody": _TAKES},
    )
    async def tell(request: Request) -> Response:
        caller = exchange.caller(request, SCOPE)
        if caller.means != "page":
            raise Forbidden("Only the page tells this. What a token does is recorded with what it changes.")
        raw, _ = await exchange.body(request)
        body = bodies.validated(AuditBody, raw)
        async with reader.database.write() as connection:
            await auditing.record(connection, caller, body.action, place=body.place, right=body.right)
        return Response(status_code=204)

    return routes
