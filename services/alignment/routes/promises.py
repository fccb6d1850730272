"""HTTP of the view of promises."""

from fastapi import APIRouter, Depends, Response

from services.alignment.routes.parameters import AtTimes
from services.alignment.routes.reading import Reader, about
from services.alignment.views.promises import promises as view
from shared.contracts.views.promises import Promises
from shared.http import exchange
from shared.http.exchange import answering
from shared.resource.listing import Word


def router(reader: Reader) -> APIRouter:
    routes = APIRouter(prefix="/alignment/v1", dependencies=[Depends(exchange.no_strange_parameters)])

    @routes.get(
        "/promises/{contract_id}",
        operation_id="promises",
        summary="What the promises of a contract rest on, and whether that can keep them",
        responses=answering(Promises),
    )
    async def promises(asked: AtTimes, contract_id: Word) -> Response:
        return await reader.answer(asked, about(f"contract/{contract_id}", view))

    return routes
