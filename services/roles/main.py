"""The roles service, put together from its kinds, tables and rules."""

from fastapi import FastAPI

from services.roles import models, rules
from shared.bus import Bus
from shared.config import Settings
from shared.owner import create_owner
from shared.storage.db import Database


def build(settings: Settings, database: Database, bus: Bus) -> FastAPI:
    """The application, with its leader as a worker."""
    return create_owner("roles", models.Base.metadata, rules.RULES, settings, database, bus)
