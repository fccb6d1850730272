"""Where tests get PostgreSQL and Kafka from.

A given URL wins, then a Docker engine that has the image, then what the machine itself can run;
PLUMBLINE_TEST_BACKENDS=container|local allows only one of them.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import NoReturn

import pytest

from tests.backends import containers, local_kafka, local_postgres
from tests.backends.server import Missing

_Source = Callable[[], AbstractContextManager[str]]


def kafka() -> AbstractContextManager[str]:
    """``kafka://host:port`` of a broker that is ready; raises Missing."""
    return _first("KAFKA", container=containers.kafka, local=local_kafka.kafka)


def postgres(*, durable: bool = False) -> AbstractContextManager[str]:
    """``postgresql+asyncpg://user:password@host:port/{database}`` of a server that is ready; raises Missing.

    One that we start ourselves does not wait for its disk, unless it is to be ``durable``; then changes can also be
    captured from its log.
    """
    container = partial(containers.postgres, durable=durable)
    return _first("POSTGRES", container=container, local=partial(local_postgres.postgres, durable=durable))


@contextmanager
def _first(name: str, **sources: _Source) -> Iterator[str]:
    if given := os.environ.get(f"PLUMBLINE_TEST_{name}_URL"):
        yield given
        return
    only = os.environ.get("PLUMBLINE_TEST_BACKENDS")
    with ExitStack() as stack:
        yield _enter_first(stack, [sources[only]] if only else list(sources.values()))


def _enter_first(stack: ExitStack, sources: list[_Source]) -> str:
    reasons = []
    for source in sources:
        try:
            return stack.enter_context(source())
        except Missing as reason:
            reasons.append(str(reason))
    raise Missing("; ".join(reasons))


def needed(name: str, fetch: Callable[[], Path]) -> Path:
    """What is fetched for a test, or a skip as by ``skip``."""
    try:
        return fetch()
    except Missing as reason:
        skip(name, reason)


def skip(name: str, reason: object) -> NoReturn:
    """Skip what needs ``name``, or fail where PLUMBLINE_TEST_REQUIRE lists it: there a skip would hide a failure."""
    if name in os.environ.get("PLUMBLINE_TEST_REQUIRE", "").replace(" ", "").split(","):
        pytest.fail(f"{name} is required: {reason}", pytrace=False)
    pytest.skip(f"no {name}: {reason}")  # shown in the summary; CI requires every backend, so there it fails above
