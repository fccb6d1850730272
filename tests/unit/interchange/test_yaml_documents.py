"""What is written as YAML is read back as it was, whatever people type."""

from pathlib import Path

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.bounded import read_bounded
from shared.interchange import bundle_files, yaml_documents
from shared.interchange.faults import BadBundle
from shared.interchange.yaml_documents import documents, parsed, text

CHARACTERS = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
NUMBERS = st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False, allow_infinity=False)
LEAVES = st.none() | st.booleans() | NUMBERS | st.text(CHARACTERS)
VALUES = st.recursive(
    LEAVES, lambda inner: st.lists(inner) | st.dictionaries(st.text(CHARACTERS), inner), max_leaves=20
)


@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=40)
@given(st.dictionaries(st.text(CHARACTERS, min_size=1), VALUES, min_size=1))
def test_a_document_is_read_as_it_was_written(value: dict[str, object]) -> None:
    [read] = documents(text(value).encode())
    assert orjson.dumps(read) == orjson.dumps(value)  # as JSON: in Python 1, 1.0 and True are equal


def test_names_are_text() -> None:
    [read] = documents(b"{1: a, 0x1: b, yes: c, true: d, on: e, ~: f, 2026-01-31: g}")
    assert read == {"1": "a", "0x1": "b", "yes": "c", "true": "d", "on": "e", "~": "f", "2026-01-31": "g"}


@pytest.mark.parametrize(
    ("value", "advice"),
    [
        ("NO", "write false or 'NO'"),
        ("Yes", "write true or 'Yes'"),
        ("on", "write true or 'on'"),
        ("010", "write 10 or '010'"),
        ("010000", "write 10000 or '010000'"),
        ("01067", "write 1067 or '01067'"),
        ("-007", "write -7 or '-007'"),
        ("00", "write 0 or '00'"),
        ("0x1A", "write 26 or '0x1A'"),
        ("0b11", "write 3 or '0b11'"),
        ("0o17", "write 15 or '0o17'"),
        ("1:30", "write the number out, or '1:30'"),
        ("22:30", "write the number out, or '22:30'"),
        ("190:20:30.15", "write the number out, or '190:20:30.15'"),
        ("1_000", "write 1000 or '1_000'"),
        ("1_0.5", "write 10.5 or '1_0.5'"),
        ("007.5", "write 7.5 or '007.5'"),
        ("+0_1", "write 1 or '+0_1'"),
    ],
)
def test_what_other_readers_take_for_a_number_is_what_is_written(value: str, advice: str) -> None:
    [read] = parsed(f"a: {value}".encode())
    assert (read.value, read.value["a"].advice) == ({"a": value}, advice)
    for quoted in (f"'{value}'", f'"{value}"'):
        [read] = parsed(f"a: {quoted}".encode())
        assert (read.value, type(read.value["a"])) == ({"a": value}, str)
    [read] = parsed(text({"a": value}).encode())
    assert type(read.value["a"]) is str


@pytest.mark.parametrize("value", ["10", "-1", "1.10", ".5", "1e3", "+1", "1."])
def test_a_number_knows_how_it_is_written(value: str) -> None:
    [read] = parsed(f"a: {value}".encode())
    assert read.value["a"].written == value


def test_every_value_has_its_line_and_every_fault_is_found() -> None:
    [read] = parsed(b"name: x\nspec:\n  a: 1\n  list:\n  - p: 1\n  - q: 2\n  a: 2\n  s: !!set {b}\n  a: 3\n")
    assert {pointer: read.lines[pointer] for pointer in ("/name", "/spec/list", "/spec/list/1/q")} == {
        "/name": 1,
        "/spec/list": 4,
        "/spec/list/1/q": 6,
    }
    assert [pointer for pointer, _ in read.faults] == ["/spec/a", "/spec/s", "/spec/a"]


@pytest.mark.parametrize(
    ("value", "means"),
    [("10000", 10000), ("-1", -1), ("+1", 1), ("0", 0), ("0.5", 0.5), (".5", 0.5), ("1e5", 1e5), ("1.", 1.0),
     ("true", True), ("False", False), ("null", None), ("~", None), ("", None), ("nobody", "nobody"), ("y", "y"),
     ("2026-01-31", "2026-01-31"), ("10.0.0.1", "10.0.0.1"), ("1-2", "1-2"), ("0-1", "0-1"), ("a:b", "a:b")],
)  # fmt: skip
def test_what_is_read_in_one_way_is_taken(value: str, means: object) -> None:
    [read] = documents(f"a: {value}".encode())
    assert (read, type(read["a"])) == ({"a": means}, type(means))


def test_a_document_has_so_many_values(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yaml_documents, "MAX_VALUES", 5)
    small = b"[1, 2, 3, 4]\n---\n"
    assert len([*documents(small * 10)]) == 10
    with pytest.raises(ValueError, match="more than 5"):
        [*documents(b"[1, 2, 3, 4, 5]")]


def test_no_more_of_a_file_is_read_than_may_be_in_it(tmp_path: Path) -> None:
    file = tmp_path / "f"
    file.write_bytes(b"x" * 10)
    assert read_bounded(file, 10) == b"x" * 10
    with pytest.raises(ValueError, match="is larger than 9 bytes"):
        read_bounded(file, 9)
    with pytest.raises(ValueError, match="is larger than 5 MiB"):
        read_bounded(Path("/dev/zero"), 5 * 1024**2)
    with pytest.raises(BadBundle, match="/dev/zero: is larger than 5 MiB"):
        bundle_files.read([Path("/dev/zero")])


def test_all_files_of_a_bundle_have_so_much_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundle_files, "MAX_TOTAL", 100)
    for name in ("a.yaml", "b.yaml", "c.yaml"):
        (tmp_path / name).write_text("{kind: role, key: r, spec: {name: Role of some kind}}")
    with pytest.raises(BadBundle, match=r"b\.yaml: with this file they come to more than"):
        bundle_files.read([tmp_path])


def test_of_many_faults_a_hundred_are_told(tmp_path: Path) -> None:
    file = tmp_path / "f.yaml"
    file.write_text("---\n7\n" * 250)
    with pytest.raises(BadBundle) as raised:
        bundle_files.read([file])
    told = str(raised.value).splitlines()
    assert (len(told), told[-1]) == (101, "and 150 more")


BOMB = "a: &a [1, 1]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]\n" for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize("content", [BOMB, "a: &a {b: *a}", "[" * 100_000, "{a: " * 1000, "a: !!python/object:os.x {}"])
def test_a_bomb_is_refused_before_anything_is_built(content: str) -> None:
    with pytest.raises(ValueError, match=r"alias|deeper|nesting depth|plain data"):
        [*documents(content.encode())]
