"""Alignment alone on either database."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from services import assembly
from tests.backends.databases import chosen
from tests.platform import settings_for
from tests.service.alignment.served import Server
from tests.service.conftest import BACKENDS


@pytest.fixture(params=BACKENDS)
async def server(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Server]:
    async with chosen(request.param, request, "alignment") as database:
        settings = settings_for(tmp_path, **database)
        await assembly.migrate(settings, "alignment")
        server = Server(settings)
        await server.begin()
        yield server
        await server.close()
