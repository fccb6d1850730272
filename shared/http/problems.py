"""Problem documents (RFC 9457): the one renderer of every error. They never echo input or internals."""

from collections.abc import Mapping
from typing import Any

import orjson
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException
from starlette.routing import Match

from shared.errors import MOST_ERRORS, DomainError, Fault, Invalid
from shared.http import exchange
from shared.http.faults import fault
from shared.storage.outage import away, is_away
from shared.telemetry import log

MEDIA_TYPE = "application/problem+json"
_TYPE = "urn:plumbline:problem:"
_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")


def problem(
    status: int,
    code: str,
    title: str,
    detail: str,
    headers: Mapping[str, str] | None = None,
) -> Response:
    document = {"type": _TYPE + code, "title": title, "status": status, "detail": detail, "errors": []}
    return _response(document, status, headers)


def _response(document: Mapping[str, Any], status: int, headers: Mapping[str, str] | None) -> Response:
    return Response(orjson.dumps(document, default=str), status, dict(headers or {}), media_type=MEDIA_TYPE)


def render(error: DomainError) -> Response:
    return _response(error.members | error.document(), error.status, error.headers)


def install(app: FastAPI) -> None:
    """Every way in which a request can fail, and its answer."""

    async def domain(_: Request, error: Exception) -> Response:
        assert isinstance(error, DomainError)
        return render(error)

    async def validation(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        known = exchange.parameters(request.scope["route"].dependant)
        faults = [_parameter(detail, known) for detail in error.errors()[:MOST_ERRORS]]
        return render(Invalid("A parameter is not valid.", errors=faults))

    async def http(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        title, headers = str(error.detail), error.headers
        if error.status_code == 405:
            headers = {"Allow": ", ".join(_allowed(request))}
        return problem(error.status_code, title.lower().replace(" ", "-"), title, f"{title}.", headers=headers)

    async def database(_: Request, error: Exception) -> Response:
        return _database(error)

    async def unexpected(_: Request, error: Exception) -> Response:
        log.error("unexpected error", exc_info=error)
        return problem(500, "internal", "Internal error", "Something went wrong here; it has been logged.")

    app.add_exception_handler(DomainError, domain)
    app.add_exception_handler(RequestValidationError, validation)
    app.add_exception_handler(HTTPException, http)
    for type_ in (DBAPIError, PoolTimeout, ConnectionError):
        app.add_exception_handler(type_, database)
    app.add_exception_handler(Exception, unexpected)


def _allowed(request: Request) -> list[str]:
    """The methods that a path has; the framework would name those of its first route only."""
    scopes = ({**request.scope, "method": method} for method in _METHODS)
    routes = request.app.routes
    return [scope["method"] for scope in scopes if any(route.matches(scope)[0] is Match.FULL for route in routes)]


def _parameter(detail: Any, known: set[str]) -> Fault:
    where, *path = detail["loc"]
    named = fault(detail | {"loc": tuple(path)})
    if where == "body":
        return named
    name = "/".join(str(part) for part in path)
    strange = where == "query" and detail["type"] == "extra_forbidden"
    said = exchange.no_parameter(name, known) if strange else named["detail"]
    return Fault(pointer=f"?{name}", code=named["code"], detail=said)


def _database(error: Exception) -> Response:
    """A database that is away, full or overloaded is a 503 to come back after; anything else is ours to mend."""
    if is_away(error):
        log.warning("database unavailable", reason=type(error).__name__)
        return render(away())
    log.error("database error", exc_info=error)
    return problem(500, "internal", "Internal error", "Something went wrong here; it has been logged.")
