"""The OpenAPI documents of all services, as they are served."""

import json
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

from services import assembly
from shared.bus import open_bus
from shared.config import KEYS, SERVICES, Settings
from shared.keys import make_keys


@cache
def openapi() -> dict[str, Any]:
    """By the name of the service; the same whatever the settings are."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(home=Path(folder) / "home", embedded=True)
        make_keys(settings.home / KEYS)
        apps = {service: assembly.build(service, settings, open_bus(settings.bus)) for service in SERVICES}
        return {service: json.loads(json.dumps(app.openapi())) for service, app in apps.items()}
