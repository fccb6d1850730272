"""HTTP of who is asking."""

from fastapi import APIRouter, Depends, Response

from services.alignment.routes.parameters import Now
from services.alignment.routes.reading import SCOPE, Reader
from services.alignment.views import me as views
from shared.contracts.views.me import Me
from shared.http import exchange
from shared.http.exchange import answering


def router(reader: Reader) -> APIRouter:
    routes = APIRouter(prefix="/alignment/v1", dependencies=[Depends(exchange.no_strange_parameters)])

    @routes.get("/me", summary="The caller as a person of the organisation", responses=answering(Me))
    async def me(asked: Now) -> Response:
        caller = exchange.caller(asked.request, SCOPE)
        return await reader.answer(asked, lambda now: views.me(now, caller.subject, caller.scopes))

    return routes
