"""The cascade: under each business strategy, what business and IT do for it, with the holes where they are."""

from fastapi import APIRouter, Request, Response

from services.web.pages import AsOf, Pages, Screen, router
from services.web.sides import parts
from services.web.visit import Visit
from shared.contracts.views.cascade import Cascade


async def screen(visit: Visit) -> Screen:
    answer = await visit.view(Cascade, "/cascade")
    return Screen("cascade", {"parts_of": parts(answer), "cascade": answer}, [("Cascade", None)])


def routes(pages: Pages) -> APIRouter:
    served = router()

    @served.get("/cascade")
    async def cascade(request: Request, as_of: AsOf = None) -> Response:
        return await pages.show(request, as_of, screen)

    return served
