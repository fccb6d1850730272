"""A service, assembled from values: routes, workers, problem documents, health, metrics and its own documentation."""

import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

from fastapi import APIRouter, FastAPI, Response
from fastapi_offline import FastAPIOffline
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pydantic import BaseModel
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared import migrations, problems, telemetry
from shared.auth import Authenticator
from shared.config import Settings
from shared.contracts import KINDS
from shared.db import Database
from shared.documentation import asyncapi, describe, event_schemas
from shared.errors import NotFound, Unavailable
from shared.guard import Guarded
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
) -> FastAPI:
    """``closing`` has async callables that run after the workers have ended, before the database closes."""

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
        lifespan=lifespan,
        openapi_url=f"/{service}/openapi.json",
        docs_url=f"/{service}/docs",
        redoc_url=None,
        redirect_slashes=False,  # the address would be made from the caller's Host header
        static_url=f"/{service}/static",
        responses={"default": {"model": problems.Problem, "description": "A problem document"}},
    )
    app.state.settings = settings
    problems.install(app)
    for router in routers:
        app.include_router(router)
    app.include_router(_operations(service, database))
    describe(app, bodies)
    app.add_middleware(Guarded, authenticator=Authenticator(settings.key_path), is_open=_open_paths(service, settings))
    app.add_middleware(Correlated, service=service)
    return app


def _open_paths(service: str, settings: Settings) -> Callable[[str], bool]:
    """Health needs no token; the documentation none in embedded mode; the page signs people in by itself."""
    exact = {f"/{service}/livez", f"/{service}/readyz", *(("/",) if service not in KINDS else ())}
    documents = ("docs", "openapi.json", "asyncapi.json", "schemas/", "static/") if settings.embedded else ()
    prefixes = tuple(f"/{service}/{document}" for document in documents)
    return lambda path: path in exact or path.startswith(prefixes)


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
        if revision != migrations.newest(service):
            raise Unavailable("The database is not migrated.", headers={"Retry-After": "2"})
        return {"status": "ready"}

    @router.get("/metrics")
    async def metrics() -> Response:
        return Response(generate_latest(telemetry.REGISTRY), media_type=CONTENT_TYPE_LATEST)

    @router.get("/schemas/{type}")
    async def schema(type: str) -> dict[str, Any]:
        if (found := event_schemas(service).get(type)) is None:
            raise NotFound("There is no event of this type.")
        return found

    @router.get("/asyncapi.json")
    async def events() -> dict[str, Any]:
        return asyncapi(service, event_schemas(service))

    return router


class Correlated:
    """Gives every request a correlation id, a log line and a measurement."""

    def __init__(self, app: ASGIApp, service: str) -> None:
        self.app = app
        self.service = service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
        correlation = telemetry.begin(headers.get(b"correlation-id"), headers.get(b"causation-id"))
        started = time.perf_counter()
        status = 500

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], (b"correlation-id", correlation.encode())]
            await send(message)

        try:
            await self.app(scope, receive, answer)
        finally:
            self._observe(scope, status, time.perf_counter() - started)

    def _observe(self, scope: Scope, status: int, seconds: float) -> None:
        route = getattr(scope.get("route"), "path", "")
        telemetry.REQUESTS.labels(self.service, scope["method"], route, str(status)).observe(seconds)
        telemetry.log.debug("request", method=scope["method"], route=route, status=status, seconds=round(seconds, 4))
