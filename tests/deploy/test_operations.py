"""What the page for operators names exists."""

import re
from pathlib import Path

from services.cli.main import COMMANDS
from shared.config import SERVICES, Settings
from shared.scopes import ALL_SCOPES
from shared.storage.db import Database
from shared.telemetry.metrics import REGISTRY
from tests.deploy.manifests import FOLDER
from tests.documents import openapi

PAGE = Path(__file__).parents[2] / "docs" / "operations.md"
TEXT = PAGE.read_text()


def test_every_metric_exists() -> None:
    known = {sample.name for metric in REGISTRY.collect() for sample in metric.samples}
    known |= {metric.name for metric in REGISTRY.collect()}
    known |= {f"{metric.name}_count" for metric in REGISTRY.collect() if metric.type == "histogram"}
    known |= {f"{metric.name}_total" for metric in REGISTRY.collect() if metric.type == "counter"}
    named = set(re.findall(r"plumbline_[a-z]\w+", TEXT))
    assert named
    assert named <= known


def test_every_command_and_setting_exists() -> None:
    assert set(re.findall(r"`plumbline ([\w-]+)", TEXT)) <= COMMANDS.keys()
    settings = {f"PLUMBLINE_{name.upper()}" for name in Settings.model_fields}
    gone = {"PLUMBLINE_KEY_FILE"}
    assert set(re.findall(r"PLUMBLINE_\w+", TEXT)) <= settings | gone


def test_every_scope_in_a_command_exists() -> None:
    named = re.findall(r"--scope (\S+)", TEXT)
    assert named
    assert set(named) <= set(ALL_SCOPES)


def test_every_page_that_is_linked_exists() -> None:
    for page in (PAGE, FOLDER / "README.md"):
        for link in re.findall(r"\]\(([^)#]+)\)", page.read_text()):
            assert (page.parent / link).exists(), link


def test_every_address_exists() -> None:
    known = {
        (verb, path) for document in openapi().values() for path, verbs in document["paths"].items() for verb in verbs
    }
    named = re.findall(r"\b(GET|POST|PUT|PATCH|DELETE)\s+(/\w+/v1/[\w{}/-]+)", TEXT)
    assert named
    assert {(verb.lower(), path) for verb, path in named} <= known


def test_the_numbers_of_connections_are_right() -> None:
    each = re.search(r"\| connections to PostgreSQL \| (\d+) per process", TEXT)
    assert each
    pool = Database("postgresql+asyncpg://host/database")._reader.pool
    assert int(each[1]) == pool.size() + pool._max_overflow  # type: ignore[attr-defined]


def test_every_service_is_named() -> None:
    assert all(service in TEXT for service in SERVICES)
