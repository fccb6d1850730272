"""What goes wrong with a request for a page is said on one as well."""

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute

from services.web.frame import Frame
from services.web.rendering import Place
from services.web.signing_in import refused, theme_of
from shared.storage.outage import is_away
from shared.telemetry import log
from shared.telemetry.correlation import correlation_id


class Told(APIRoute):
    """An address that cannot be understood is answered by a page as well."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def handled(request: Request) -> Response:
            try:
                return await handle(request)
            except RequestValidationError as error:
                return _not_understood(request, [detail["loc"] for detail in error.errors()])
            except Exception as error:  # noqa: BLE001  people get a page, whatever it is
                return _failed(request, error)

        return handled


async def not_so(request: Request, _: Exception) -> Response:
    """An address that is asked in a way in which it does not answer."""
    place, frame = Place(request.url.path), Frame(theme=theme_of(request))
    return refused(place, frame, 405, "Not possible", "Follow a link to this page.")


def _failed(request: Request, error: Exception) -> Response:
    place, frame = Place(request.url.path), Frame(theme=theme_of(request))
    if is_away(error):
        return refused(place, frame, 503, "Not available now", "The database of the page does not answer. Try again.")
    log.error("unexpected error", exc_info=error)
    said = f"It has been logged. Quote {correlation_id.get()} to whoever runs this platform."
    return refused(place, frame, 500, "Something went wrong here", said)


def _not_understood(request: Request, where: list[tuple[Any, ...]]) -> Response:
    place, frame = Place(request.url.path), Frame(theme=theme_of(request))
    if any(part[0] == "path" for part in where):
        return refused(place, frame, 404, "Not found", "There is no page at this address.")
    names = ", ".join(sorted({str(part[1]) for part in where}))
    return refused(place, frame, 422, "Not valid", f"The address has no valid {names}.")
