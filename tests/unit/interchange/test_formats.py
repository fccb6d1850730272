from dataclasses import replace
from pathlib import Path

import pytest

from shared.interchange import formats
from shared.interchange.formats import FORMATS, File, Unreadable

FERRY = Path(__file__).with_name("ferry.xml").read_bytes()


def test_a_format_is_found_by_what_the_file_holds() -> None:
    assert formats.recognise(File("a.txt", FERRY)).name == "archimate"


@pytest.mark.parametrize("content", [b"<html/>", b"\x00\xff", b"nothing of the kind", b"<model"])
def test_a_file_of_no_known_format_is_answered_with_those_that_are(content: bytes) -> None:
    with pytest.raises(Unreadable, match=r"a\.xml is in no format") as told:
        formats.read(File("a.xml", content))
    for format in FORMATS:
        assert f"{format.name}: {format.title}. {format.origin}" in str(told.value)


def test_an_empty_file_is_refused() -> None:
    with pytest.raises(Unreadable, match=r"a\.xml is empty"):
        formats.read(File("a.xml", b" \n"))


def test_a_format_that_is_named_is_taken_at_its_word() -> None:
    with pytest.raises(Unreadable, match="not XML"):
        formats.read(File("a", b"key,name"), "archimate")
    with pytest.raises(Unreadable, match="There is no format visio; there are archimate"):
        formats.read(File("a", FERRY), "visio")


def test_a_file_is_no_larger_than_its_format_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(formats, "FORMATS", [replace(format, most=1024 * 1024) for format in FORMATS])
    with pytest.raises(Unreadable, match="larger than 1 MiB"):
        formats.read(File("a.xml", FERRY + b" " * 1024 * 1024))
