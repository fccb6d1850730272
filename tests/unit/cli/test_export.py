import json
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from services.cli import export, exporting
from shared.interchange import formats
from shared.interchange.formats import Written
from shared.interchange.inventory import Inventory
from tests.unit.fake_owner import FakeOwner

CREW = "{kind: party, key: crew, spec: {name: Crew}}\n---\n{kind: role, key: purser, spec: {name: Purser}}"


@pytest.fixture
def crew(run: Any, owner: FakeOwner, tmp_path: Path) -> Path:
    file = tmp_path / "crew.yaml"
    file.write_text(CREW)
    run("apply", "-f", file)
    owner.log.clear()
    return file


def test_a_bundle_on_standard_output_is_taken_back(run: Any, crew: Path) -> None:
    result = run("export")
    assert "2 entities with their links" in result.stderr
    crew.write_text(result.stdout)
    assert "2 unchanged" in run("apply", "-f", crew).stdout


def test_as_json_it_is_a_list_of_documents(run: Any, crew: Path) -> None:
    assert [each["key"] for each in json.loads(run("export", "--json").stdout)] == ["crew", "purser"]


def test_a_folder_has_a_file_per_kind_and_nothing_of_an_earlier_export(
    run: Any, owner: FakeOwner, crew: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "all"
    run("export", "--to", folder)
    assert sorted(file.name for file in folder.iterdir()) == ["party.yaml", "role.yaml"]
    owner.states = {ref: state for ref, state in owner.states.items() if ref[0] == "party"}
    (folder / "mine.yaml").write_text("{kind: role, key: mine, spec: {name: Mine}}")
    run("export", "--to", folder)
    assert sorted(file.name for file in folder.iterdir()) == ["mine.yaml", "party.yaml"]


def test_files_of_others_are_not_written_over(run: Any, crew: Path, tmp_path: Path) -> None:
    (tmp_path / "party.yaml").write_text(CREW)
    result = run("export", "--to", tmp_path)
    assert (result.exit_code, (tmp_path / "party.yaml").read_text()) == (2, CREW)
    assert "written by somebody else" in result.stderr


def test_what_is_too_large_for_a_file_is_parted(
    run: Any, owner: FakeOwner, crew: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    crew.write_text("\n---\n".join(f"{{kind: party, key: p{n}, spec: {{name: P{n}}}}}" for n in range(5)))
    run("apply", "-f", crew)
    monkeypatch.setattr(export, "_MOST", 150)
    run("export", "--to", tmp_path / "all")
    assert {file.name for file in (tmp_path / "all").iterdir()} >= {"party.yaml", "party-2.yaml", "role.yaml"}
    assert "7 unchanged" in run("apply", "-f", tmp_path / "all").stdout


@pytest.fixture
def format_of_names(monkeypatch: pytest.MonkeyPatch) -> None:
    """A format that writes the names of a kind into a file of its own, and loses what has none."""

    def write(held: Inventory) -> Written:
        files = {f"{kind.name}.txt": state["name"].encode() for kind, state in held.entities}
        return Written(files, Counter({"role.description": 2}))

    monkeypatch.setattr(formats, "FORMATS", (replace(formats.FORMATS[0], name="names", write=write),))


def test_in_a_format_of_others_what_is_lost_is_told(
    run: Any, crew: Path, format_of_names: None, tmp_path: Path
) -> None:
    folder = tmp_path / "out"
    told = run("export", "--format", "names", "--to", folder)
    assert {path.name: path.read_text() for path in folder.iterdir()} == {"party.txt": "Crew", "role.txt": "Purser"}
    assert "has no place:\n  role: description 2\n" in told.stderr


def test_several_files_want_a_folder(run: Any, crew: Path, format_of_names: None) -> None:
    told = run("export", "--format", "names")
    assert (told.exit_code, "It makes 2 files (party.txt, role.txt)" in told.stderr) == (2, True)
    unknown = run("export", "--format", "visio")
    assert (unknown.exit_code, "There is no format visio" in unknown.stderr) == (2, True)


def test_what_a_format_cannot_hold_is_told_by_kind() -> None:
    lost = Counter({"kpi": 2, "link serves (ended)": 1, "tactic.side": 3, "tactic.budget": 1, "link.confidence": 4})
    assert exporting._told(lost).splitlines() == [
        "Not in it, since the format has no place for it: kpi 2, link serves (ended) 1.",
        "Members of what is in it for which the format has no place:",
        "  link: confidence 4",
        "  tactic: budget 1, side 3",
    ]
    assert exporting._told(Counter({"kpi": 2})).count("\n") == 0
    assert exporting._told(Counter()) == "Everything is in it."


@pytest.mark.parametrize(("command", "written"), [("export", True), ("import", False)])
def test_help_names_the_formats_that_there_are(run: Any, command: str, written: bool) -> None:
    known = [each.name for each in formats.FORMATS if each.write or not written]
    told = " ".join(run(command, "--help").stdout.replace("\u2502", "").split())
    assert f"{', '.join(known[:-1])} or {known[-1]}." in told
