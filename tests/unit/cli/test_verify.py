import json
from pathlib import Path
from typing import Any

import pytest

from shared import proof
from shared.contracts.content import digest
from shared.keys import generate

CONTENT = {"name": "Second site"}


@pytest.fixture
def document() -> dict[str, Any]:
    statement = {
        "increment": {"name": "First increment", "state": "signed"},
        "items": [{"kind": "tactic", "id": "1", "hash": digest(CONTENT)}],
        "sign_offs": [{"decision": "approved", "by": "boss", "at": "2026-01-01T00:00:00Z"}],
    }
    contents = [{"kind": "tactic", "id": "1", "content": CONTENT}]
    return proof.sign(generate(0).key(), statement, contents)


def check(run: Any, folder: Path, document: Any, *options: str) -> Any:
    (folder / "proof.json").write_text(json.dumps(document))
    return run("verify", folder / "proof.json", *options)


def test_a_proof_that_holds_tells_who_signed(run: Any, tmp_path: Path, document: dict[str, Any]) -> None:
    result = check(run, tmp_path, document)
    assert result.exit_code == 0
    assert "First increment (1 items), signed" in result.stdout
    assert "approved by boss" in result.stdout


def test_only_the_key_that_is_named_will_do(run: Any, tmp_path: Path, document: dict[str, Any]) -> None:
    mine = proof.verify(document)
    assert check(run, tmp_path, document, "--key", mine).exit_code == 0
    assert check(run, tmp_path, document, "--key", "another").exit_code == 1


@pytest.mark.parametrize("broken", ["contents", "statement", "signature"])
def test_one_that_was_altered_fails(run: Any, tmp_path: Path, document: dict[str, Any], broken: str) -> None:
    result = check(run, tmp_path, document | {broken: []})
    assert (result.exit_code, result.stderr.startswith("Not proven:")) == (1, True)


def test_what_is_no_json_is_no_proof(run: Any, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("<html/>")
    assert run("verify", tmp_path / "a.json").exit_code == 1
