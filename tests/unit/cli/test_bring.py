import json
from pathlib import Path
from typing import Any

from tests.unit.fake_owner import FakeOwner

FERRY = Path(__file__).parents[1] / "interchange" / "ferry.xml"
CREW = "{kind: party, key: crew, spec: {name: Crew, description: Works on deck}}"


def test_import_tells_what_became_of_every_line(run: Any, owner: FakeOwner) -> None:
    result = run("import", FERRY)
    assert result.exit_code == 0
    *_, summary = result.stdout.splitlines()
    assert summary == (
        "44 read, 1 path beside: 36 created, 0 changed, 0 unchanged, "
        "5 unmapped, 1 duplicates, 2 refused, 1 joined; 0 kept"
    )
    told = json.loads(run("import", FERRY, "--dry-run", "--json").stdout)
    assert told["read"] + sum(told["beside"].values()) == sum(told["came_to"].values()) == 45
    assert "unmapped: Access 2, BusinessObject 1, Junction 1, Location 1" in result.stdout
    assert "joins an element to itself" in result.stdout
    assert "unnamed: BusinessActor 1" in result.stdout


def test_import_again_changes_nothing(run: Any, owner: FakeOwner) -> None:
    run("import", FERRY)
    owner.log.clear()
    assert "36 unchanged" in run("import", FERRY).stdout
    assert owner.writes == []


def test_strict_fails_when_something_was_refused(run: Any, owner: FakeOwner) -> None:
    assert run("import", FERRY, "--strict").exit_code == 1


def test_a_source_makes_other_ids(run: Any, owner: FakeOwner) -> None:
    run("import", FERRY)
    assert "36 created" in run("import", FERRY, "--source", "other").stdout


