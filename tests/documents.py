"""The OpenAPI documents of all services, as they are served."""

import json
from pathlib import Path
from typing import Any

from services import assembly
from shared.bus import open_bus
from shared.config import SERVICES
from tests.platform import settings_for


def openapi(home: Path) -> dict[str, Any]:
    """By the name of the service."""
    settings = settings_for(home)
    apps = {service: assembly.build(service, settings, open_bus(settings.bus)) for service in SERVICES}
    return {service: json.loads(json.dumps(app.openapi())) for service, app in apps.items()}
