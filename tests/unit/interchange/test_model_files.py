"""One model in every encoding that tools write, and what people write into it."""

import zipfile
from io import BytesIO

import pytest

from shared.interchange import formats
from shared.interchange.formats import xml
from shared.interchange.formats.archimate import archi, exchange
from shared.interchange.formats.archimate.model import chosen
from shared.interchange.formats.format import Unreadable
from shared.interchange.records import Batch
from tests.unit.interchange.models import batch
from tests.unit.interchange.models import exchange as model

ARCHI = """<?xml version="1.0" encoding="UTF-8"?>
<archimate:model xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
    xmlns:archimate="http://www.archimatetool.com/archimate" name="Ferry" id="m1" version="5.0.0">
  <folder name="Business" id="f1" type="business">
    <folder name="Deck" id="f2">
      <element xsi:type="archimate:BusinessProcess" name="Board" id="b1" profiles="q1">
        <documentation>Everybody
on deck.</documentation>
        <property key="Port" value="80"/><property key="Port" value="443"/><property key="Empty" value=""/>
      </element>
    </folder>
    <element xsi:type="archimate:BusinessProcess" name="Sail" id="id-b2"/>
    <element xsi:type="archimate:Goal" name="Full boats" id="g1"/>
    <element xsi:type="archimate:Driver" name="Rain" id="d1"/>
    <element xsi:type="archimate:Junction" name="" id="j1" type="or"/>
  </folder>
  <folder name="Relations" id="f3" type="relations">
    <element xsi:type="archimate:TriggeringRelationship" id="r1" source="b1" target="j1"/>
    <element xsi:type="archimate:TriggeringRelationship" id="r2" source="j1" target="id-b2"/>
    <element xsi:type="archimate:InfluenceRelationship" id="r3" source="d1" target="g1" strength="-"/>
    <element xsi:type="archimate:UsedByRelationship" id="r4" source="b1" target="id-b2" accessType="1"/>
  </folder>
  <folder name="Views" id="f4" type="diagrams">
    <element xsi:type="archimate:ArchimateDiagramModel" name="All" id="v1">
      <child xsi:type="archimate:DiagramObject" id="o1" archimateElement="b1"/>
    </element>
  </folder>
  <profile name="Manual" id="q1" conceptType="BusinessProcess"/>
</archimate:model>
"""


def packed(name: str, content: str | bytes) -> bytes:
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for each, held in ((name, content), ("images/one.png", b"x")):
            archive.writestr(zipfile.ZipInfo(each, (2026, 1, 1, 0, 0, 0)), held)
    return stream.getvalue()


@pytest.mark.parametrize("content", [ARCHI.encode(), packed("model.xml", ARCHI)], ids=["plain", "packed"])
def test_a_file_of_archi_reads_like_any_model(content: bytes) -> None:
    read = archi.read(content)
    assert (read.identifier, read.name) == ("id-m1", "Ferry")
    board = read.elements[0]
    assert (board.identifier, board.type, board.name) == ("id-b1", "BusinessProcess", "Board")
    assert board.documentation == "Everybody\non deck."
    assert board.properties == {"Port": ["80", "443"], "Specialization": "Manual"}
    assert [element.type for element in read.elements] == [
        "BusinessProcess",
        "BusinessProcess",
        "Goal",
        "Driver",
        "Junction",
    ]
    assert [(r.type, r.source, r.target, r.modifier) for r in read.relations] == [
        ("Triggering", "id-b1", "id-j1", None),
        ("Triggering", "id-j1", "id-b2", None),
        ("Influence", "id-d1", "id-g1", "-"),
        ("Serving", "id-b1", "id-b2", None),
    ]
    found = batch(content)
    links = [(link.members["type"], link.members.get("sign")) for link in found.layers[-1]]
    assert links == [("influences", "negative"), ("serves", None), ("precedes", None)]


def test_archi_keeps_the_ids_that_it_gives_in_the_exchange_format() -> None:
    one = batch(ARCHI.encode())
    two = batch(model("id-b1 BusinessProcess Board", identifier="id-m1"))
    assert two.layers[0][0].id == one.layers[0][0].id


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (packed("other.xml", ARCHI), "in no format"),
        (packed("model.xml", b"<a/>")[:60], "in no format"),
        (b"PK\x03\x04", "in no format"),
        (packed("model.xml", b"<a>"), "The root element is a in the namespace"),
        (packed("model.xml", ARCHI[:900]), "not well-formed"),
        (packed("model.xml", "<!DOCTYPE a>" + "<a/>"), "DTD"),
        (ARCHI.replace(' id="g1"', "").encode(), "element in line 13 has no id"),
        (ARCHI.replace('id="g1"', 'id="b1"').encode(), "id-b1 is used twice, in lines 6 and 13"),
        (ARCHI.replace('target="id-b2"', "", 1).encode(), "has no target"),
    ],
)
def test_what_is_no_file_of_archi_is_refused_by_name(content: bytes, says: str) -> None:
    with pytest.raises(Unreadable, match=says):
        formats.read(formats.File("m.archimate", content))


def test_an_archive_is_unpacked_no_further_than_a_file_may_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xml, "MAX_BYTES", 1000)
    with pytest.raises(Unreadable, match="larger than"):
        archi.read(packed("model.xml", b" " * 5000))


