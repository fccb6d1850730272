"""HTTP of what is to come: until a day by itself, by changes that are thought of or that mend a finding, and by one
transition."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response

from services.alignment.queries.snapshot import Moment
from services.alignment.routes.parameters import Now, OfTimes, WaitFor
from services.alignment.routes.reading import SCOPE, Reader, about, meant
from services.alignment.views import calendar as calendars
from services.alignment.views import remedy as remedies
from services.alignment.views import scenarios as views
from shared import clock
from shared.contracts.base import KindName
from shared.contracts.instant import Instant
from shared.contracts.views.calendar import Calendar
from shared.contracts.views.remedy import RemedyView
from shared.contracts.views.scenario import GateAnswer, GateBody, Outcome, ScenarioBody
from shared.errors import Invalid
from shared.http import exchange
from shared.http.exchange import answering
from shared.resource import bodies
from shared.resource.documents import JSON
from shared.resource.listing import Word

BODIES = (ScenarioBody, GateBody)
"""What their document refers to."""
_WITH = "Only by choosing this, as `kind/id` or `kind/key`"


def _taking(model: type[Any]) -> dict[str, Any]:
    schema = {"$ref": f"#/components/schemas/{model.__name__}"}
    return {"requestBody": {"required": True, "content": {JSON: {"schema": schema}}}}


def router(reader: Reader) -> APIRouter:
    routes = APIRouter(prefix="/alignment/v1", dependencies=[Depends(exchange.no_strange_parameters)])
    grace = reader.grace

    @routes.get(
        "/forecast",
        summary="What is going to happen until a day, with what is known now",
        responses=answering(Calendar),
    )
    async def forecast(
        asked: Now, until: Annotated[Instant, Query(description="The last day, to come: a date or a time")]
    ) -> Response:
        if until <= clock.now():
            raise Invalid.at("?until", "invalid-interval", "A forecast is until a day to come.")
        which = OfTimes(asked.request, asked.wait_for, None, until)
        return await reader.answer(which, lambda now: calendars.calendar(now, grace))

    @routes.get(
        "/findings/{id}/remedy",
        operation_id="remedy_of_finding",
        summary="What mends a finding, as changes that can be made",
        responses=answering(RemedyView),
    )
    async def remedy(
        asked: Now, id: Word, chosen: Annotated[Word | None, Query(alias="with", description=_WITH)] = None
    ) -> Response:
        async def made(now: Moment) -> dict[str, Any]:
            ref = await meant(now, "with", chosen) if chosen else None
            return await remedies.remedy(now, id, ref, grace)

        return await reader.answer(asked, made, apart=True)

    @routes.post(
        "/scenarios",
        summary="What some changes would do: findings, score, and who is hit",
        responses=answering(Outcome),
        openapi_extra=_taking(ScenarioBody),
    )
    async def scenario(request: Request, wait_for: WaitFor = None) -> Response:
        exchange.caller(request, SCOPE)
        raw, _ = await exchange.body(request)
        body = bodies.validated(ScenarioBody, raw)
        asked = OfTimes(request, wait_for, body.as_of, body.valid_at)
        return await reader.answer(asked, lambda now: views.outcome(now, body.steps, grace), apart=True)

    @routes.post(
        "/gates/{kind}/{id}",
        summary="What would be wrong after a transition",
        responses=answering(GateAnswer),
        openapi_extra=_taking(GateBody),
    )
    async def gate(asked: Now, kind: KindName, id: Word) -> Response:
        exchange.caller(asked.request, SCOPE)
        raw, _ = await exchange.body(asked.request)
        body = bodies.validated(GateBody, raw)

        async def made(now: Moment, row: Any) -> dict[str, Any]:
            return await views.gate(now, row, body.to, grace)

        return await reader.answer(asked, about(f"{kind}/{id}", made), apart=True)

    return routes
