"""An owning service as an application: the routes of its kinds, its changes, and the leader that publishes them."""

from collections.abc import Callable, Mapping

from fastapi import FastAPI
from sqlalchemy import MetaData

from shared.app import create_app
from shared.bus import Bus
from shared.changes import Leader
from shared.changes import routes as changes_routes
from shared.config import Settings
from shared.contracts import Kind
from shared.db import Database
from shared.resource import Owner, Rules
from shared.resource.bodies import models
from shared.resource.bulk import Bulk
from shared.resource.routes import Resource
from shared.resource.timed import Clockwork

MakeResource = Callable[[Owner, Kind, Database, Leader], Resource]


def create_owner(
    name: str,
    metadata: MetaData,
    rules: Rules,
    settings: Settings,
    database: Database,
    bus: Bus,
    resources: Mapping[str, MakeResource] | None = None,
) -> FastAPI:
    """The same small shape for every owner; what differs is data. ``resources`` names kinds that can do more."""
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
    makers = resources or {}
    routers = [makers.get(kind.name, Resource)(owner, kind, database, leader).router() for kind in owner.kinds]
    routers.append(Bulk(owner, database, leader).router())
    routers.append(changes_routes.router(name, database, owner.changes, owner.leader))
    workers = {
        f"{name} sequencer": leader.sequence_forever,
        f"{name} publisher": leader.publish_forever,
        f"{name} clock": Clockwork(owner, database, leader).run_forever,
    }
    return create_app(
        name, settings, database, routers, workers=workers, bodies=models(owner.kinds), closing=[leader.release]
    )
