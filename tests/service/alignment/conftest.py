"""Alignment alone on either database; and one platform with the sample organisation for all tests of the page, each of
which makes what it changes for itself."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from services import assembly
from tests.backends.databases import chosen
from tests.platform import Platform, running, settings_for
from tests.service.alignment import sample
from tests.service.alignment.browsing import visitor
from tests.service.alignment.served import Server
from tests.service.conftest import BACKENDS


@pytest.fixture(params=BACKENDS)
async def server(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Server]:
    async with chosen(request.param, request) as database:
        settings = settings_for(tmp_path, **database)
        await assembly.migrate(settings, "alignment")
        server = Server(settings)
        await server.begin()
        yield server
        await server.close()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def sampled(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Platform]:
    # it lives as long as the run, so it should not look around all the time
    async with running(settings_for(tmp_path_factory.mktemp("page"), sweep_seconds=1)) as platform:
        yield await sample.load(platform)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser(sampled: Platform) -> httpx.AsyncClient:
    return await visitor(sampled)