def test_a_file_that_is_no_model_is_a_usage_error(run: Any, owner: FakeOwner, tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_text("<html/>")
    wrong, missing = run("import", tmp_path / "a.xml"), run("import", tmp_path / "b.xml")
    assert (wrong.exit_code, missing.exit_code) == (2, 2)
    assert "a.xml is in no format that can be read here" in wrong.stderr
    assert "archimate: an ArchiMate model in the exchange format" in wrong.stderr
    assert "cannot be read" in missing.stderr
    assert owner.log == []


def test_a_model_without_an_identifier_needs_a_source(run: Any, owner: FakeOwner, tmp_path: Path) -> None:
    file = tmp_path / "a.xml"
    element = '<elements><element identifier="a" xsi:type="Goal"><name>A</name></element></elements>'
    names = 'xmlns="http://www.opengroup.org/xsd/archimate/3.0/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    file.write_text(f"<model {names}>{element}</model>")
    assert run("import", file).exit_code == 2
    assert run("import", file, "--source", "mine").exit_code == 0


def test_two_files_of_one_name_are_two_and_a_folder_is_one(run: Any, owner: FakeOwner, tmp_path: Path) -> None:
    for folder, name in (("a", "Bilge"), ("b", "Crane")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "service.csv").write_text(f"Name\n{name}\n")
        assert "retired" not in run("import", tmp_path / folder / "service.csv", "--prune").stdout
    assert [owner.by_name(name)["state"] for name in ("Bilge", "Crane")] == ["operational"] * 2
    assert run("import", tmp_path / "a", "--prune").exit_code == 0
    assert [each["source"] for each in owner.by_name("Bilge")["provenance"]] == ["csv:a/service.csv", "csv:a/"]


def test_apply_brings_in_and_dry_run_only_shows(run: Any, owner: FakeOwner, tmp_path: Path) -> None:
    file = tmp_path / "crew.yaml"
    file.write_text(CREW)
    shown = run("apply", "-f", file, "--dry-run")
    assert "+ party party/crew" in shown.stdout
    assert "1 would be created" in shown.stdout
    assert owner.writes == []
    assert run("apply", "-f", file).exit_code == 0
    file.write_text(CREW.replace("on deck", "below"))
    differing = run("apply", "-f", file, "--dry-run").stdout
    assert all(text in differing for text in ("party/crew", "description", "Works on deck", "Works below"))
    assert owner.by_name("Crew")["description"] == "Works on deck"


def test_apply_reports_what_it_kept(run: Any, owner: FakeOwner, tmp_path: Path) -> None:
    (tmp_path / "crew.yaml").write_text(CREW)
    run("apply", "-f", tmp_path)
    owner.edit("party", owner.by_name("Crew")["id"], description="Hers")
    report = json.loads(run("apply", "-f", tmp_path, "--json").stdout)
    assert report["kept"][0]["fields"] == {"description": {"there": "Hers", "source": "Works on deck"}}
    assert "Hers" in run("apply", "-f", tmp_path).stdout


def test_apply_of_a_bad_bundle_names_the_place(run: Any, owner: FakeOwner, tmp_path: Path) -> None:
    (tmp_path / "crew.yaml").write_text("{kind: party, key: crew, spec: {nmae: Crew}}")
    result = run("apply", "-f", tmp_path)
    assert result.exit_code == 2
    assert (
        "crew.yaml, line 1, document 1 (party/crew), /spec/nmae: there is no such member; did you mean name?"
        in result.stderr
    )


def test_apply_fails_when_something_was_refused(run: Any, owner: FakeOwner, tmp_path: Path) -> None:
    nowhere = "party/33333333-3333-4333-8333-333333333333"
    (tmp_path / "crew.yaml").write_text(f"{{kind: party, key: crew, spec: {{name: Crew, parent_id: {nowhere}}}}}")
    result = run("apply", "-f", tmp_path)
    assert (result.exit_code, "1 refused" in result.stdout) == (1, True)


def test_a_dry_run_shows_what_would_be_retired(run: Any, owner: FakeOwner, tmp_path: Path) -> None:
    file = tmp_path / "crew.yaml"
    file.write_text(f"{CREW}\n---\n{{kind: role, key: purser, spec: {{name: Purser}}}}")
    run("apply", "-f", file)
    file.write_text(CREW)
    owner.log.clear()
    shown = run("apply", "-f", file, "--prune", "--dry-run").stdout
    assert "- role role/purser" in shown
    assert "1 would be retired" in shown
    assert owner.writes == []


def test_nothing_is_retired_by_a_bundle_without_documents(run: Any, owner: FakeOwner, tmp_path: Path) -> None:
    result = run("apply", "-f", tmp_path, "--prune")
    assert (result.exit_code, owner.log) == (2, [])
    assert "there is no document in it" in result.stderr


def test_nothing_is_retired_where_something_was_refused(run: Any, owner: FakeOwner, tmp_path: Path) -> None:
    file = tmp_path / "crew.yaml"
    file.write_text(CREW)
    run("apply", "-f", file)
    nowhere = "party/33333333-3333-4333-8333-333333333333"
    file.write_text(f"{{kind: party, key: deck, spec: {{name: Deck, parent_id: {nowhere}}}}}")
    result = run("apply", "-f", file, "--prune")
    assert (result.exit_code, "Nothing was retired" in result.stdout) == (1, True)
    assert owner.by_name("Crew")["state"] == "active"


def test_a_bundle_that_is_a_bomb_is_a_usage_error(run: Any, tmp_path: Path) -> None:
    for number, content in enumerate(("a: &a [1]\nb: [*a, *a]\n", "[" * 100, "{kind: role, key: r, spec: !!set {a}}")):
        file = tmp_path / f"{number}.yaml"
        file.write_text(content)
        told = run("apply", "-f", file, "--server", "http://127.0.0.1:1")
        assert (told.exit_code, told.stdout) == (2, "")
        assert f"{file}" in told.stderr
        assert "line 1" in told.stderr or "line 2" in told.stderr


def test_files_of_one_name_in_folders_of_one_name_retire_nothing_of_each_other(
    run: Any, owner: FakeOwner, tmp_path: Path
) -> None:
    told = []
    for above, name in (("home", "Pay"), ("work", "Mail"), ("home", "Pay"), ("work", "Mail")):
        folder = tmp_path / above / "tables"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "service.csv").write_text(f"Name\n{name}\n")
        result = run("import", folder / "service.csv", "--prune")
        assert (result.exit_code, "retired" in result.stdout) == (0, False)
        told.append("it is called work/tables/service.csv" in " ".join(result.stdout.split()))
    assert told == [False, True, False, False]
    assert [each["source"] for each in owner.by_name("Mail")["provenance"]] == ["csv:work/tables/service.csv"]
