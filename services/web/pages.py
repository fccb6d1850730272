"""HTTP of a page: sign in, ask the services about one moment, fill in a template. It works without a script, and by
keyboard."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Coroutine
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute

from services.web.frame import Frames, how_far
from services.web.rendering import Place, page
from services.web.services import Services
from services.web.sessions import Sessions
from services.web.signing_in import SigningIn, refused, unknown
from services.web.visit import Visit
from shared import refused as refusals
from shared.clock import rfc3339
from shared.config import Settings
from shared.contracts.instant import moment
from shared.errors import BadRequest, DomainError, Unauthorized
from shared.resource.listing import Word
from shared.storage.db import Database

_YEARS = range(1000, 9000)
"""That a person means; beyond them a week before or after would be no date."""
_WITHOUT_OFFSET = re.compile(r"[^T]+T[0-9:.]+")
AsOf = Annotated[Word | None, Query()]
Gather = Callable[[Visit], Awaitable[dict[str, Any]]]


class Pages:
    """Answers a request with a page, or says on one what keeps it from doing so."""

    def __init__(self, settings: Settings, database: Database, services: Services) -> None:
        self._services = services
        self._frames = Frames()
        self.signing_in = SigningIn(Sessions(settings, database))

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
            place = Place(request.url.path, read_moment(as_of), session.form)
            day = read_moment(valid_at)
            visit = Visit(self._services.acting(session.caller), session, place, rfc3339(day) if day else None)
            frame, found = await asyncio.gather(self._frames.of(visit), gather(visit))
            return page(name, place, valid_at=valid_at, **frame, **how_far(visit), **found, **more)
        except Unauthorized:
            return unknown(place)
        except DomainError as error:
            return refused(place, error.status, error.title, error.detail)
        except refusals.Refused as error:
            return refused(place, error.status, str(error.problem.get("title", "Refused")), error.detail)
        except refusals.ClientError as error:
            return refused(place, 503, "A service does not answer", str(error))


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


def router() -> APIRouter:
    """For pages: they are in no document of an API."""
    return APIRouter(include_in_schema=False, route_class=_Route)


def _not_understood(place: Place, where: list[tuple[Any, ...]]) -> Response:
    if any(part[0] == "path" for part in where):
        return refused(place, 404, "Not found", "There is no page at this address.")
    names = ", ".join(sorted({str(part[1]) for part in where}))
    return refused(place, 422, "Not valid", f"The address has no valid {names}.")


def read_moment(text: str | None) -> datetime | None:
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
