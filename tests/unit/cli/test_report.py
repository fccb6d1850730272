"""The report of ``apply``: what there is in all first, so many lines a part, and what drifts from what was signed."""

import json
from pathlib import Path
from typing import Any

import pytest

from shared.contracts import NODE_KINDS
from shared.interchange.records import derived_id
from tests.unit.fake_owner import STAMP, FakeOwner


def roles(count: int, name: str = "Role") -> str:
    return "\n---\n".join(f"{{kind: role, key: r{n}, spec: {{name: {name} {n}}}}}" for n in range(count))


def test_a_long_report_begins_with_its_sum_and_each_part_is_bounded(run: Any, owner: FakeOwner, tmp_path: Path) -> None:
    file = tmp_path / "b.yaml"
    file.write_text(roles(60))
    planned = run("apply", "-f", file, "--dry-run").stdout.splitlines()
    assert planned[0] == planned[-1]
    assert planned[0].startswith("60 read: 60 would be created, 0 would be changed, 0 unchanged, 0 unmapped, ")
    assert [line for line in planned if line.startswith("+ ")] == [f"+ role role/r{n}" for n in range(50)]
    assert "and 10 more (--all shows them)" in planned
    done = run("apply", "-f", file, "--all").stdout.splitlines()
    assert len([line for line in done if line.startswith("+ ")]) == 60
    file.write_text(roles(60, "Post"))
    changed = run("apply", "-f", file).stdout
    assert "Changed" in changed
    assert changed.count(" name ") == 50
    assert "and 10 more (--all shows them)" in changed
    assert len(json.loads(run("apply", "-f", file, "--json").stdout)["changes"]) == 0


def test_the_run_says_what_changed_as_the_dry_run_does(run: Any, owner: FakeOwner, tmp_path: Path) -> None:
    file = tmp_path / "b.yaml"
    file.write_text(roles(1))
    run("apply", "-f", file)
    file.write_text(f"{roles(1, 'Post')}\n---\n{{kind: role, key: new, spec: {{name: New}}}}")
    planned, done = run("apply", "-f", file, "--dry-run").stdout, run("apply", "-f", file).stdout
    assert _as_done(planned) == done.split()
    assert "role/r0  name    Role 0  Post 0" in done


def _as_done(planned: str) -> list[str]:
    for would, is_done in (
        ("Would change", "Changed"), ("Would begin", "Begun"), ("not be live", "not live yet"), ("would be ", ""),
    ):  # fmt: skip
        planned = planned.replace(would, is_done)
    return planned.split()


@pytest.mark.parametrize(
    ("spec", "links", "says"),
    [
        ("name: Full boats, due: 2027-01-31", "[]", "objective/full drifts from what increment/first signed: due"),
        ("name: Full boats, state: draft", "[]", ""),
        (
            "name: Full boats",
            "[{type: supports, to: strategy/it}]",
            "objective/full drifts from what increment/first signed: the link objective/full supports strategy/it",
        ),
        ("name: Full boats", "[{type: relates_to, to: strategy/it}]", ""),
    ],
)
def test_what_was_signed_and_changes_is_told(
    run: Any, owner: FakeOwner, tmp_path: Path, spec: str, links: str, says: str
) -> None:
    file = tmp_path / "b.yaml"
    file.write_text(
        "{kind: objective, key: full, spec: {name: Full boats}}\n---\n{kind: strategy, key: it, spec: {name: IT}}"
    )
    run("apply", "-f", file)
    kind, id = NODE_KINDS["increment"], derived_id("increment/first")
    defaults = {n: f.get_default() for n, f in kind.model.model_fields.items() if not f.is_required()}
    items = [{"kind": "objective", "id": derived_id("objective/full")}]
    own = {"id": id, "key": "first", "name": "First", "state": "signed", "version": 4, "items": items}
    owner.states["increment", id] = {**defaults, **STAMP, **own}
    file.write_text(f"{{kind: objective, key: full, spec: {{{spec}}}, links: {links}}}")
    for arguments in (("--dry-run",), ()):
        told = run("apply", "-f", file, *arguments)
        assert told.exit_code == 0, told.stderr
        lines = [line for line in told.stdout.splitlines() if "drifts" in line]
        assert len(lines) == bool(says)
        assert all(line.startswith(says) for line in lines)


def test_what_left_a_bundle_is_told_with_what_rests_on_it(run: Any, owner: FakeOwner, tmp_path: Path) -> None:
    """By name in a bundle that has one; nothing is written about it, since a part of a bundle may be applied."""
    file = tmp_path / "b.yaml"
    purser = "{kind: role, key: purser, spec: {name: Purser}}"
    pay = "{kind: service, key: pay, spec: {name: Pay, state: operational, owner: role/purser}}"
    file.write_text(f"{purser}\n---\n{pay}\n---\n{roles(1)}")
    assert "left" not in run("apply", "-f", file, "--source", "ferry").stdout
    file.write_text(roles(1))
    owner.log.clear()
    for arguments in (("--dry-run",), ()):
        told = run("apply", "-f", file, "--source", "ferry", *arguments).stdout.splitlines()
        assert "left the file: Purser (role/purser)" in told
        assert "What left the file stays as it is; --prune retires it." in told
        assert told[-1].endswith(", 2 left")
    assert owner.writes == []
    assert "left" not in run("apply", "-f", file, "--source", "other").stdout, "another bundle brought them"
    data = json.loads(run("apply", "-f", file, "--source", "ferry", "--json").stdout)
    assert {each["label"] for each in data["left"]} == {"Purser (role/purser)", "Pay (service/pay)"}


