"""An owning service as an application: the routes of its kinds, its changes, and the leader that publishes them."""

from fastapi import FastAPI
from sqlalchemy import MetaData

from shared.app import create_app
from shared.bus import Bus
from shared.changes import Leader
from shared.changes import routes as changes_routes
from shared.config import Settings
from shared.db import Database
from shared.resource import Owner, Rules
from shared.resource.bodies import models
from shared.resource.routes import Resource


def create_owner(
    name: str, metadata: MetaData, rules: Rules, settings: Settings, database: Database, bus: Bus
) -> FastAPI:
    """The same small shape for every owner; what differs is data."""
    owner = Owner(name, metadata, rules, settings.max_event_bytes)
    leader = Leader(
        name,
        database,
        owner.changes,
        owner.leader,
        bus,
        lease=settings.lease_seconds,
        sweep=settings.sweep_seconds,
        exclusive=settings.embedded,
    )
    routers = [Resource(owner, kind, database, leader).router() for kind in owner.kinds]
    routers.append(changes_routes.router(name, database, owner.changes, owner.leader))
    workers = {f"{name} sequencer": leader.sequence_forever, f"{name} publisher": leader.publish_forever}
    return create_app(
        name, settings, database, routers, workers=workers, bodies=models(owner.kinds), closing=[leader.release]
    )
