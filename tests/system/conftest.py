"""The containers that several tests share: they take long to start."""

from collections.abc import Iterator

import pytest

from tests.system import containers


@pytest.fixture(scope="session")
def stack() -> Iterator[containers.Stack]:
    with containers.stack() as running:
        yield running
