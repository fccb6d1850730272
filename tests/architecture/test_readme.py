"""What the README names exists, and what exists is in the README."""

import json
import re
import tomllib
from pathlib import Path

import pytest

from services import assembly
from services.cli.main import COMMANDS
from shared.bus import open_bus
from shared.config import KEYS, RELEASE, SERVICES, Settings
from shared.contracts import RECORDED
from shared.keys import make_keys

README = (Path(__file__).parents[2] / "README.md").read_text()
INTERNAL = {"embedded"}


def test_every_command_is_documented() -> None:
    table = re.findall(r"^\| `plumbline ([\w-]+)", README, re.MULTILINE)
    assert sorted(table) == sorted(COMMANDS)


def test_every_setting_is_documented() -> None:
    table = re.findall(r"^\| `(PLUMBLINE_\w+)` \|", README, re.MULTILINE)
    assert table == [f"PLUMBLINE_{name.upper()}" for name in Settings.model_fields if name not in INTERNAL]


def test_every_default_is_the_documented_one() -> None:
    documented = dict(re.findall(r"^\| `PLUMBLINE_(\w+)` \| `([^`]+)` \|", README, re.MULTILINE))
    for name, value in documented.items():
        default = Settings.model_fields[name.lower()].default
        assert str(default).removesuffix(".0") == value


@pytest.fixture(scope="module")
def routes(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """``METHOD /path`` of every documented route of every service."""
    settings = Settings(home=tmp_path_factory.mktemp("home"), embedded=True)
    make_keys(settings.home / KEYS)
    found = set()
    for service in SERVICES:
        app = assembly.build(service, settings, open_bus(settings.bus))
        document = json.loads(json.dumps(app.openapi()))
        found |= {f"{method.upper()} {path}" for path, item in document["paths"].items() for method in item}
    return found


def test_every_named_route_exists(routes: set[str]) -> None:
    named = {route.partition("?")[0] for route in re.findall(r"`((?:GET|POST|DELETE) /alignment/[^`]+)`", README)}
    assert named
    assert named <= routes


def test_every_view_is_documented(routes: set[str]) -> None:
    everywhere = {route.replace("/strategy/", "/alignment/") for route in routes if " /strategy/" in route}
    own = tuple(f"/alignment/v1/{kind.collection}/" for kind in RECORDED["alignment"])
    views = {route for route in routes - everywhere if " /alignment/" in route and not route.split()[1].startswith(own)}
    assert views == set(re.findall(r"`((?:GET|POST|DELETE) /alignment/[^`]+)`", README))


def test_every_page_that_is_linked_exists() -> None:
    root = Path(__file__).parents[2]
    for link in re.findall(r"\]\(([^)#]+)\)", README):
        assert (root / link).exists(), link


def test_the_release_is_that_of_the_package() -> None:
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())["project"]
    assert project["version"] == RELEASE
