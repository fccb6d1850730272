"""Puts a process together from settings: one service alone, or all four under one root."""

import importlib
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial

import httpx
from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.types import ASGIApp, Receive, Scope, Send

from services.alignment.follow.owners import Owners
from services.rights import rights
from shared.bus import Bus, open_bus
from shared.bus.access import access, user_of
from shared.config import APPLICATIONS, SERVICES, Settings
from shared.contracts import OWNERS
from shared.contracts.events import topic
from shared.storage import migrations
from shared.storage.db import Database


def build(
    application: str, settings: Settings, bus: Bus | None, transport: httpx.AsyncBaseTransport | None = None
) -> FastAPI:
    """A service, or the page. ``transport`` reaches the services without leaving the process."""
    module = importlib.import_module(f"services.{application}.main")
    database = Database(settings.database(application))
    if application == "web":
        app: FastAPI = module.build(settings, database, transport)
    elif application in OWNERS:
        app = module.build(settings, database, bus)
    else:
        app = module.build(settings, database, bus, Owners(settings, transport))
    return app


async def migrate(settings: Settings, *services: str) -> None:
    """Bring the databases of some applications, or of all, to their newest revision."""
    for service in services or APPLICATIONS:
        database = Database(settings.database(service))
        try:
            await migrations.upgrade(service, database)
        finally:
            await database.close()


async def make_topics(settings: Settings, *, acls: bool = False) -> None:
    """Create every service's topic on the bus, where it is missing, and with ``acls`` let only its owner write it.

    Raises BusUnavailable, or ValueError.
    """
    bus = open_bus(settings.bus, access(settings, "topics"))
    try:
        if acls:
            await bus.allow([*rights(partial(user_of, settings))])
        await bus.ensure([topic(service) for service in SERVICES])
    finally:
        await bus.close()


def alone(application: str, settings: Settings) -> Starlette:
    """One application in a process: a service with a bus of its own, or the page, which needs none."""
    bus = None if application == "web" else open_bus(settings.bus, access(settings, application))
    app = build(application, settings, bus)
    return _rooted({application: app}, app, bus)


def platform(settings: Settings) -> Starlette:
    """All four services and the page in one process, with one bus; they reach each other without leaving it."""
    bus = open_bus(settings.bus, access(settings, "platform"))
    apps: dict[str, FastAPI] = {}
    inside = httpx.ASGITransport(_by_service(apps))
    for application in APPLICATIONS:
        apps[application] = build(application, settings, bus, inside)
    return _rooted(apps, apps["web"], bus)


def _rooted(apps: dict[str, FastAPI], otherwise: FastAPI, bus: Bus | None) -> Starlette:
    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            if bus:
                stack.push_async_callback(bus.close)
            for app in apps.values():
                await stack.enter_async_context(app.router.lifespan_context(app))
            yield

    app = Starlette(lifespan=lifespan)
    app.router.default = _by_service(apps, otherwise)  # a mount would take no path with a line break in it
    return app


def _by_service(apps: dict[str, FastAPI], otherwise: FastAPI | None = None) -> ASGIApp:
    """The first step of a path names the service, as behind a gateway; the rest goes to the page."""

    async def dispatch(scope: Scope, receive: Receive, send: Send) -> None:
        step = scope["path"].split("/", 2)[1] if scope["path"].startswith("/") else ""
        app = apps.get(step) or otherwise or apps["web"]
        await app(scope, receive, send)

    return dispatch
