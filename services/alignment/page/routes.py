"""HTTP of the page: sign in, read one moment, fill in a template. It works without a script, and by keyboard."""

from collections.abc import Awaitable, Callable, Coroutine, Sequence
from datetime import UTC, datetime
from importlib.resources import files
from typing import Annotated, Any
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse
from fastapi.routing import APIRoute

from services.alignment.moment import Moment
from services.alignment.page import content
from services.alignment.page.neighbourhood import MAX_DEPTH, Direction, RelationName, Wanted
from services.alignment.page.rendering import HEADERS, Place, page
from services.alignment.reading import SCOPE, Reader
from shared.auth import Authenticator
from shared.config import Settings
from shared.contracts.base import KindName
from shared.contracts.relations import RELATIONS
from shared.errors import BadRequest, DomainError, NotFound, Unauthorized
from shared.resource.listing import Word

PATHS = (
    "/", "/changes", "/entity/*", "/search", "/findings", "/cascade", "/coverage", "/raci", "/raci/*", "/static/*",
    "/signout",
)  # fmt: skip
"""At these, people sign in by themselves."""
_COOKIE = "plumbline_token"
_STATIC = {
    "page.css": "text/css; charset=utf-8",
    "page.js": "text/javascript; charset=utf-8",
    "mark.svg": "image/svg+xml",
}
_YEARS = range(1000, 9000)
"""That a person means; beyond them a week before or after would be no date."""
AsOf = Annotated[Word | None, Query()]
Gather = Callable[[Moment], Awaitable[dict[str, Any]]]


class Pages:
    """Answers a request with a page, or says on one what keeps it from doing so."""

    def __init__(self, settings: Settings, reader: Reader) -> None:
        self.reader = reader
        self.authenticator = Authenticator(settings.trusted_keys_path)

    async def answer(self, request: Request, name: str, as_of: str | None, gather: Gather, **more: Any) -> Response:
        place = Place(request.url.path, None)
        try:
            if token := request.query_params.get("token"):
                return self._signed_in(request, token)
            self._check(request.cookies.get(_COOKIE, ""))
            at = _moment(as_of)
            place = Place(request.url.path, at)
            async with self.reader.moment(at, settled=True) as now:
                found = await gather(now)
                return page(name, place, **await content.frame(now), **found, **more)
        except Unauthorized:
            return page("signin", Place(place.path, None, signed_in=False), 401)
        except DomainError as error:
            return page("refused", place, error.status, title=error.title, detail=error.detail)

    def _check(self, token: str) -> None:
        self.authenticator.caller(f"Bearer {token}").demand(SCOPE)

    def _signed_in(self, request: Request, token: str) -> Response:
        """By the token in the address, once; from then on a cookie carries it, and no address does."""
        self._check(token)
        rest = urlencode([(name, value) for name, value in request.query_params.multi_items() if name != "token"])
        answer = _led_to(quote(request.url.path) + (f"?{rest}" if rest else ""))
        answer.set_cookie(_COOKIE, token, httponly=True, samesite="lax")
        return answer

    def sign_out(self, request: Request) -> Response:
        """Another site can send a browser here, but without the cookie: so it cannot make it drop that either."""
        answer = _led_to("/")
        if _COOKIE in request.cookies:
            answer.delete_cookie(_COOKIE, httponly=True, samesite="lax")
        return answer


class _Route(APIRoute):
    """An address that cannot be understood is answered by a page as well."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def handled(request: Request) -> Response:
            try:
                return await handle(request)
            except RequestValidationError as error:
                return _not_understood(Place(request.url.path, None), [detail["loc"] for detail in error.errors()])

        return handled


def _not_understood(place: Place, where: list[tuple[Any, ...]]) -> Response:
    if any(part[0] == "path" for part in where):
        return page("refused", place, 404, title="Not found", detail="There is no page at this address.")
    names = ", ".join(sorted({str(part[1]) for part in where}))
    return page("refused", place, 422, title="Not valid", detail=f"The address has no valid {names}.")


def _led_to(address: str) -> RedirectResponse:
    return RedirectResponse(address, 303, headers=HEADERS)


def _moment(text: str | None) -> datetime | None:
    """As a form gives it, without an offset, or as the API has it. Raises BadRequest."""
    if not text:
        return None
    try:
        at = datetime.fromisoformat(text if text[4:5] == "-" else "")  # digits alone are more often a mistake
        at = (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
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
    ) -> Response:
        given: dict[str, Any] = {"rule": rule or None, "severity": severity or None}
        gather: Gather = lambda now: content.findings(now, given, cursor, grace)  # noqa: E731
        return await pages.answer(request, "findings", as_of, gather, **given)

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

    @routes.post("/signout")
    async def sign_out(request: Request) -> Response:
        return pages.sign_out(request)

    @routes.get("/static/{name}")
    async def static(name: str) -> Response:
        if name not in _STATIC:
            raise NotFound("There is no such file.")
        raw = files("services.alignment.page").joinpath("static", name).read_bytes()
        headers = {"Cache-Control": "max-age=300", "X-Content-Type-Options": "nosniff"}
        return Response(raw, headers=headers, media_type=_STATIC[name])

    return routes
