"""The page, put together: what it asks the services with, its screens, and who is signed in."""

import httpx
from fastapi import FastAPI

from services.web.faults import not_so
from services.web.pages import Pages
from services.web.screens import (
    admin,
    audit,
    begin,
    bulk_edit,
    cascade,
    changes,
    coverage,
    door,
    editing,
    entity,
    entity_history,
    entity_map,
    entity_relations,
    finding,
    findings,
    home,
    imports,
    increments,
    lists,
    live,
    making,
    me,
    mending,
    moving,
    process,
    process_edit,
    processes,
    rules,
    scenarios,
    score,
)
from services.web.services import Services
from shared.config import Settings
from shared.http.app import create_app
from shared.storage.db import Database

SCREENS = (
    door, home, begin, lists, bulk_edit, entity, entity_map, entity_relations, entity_history, moving, editing, making,
    findings, finding, mending, increments, cascade, coverage, processes, process, process_edit, changes, scenarios,
    score, rules, admin, audit, me, imports, live,
)  # fmt: skip


def build(settings: Settings, database: Database, transport: httpx.AsyncBaseTransport | None = None) -> FastAPI:
    """``transport`` reaches the services without leaving the process; by default they are where settings say."""
    services = Services(settings, transport)
    pages = Pages(settings, database, services)
    closing = [pages.imports.close, services.close, *([pages.single_sign_on.close] if pages.single_sign_on else ())]
    routers = [screen.routes(pages) for screen in SCREENS]
    workers = {"live": pages.live.follow}
    app = create_app("web", settings, database, routers, workers=workers, closing=closing, for_people=True)
    app.router.default = pages.nothing_there
    app.add_exception_handler(405, not_so)
    return app