def test_a_file_of_nobody_is_answered_with_what_can_be_read() -> None:
    with pytest.raises(Unreadable, match=r"(?s)archimate: .*archi: a model as Archi keeps it"):
        formats.read(formats.File("m.bin", b"%PDF-1.7"))


ENCODINGS = "utf-8 utf-8-sig UTF8 utf-16 utf-16-le utf-32 cp1252 iso-8859-15 mac-roman cp037"


@pytest.mark.parametrize("encoding", ENCODINGS.split())
def test_every_encoding_of_python_is_read(encoding: str) -> None:
    declared = f'<?xml version="1.0" encoding="{encoding}"?>\n'
    content = (declared + model("a BusinessProcess Überfahrt").decode()).encode(encoding)
    assert exchange.read(content).elements[0].name == "Überfahrt"
    assert formats.recognise(formats.File("m.xml", content)).name == "archimate"


@pytest.mark.parametrize(
    ("encoding", "says"),
    [("klingon", "not known"), ("rot13", "none of files"), ("idna", "none of files"), ("utf-8", "not")],
)
def test_an_encoding_of_no_file_is_refused(encoding: str, says: str) -> None:
    content = f'<?xml version="1.0" encoding="{encoding}"?>'.encode() + model("a Goal Ü").replace("Ü".encode(), b"\xdc")
    with pytest.raises(Unreadable, match=says):
        exchange.read(content)


@pytest.mark.parametrize("version", ["/3.0/", "/3.1/", "/3.2/", "/4.0/", ""])
def test_every_version_of_the_exchange_format_is_read(version: str) -> None:
    content = model("a Goal One").replace(b"/archimate/3.0/", f"/archimate{version}".encode())
    assert exchange.read(content).elements[0].name == "One"


def test_repeated_properties_are_a_list_in_their_order() -> None:
    port = '<property propertyDefinitionRef="d-Port"><value>{}</value></property>'
    till = model(f"e ApplicationComponent Till | <properties>{port.format(80)}{port.format(443)}</properties>")
    assert batch(till).layers[0][0].members["custom"] == {"Port": ["80", "443"]}


NAMES = {"de": "Kasse", "en": "Till", "nb": "Kasse nord"}


@pytest.mark.parametrize("order", [("de", "en", "nb"), ("nb", "de", "en"), ("en", "nb", "de")])
def test_the_preferred_language_wins_whatever_the_order_and_the_others_stay(order: tuple[str, ...]) -> None:
    names = "".join(f'<name xml:lang="{each}">{NAMES[each]}</name>' for each in order)
    content = model("e ApplicationComponent").replace(b"<name></name>", names.encode())
    [till] = batch(content).layers[0]
    assert (till.members["name"], till.members["custom"]) == ("Till", {"names": NAMES})


def test_a_language_may_be_asked_for() -> None:
    names = "".join(f'<name xml:lang="{each}">{name}</name>' for each, name in NAMES.items())
    content = model("e ApplicationComponent").replace(b"<name></name>", names.encode())
    found = formats.read(formats.File("m.xml", content, language="nb"))
    assert isinstance(found, Batch)
    assert found.layers[0][0].members["name"] == "Kasse nord"
    with pytest.raises(Unreadable, match="--language is not for files of the format archi"):
        formats.read(formats.File("m.archimate", ARCHI.encode(), language="nb"))


def test_a_language_counts_with_its_regions() -> None:
    assert chosen({"de": "a", "en-GB": "b"}) == "b"
    assert chosen({"de": "a", "": "c", "en": "b"}) == "c"
    assert chosen({"fr": "a", "de": "b"}) == "b"
    assert chosen({}) is None


@pytest.mark.parametrize("name", ["A\u00a0B", "\u3000A", "A\u200dB", "A\u00a0"])
def test_every_visible_letter_of_a_name_stays(name: str) -> None:
    [role] = batch(model(f"e BusinessRole {name}")).layers[0]
    assert role.members["name"] == name


def test_a_name_of_nothing_but_space_is_none() -> None:
    found = batch(model("e BusinessRole \u00a0"))
    assert found.layers[0][0].members["name"] == "Unnamed BusinessRole e"
    assert found.unnamed == {"BusinessRole": 1}


@pytest.mark.parametrize(
    ("modifier", "expected"),
    [
        ("++", "positive"), ("+", "positive"), ("--", "negative"), ("-", "negative"), ("\N{MINUS SIGN}", "negative"),
        ("+5", "positive"), ("-0.5", "negative"), ("3", "positive"), ("0", None), ("+0", None), ("", None),
        ("strong", None), ("Positive", "positive"), ("+/-", None),
    ],
)  # fmt: skip
def test_the_strength_of_an_influence_is_its_sign(modifier: str, expected: str | None) -> None:
    content = model("d Driver Fuel\ng Goal Cheap", f'r Influence d g | modifier="{modifier}"')
    assert batch(content).layers[-1][0].members.get("sign") == expected


def test_only_an_influence_has_a_sign() -> None:
    content = model("d Driver Fuel\np BusinessProcess Pick", 'r Influence d p | modifier="-"')
    assert "sign" not in batch(content).layers[-1][0].members
