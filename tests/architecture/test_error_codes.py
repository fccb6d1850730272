"""Every error code that the code raises is in the registry with its meaning, and none is there that nobody raises."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest
from pydantic_core.core_schema import ErrorType

from shared.contracts.errors import CODES, PAGE, VALIDATION, problem_types, render

ROOT = Path(__file__).parents[2]
FILES = [path for top in ("services", "shared") for path in sorted((ROOT / top).rglob("*.py"))]


def raised(tree: ast.AST) -> Iterator[str]:
    """The codes of faults: ``Fault(code=...)``, ``{"code": ...}`` and the second argument of ``Invalid.at``."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "at":
            yield from _texts(node.args[1:2])
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Fault":
            yield from _texts([each.value for each in node.keywords if each.arg == "code"])
        elif isinstance(node, ast.Dict):
            pairs = zip(node.keys, node.values, strict=True)
            yield from _texts([value for key, value in pairs if isinstance(key, ast.Constant) and key.value == "code"])


def _texts(nodes: list[ast.expr]) -> Iterator[str]:
    yield from (node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str))
    assert not any(isinstance(node, ast.JoinedStr) for node in nodes), "a code is put together of pieces"


def all_raised() -> set[str]:
    return {code for path in FILES for code in raised(ast.parse(path.read_text()))}


def test_what_is_raised_is_registered() -> None:
    assert all_raised() - {*CODES, *VALIDATION} == set()


def test_what_is_registered_is_raised() -> None:
    assert CODES.keys() - all_raised() == set()


def test_codes_are_seen_however_they_are_written() -> None:
    text = 'Fault(pointer="", code="a", detail="")\nInvalid.at("", "b", "")\n{"pointer": "", "code": "c"}'
    assert {*raised(ast.parse(text))} == {"a", "b", "c"}


def test_codes_of_the_schema_are_those_of_the_validator() -> None:
    known = {type_.replace("_", "-") for type_ in get_args(ErrorType)}
    assert VALIDATION.keys() - known == set()
    assert CODES.keys() & VALIDATION.keys() == set()


@pytest.mark.parametrize("code", [*CODES, *VALIDATION, *(type_ for type_, *_ in problem_types())])
def test_codes_are_words(code: str) -> None:
    assert all(word.isalpha() and word.islower() for word in code.split("-"))


def test_the_page_is_as_the_registry_is() -> None:
    assert PAGE.read_text() == render(), "run: python -m shared.contracts.errors"
