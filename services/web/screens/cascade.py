"""The cascade: under each business strategy, what business and IT do for it, with the holes where they are."""

from typing import Any

from fastapi import APIRouter, Request, Response

from services.web.pages import AsOf, Pages, router
from services.web.sides import parts
from services.web.visit import Visit
from shared.contracts.views.cascade import Cascade


async def gather(visit: Visit) -> dict[str, Any]:
    answer = await visit.view(Cascade, "/cascade")
    return {"parts_of": parts(answer), "cascade": answer}


def routes(pages: Pages) -> APIRouter:
    served = router()

    @served.get("/cascade")
    async def cascade(request: Request, as_of: AsOf = None) -> Response:
        return await pages.answer(request, "cascade", as_of, gather)

    return served
