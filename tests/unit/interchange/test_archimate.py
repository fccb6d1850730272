from pathlib import Path

import pytest

from shared.interchange.formats import xml
from shared.interchange.formats.archimate import exchange
from shared.interchange.formats.archimate.exchange import read
from shared.interchange.formats.format import Unreadable

FERRY = Path(__file__).with_name("ferry.xml").read_bytes()
HEAD = '<model xmlns="{}" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" identifier="m">'
OPEN_30 = HEAD.format("http://www.opengroup.org/xsd/archimate/3.0/")
OPEN_21 = HEAD.format("http://www.opengroup.org/xsd/archimate")
BOMB = '<!DOCTYPE model [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>' + OPEN_30 + "<name>&b;</name></model>"


def test_reads_a_model_in_file_order() -> None:
    model = read(FERRY)
    assert (model.identifier, model.name) == ("id-ferry", "Nordfjord Ferries")
    assert (len(model.elements), len(model.relations)) == (23, 21)
    first, relation = model.elements[0], model.relations[0]
    assert (first.identifier, first.type, first.name) == ("g1", "Goal", "Full boats")
    assert first.documentation == "Nine in ten places taken in summer."
    assert (relation.type, relation.source, relation.target, relation.name) == ("Realization", "c1", "g1", "by reach")


def test_properties_are_named_by_their_definitions_and_empty_ones_left_out() -> None:
    booking = next(element for element in read(FERRY).elements if element.identifier == "a1")
    assert booking.properties == {"City": "Oslo"}


def test_views_are_no_elements() -> None:
    assert "v1" not in {element.identifier for element in read(FERRY).elements}


def test_the_older_format_reads_alike_under_the_newer_names() -> None:
    model = read(
        f"""{OPEN_21}<name>Old</name><elements>
        <element identifier="a" xsi:type="InfrastructureService"><label>Hosting</label>
          <properties><property identifierref="p"><value>1</value></property></properties></element>
        <element identifier="b" xsi:type="BusinessRole"><label>Purser</label></element></elements>
        <relationships><relationship identifier="r" source="a" target="b" xsi:type="UsedByRelationship"/>
        </relationships>
        <propertydefs><propertydef identifier="p" name="Rank" type="string"/></propertydefs></model>""".encode()
    )
    assert [(e.type, e.name, e.properties) for e in model.elements] == [
        ("TechnologyService", "Hosting", {"Rank": "1"}),
        ("BusinessRole", "Purser", {}),
    ]
    assert model.relations[0].type == "Serving"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "iso-8859-1"])
def test_a_document_type_is_refused_in_every_encoding(encoding: str) -> None:
    text = f'<?xml version="1.0" encoding="{encoding}"?>{BOMB}'
    with pytest.raises(Unreadable, match="DTD"):
        read(text.encode(encoding))


def test_a_document_type_is_refused_before_the_rest_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exchange, "_items", lambda _: pytest.fail("parsed"))
    with pytest.raises(Unreadable, match="DTD"):
        read(BOMB.encode())


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "not XML"),
        (b"%PDF-1.7", "not XML"),
        (b'{"kind": "service"}', "not XML"),
        (b"\xff\xfe\x00\x01", "not XML"),
        (b"<model/>", r"model in the namespace \(none\)"),
        (b'<x xmlns="http://www.opengroup.org/xsd/archimate/3.0/"/>', "root element is x"),
        (b'<archimate:model xmlns:archimate="http://www.archimatetool.com/archimate"/>', "archimatetool"),
        (OPEN_30.encode(), "not well-formed"),
        (f"{OPEN_30}<name>&b;</name></model>".encode(), "not well-formed"),
        (f'{OPEN_30}<elements><element xsi:type="Goal"/></elements></model>'.encode(), "line 1 has no identifier"),
        (f'{OPEN_30}<elements><element identifier="a"/></elements></model>'.encode(), "has no type"),
        (
            f'{OPEN_30}<relationships><relationship identifier="r" source="a" xsi:type="Flow"/>'.encode(),
            "has no target",
        ),
        (
            f'{OPEN_30}<elements><element identifier="a" xsi:type="Goal"/>\n<element identifier="a" xsi:type="Goal"/>'
            "</elements></model>".encode(),
            "a is used twice, in lines 1 and 2",
        ),
        (f"{OPEN_30}{'<a>' * 70}{'</a>' * 70}</model>".encode(), "nests them deeper"),
    ],
)
def test_what_is_no_model_is_refused_by_name(data: bytes, says: str) -> None:
    with pytest.raises(Unreadable, match=says):
        read(data)


def test_limits_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xml, "MAX_NODES", 20)
    with pytest.raises(Unreadable, match="more than 20 elements"):
        read(FERRY)
