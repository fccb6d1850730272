"""HTTP of the linkage views: what a change hits, how strategy comes down to work, what is covered, who does what."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from services.alignment import cascade as cascades
from services.alignment import coverage, raci, repository
from services.alignment import diff as diffs
from services.alignment import impact as impacts
from services.alignment.parameters import AsOf, Limit, ValidAt, WaitFor
from services.alignment.reading import Reader, existing
from shared import http
from shared.contracts.base import KindName
from shared.errors import Invalid
from shared.http import When
from shared.pagination import DEFAULT_LIMIT
from shared.resource.listing import Word


def router(reader: Reader) -> APIRouter:
    routes = APIRouter(prefix="/alignment/v1", dependencies=[Depends(http.no_strange_parameters)])

    @routes.get("/impact/{kind}/{id}", summary="What a change would hit, and whom to ask before")
    async def impact(
        request: Request,
        kind: KindName,
        id: Word,
        depth: Annotated[int, Query(ge=1, le=impacts.MAX_DEPTH)] = 3,
        limit: Annotated[int, Query(ge=1, le=impacts.MAX_NODES)] = 200,
        as_of: AsOf = None,
        valid_at: ValidAt = None,
        wait_for: WaitFor = None,
    ) -> Response:
        caught = await reader.waited(request, wait_for)
        async with reader.moment(as_of, valid_at) as now:
            row = await existing(now, f"{kind}/{id}")
            body = await impacts.impact(now, row.ref, depth, limit)
            return http.answer(body | repository.frame(now) | caught)

    @routes.get("/cascade", summary="Business strategy, IT strategy, tactics and operations, with the holes")
    async def cascade(request: Request, as_of: AsOf = None, wait_for: WaitFor = None) -> Response:
        caught = await reader.waited(request, wait_for)
        async with reader.moment(as_of) as now:
            return http.answer(await cascades.cascade(now) | repository.frame(now) | caught)

    @routes.get("/coverage/design", summary="Services by people, process, product and partner")
    async def design(
        request: Request,
        limit: Limit = DEFAULT_LIMIT,
        cursor: Word | None = None,
        as_of: AsOf = None,
        wait_for: WaitFor = None,
    ) -> Response:
        caught = await reader.waited(request, wait_for)
        async with reader.moment(as_of) as now:
            return http.answer(await coverage.design(now, limit, cursor) | repository.frame(now) | caught)

    @routes.get("/coverage/offerings", summary="Offerings by goods, access and action, and for whom")
    async def offerings(
        request: Request,
        limit: Limit = DEFAULT_LIMIT,
        cursor: Word | None = None,
        as_of: AsOf = None,
        wait_for: WaitFor = None,
    ) -> Response:
        caught = await reader.waited(request, wait_for)
        async with reader.moment(as_of) as now:
            return http.answer(await coverage.offerings(now, limit, cursor) | repository.frame(now) | caught)

    @routes.get("/raci/{process_id}", summary="Who does what in a process")
    async def matrix(request: Request, process_id: Word, as_of: AsOf = None, wait_for: WaitFor = None) -> Response:
        caught = await reader.waited(request, wait_for)
        async with reader.moment(as_of) as now:
            row = await existing(now, f"process/{process_id}")
            return http.answer(await raci.matrix(now, row.ref) | repository.frame(now) | caught)

    @routes.get("/load", summary="What each party carries in all processes")
    async def load(
        request: Request,
        limit: Limit = DEFAULT_LIMIT,
        cursor: Word | None = None,
        as_of: AsOf = None,
        wait_for: WaitFor = None,
    ) -> Response:
        caught = await reader.waited(request, wait_for)
        async with reader.moment(as_of) as now:
            return http.answer(await raci.load(now, limit, cursor) | repository.frame(now) | caught)

    @routes.get("/diff", summary="What changed between two moments, by whom and by which event")
    async def diff(
        request: Request,
        since: Annotated[When | None, Query(alias="from", description="Required")] = None,
        until: Annotated[When | None, Query(alias="to")] = None,
        limit: Limit = DEFAULT_LIMIT,
        cursor: Word | None = None,
        wait_for: WaitFor = None,
    ) -> Response:
        caught = await reader.waited(request, wait_for)
        if since is None:
            raise Invalid.at("?from", "missing", "Say from which moment on.")
        if until is not None and since >= until:
            raise Invalid.at("?to", "not-after", "The later moment comes second.")
        async with reader.moment(until, settled=True) as now:
            body = await diffs.diff(now, since, limit, cursor, reader.grace)
            return http.answer(body | repository.frame(now) | caught)

    return routes
