"""HTTP of rules that are tried on what is recorded, before anybody has them judged."""

import asyncio

from fastapi import APIRouter, Depends, Request, Response

from services.alignment.judge.pack_faults import faults
from services.alignment.judge.packs import rules_of
from services.alignment.routes.parameters import OfNow
from services.alignment.routes.reading import SCOPE, Reader
from services.alignment.views import trial as views
from shared import clock
from shared.contracts.views.trial import Trial, TrialBody
from shared.errors import Fault, Invalid
from shared.http import exchange
from shared.http.exchange import answering
from shared.resource import bodies
from shared.resource.documents import JSON

BODIES = (TrialBody,)
"""What its document refers to."""
_TAKES = {"required": True, "content": {JSON: {"schema": {"$ref": f"#/components/schemas/{TrialBody.__name__}"}}}}


def router(reader: Reader) -> APIRouter:
    routes = APIRouter(prefix="/alignment/v1", dependencies=[Depends(exchange.no_strange_parameters)])

    @routes.post(
        "/trials",
        summary="What some rules would have found since a moment",
        responses=answering(Trial),
        openapi_extra={"requestBody": _TAKES},
    )
    async def trial(request: Request) -> Response:
        exchange.caller(request, SCOPE)
        raw, _ = await exchange.body(request)
        body = bodies.validated(TrialBody, raw)
        if body.since > clock.now():
            raise Invalid.at("/since", "in-the-future", "Rules are tried from a moment of the past on.")
        if found := await asyncio.to_thread(lambda: [*faults(body.prefix, body.rules)]):
            errors = [Fault(pointer=at, code="invalid-rule", detail=f"{why}.") for at, why in found]
            raise Invalid("Some of the rules cannot be judged.", errors=errors)
        rules = rules_of(body.rules, body.prefix)
        return await reader.answer(OfNow(request), lambda now: views.trial(now, rules, body.since), settled=True)

    return routes
