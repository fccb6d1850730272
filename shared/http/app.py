"""A service, assembled from values: routes, workers, problem documents, health, metrics and its own documentation."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping, MutableMapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.telemetry import TelemetryConfig
from fastapi_offline import FastAPIOffline
from opentelemetry import trace
from prometheus_client.exposition import choose_encoder
from pydantic import BaseModel
from starlette.routing import Mount
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared import telemetry
from shared.config import Settings
from shared.contracts.answers.problem import Problem
from shared.errors import NotFound, Unavailable
from shared.http import exchange, pagination, problems
from shared.http.auth import Authenticator
from shared.http.documentation import asyncapi, event_schemas
from shared.http.exchange import Held, Holding
from shared.http.guard import Guarded
from shared.http.openapi import describe
from shared.storage import migrations
from shared.storage.db import Database
from shared.telemetry import metrics, tracing
from shared.workers import Loop, running


def create_app(
    service: str,
    settings: Settings,
    database: Database,
    routers: Sequence[APIRouter],
    *,
    workers: Mapping[str, Loop],
    bodies: Sequence[type[BaseModel]] = (),
    closing: Sequence[Any] = (),
    for_people: bool = False,
) -> FastAPI:
    """``closing`` has async callables that run after the workers have ended, before the database closes. Routes that
    are ``for_people`` ask by themselves who is there."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        try:
            async with running(workers):
                yield
        finally:
            for close in closing:
                await close()
            await database.close()

    app = FastAPIOffline(
        title=f"Plumbline {service}",
        version="1",
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
        lifespan=lifespan,
        openapi_url=f"/{service}/openapi.json",
        docs_url=f"/{service}/docs",
        redoc_url=None,
        redirect_slashes=False,  # the address would be made from the caller's Host header
        static_url=f"/{service}/static",
        responses={"default": {"model": Problem, "description": "A problem document"}},
        telemetry=_telemetry(service),
        generate_unique_id_function=lambda route: route.name,
    )
    app.state.settings = settings
    problems.install(app)
    for router in routers:
        app.include_router(router)
    app.include_router(_operations(service, database))
    describe(app, bodies)
    is_open = _open_paths(service, settings, for_people=for_people)
    app.add_middleware(Guarded, authenticator=Authenticator(settings.trusted_keys_path), is_open=is_open)
    app.add_middleware(Correlated, service=service, held=Held(settings.max_held_bytes))
    return app


def _open_paths(service: str, settings: Settings, *, for_people: bool) -> Callable[[str], bool]:
    """Health needs no token, the documentation none in embedded mode, and pages ask by themselves who is there."""
    exact = {f"/{service}/livez", f"/{service}/readyz"}
    documents = ("docs", "openapi.json", "asyncapi.json", "schemas/", "static/") if settings.embedded else ()
    prefixes = tuple(f"/{service}/{document}" for document in documents)
    own = f"/{service}/"
    return lambda path: path in exact or path.startswith(prefixes) or (for_people and not path.startswith(own))


def _telemetry(service: str) -> TelemetryConfig:
    """The framework makes the server spans; metrics and logs are our own."""
    provider = tracing.provider(service)
    return {
        "tracing": provider is not None,
        "tracer_provider": provider,
        "metrics": False,
        "logs": False,
        "operation_spans": False,
        "auto_configure": False,
        "exclude": _untraced(service),
    }


def _untraced(service: str) -> Callable[[MutableMapping[str, Any]], bool]:
    """What is asked for every second would bury the rest; and a span holds the query, which must be no secret."""
    own = ("livez", "readyz", "metrics", "v1/changes", "v1/changes/stream")
    exact = {"/", "/live", "/signin", "/signin/callback", *(f"/{service}/{path}" for path in own)}
    return lambda scope: scope["path"] in exact or b"token=" in scope.get("query_string", b"")


def _operations(service: str, database: Database) -> APIRouter:
    router = APIRouter(prefix=f"/{service}", include_in_schema=False)

    @router.get("/livez")
    async def live() -> dict[str, str]:
        return {"status": "alive"}

    @router.get("/readyz")
    async def ready() -> dict[str, str]:
        """The database answers and is migrated; never the broker: the service is writable without it."""
        async with database.read() as connection:
            revision = await migrations.current(connection)
        if not migrations.serves(service, revision):
            raise Unavailable("The database is not migrated.", headers={"Retry-After": "2"})
        return {"status": "ready"}

    @router.get("/metrics")
    async def measurements(request: Request) -> Response:
        """In the text format of Prometheus, or in OpenMetrics for who asks for it."""
        exchange.caller(request, f"{service}:metrics")
        encode, media_type = choose_encoder(request.headers.get("accept", ""))
        return Response(encode(metrics.REGISTRY), headers={"Content-Type": media_type})

    @router.get("/schemas/{type}")
    async def schema(type: str) -> dict[str, Any]:
        if (found := (await asyncio.to_thread(event_schemas, service)).get(type)) is None:
            raise NotFound("There is no event of this type.")
        return found

    @router.get("/asyncapi.json")
    async def events() -> dict[str, Any]:
        return await asyncio.to_thread(lambda: asyncapi(service, event_schemas(service)))

    return router


def _template(scope: Scope) -> str:
    """The whole path of the route that answers; the route itself knows it only without the prefixes of its routers."""
    route = scope.get("fastapi", {}).get("effective_route_context") or scope.get("route")
    path: str = "" if isinstance(route, Mount) else getattr(route, "path_format", "")
    return path


def _list(scope: Scope) -> tuple[str, bytes]:
    """What a cursor is of. A page for people has cursors of several lists at one address."""
    path: str = scope["path"]
    return (path, scope.get("query_string", b"")) if "/v1/" in path else ("", b"")


class Correlated:
    """Gives every request a correlation id, a log line and a measurement, and room for its body."""

    def __init__(self, app: ASGIApp, service: str, held: Held) -> None:
        self.app = app
        self.service = service
        self.held = held

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
        with (
            tracing.continuing(headers.get(b"traceparent")),
            telemetry.correlated(headers.get(b"correlation-id"), headers.get(b"causation-id")) as correlation,
            pagination.of_list(*_list(scope)),
        ):
            trace.get_current_span().set_attribute("plumbline.correlation_id", correlation)
            await self._call(scope, receive, send, correlation)

    async def _call(self, scope: Scope, receive: Receive, send: Send, correlation: str) -> None:
        started = time.perf_counter()
        status = 500

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], (b"correlation-id", correlation.encode())]
            await send(message)

        try:
            with Holding(self.held) as scope["holding"]:
                await self.app(scope, receive, answer)
        finally:
            self._observe(scope, status, time.perf_counter() - started)

    def _observe(self, scope: Scope, status: int, seconds: float) -> None:
        route = _template(scope)
        metrics.observe_request(self.service, scope["method"], route, status, seconds)
        telemetry.log.debug("request", method=scope["method"], route=route, status=status, seconds=round(seconds, 4))
