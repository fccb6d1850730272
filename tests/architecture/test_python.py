"""The Pythons that are promised: every one gets the same dependencies, and CI tries the oldest and the newest."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

ROOT = Path(__file__).parents[2]
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())
PROMISED = ("3.11", "3.12", "3.13")


def declared() -> list[Requirement]:
    project = PROJECT["project"]
    groups = [*project["optional-dependencies"].values(), *PROJECT["dependency-groups"].values()]
    texts = [
        *project["dependencies"],
        *(text for group in groups for text in group),
        *PROJECT["build-system"]["requires"],
    ]
    return [Requirement(text) for text in texts]


def locked(path: Path) -> list[Requirement]:
    lines = re.findall(r"^([a-z0-9].*?) *\\?$", path.read_text(), re.MULTILINE)
    return [Requirement(line) for line in lines]


def installed_on(requirement: Requirement, python: str) -> bool:
    environment = {"python_version": python, "python_full_version": f"{python}.0"}
    return requirement.marker is None or requirement.marker.evaluate(environment)


@pytest.mark.parametrize("requirement", declared(), ids=str)
def test_what_one_promised_python_gets_every_one_gets(requirement: Requirement) -> None:
    """The code imports it wherever it runs: a marker would leave it out on one of them."""
    assert {installed_on(requirement, python) for python in PROMISED} == {True}


@pytest.mark.parametrize("path", sorted((ROOT / "requirements").glob("*.txt")), ids=lambda path: path.name)
def test_the_locks_install_what_is_declared_on_every_promised_python(path: Path) -> None:
    names = {requirement.name for requirement in declared()}
    direct = [requirement for requirement in locked(path) if requirement.name in names]
    assert direct or path.name == "uv.txt"
    for python in PROMISED:
        missing = {each.name for each in direct} - {each.name for each in direct if installed_on(each, python)}
        assert not missing, python


def test_the_oldest_is_the_same_everywhere() -> None:
    oldest = PROMISED[0]
    assert PROJECT["project"]["requires-python"] == f">={oldest}"
    assert PROJECT["tool"]["ruff"]["target-version"] == f"py{oldest.replace('.', '')}"
    assert f"--python-version {oldest} " in (ROOT / "Makefile").read_text()
    assert f"Python {oldest}" in (ROOT / "README.md").read_text()
    assert all(python in SpecifierSet(PROJECT["project"]["requires-python"]) for python in PROMISED)


def test_ci_runs_everything_on_the_oldest_and_what_may_differ_on_the_newest() -> None:
    script = (ROOT / ".ci" / "run").read_text()
    assert f"OLDEST=$(python {PROMISED[0]})" in script
    assert f"NEWEST=$(python {PROMISED[-1]})" in script
    whole = re.findall(r'make test PYTHON="\$(\w+)"(?! VENV)', script)
    assert whole == ["OLDEST"]
