"""An owning service as an application: the routes of its kinds, its changes, and the leader that publishes them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, FastAPI
from pydantic import BaseModel
from sqlalchemy import MetaData

from shared.bus import Bus
from shared.changes import Leader
from shared.changes import routes as changes_routes
from shared.config import Settings
from shared.contracts import Kind
from shared.http.app import create_app
from shared.resource import Owner
from shared.resource.bulk import Bulk
from shared.resource.routes import Resource
from shared.resource.timed import Clockwork
from shared.rules import Rules
from shared.storage.db import Database
from shared.workers import Loop

MakeResource = Callable[[Owner, Kind, Database, Leader], Resource]


@dataclass(frozen=True)
class Parts:
    """What makes a service an owner: what it serves, what works in the background, and what ends it."""

    routers: list[APIRouter]
    workers: Mapping[str, Loop]
    bodies: list[type[BaseModel]]
    closing: list[Any]


def create_owner(
    name: str,
    metadata: MetaData,
    rules: Rules,
    settings: Settings,
    database: Database,
    bus: Bus,
    resources: Mapping[str, MakeResource] | None = None,
    routers: Sequence[APIRouter] = (),
) -> FastAPI:
    """The same small shape for every owner; what differs is data. ``resources`` names kinds that can do more, and
    ``routers`` has what is no kind's."""
    owner = Owner(name, metadata, rules, settings.max_event_bytes)
    parts = owning(owner, settings, database, bus, resources or {})
    return create_app(
        name,
        settings,
        database,
        [*parts.routers, *routers],
        workers=parts.workers,
        bodies=parts.bodies,
        closing=parts.closing,
    )


def owning(owner: Owner, settings: Settings, database: Database, bus: Bus, makers: Mapping[str, MakeResource]) -> Parts:
    """The routes of an owner's kinds, its changes, and the leader that publishes them."""
    leader = Leader(
        owner.name,
        database,
        owner.changes,
        owner.leader,
        bus,
        lease=settings.lease_seconds,
        sweep=settings.sweep_seconds,
        exclusive=settings.embedded,
    )
    resources = [makers.get(kind.name, Resource)(owner, kind, database, leader) for kind in owner.kinds]
    routers = [resource.router() for resource in resources]
    bodies = [*Bulk.bodies, *(body for resource in resources for body in resource.documents.bodies)]
    routers.append(Bulk(owner, database, leader).router())
    routers.append(changes_routes.router(owner.name, database, owner.changes, owner.leader, settings))
    workers = {
        f"{owner.name} sequencer": leader.sequence_forever,
        f"{owner.name} publisher": leader.publish_forever,
        f"{owner.name} clock": Clockwork(owner, database, leader).run_forever,
    }
    return Parts(routers, workers, bodies, [leader.release])
