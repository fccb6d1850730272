"""HTTP of the page: sign in, read one moment, fill in a template. It works without a script, and by keyboard."""

import re
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from datetime import datetime
from importlib.resources import files
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute

from services.alignment.page import content
from services.alignment.page.neighbourhood import MAX_DEPTH, Direction, RelationName, Wanted
from services.alignment.page.rendering import Place, page
from services.alignment.page.sessions import Sessions
from services.alignment.page.signing_in import SigningIn, refused, unknown
from services.alignment.queries.snapshot import Moment
from services.alignment.routes.reading import SCOPE, Reader
from shared.config import Settings
from shared.contracts.base import KindName
from shared.contracts.instant import moment
from shared.contracts.relations import RELATIONS
from shared.errors import BadRequest, DomainError, NotFound, Unauthorized
from shared.resource.listing import Word

PATHS = (
    "/", "/changes", "/entity/*", "/search", "/findings", "/cascade", "/coverage", "/raci", "/raci/*", "/static/*",
    "/signin", "/signout",
)  # fmt: skip
"""At these, people sign in by themselves."""
_STATIC = {
    "page.css": "text/css; charset=utf-8",
    "page.js": "text/javascript; charset=utf-8",
    "mark.svg": "image/svg+xml",
}
_YEARS = range(1000, 9000)
"""That a person means; beyond them a week before or after would be no date."""
_WITHOUT_OFFSET = re.compile(r"[^T]+T[0-9:.]+")
AsOf = Annotated[Word | None, Query()]
Gather = Callable[[Moment], Awaitable[dict[str, Any]]]


class Pages:
    """Answers a request with a page, or says on one what keeps it from doing so."""

    def __init__(self, settings: Settings, reader: Reader) -> None:
        self.reader = reader
        self.signing_in = SigningIn(Sessions(settings, reader.database))

    async def answer(
        self,
        request: Request,
        name: str,
        as_of: str | None,
        gather: Gather,
        valid_at: str | None = None,
        **more: Any,
    ) -> Response:
        place = Place(request.url.path)
        try:
            session = await self.signing_in.session(request)
            place = Place(request.url.path, form=session.form)
            session.caller.demand(SCOPE)
            at = _moment(as_of)
            place = Place(request.url.path, at, session.form)
            async with self.reader.moment(at, _moment(valid_at), settled=True) as now:
                found = await gather(now)
                return page(name, place, valid_at=valid_at, **await content.frame(now), **found, **more)
        except Unauthorized:
            return unknown(place)
        except DomainError as error:
            return refused(place, error)


