from dataclasses import replace
from pathlib import Path

import pytest

from shared.contracts import NODE_KINDS
from shared.interchange import formats
from shared.interchange.formats import FORMATS, File, Unreadable, Written
from shared.interchange.formats.tables import writing
from shared.interchange.incoming import to_batch
from shared.interchange.inventory import Inventory
from tests.unit.fake_owner import FakeOwner

FERRY = Path(__file__).with_name("ferry.xml").read_bytes()


def test_a_format_is_found_by_what_the_file_holds() -> None:
    assert formats.recognise(File("a.txt", FERRY)).name == "archimate"


@pytest.mark.parametrize("content", [b"<html/>", b"\x00\xff", b"nothing of the kind", b"<model"])
def test_a_file_of_no_known_format_is_answered_with_those_that_are(content: bytes) -> None:
    with pytest.raises(Unreadable, match=r"a\.xml is in no format") as told:
        formats.read(File("a.xml", content))
    assert str(told.value).endswith("A bundle (YAML) is for plumbline apply.")
    for format in FORMATS:
        assert f"{format.name}: {format.title}. {format.origin}" in str(told.value)


def test_an_empty_file_is_refused() -> None:
    with pytest.raises(Unreadable, match=r"a\.csv is empty"):
        formats.recognise(File("a.csv", b" \n"))
    with pytest.raises(Unreadable, match=r"a\.xml is empty"):
        formats.read(File("a.xml", b" \n"))


def test_a_format_that_is_named_is_taken_at_its_word() -> None:
    with pytest.raises(Unreadable, match="not XML"):
        formats.read(File("a", b"key,name"), "archimate")
    with pytest.raises(Unreadable, match=r"There is no format visio; there are .*\barchimate\b"):
        formats.read(File("a", FERRY), "visio")


def test_a_file_is_no_larger_than_its_format_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(formats, "FORMATS", [replace(format, most=1024 * 1024) for format in FORMATS])
    with pytest.raises(Unreadable, match="larger than 1 MiB"):
        formats.read(File("a.xml", FERRY + b" " * 1024 * 1024))


def test_what_is_said_beside_a_file_is_for_formats_that_take_it() -> None:
    for hint in ({"kind": "service"}, {"columns": {"Title": "name"}}, {"into": "process/claims"}):
        with pytest.raises(Unreadable, match=f"--{next(iter(hint))} is not for files of the format archimate"):
            formats.read(File("a.xml", FERRY, **hint))


def test_a_format_without_a_way_out_names_those_that_have_one(monkeypatch: pytest.MonkeyPatch) -> None:
    archimate = formats.named("archimate")
    plain, out = replace(archimate, name="plain", write=None), replace(archimate, write=lambda _: Written({}))
    monkeypatch.setattr(formats, "FORMATS", (plain, out))
    assert formats.writer("archimate")(Inventory()) == Written({})
    with pytest.raises(Unreadable, match=r"There is no format nope; what can be written is: archimate[^:]*\.$"):
        formats.writer("nope")
    with pytest.raises(Unreadable, match="plain is only read; what can be written is: archimate"):
        formats.writer("plain")


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("service.csv", b"Key,Name\n", {}),
        ("service.csv", b"Key,Name\n,\n ,\n", {}),
        ("service.json", b"[]", {"format": "json", "kind": "service"}),
        ("tmf.json", b"[]", {"format": "tmf"}),
        ("catalog.yaml", b"# nothing yet\n", {"format": "backstage"}),
        ("catalog.yaml", b"---\n---\n", {"format": "backstage"}),
        ("service.xlsx", None, {}),
    ],
)
async def test_a_file_with_nothing_in_it_is_refused(name: str, content: bytes | None, said: dict[str, str]) -> None:
    format, kind = said.get("format"), said.get("kind")
    if content is None:
        content = writing.template(NODE_KINDS["service"], xlsx=True)
    async with FakeOwner().client() as client:
        with pytest.raises(Unreadable, match=name):
            await to_batch(client, File(name, content, kind=kind), format)
