"""``move``: what moved, and what keeps something from moving."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.unit.fake_owner import FakeOwner


@pytest.fixture
def contract(run: Any, owner: FakeOwner, tmp_path: Path) -> FakeOwner:
    file = tmp_path / "c.yaml"
    file.write_text("{kind: contract, key: cleaning, spec: {name: Cleaning}}")
    assert run("apply", "-f", file).exit_code == 0
    return owner


def test_it_moves_with_its_reason(run: Any, contract: FakeOwner) -> None:
    result = run("move", "contract/cleaning", "in_process", "--reason", "both sides are in")
    assert (result.exit_code, result.stdout.strip()) == (
        0,
        "contract/cleaning is in_process (it was draft), version 2.",
    )
    state = contract.by_name("Cleaning")
    assert (state["state"], state["state_reason"]) == ("in_process", "both sides are in")
    assert json.loads(run("move", "contract/cleaning", "approved", "--json").stdout)["state"] == "approved"


def test_what_is_there_already_is_no_error(run: Any, contract: FakeOwner) -> None:
    writes = len(contract.writes)
    result = run("move", "contract/cleaning", "draft")
    assert (result.exit_code, "is draft already" in result.stderr, len(contract.writes)) == (0, True, writes)


@pytest.mark.parametrize(
    ("subject", "to", "code", "says"),
    [
        ("contract/cleaning", "actve", 2, "did you mean active?"),
        ("contrct/cleaning", "active", 2, "did you mean contract?"),
        ("contract", "active", 2, "is not KIND/KEY"),
        ("contract/nobody", "active", 3, "There is no contract/nobody"),
        ("contract/cleaning", "active", 4, "The way to active is draft -> in_process -> approved -> active."),
        ("contract/cleaning", "active", 4, "From draft it may become: in_process."),
    ],
)
def test_what_keeps_it_is_told(run: Any, contract: FakeOwner, subject: str, to: str, code: int, says: str) -> None:
    result = run("move", subject, to)
    assert (result.exit_code, says in result.stderr) == (code, True), result.stderr


def test_what_is_missing_is_told(run: Any, contract: FakeOwner) -> None:
    contract.gate = "Not yet in_process: nobody signs for the customer."
    result = run("move", "contract/cleaning", "in_process")
    assert (result.exit_code, "nobody signs for the customer" in result.stderr) == (4, True)
    assert "Once that is there, draft may become in_process." in result.stderr


def test_what_is_final_stays(run: Any, contract: FakeOwner) -> None:
    [(place, state)] = contract.states.items()
    contract.states[place] = state | {"state": "terminated"}
    result = run("move", "contract/cleaning", "active")
    assert (result.exit_code, "terminated is final" in result.stderr) == (4, True)
