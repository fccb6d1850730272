import json
from pathlib import Path
from typing import Any

FERRY = Path(__file__).parents[1] / "interchange" / "ferry.xml"


def test_a_model_is_taken_to_archimate_4_with_a_report(run: Any, tmp_path: Path) -> None:
    out = tmp_path / "ferry4.xml"
    result = run("convert", FERRY, "--to", "archimate4", "-o", out)
    assert result.exit_code == 0
    first, *lines = result.stdout.splitlines()
    assert first == "23 elements, 21 relationships; of another type now: 9"
    assert "  BusinessProcess -> Process: 1" in lines
    assert b'xsi:type="Process"' in out.read_bytes()


def test_without_a_place_the_file_is_on_standard_output_and_the_report_beside_it(run: Any) -> None:
    result = run("convert", FERRY, "--to", "archimate4")
    assert result.stdout.startswith("<?xml")
    assert "of another type now" in result.stderr


def test_the_report_for_programs(run: Any, tmp_path: Path) -> None:
    told = json.loads(run("convert", FERRY, "--to", "archimate4", "--json", "-o", tmp_path / "a.xml").stdout)
    assert {"was": "BusinessProcess", "now": "Process", "count": 1} in told["renamed"]
    assert told["elements"] == 23


def test_what_cannot_be_done_is_a_usage_error(run: Any, tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_text("<html/>")
    for arguments in (
        (FERRY, "--to", "visio"),
        (FERRY, "--to", "archimate4", "--json"),
        (tmp_path / "a.xml", "--to", "archimate4"),
        (tmp_path / "missing.xml", "--to", "archimate4"),
        (FERRY, "--to", "archimate4", "-o", tmp_path / "no" / "a.xml"),
    ):
        result = run("convert", *arguments)
        assert (result.exit_code, bool(result.stderr)) == (2, True), arguments
