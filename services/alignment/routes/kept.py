"""HTTP of what is kept to be asked again: scenarios, campaigns; and of somebody's departure."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Depends, Response
from pydantic import TypeAdapter
from sqlalchemy import Table, select

from services.alignment.models import CAMPAIGN, SCENARIO
from services.alignment.queries.snapshot import Moment
from services.alignment.routes.parameters import AtTimes, Now, OfTimes
from services.alignment.routes.reading import SCOPE, Reader, about
from services.alignment.views import campaign as campaigns
from services.alignment.views import departure as departures
from services.alignment.views import scenarios as views
from shared.contracts.views.campaign import Progress
from shared.contracts.views.departure import Departure
from shared.contracts.views.scenario import Outcome, Step
from shared.errors import NotFound
from shared.http import exchange
from shared.http.exchange import answering
from shared.resource.listing import Word

_STEPS: TypeAdapter[list[Any]] = TypeAdapter(list[Step])


def router(reader: Reader) -> APIRouter:
    routes = APIRouter(prefix="/alignment/v1", dependencies=[Depends(exchange.no_strange_parameters)])

    async def kept(table: Table, id: UUID) -> Any:
        async with reader.database.read() as connection:
            row = (await connection.execute(select(table).where(table.c.id == id))).one_or_none()
        if row is None:
            raise NotFound(f"There is no {table.name} with this id.")
        return row

    @routes.get(
        "/kept-scenarios/{id}/outcome",
        operation_id="outcome_of_scenario",
        summary="What the changes of a kept scenario would do now",
        responses=answering(Outcome),
    )
    async def outcome(asked: Now, id: UUID) -> Response:
        exchange.caller(asked.request, SCOPE)
        row = await kept(SCENARIO, id)
        steps = _STEPS.validate_python(row.steps)
        which = OfTimes(asked.request, asked.wait_for, None, row.at)
        return await reader.answer(which, lambda now: views.outcome(now, steps, reader.grace), apart=True)

    @routes.get(
        "/campaigns/{id}/progress",
        operation_id="progress_of_campaign",
        summary="What of a campaign has been attested, and by whom it is awaited",
        responses=answering(Progress),
    )
    async def progress(asked: Now, id: UUID) -> Response:
        exchange.caller(asked.request, SCOPE)
        row = await kept(CAMPAIGN, id)

        async def made(now: Moment) -> dict[str, Any]:
            return await campaigns.progress(now, row)

        return await reader.answer(asked, made)

    @routes.get(
        "/departures/{id}",
        operation_id="departure_of_party",
        summary="What is left open where somebody goes, and who could take it over",
        responses=answering(Departure),
    )
    async def departure(asked: AtTimes, id: Word) -> Response:
        return await reader.answer(asked, about(f"party/{id}", departures.departure))

    return routes