class _Route(APIRoute):
    """An address that cannot be understood is answered by a page as well."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def handled(request: Request) -> Response:
            try:
                return await handle(request)
            except RequestValidationError as error:
                return _not_understood(Place(request.url.path), [detail["loc"] for detail in error.errors()])

        return handled


def _not_understood(place: Place, where: list[tuple[Any, ...]]) -> Response:
    if any(part[0] == "path" for part in where):
        return page("refused", place, 404, title="Not found", detail="There is no page at this address.")
    names = ", ".join(sorted({str(part[1]) for part in where}))
    return page("refused", place, 422, title="Not valid", detail=f"The address has no valid {names}.")


def _moment(text: str | None) -> datetime | None:
    """As a form gives it, without an offset, or as the API has it. Raises BadRequest."""
    if not text:
        return None
    try:
        at = moment(f"{text}Z" if _WITHOUT_OFFSET.fullmatch(text) else text)
    except ValueError:
        raise BadRequest("The moment must be a date and time, such as 2026-01-31T12:00.") from None
    if at.year not in _YEARS:
        raise BadRequest("There was no moment like that.")
    return at


def router(settings: Settings, reader: Reader) -> APIRouter:  # noqa: C901  one function per route
    routes = APIRouter(include_in_schema=False, route_class=_Route)
    pages = Pages(settings, reader)
    grace = reader.grace

    @routes.get("/")
    async def overview(request: Request, as_of: AsOf = None) -> Response:
        return await pages.answer(request, "overview", as_of, lambda now: content.overview(now, grace))

    @routes.get("/search")
    async def search(
        request: Request, q: Word = "", kind: KindName | None = None, cursor: Word | None = None, as_of: AsOf = None
    ) -> Response:
        gather: Gather = lambda now: content.search(now, q, kind, cursor)  # noqa: E731
        return await pages.answer(request, "search", as_of, gather, q=q, kind=kind, further=bool(cursor))

    @routes.get("/entity/{kind}/{id}")
    async def entity(
        request: Request,
        kind: KindName,
        id: Word,
        depth: Annotated[int, Query(ge=1, le=MAX_DEPTH)] = 1,
        direction: Direction = "both",
        types: Annotated[Sequence[RelationName], Query(max_length=len(RELATIONS))] = (),
        as_of: AsOf = None,
    ) -> Response:
        wanted = Wanted(depth, direction, list(types))

        return await pages.answer(
            request, "entity", as_of, lambda now: content.entity(now, f"{kind}/{id}", wanted, grace), wanted=wanted
        )

    @routes.get("/findings")
    async def findings(
        request: Request,
        rule: Word | None = None,
        severity: Word | None = None,
        cursor: Word | None = None,
        as_of: AsOf = None,
        valid_at: AsOf = None,
    ) -> Response:
        given: dict[str, Any] = {"rule": rule or None, "severity": severity or None}
        gather: Gather = lambda now: content.findings(now, given, cursor, grace)  # noqa: E731
        return await pages.answer(request, "findings", as_of, gather, valid_at, **given)

    @routes.get("/cascade")
    async def cascade(request: Request, as_of: AsOf = None) -> Response:
        return await pages.answer(request, "cascade", as_of, content.cascade)

    @routes.get("/coverage")
    async def coverage(
        request: Request, services: Word | None = None, offerings: Word | None = None, as_of: AsOf = None
    ) -> Response:
        since = {"services": services, "offerings": offerings}
        return await pages.answer(request, "coverage", as_of, lambda now: content.coverage(now, since), since=since)

    @routes.get("/raci")
    async def processes(request: Request, parties: Word | None = None, as_of: AsOf = None) -> Response:
        gather: Gather = lambda now: content.processes(now, parties)  # noqa: E731
        return await pages.answer(request, "processes", as_of, gather, parties=parties)

    @routes.get("/raci/{id}")
    async def raci(request: Request, id: Word, as_of: AsOf = None) -> Response:
        return await pages.answer(request, "raci", as_of, lambda now: content.raci(now, f"process/{id}"))

    @routes.get("/changes")
    async def changes(
        request: Request,
        since: Annotated[Word | None, Query(alias="from")] = None,
        to: Word | None = None,
        as_of: AsOf = None,
    ) -> Response:
        """``to`` is what ``as_of`` is elsewhere; links from other pages have it by that name."""
        return await pages.answer(
            request, "diff", to or as_of, lambda now: content.changes(now, _moment(since), grace), since=since or ""
        )

    @routes.get("/signin")
    async def offer(request: Request, code: str = "") -> Response:
        return await pages.signing_in.offer(request, code)

    @routes.post("/signin")
    async def sign_in(request: Request) -> Response:
        return await pages.signing_in.sign_in(request)

    @routes.post("/signout")
    async def sign_out(request: Request) -> Response:
        return await pages.signing_in.sign_out(request)

    @routes.get("/static/{name}")
    async def static(name: str) -> Response:
        if name not in _STATIC:
            raise NotFound("There is no such file.")
        raw = files("services.alignment.page").joinpath("static", name).read_bytes()
        headers = {"Cache-Control": "max-age=300", "X-Content-Type-Options": "nosniff"}
        return Response(raw, headers=headers, media_type=_STATIC[name])

    return routes
