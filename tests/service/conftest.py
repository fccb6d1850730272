"""One platform per database for all tests over HTTP: each test makes what it needs under names of its own."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.backends.databases import chosen
from tests.platform import Platform, running, settings_for
from tests.service.api import Api

pytest.register_assert_rewrite("tests.service.alignment.comparison", "tests.service.alignment.browsing")
BACKENDS = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]


@pytest_asyncio.fixture(scope="session", loop_scope="session", params=BACKENDS)
async def shared_platform(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Platform]:
    # it lives as long as the run, so it should not look around all the time
    home: Path = tmp_path_factory.mktemp("platform")
    async with (
        chosen(request.param, request) as database,
        running(settings_for(home, sweep_seconds=1, **database)) as platform,
    ):
        yield platform


@pytest.fixture
def api(shared_platform: Platform) -> Api:
    return Api(shared_platform)
