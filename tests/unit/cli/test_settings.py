"""``settings``: rules are set as a file says, and all of it is checked first."""

import json
from pathlib import Path
from typing import Any

import pytest

from services.alignment.judge.catalogue import RULES, SHOWN
from services.alignment.judge.examples import START
from services.alignment.judge.rule import Severity
from services.alignment.judge.settings import Setting
from services.alignment.views.findings import describe
from shared.contracts.alignment import SETTING
from tests.unit.fake_owner import FakeOwner

PATH = "/alignment/v1/rules"


@pytest.fixture
def file(tmp_path: Path, owner: FakeOwner) -> Path:
    owner.extra[PATH] = {"items": [describe(rule) for rule in SHOWN.values()], "undecided": [], "of_the_view": []}
    return tmp_path / "settings.yaml"


def set_on(owner: FakeOwner) -> dict[str, dict[str, Any]]:
    return {state["rule"]: state for (kind, _), state in owner.states.items() if kind == "setting"}


def test_what_a_file_says_is_set_changed_and_withdrawn(run: Any, owner: FakeOwner, file: Path) -> None:
    file.write_text(
        "settings:\n"
        "- {rule: V06, limits: {days: 120}, reason: We plan for four months.}\n"
        "- {rule: R12, off: true, reason: Small teams.}\n"
    )
    result = run("settings", str(file))
    assert (result.exit_code, "2 settings changed" in result.stdout) == (0, True), result.stderr
    assert (set_on(owner)["V06"]["limits"], set_on(owner)["R12"]["off"]) == ({"days": 120}, True)
    assert "0 settings changed" in run("settings", str(file)).stdout
    file.write_text("settings:\n- {rule: V06, severity: low, reason: It is known.}\n")
    told = json.loads(run("settings", str(file), "--prune", "--json").stdout)
    assert told["rules"] == [{"rule": "V06", "action": "change"}, {"rule": "R12", "action": "withdraw"}]
    now = set_on(owner)
    assert (now["V06"]["limits"], now["V06"]["severity"], now["R12"]["state"]) == ({}, "low", "withdrawn")


def test_a_dry_run_changes_nothing(run: Any, owner: FakeOwner, file: Path) -> None:
    file.write_text("settings: [{rule: V06, off: true, reason: Later.}]")
    result = run("settings", str(file), "--dry-run")
    assert (result.exit_code, "1 setting would be changed" in result.stdout) == (0, True)
    assert not set_on(owner)


WRONG = {
    "rule: V99, off: true, reason: R": ("/settings/0/rule", "must be one of V01, "),
    "rule: V06, limits: {weeks: 2}, reason: R": ("/settings/0/limits/weeks", "must be days"),
    "rule: V02, limits: {days: 2}, reason: R": ("/settings/0/limits/days", "the rule V02 goes by no numbers"),
    "rule: V06, limits: {days: 0}, reason: R": ("/settings/0/limits/days", "must be at least 1"),
    "rule: V06, limits: {days: many}, reason: R": ("/settings/0/limits/days", "must be a whole number"),
    "rule: V06, severity: grave, reason: R": ("/settings/0/severity", "must be one of info, low,"),
    "rule: V06, off: true": ("/settings/0/reason", "is missing"),
    "rule: V06, reason: R": ("/settings/0", "sets nothing: say off, severity or limits"),
    "rule: V06, of: true, reason: R": ("/settings/0/of", "there is no such member; did you mean off?"),
}


@pytest.mark.parametrize("said", WRONG)
def test_what_cannot_be_set_is_refused_with_its_place_and_what_is_allowed(
    run: Any, owner: FakeOwner, file: Path, said: str
) -> None:
    file.write_text(f"settings:\n- {{{said}}}\n- {{rule: R12, off: true, reason: Small teams.}}\n")
    result = run("settings", str(file))
    pointer, why = WRONG[said]
    assert result.exit_code == 2
    assert f"{file}, line 2, document 1, {pointer}: {why}" in result.stderr
    assert not set_on(owner)


def test_a_rule_is_set_once_in_a_file(run: Any, file: Path) -> None:
    file.write_text("settings:\n" + "- {rule: V06, off: true, reason: Twice.}\n" * 2)
    assert "line 3, document 1, /settings/1/rule: is set before" in run("settings", str(file)).stderr


def test_what_is_no_file_of_settings_is_refused(run: Any, file: Path) -> None:
    assert "No such file" in run("settings", str(file)).stderr
    for text, why in (("[a, b]", "must be a mapping"), ("", "holds 0"), ("a: [", "line 2"), ("{}\n---\n{}", "holds 2")):
        file.write_text(text)
        result = run("settings", str(file))
        assert (result.exit_code, why in result.stderr) == (2, True), result.stderr


def test_what_is_set_is_listed_and_shown_with_its_rule(run: Any, owner: FakeOwner, file: Path) -> None:
    setting = Setting(START, "V06", severity=Severity.low, limits=(("days", 120),), key="s", by="ann", reason="Known.")
    owner.extra[PATH]["items"] = [describe(RULES["V06"], setting), describe(RULES["V07"])]
    [row] = [line for line in run("settings").stdout.splitlines() if "V06" in line]
    assert [each for each in ("low, days: 120", "2026-01-01", "ann", "Known.") if each not in row] == []
    assert "(set)" in run("rules", "V06").stdout
    assert "setting/s" in run("rules", "V06").stdout
    assert run("settings", "--prune").exit_code == 2
    assert SETTING.collection == "settings"