def test_of_bundles_without_names_what_is_in_none_of_them_is_not_known(
    run: Any, owner: FakeOwner, tmp_path: Path
) -> None:
    file = tmp_path / "b.yaml"
    file.write_text(roles(8))
    run("apply", "-f", file)
    file.write_text(roles(3))
    assert "without a name" not in run("apply", "-f", file).stdout, "it looks like another bundle"
    file.write_text(roles(4))
    told = run("apply", "-f", file).stdout.splitlines()
    assert told[-1].endswith("0 refused; 0 kept"), "it may be another bundle's"
    [said] = [line for line in told if "without a name" in line]
    assert said.startswith("Brought without a name before, and not in it: Role 4 (role/r4), ")
    assert "and 1 more. It stays; --prune retires what is not in it." in said


def test_of_a_large_server_the_view_says_what_left(
    run: Any, owner: FakeOwner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As far as it knows; what it has of another source, or of one that is over, or that came back, has not left."""
    monkeypatch.setattr("shared.interchange.bring.MOST_LOOKED_AT", 3)
    nodes = "/alignment/v1/nodes"
    file = tmp_path / "b.yaml"
    file.write_text(roles(5))
    run("apply", "-f", file, "--source", "ferry")
    assert "was not looked at" in run("apply", "-f", file, "--source", "ferry").stdout, "there is no view"
    other = tmp_path / "other.yaml"
    other.write_text("{kind: role, key: r9, spec: {name: Role 9}}")
    run("apply", "-f", other, "--source", "other")
    known = [{"kind": "role", "id": id, "state": "active", "deleted": False} for _, id in owner.states]
    known[2]["state"], known[1]["deleted"] = "retired", True
    owner.extra[nodes] = {"items": known, "next_cursor": None}
    file.write_text(roles(1))
    data = json.loads(run("apply", "-f", file, "--source", "ferry", "--json").stdout)
    assert [each["label"] for each in data["left"]] == ["Role 3 (role/r3)", "Role 4 (role/r4)"]
    told = run("apply", "-f", file, "--source", "ferry").stdout
    assert "left the file: Role 4 (role/r4)" in told
    assert "With --prune everything is looked at" in told
    assert told.splitlines()[-1].endswith("2 left")
    monkeypatch.setattr("shared.interchange.glimpse.MOST", 1)
    assert "More than 1 have left it." in run("apply", "-f", file, "--source", "ferry").stdout
    del owner.extra[nodes]
    assert "- role role/r4" in run("apply", "-f", file, "--source", "ferry", "--prune", "--dry-run").stdout


UNSAID = "{kind: service, key: pay, spec: {name: Pay}}\n---\n{kind: party, key: crew, spec: {name: Crew}}"


def test_what_begins_as_a_draft_is_told_and_with_found_is_in_use(run: Any, owner: FakeOwner, tmp_path: Path) -> None:
    """A party begins as an active one: there is no draft of it."""
    file = tmp_path / "b.yaml"
    file.write_text(UNSAID)
    planned = run("apply", "-f", file, "--dry-run").stdout
    assert "Would begin as drafts, and not be live: service 1. plumbline move KIND/KEY STATE" in planned
    assert run("apply", "-f", file, "--dry-run", "--found").stdout.count("drafts") == 0
    assert "Begun as drafts, and not live yet: service 1." in run("apply", "-f", file).stdout
    assert owner.by_name("Pay")["state"] == NODE_KINDS["service"].lifecycle.initial
    owner.states.clear()
    run("apply", "-f", file, "--found")
    assert owner.by_name("Pay")["state"] == "operational"
    assert "2 unchanged" in run("apply", "-f", file, "--found").stdout
    owner.edit("service", derived_id("service/pay"), provenance=[], state="designed")
    assert "2 unchanged" in run("apply", "-f", file, "--found").stdout, "what others made stays in their state"


def test_what_a_source_has_too_is_noted_once_and_told(run: Any, owner: FakeOwner, tmp_path: Path) -> None:
    file = tmp_path / "b.yaml"
    file.write_text(roles(2))
    run("apply", "-f", file)
    told = "oted as held by this source too: 2 unchanged. That makes a new version of each, once."
    assert f"Would be n{told}" in run("apply", "-f", file, "--source", "ferry", "--dry-run").stdout
    assert f"N{told}" in run("apply", "-f", file, "--source", "ferry").stdout
    assert "oted" not in run("apply", "-f", file, "--source", "ferry").stdout


def test_what_takes_the_place_of_another_names_it(run: Any, owner: FakeOwner, tmp_path: Path) -> None:
    file = tmp_path / "b.yaml"
    old = "{kind: service, key: old, spec: {name: Old, state: operational}}"
    for documents, more in (((old, roles(1)), ()), ((roles(1),), ("--prune",))):
        file.write_text("\n---\n".join(documents))
        run("apply", "-f", file, "--source", "ferry", *more)
    file.write_text(f"{old}\n---\n{roles(1)}")
    told = run("apply", "-f", file, "--source", "ferry").stdout
    assert "returned: service/old is a new one in the place of service/old, which had left the file" in told
