"""One platform per database for all tests over HTTP, and one with the sample organisation for those of the page: each
test makes what it needs under names of its own."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from tests.backends.databases import chosen
from tests.platform import Platform, running, settings_for
from tests.service import sample
from tests.service.api import Api

pytest.register_assert_rewrite("tests.service.alignment.comparison", "tests.service.web.browsing")
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


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def sampled(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Platform]:
    async with running(settings_for(tmp_path_factory.mktemp("page"), sweep_seconds=1)) as platform:
        yield await sample.load(platform)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser(sampled: Platform) -> httpx.AsyncClient:
    from tests.service.web.browsing import visitor  # later than its asserts are rewritten

    return await visitor(sampled)


@pytest_asyncio.fixture(loop_scope="session")
async def settled(sampled: Platform) -> None:
    """What tests before have written is in the view, so that a page and an answer after it say the same."""
    await sampled.caught_up()
