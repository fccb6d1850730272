"""Whatever is wrong with a bundle is told in one run: no fault hides another one."""

from pathlib import Path

import pytest

from shared.interchange import bundle, bundle_files
from shared.interchange.faults import BadBundle
from shared.interchange.formats.format import File
from shared.interchange.incoming import to_batch
from tests.unit.fake_owner import FakeOwner

SHAPE_AND_SPEC = """\
kind: service
key: boarding
colour: red
spec:
  name: Boarding
  version: 3
  criticality: 9
  owner: party/crw
links:
  - type: suports
    to: outcome/nowhere
    confidence: 2
  - just text
  - type: depends_on
    to: service/payment
    rationle: money
  - type: depends_on
    to: [service/payment]
---
kind: servce
key: payment
spec:
  name: Payment
  criticality: 0
---
kind: party
key: crew
spec:
  name: Crew
  parent_id: party/deck
"""
TOLD = [
    "line 3, document 1 (service/boarding), /colour: is no member of a document",
    "line 6, document 1 (service/boarding), /spec/version: is not for a spec to say",
    "line 7, document 1 (service/boarding), /spec/criticality: must be at most 5",
    "line 8, document 1 (service/boarding), /spec/owner: party/crw is neither in this bundle nor on the server; "
    "did you mean party/crew?",
    "line 10, document 1 (service/boarding), /links/0/type: must be one of ",
    "line 11, document 1 (service/boarding), /links/0/to: outcome/nowhere is neither in this bundle",
    "line 12, document 1 (service/boarding), /links/0/confidence: must be at most 1",
    "line 13, document 1 (service/boarding), /links/1: must be a mapping of type, to,",
    "line 16, document 1 (service/boarding), /links/2/rationle: is no member of a link",
    "line 18, document 1 (service/boarding), /links/3/to: must be kind/key",
    "line 20, document 2 (servce/payment), /kind: must be one of ",
    "line 24, document 2 (servce/payment), /spec/criticality: must be at least 1",
    "line 30, document 3 (party/crew), /spec/parent_id: party/deck is neither in this bundle nor on the server",
]
"""All of it, in the order of the lines: what refers to a document that is wrong in itself is not wrong for that."""


def write(file: Path, text: str) -> None:
    file.write_text(text)


async def brought(*paths: Path) -> None:
    async with FakeOwner().client() as client:
        documents, unread = bundle_files.gather(paths)
        await bundle.to_batch(client, documents, unread=unread)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "ferry.yaml"


async def faults(file: Path) -> list[str]:
    with pytest.raises(BadBundle) as caught:
        await brought(file)
    return [each.removeprefix(f"{file}, ") for each in caught.value.faults]


async def test_what_is_wrong_with_one_part_hides_nothing_of_another(file: Path) -> None:
    write(file, SHAPE_AND_SPEC)
    told = await faults(file)
    assert [each[: len(said)] for each, said in zip(told, TOLD, strict=True)] == TOLD


BROKEN = """\
kind: role
key: purser
spec: {name: Purser, owner: party/crew, tpye: x}
---
kind: party
key: crew
spec: {name: Crew
---
%YAML 1.2
--- # the third
kind: role
key: cook
spec: {name: Cook, owner: party/crew, kitchen: 1}
links: [{type: relates_to, to: party/galley}]
---
kind: party
key: galley
spec: &x {name: *x}
"""


async def test_a_document_that_is_not_yaml_hides_no_other(file: Path) -> None:
    """Nor is it nowhere for those that refer to it, where it says what it is."""
    write(file, BROKEN)
    told = await faults(file)
    assert [each.partition(": ")[0] for each in told] == [
        "line 3, document 1 (role/purser), /spec/tpye",
        "line 8, document 2 (party/crew), /",
        "line 13, document 3 (role/cook), /spec/kitchen",
        "line 18, document 4 (party/galley), /",
    ]
    assert "column 1: did not find expected ',' or '}'" in told[1]
    assert "column 17: an alias: write the value out" in told[3]


async def test_faults_stand_in_the_order_of_the_files(tmp_path: Path) -> None:
    write(tmp_path / "a.yaml", "{kind: role, key: a, spec: {name: A, wings: 2}}")
    write(tmp_path / "b.yaml", "{kind: role, key: b, spec: text}\n---\n{kind: role, key: c, spec: {name: ''}}")
    with pytest.raises(BadBundle) as caught:
        await brought(tmp_path)
    assert [each.partition(" (")[0].rpartition("/")[2] for each in caught.value.faults] == [
        "a.yaml, line 1, document 1", "b.yaml, line 1, document 1", "b.yaml, line 3, document 2",
    ]  # fmt: skip


TABLE = b"""Key,Name,Criticality,Owner,Valid from
boarding,Boarding,high,party/crew,2026-01-01
payment,Payment,9,party/nobody,soon
"""


async def test_a_cell_that_cannot_be_read_hides_no_reference_to_nothing() -> None:
    async with FakeOwner().client() as client:
        with pytest.raises(BadBundle) as caught:
            await to_batch(client, File("services.csv", TABLE, kind="service"))
    assert [each.partition(": ")[0] for each in caught.value.faults] == [
        "services.csv, row 2, column Criticality", "services.csv, row 3, column Valid from",
        "services.csv, row 2, column Owner", "services.csv, row 3, column Owner",
        "services.csv, row 3, column Criticality",
    ]  # fmt: skip
