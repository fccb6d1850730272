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
    assert planned[0].startswith("60 read: 60 would be created, 0 would be changed, 0 unchanged, 0 kept, 0 unmapped")
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
    assert planned.replace("Would change", "Changed").replace("would be ", "").split() == done.split()
    assert "role/r0  name    Role 0  Post 0" in done


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
