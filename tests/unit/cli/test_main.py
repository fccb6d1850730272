import subprocess
import sys
from importlib import import_module
from typing import Any

import pytest

from services.cli.main import COMMANDS

HEAVY = {"fastapi", "sqlalchemy", "httpx", "pydantic", "uvicorn", "lxml", "yaml"}


def test_help_lists_every_command(run: Any) -> None:
    shown = run("--help").output
    assert all(f" {name} " in shown for name in COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_is_there_and_explains_itself(run: Any, name: str) -> None:
    module, _, function = COMMANDS[name][0].partition(":")
    assert callable(getattr(import_module(module), function))
    result = run(name, "--help")
    assert (result.exit_code, f"plumbline {name}" in result.output or f" {name} " in result.output) == (0, True)


def test_help_costs_no_import_that_only_a_command_needs() -> None:
    program = "import sys, services.cli.main; print(*{name.partition('.')[0] for name in sys.modules})"
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()
    assert HEAVY.isdisjoint(loaded)


@pytest.mark.parametrize("given", [("--home", "x"), ("--home=x",), ("--server", "x"), ("--json",), ("--token", "x")])
def test_an_option_of_the_commands_before_one_is_explained(run: Any, given: tuple[str, ...]) -> None:
    result = run(*given, "get", "service")
    option = given[0].partition("=")[0]
    assert result.exit_code == 2
    assert f"{option} comes after the command: plumbline get {option} ..." in result.stderr


def test_a_command_that_does_not_exist_is_a_usage_error(run: Any) -> None:
    assert run("frobnicate").exit_code == 2


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (
            ("findings", "--severity", "hig"),
            "'--severity': must be one of info, low, medium, high, critical; did you mean high?",
        ),
        (("findings", "--severity", "grave"), "'--severity': must be one of info, low, medium, high, critical"),
        (("coverage", "desing"), "'what': must be one of design, offerings; did you mean design?"),
        (("findings", "--limit", "some"), "'--limit': must be a whole number"),
        (("findings", "--limit", "0"), "'--limit': must be at least 1"),
    ],
)
def test_what_a_value_must_be_is_said_in_plain_words(run: Any, given: tuple[str, ...], says: str) -> None:
    result = run(*given)
    said = " ".join(result.stderr.replace("│", " ").split())
    assert (result.exit_code, says in said) == (2, True), said
    assert "Value error" not in said
