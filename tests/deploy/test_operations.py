"""What the page for operators names exists."""

import re
from pathlib import Path

from services.alignment.models import Base
from services.cli.main import COMMANDS
from shared.config import SERVICES, Settings
from shared.scopes import ALL_SCOPES
from shared.storage.db import Database
from shared.telemetry.metrics import REGISTRY
from tests.deploy.manifests import FOLDER

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


def test_statements_name_columns_that_exist() -> None:
    letters = re.search(r"select ([\w, ]+), at\s+from dead_letter", TEXT)
    assert letters
    assert set(letters[1].split(", ")) <= set(Base.metadata.tables["dead_letter"].columns.keys())


def test_the_numbers_of_connections_are_right() -> None:
    each = re.search(r"\| connections to PostgreSQL \| (\d+) per process", TEXT)
    assert each
    pool = Database("postgresql+asyncpg://host/database")._reader.pool
    assert int(each[1]) == pool.size() + pool._max_overflow  # type: ignore[attr-defined]


def test_every_service_is_named() -> None:
    assert all(service in TEXT for service in SERVICES)
