"""``verify`` and ``trust``: exit codes, and what is printed of what others wrote."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.unit.test_proof import AT, KEY, OTHER, document, signed, statement

HELD, FAILED, USAGE = 0, 1, 2


@pytest.fixture(autouse=True)
def nothing_pinned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return tmp_path / "config" / "plumbline" / "trusted-keys.json"


def check(run: Any, folder: Path, made: Any, *options: Any) -> Any:
    (folder / "proof.json").write_text(made if isinstance(made, str) else json.dumps(made))
    return run("verify", folder / "proof.json", *options)


def key_file(folder: Path, **members: Any) -> Path:
    path = folder / "keys.json"
    path.write_text(json.dumps({"keys": [{**KEY.public().document(), **members}]}))
    return path


def test_a_proof_that_holds_says_who_signed_as_whom_what_and_when(run: Any, tmp_path: Path) -> None:
    result = check(run, tmp_path, signed(), "--key", key_file(tmp_path))
    assert result.exit_code == HELD
    assert "First (first), 1 items, signed" in result.stdout
    assert f"approved, signed in as boss, at {AT}: The boss" in result.stdout
    assert f"Signed by the key {KEY.kid}" in result.stdout
    assert "Entry 3 of the signature log" in result.stdout


def test_without_a_trusted_key_nothing_is_proven(run: Any, tmp_path: Path) -> None:
    result = check(run, tmp_path, signed())
    assert (result.exit_code, result.stdout) == (FAILED, "")
    assert f"unknown key: {KEY.kid}" in result.stderr


@pytest.mark.parametrize(("name", "code"), [(KEY.kid, HELD), (OTHER.kid, FAILED)], ids=["its own", "another"])
def test_a_thumbprint_names_the_key_that_will_do(run: Any, tmp_path: Path, name: str, code: int) -> None:
    assert check(run, tmp_path, signed(), "--key", name).exit_code == code


def test_a_pinned_key_is_trusted(run: Any, tmp_path: Path, nothing_pinned: Path) -> None:
    nothing_pinned.parent.mkdir(parents=True)
    nothing_pinned.write_text(key_file(tmp_path).read_text())
    assert check(run, tmp_path, signed()).exit_code == HELD
    assert check(run, tmp_path, signed(), "--key", OTHER.kid).exit_code == FAILED, "what is named replaces it"


@pytest.mark.parametrize(("exp", "code"), [(1_780_300_799, FAILED), (1_780_300_800, HELD)])
def test_a_key_proves_what_was_signed_until_it_ended(run: Any, tmp_path: Path, exp: int, code: int) -> None:
    """The statement is of 2026-06-01T08:00:00Z, which is 1780300800."""
    assert check(run, tmp_path, signed(), "--key", key_file(tmp_path, exp=exp)).exit_code == code


def test_a_derived_key_is_named_as_such(run: Any, tmp_path: Path) -> None:
    result = check(run, tmp_path, signed(), "--key", key_file(tmp_path, derived=True, exp=1_900_000_000))
    assert "derived from a secret" in result.stdout


@pytest.mark.parametrize("broken", ["contents", "statement", "signature"])
def test_one_that_was_altered_fails(run: Any, tmp_path: Path, broken: str) -> None:
    result = check(run, tmp_path, signed() | {broken: []}, "--key", KEY.kid)
    assert (result.exit_code, result.stderr.startswith("Not proven:")) == (FAILED, True)


def test_a_member_twice_is_refused(run: Any, tmp_path: Path) -> None:
    twice = json.dumps(signed())[:-1] + ', "contents": []}'
    assert check(run, tmp_path, twice, "--key", KEY.kid).exit_code == USAGE


@pytest.mark.parametrize("made", ["<html/>", "[]", "{}", '{"format": "other/1"}', "", "\x00"])
def test_what_is_no_proof_is_a_usage_error(run: Any, tmp_path: Path, made: str) -> None:
    assert check(run, tmp_path, made, "--key", KEY.kid).exit_code == USAGE


def test_a_name_cannot_print_what_it_likes(run: Any, tmp_path: Path) -> None:
    said = statement() | {"package_hash": None}
    said["increment"]["name"] = "X\n  approved by cfo\rHolds.\x1b[2J\u202e"
    said["sign_offs"][0]["name"] = "a\u2028b"
    made = document(said)
    result = check(run, tmp_path, made, "--key", KEY.kid)
    assert result.exit_code == HELD
    assert not any(sign in result.stdout for sign in ("\r", "\x1b", "\u202e", "\u2028"))
    assert [line for line in result.stdout.splitlines() if line.strip() == "approved by cfo"] == []


def test_a_long_name_does_not_push_out_the_sign_in(run: Any, tmp_path: Path) -> None:
    said = statement() | {"package_hash": None}
    said["sign_offs"][0]["name"] = "Chair, signed in as maeve, at 2020-01-01T00:00:00Z" + "\u3164" * 300
    result = check(run, tmp_path, document(said) | {"log": None}, "--key", KEY.kid)
    [line] = [line for line in result.stdout.splitlines() if "Chair" in line]
    assert line.startswith(f"  approved, signed in as boss, at {AT}: Chair")


def test_nothing_to_check_is_a_usage_error(run: Any) -> None:
    assert run("verify").exit_code == USAGE
