"""The shape that makes the code easy to find one's way in, held by tests instead of by good intentions."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI

from services import assembly
from shared.bus import open_bus
from shared.config import KEYS, SERVICES, Settings
from shared.contracts import KINDS, OWNERS, RECORDED, Kind
from shared.contracts.base import Model
from shared.keys import make_keys
from shared.storage import migrations

ROOT = Path(__file__).parents[2]
ALL = [pytest.param(kind, id=f"{kind.service}-{kind.name}") for kinds in RECORDED.values() for kind in kinds]
every_kind = pytest.mark.parametrize("kind", ALL)
SOURCES = [
    path
    for folder in ("services", "shared")
    for path in sorted((ROOT / folder).rglob("*.py"))
    if "versions" not in path.parts
]
LONGEST = 250


def test_the_owners_have_the_same_files() -> None:
    def files(service: str) -> set[str]:
        folder = ROOT / "services" / service
        found = {path.relative_to(folder).as_posix() for path in folder.rglob("*.py")}
        return {name for name in found if "versions/" not in name}

    more = {
        "drift.py", "freezing.py", "increments.py", "log_routes.py", "packages.py", "plans.py", "proof_keys.py",
        "proposal.py",
        "sign_offs.py", "signature_log.py", "signed.py", "signing.py",
    }  # fmt: skip
    assert files("strategy") - more == files("catalog") == files("roles")
    assert files("catalog") == {"__init__.py", "main.py", "models.py", "rules.py", "migrations/env.py"}


@every_kind
def test_every_member_has_its_column_and_every_column_its_member(kind: Kind) -> None:
    columns = set(migrations.metadata(kind.service).tables[kind.name].columns.keys())
    members = set(kind.model.model_fields) - {"kind"}
    pairs = {name for name in members if {f"{name}_kind", f"{name}_id"} <= columns}
    expected = (members - pairs) | {f"{name}_{part}" for name in pairs for part in ("kind", "id")}
    assert columns - {"folded"} == expected
    assert ("folded" in columns) == (not kind.is_link)


@pytest.mark.parametrize("service", OWNERS)
def test_every_table_is_of_a_kind(service: str) -> None:
    kinds = {kind.name for kind in KINDS[service]}
    log = {"signature_entry", "signature_node", "signature_head", "signed_item"} if service == "strategy" else set()
    assert set(migrations.metadata(service).tables) == kinds | log | {"change", "leader", "idempotency"}


@pytest.fixture(scope="module")
def applications(tmp_path_factory: pytest.TempPathFactory) -> dict[str, FastAPI]:
    settings = Settings(home=tmp_path_factory.mktemp("home"), embedded=True)
    make_keys(settings.home / KEYS)
    return {service: assembly.build(service, settings, open_bus(settings.bus)) for service in SERVICES}


_MORE_ROUTES = {
    **{kind.name: {"/{id}/signatures": ["get"]} for kind in KINDS["strategy"] if kind.signed_as},
    "increment": {
        "/proposal": ["get"],
        "/{id}/sign-offs": ["get", "post"],
        "/{id}/proof": ["get"],
        "/{id}/drift": ["get"],
        "/{id}/comparison": ["get"],
    },
    "scenario": {"/{id}/outcome": ["get"]},
    "campaign": {"/{id}/progress": ["get"]},
}


@every_kind
def test_every_kind_is_routed(kind: Kind, applications: dict[str, FastAPI]) -> None:
    paths = applications[kind.service].openapi()["paths"]
    base = f"/{kind.service}/v1/{kind.collection}"
    assert {
        path.removeprefix(base): sorted(item) for path, item in paths.items() if f"{path}/".startswith(f"{base}/")
    } == {
        "": ["get", "post"],
        "/{id}": ["delete", "get", "patch", "put"],
        "/{id}/transitions": ["post"],
        "/{id}/history": ["get"],
        **({} if kind.is_link else {"/{id}/reviews": ["post"], "/by-key/{key}": ["get"]}),
        **({} if kind.name == "increment" else {"/{id}/corrections": ["post"]}),
    } | _MORE_ROUTES.get(kind.name, {})


@every_kind
def test_collections_are_plurals_with_hyphens(kind: Kind) -> None:
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*s", kind.collection)


def test_no_file_is_too_long() -> None:
    assert [path for path in SOURCES if len(path.read_text().splitlines()) >= LONGEST] == []


def calls(path: Path) -> Iterator[str]:
    """Every call in a file, as ``receiver.method``."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func)


def named(*endings: str, but: set[str]) -> set[str]:
    """Files, other than some, that call anything of these names."""
    places = {path.relative_to(ROOT).as_posix(): path for path in SOURCES}
    return {name for name, path in places.items() if name not in but and any(c.endswith(endings) for c in calls(path))}


def test_only_the_database_module_commits() -> None:
    committing = {"shared/storage/db.py", "shared/bus/kafka/consumer.py", "shared/bus/log_store.py"}
    assert named(".commit", but=committing) == set()


def test_only_the_clock_reads_the_clock() -> None:
    assert named("datetime.now", "utcnow", "date.today", "time.time", but={"shared/clock.py"}) == set()


def test_no_service_speaks_of_http_errors() -> None:
    assert [
        path for path in SOURCES if path.is_relative_to(ROOT / "services") and "HTTPException" in path.read_text()
    ] == []


def test_only_the_strict_reader_reads_bodies() -> None:
    assert named("request.json", "request.body", "request.form", but=set()) == set()


def test_no_error_is_swallowed() -> None:
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ExceptHandler) and ast.unparse(node.body[0]) == "pass":
                assert node.type is not None, path
                assert "Exception" not in ast.unparse(node.type), path


def test_no_file_knows_a_machine() -> None:
    for path in [
        *SOURCES,
        *(ROOT / "tests").rglob("*.py"),
        *ROOT.glob("*.md"),
        ROOT / "Makefile",
        ROOT / "pyproject.toml",
    ]:
        assert not re.search(r"/(home|root|Users|work)/\w", path.read_text()), path


def _models(above: type[Model]) -> Iterator[type[Model]]:
    for model in above.__subclasses__():
        yield model
        yield from _models(model)


def test_every_nested_type_is_known() -> None:
    """A name that was written before its type tells nothing of what is in it, in refusals and in explanations."""
    found = [*_models(Model)]
    assert len(found) > 100
    assert [m.__name__ for m in found if any("ForwardRef" in repr(f.annotation) for f in m.model_fields.values())] == []
