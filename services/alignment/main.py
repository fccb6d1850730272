"""The alignment service, put together: the follower that keeps the view, the routes that read it, and what it records
itself."""

from datetime import timedelta

from fastapi import FastAPI

from services.alignment.announcing.announcer import Announcer
from services.alignment.follow.changes import Changes
from services.alignment.follow.follower import Follower
from services.alignment.follow.surveyor import Surveyor
from services.alignment.judge.catalogue import SHOWN
from services.alignment.judge.pack_faults import faults
from services.alignment.models import Base
from services.alignment.routes import (
    acting,
    auditing,
    findings_views,
    kept,
    linkage_views,
    me,
    promises,
    scenarios,
    trials,
)
from services.alignment.routes.reading import Reader
from services.alignment.routes.status import router as of_the_view
from services.alignment.routes.view import router
from services.alignment.rules import rules
from shared.bus import Bus
from shared.config import Settings
from shared.contracts.alignment import ACTS
from shared.http.app import create_app
from shared.owner import owning
from shared.resource import Owner
from shared.storage.db import Database

VIEWS = (
    findings_views,
    linkage_views,
    scenarios,
    trials,
    promises,
    me,
    kept,
    auditing,
)
"""Routes that answer from the view, in the order in which they are documented."""


def build(settings: Settings, database: Database, bus: Bus, owners: Changes) -> FastAPI:
    """``owners`` reads the owners' changes with a token of alignment's own."""
    follower = Follower(database, bus, owners, timedelta(seconds=settings.settle_seconds))
    follower.writer.surveys = settings.survey_seconds > 0
    announcer = Announcer(database, follower, timedelta(minutes=settings.pending_minutes))
    reader = Reader(settings, database, follower.waiting)
    views = [each.router(reader) for each in VIEWS]
    routers = [router(reader), of_the_view(reader, database, follower), *views]
    workers = {
        "follower": follower.follow_forever,
        "catch up": follower.catch_up_forever,
        "clock": follower.tick_forever,
        "rebuild": follower.rebuild_forever,
        "reconciler": follower.reconcile_forever,
        "announcer": announcer.run_forever,
    }
    if settings.survey_seconds:
        workers["surveyor"] = Surveyor(follower, settings.survey_seconds).survey_forever
    own_rules = rules({id: rule.limits for id, rule in SHOWN.items()}, faults)
    makers = {kind.name: acting.Acting for kind in ACTS}
    making = {kind.name: acting.is_of_a_finding for kind in ACTS}
    owner = Owner("alignment", Base.metadata, own_rules, settings.max_event_bytes, making)
    own = owning(owner, settings, database, bus, makers)
    return create_app(
        "alignment",
        settings,
        database,
        [*routers, *own.routers],
        workers={**workers, **own.workers},
        bodies=[*own.bodies, *scenarios.BODIES, *trials.BODIES, *auditing.BODIES],
        closing=own.closing,
    )
