"""HTTP of the linkage views: what a change hits, how strategy comes down to work, what is covered, who does what."""

from functools import partial
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Response

from services.alignment.baselines import moment
from services.alignment.routes.parameters import AtTimes, Cursor, Include, Limit, Now, OfMoment
from services.alignment.routes.reading import SCOPE, Reader, about
from services.alignment.views import cascade as cascades
from services.alignment.views import coverage, raci
from services.alignment.views import diff as diffs
from services.alignment.views import impact as impacts
from shared.contracts.base import KindName
from shared.contracts.views.cascade import Cascade
from shared.contracts.views.coverage import DesignCoverage, OfferingCoverage
from shared.contracts.views.diff import Diff
from shared.contracts.views.impact import Impact
from shared.contracts.views.raci import Load, RaciMatrix
from shared.errors import Invalid
from shared.http import exchange
from shared.http.exchange import answering
from shared.http.pagination import DEFAULT_LIMIT
from shared.resource.listing import Word


def router(reader: Reader) -> APIRouter:
    routes = APIRouter(prefix="/alignment/v1", dependencies=[Depends(exchange.no_strange_parameters)])

    @routes.get(
        "/impact/{kind}/{id}",
        summary="Who loses something if it fails or goes, what to review, and whom to ask",
        responses=answering(Impact),
    )
    async def impact(
        asked: AtTimes,
        kind: KindName,
        id: Word,
        depth: Annotated[int, Query(ge=1, le=impacts.MAX_DEPTH)] = impacts.MAX_DEPTH,
        limit: Annotated[int, Query(ge=1, le=impacts.MAX_NODES)] = 200,
        include: Include = None,
    ) -> Response:
        made = partial(impacts.impact, depth=depth, limit=limit, everything=include == "all")
        return await reader.answer(asked, about(f"{kind}/{id}", made))

    @routes.get(
        "/cascade",
        summary="Business strategy, IT strategy, tactics and operations, with the holes",
        responses=answering(Cascade),
    )
    async def cascade(asked: AtTimes, include: Include = None) -> Response:
        made = partial(cascades.cascade, everything=include == "all")
        return await reader.answer(asked, made, settled=True)

    @routes.get(
        "/coverage/design",
        operation_id="design_coverage",
        summary="Services by people, process, product and partner",
        responses=answering(DesignCoverage),
    )
    async def design(
        asked: AtTimes, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None, include: Include = None
    ) -> Response:
        made = partial(coverage.design, limit=limit, cursor=cursor, everything=include == "all")
        return await reader.answer(asked, made, settled=True)

    @routes.get(
        "/coverage/offerings",
        operation_id="offering_coverage",
        summary="Offerings by goods, access and action, and for whom",
        responses=answering(OfferingCoverage),
    )
    async def offerings(
        asked: AtTimes, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None, include: Include = None
    ) -> Response:
        made = partial(coverage.offerings, limit=limit, cursor=cursor, everything=include == "all")
        return await reader.answer(asked, made, settled=True)

    @routes.get(
        "/raci/{process_id}",
        operation_id="raci",
        summary="Who does what in a process",
        responses=answering(RaciMatrix),
    )
    async def matrix(asked: AtTimes, process_id: Word, include: Include = None) -> Response:
        made = partial(raci.matrix, everything=include == "all")
        return await reader.answer(asked, about(f"process/{process_id}", made), settled=True)

    @routes.get("/load", summary="What each party carries in all processes", responses=answering(Load))
    async def load(
        asked: AtTimes, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None, include: Include = None
    ) -> Response:
        return await reader.answer(asked, lambda now: raci.load(now, limit, cursor, everything=include == "all"))

    @routes.get("/diff", summary="What changed between two moments, by whom, by which event", responses=answering(Diff))
    async def diff(
        asked: Now,
        since: Annotated[Word | None, Query(alias="from", description="A moment, or a baseline's key")] = None,
        until: Annotated[Word | None, Query(alias="to", description="The same; default now")] = None,
        order: Annotated[Literal["oldest", "newest"], Query(description="Which changes come first")] = "oldest",
        summary: Annotated[
            Literal["true", "false"], Query(description="Whether findings, score and days are told of the whole time")
        ] = "true",
        limit: Limit = DEFAULT_LIMIT,
        cursor: Cursor = None,
    ) -> Response:
        exchange.caller(asked.request, SCOPE)
        if since is None:
            raise Invalid.at("?from", "missing", "Say from which moment on.")
        async with reader.database.read() as connection:
            start = await moment(connection, "from", since)
            end = await moment(connection, "to", until) if until else None
        if end and start >= end:
            raise Invalid.at("?to", "invalid-interval", "It must be later than the moment in from.")
        page: dict[str, Any] = {"limit": limit, "cursor": cursor, "newest_first": order == "newest"}
        page["summary"] = summary == "true"
        made = partial(diffs.diff, start=start, grace=reader.grace, **page)
        return await reader.answer(OfMoment(asked.request, asked.wait_for, end), made, settled=True)

    return routes
