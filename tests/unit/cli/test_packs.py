"""``pack`` and ``rules test``: rules of an organisation's own from a file."""

import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.unit.fake_owner import FakeOwner

SAMPLE = Path(__file__).parents[3] / "examples" / "rule-pack" / "acme.yaml"


def pack_on(owner: FakeOwner) -> dict[str, Any]:
    [state] = [state for (kind, _), state in owner.states.items() if kind == "rule_pack"]
    return state


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "acme.yaml"
    path.write_text(SAMPLE.read_text())
    return path


def changed(file: Path, old: str, new: str) -> None:
    text = file.read_text()
    assert text.count(old) == 1
    file.write_text(text.replace(old, new))


def test_the_examples_of_a_file_are_played_without_a_server(run: Any, owner: FakeOwner, file: Path) -> None:
    result = run("rules", "test", str(file))
    assert (result.exit_code, "4 rules: the examples hold." in result.stdout) == (0, True), result.stderr
    assert owner.log == []


def test_an_example_that_does_not_hold_is_told_with_its_line(run: Any, file: Path) -> None:
    changed(file, "+end_of_support=2027-03-01", "+end_of_support=2033-03-01")
    line = next(n for n, text in enumerate(file.read_text().splitlines(), 1) if "2033" in text)
    result = run("rules", "test", str(file))
    assert result.exit_code == 1
    assert f"{file}, line {line}, document 1, /rules/3/fails: the rule finds nothing" in result.stdout
    assert json.loads(run("rules", "test", str(file), "--json").stdout)["wrong"]
    assert run("pack", str(file)).exit_code == 2


WRONG = {
    "severity: high\n  dimension: own": ("severity: big\n  dimension: own", "/rules/0/severity: must be one of"),
    "dimension: ownership": ("dimension: owners", "/rules/0/dimension: must be one of trace,"),
    "id: ACME-01": ("id: acme", "/rules/0/id: "),
    "says: [purpose, trigger]": ("said: [purpose, trigger]", "/rules/1/check/said: there is no such member"),
    "kinds: [service]\n  states": ("kinds: [servise]\n  states", "did you mean service?"),
    "remedy: Divide the role.": ("", "/rules/2/remedy: is missing"),
}


@pytest.mark.parametrize("old", WRONG)
def test_what_is_no_rule_is_refused_with_its_place(run: Any, file: Path, old: str) -> None:
    new, why = WRONG[old]
    changed(file, old, new)
    result = run("rules", "test", str(file))
    assert (result.exit_code, why in result.stderr) == (2, True), result.stderr


def test_with_a_moment_it_says_what_they_would_have_found(run: Any, owner: FakeOwner, file: Path) -> None:
    def answer(request: httpx.Request) -> Any:
        body = json.loads(request.content)
        assert (body["prefix"], body["since"], len(body["rules"])) == ("ACME", "2026-03-01T00:00:00.000000Z", 4)
        tried = {"rule": "ACME-01", "title": "Nobody", "found": 3, "open": 1, "items": []}
        frame: dict[str, Any] = {"as_of": None, "provisional": False, "watermark": {}}
        return {"since": body["since"], "rules": [tried], **frame}

    owner.extra["/alignment/v1/trials"] = answer
    result = run("rules", "test", str(file), "--since", "2026-03-01")
    assert result.exit_code == 0, result.stderr
    assert [each for each in ("ACME-01", "Nobody", "3", "1") if each not in result.stdout] == []


def test_a_pack_is_made_changed_and_left_as_it_is(run: Any, owner: FakeOwner, file: Path) -> None:
    result = run("pack", str(file))
    assert (result.exit_code, "4 rules: the view is built anew" in result.stdout) == (0, True), result.stderr
    made = pack_on(owner)
    assert (made["key"], made["prefix"], made["rules"][0]["id"]) == ("acme", "ACME", "ACME-01")
    assert "as it was" in run("pack", str(file)).stdout
    changed(file, "limits: {activities: 2}", "limits: {activities: 2, more: 3}")
    assert "the view is built anew" in run("pack", str(file)).stdout
    assert pack_on(owner)["rules"][2]["limits"] == {"activities": 2, "more": 3}


def test_a_test_needs_a_file(run: Any) -> None:
    for given in (("test",), ("V04", "x.yaml"), ("--since", "2026-03-01")):
        assert run("rules", *given).exit_code == 2
