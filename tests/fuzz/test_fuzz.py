"""Every operation that a service says it has, asked in every way that its OpenAPI document lets one think of.

schemathesis makes the requests (examples, coverage of the schema, random ones, sequences) and checks every answer: none
is a fault of the server, each is one that the document tells of, what breaks the schema is refused, nothing is answered
without a token. ``make test`` asks the collections that have something of their own; ``make fuzz`` asks all of them.
"""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from shared.config import SERVICES
from tests.backends.databases import chosen
from tests.fuzz.serving import serving_at

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.fuzz]
HERE = Path(__file__).parent
EXAMPLES = os.environ.get("PLUMBLINE_FUZZ_EXAMPLES", "")
TELLING = {
    "strategy": ("increments",),
    "catalog": ("contracts", "bulk"),
    "roles": ("activities",),
}


AS_EVERYWHERE = ("baselines", "bulk", "changes")
"""What alignment does by the code of the owners."""
NESTED = "/(rule-packs|trials)"
"""Where bodies hold themselves: that makes tens of thousands of requests, which ``make fuzz`` sends."""
ON_POSTGRES = ("catalog", "alignment")
"""What ``make test`` asks there, and the rest on SQLite; ``make fuzz`` asks all of them on both."""
PAIRS = [
    pytest.param(backend, service, marks=[pytest.mark.postgres] if backend == "postgres" else [])
    for backend in ("sqlite", "postgres")
    for service in SERVICES
    if EXAMPLES or (service in ON_POSTGRES) == (backend == "postgres")
]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def served(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[list[str]]:
    """The arguments that lead to a platform: its address, and a token."""
    home: Path = tmp_path_factory.mktemp("fuzz")
    async with chosen(request.param, request) as database:
        with serving_at(home, **database) as arguments:
            yield arguments


@pytest.mark.parametrize(("served", "service"), PAIRS, indirect=["served"])
async def test_every_answer_is_as_documented(served: list[str], service: str, tmp_path: Path) -> None:
    address, token = served
    tags = [] if EXAMPLES else [f"--include-tag={tag}" for tag in TELLING.get(service, ())]
    if service == "alignment" and not EXAMPLES:
        tags = [f"--exclude-path-regex={NESTED}", *(f"--exclude-tag={tag}" for tag in AS_EVERYWHERE)]
    command = [
        *(sys.executable, "-m", "schemathesis.cli", f"--config-file={HERE / 'schemathesis.toml'}"),
        *("run", f"{address}/{service}/openapi.json", "--header", f"Authorization: Bearer {token}", *tags),
        *(f"--max-examples={EXAMPLES or 3}", "--continue-on-failure", "--no-color", "--warnings=off"),
        *(("--generation-deterministic",) if not EXAMPLES else ()),
    ]
    environment = os.environ | {"SCHEMATHESIS_HOOKS": "tests.fuzz.hooks", "PYTHONPATH": str(HERE.parents[1])}
    asked = await asyncio.create_subprocess_exec(
        *command, cwd=tmp_path, env=environment, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    told, _ = await asked.communicate()
    assert asked.returncode == 0, _short(told.decode())


def _short(told: str) -> str:
    """Without addresses that are kilobytes long."""
    return "\n".join(line[:300] for line in told.splitlines())
