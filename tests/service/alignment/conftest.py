"""One platform with the sample organisation for all tests of the page: each makes what it changes for itself."""

from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio

from tests.platform import Platform, running, settings_for
from tests.service.alignment import sample
from tests.service.alignment.browsing import visitor


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def sampled(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Platform]:
    # it lives as long as the run, so it should not look around all the time
    async with running(settings_for(tmp_path_factory.mktemp("page"), sweep_seconds=1)) as platform:
        yield await sample.load(platform)


@pytest.fixture
def browser(sampled: Platform) -> httpx.AsyncClient:
    return visitor(sampled, "alignment:read")
