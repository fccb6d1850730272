import io
from pathlib import Path
from typing import Any

from python_calamine import CalamineWorkbook

from tests.unit.fake_owner import FakeOwner


def test_a_template_that_is_filled_in_is_imported(run: Any, owner: FakeOwner, tmp_path: Path) -> None:
    empty = run("template", "service").stdout_bytes.decode("utf-8-sig")
    assert empty.startswith("Key,Name,Type,State,")
    (tmp_path / "service.csv").write_text(f"{empty}pay,Payments,business\n")
    assert "1 created" in run("import", tmp_path / "service.csv").stdout
    assert owner.by_name("Payments")["state"] == "operational"


def test_a_workbook_has_a_sheet_for_each_part(run: Any, tmp_path: Path) -> None:
    run("template", "service-offering", "--format", "xlsx", "--to", tmp_path / "offering.xlsx")
    book = CalamineWorkbook.from_filelike(io.BytesIO((tmp_path / "offering.xlsx").read_bytes()))
    expected = ["service_offering", "service_offering.external_refs", "service_offering.custom"]
    assert book.sheet_names[:3] == expected


def test_what_no_table_brings_in_has_no_template(run: Any) -> None:
    for kind, says in (("baseline", "No table brings in a baseline"), ("servise", "There is no kind servise")):
        told = run("template", kind)
        assert (told.exit_code, says in told.stderr) == (2, True)


def test_a_folder_of_tables_is_read_as_one(run: Any, owner: FakeOwner, tmp_path: Path) -> None:
    (tmp_path / "service.csv").write_text("Name,Owner\nPay,role/Head of IT\n")
    (tmp_path / "role.csv").write_text("Key,Name\nboss,Head of IT\n")
    assert "2 created" in run("import", tmp_path).stdout
    assert owner.by_name("Pay")["owner"]["id"] == owner.by_name("Head of IT")["id"]
    out = tmp_path / "out"
    run("export", "--format", "csv", "--to", out)
    assert sorted(path.name for path in out.iterdir()) == ["role.csv", "service.csv"]
    assert "2 unchanged" in run("import", out).stdout
    (tmp_path / "none").mkdir()
    assert "without a table" in run("import", tmp_path / "none").stderr


def test_columns_with_commas_stand_in_quotes(run: Any, owner: FakeOwner, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text('"Name, short",Text\nPay,All of it\n')
    told = run("import", tmp_path / "a.csv", "--kind", "service", "--columns", '"Name, short=name", Text=description')
    assert (told.exit_code, owner.by_name("Pay")["description"]) == (0, "All of it")
    wrong = run("import", tmp_path / "a.csv", "--kind", "service", "--columns", "name")
    assert (wrong.exit_code, "write it as" in wrong.stderr) == (2, True)


def test_a_grid_that_is_written_is_imported_unchanged(run: Any, owner: FakeOwner, tmp_path: Path) -> None:
    (tmp_path / "Sailing.csv").write_text("Activity,Captain\nCast off,R/A\n")
    assert "3 created" in run("import", tmp_path / "Sailing.csv").stdout
    told = run("raci", "sailing", "--format", "md")
    assert told.stdout == "# Sailing\n\n| Activity | Captain |\n| --- | --- |\n| Cast off | R/A |\n"
    run("raci", "process/sailing", "--format", "xlsx", "--to", tmp_path / "a.xlsx")
    assert "0 created, 0 changed" in run("import", tmp_path / "a.xlsx", "--into", "process/sailing").stdout
    assert run("raci", "rowing", "--format", "csv").exit_code == 3
    for option in ("--as-of", "--valid-at"):
        told = run("raci", "sailing", "--format", "md", option, "2030-01-01")
        assert (told.exit_code, "as it is now" in told.stderr) == (2, True)
