"""The strategy service, put together from its kinds, tables and rules."""

from functools import partial

from fastapi import FastAPI

from services.strategy import log_routes, models, proof_keys, rules
from services.strategy.increments import Increments
from services.strategy.signed import Signed
from shared.bus import Bus
from shared.config import Settings
from shared.contracts import KINDS
from shared.keys import KeyFile
from shared.owner import MakeResource, create_owner
from shared.storage.db import Database


def build(settings: Settings, database: Database, bus: Bus) -> FastAPI:
    """The application, with its leader as a worker."""
    refused = rules.rules(settings.increment_items)
    resources: dict[str, MakeResource] = {kind.name: Signed for kind in KINDS["strategy"] if kind.signed_as}
    keys = KeyFile(settings.proof_key_path)
    resources["increment"] = partial(Increments, settings, keys)
    more = [proof_keys.router(keys), log_routes.router(database)]
    return create_owner("strategy", models.Base.metadata, refused, settings, database, bus, resources, more)
