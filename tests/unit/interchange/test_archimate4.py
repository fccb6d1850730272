"""A model of ArchiMate 3.2 in the words of 4: what is renamed, what is to be decided, and that nothing else changes."""

from collections import Counter
from typing import Any

import pytest
from lxml import etree

from shared.interchange.formats import Unreadable
from shared.interchange.formats.archimate import fourth

N = "{http://www.opengroup.org/xsd/archimate/3.0/}"
TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
HEAD = (
    '<model xmlns="http://www.opengroup.org/xsd/archimate/3.0/" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" identifier="m"><name>M</name>'
)


def element(id: str, type: str, more: str = "") -> str:
    return f'<element identifier="{id}" xsi:type="{type}"><name>{id.title()}</name>{more}</element>'


def relationship(id: str, type: str, source: str, target: str) -> str:
    return f'<relationship identifier="{id}" xsi:type="{type}" source="{source}" target="{target}"/>'


def migrated(elements: str, relationships: str = "", more: str = "") -> tuple[fourth.Migration, Any]:
    joined = f"<relationships>{relationships}</relationships>" if relationships else ""
    made = fourth.migrate(f"{HEAD}<elements>{elements}</elements>{joined}{more}</model>".encode())
    return made, etree.fromstring(made.content)


def types(root: Any) -> dict[str, str]:
    return {node.get("identifier"): node.get(TYPE) for node in root.iter(f"{N}element", f"{N}relationship")}


def test_layers_become_one_and_each_element_keeps_what_it_was() -> None:
    made, root = migrated(
        element("sell", "BusinessProcess") + element("bill", "ApplicationService") + element("goal", "Goal")
        + element("host", "Node") + element("go", "ImplementationEvent") + element("purser", "BusinessRole")
    )  # fmt: skip
    expected = {"sell": "Process", "bill": "Service", "goal": "Goal", "host": "Node", "go": "Event", "purser": "Role"}
    assert types(root) == expected
    assert made.renamed == Counter(
        {
            ("BusinessProcess", "Process"): 1,
            ("ApplicationService", "Service"): 1,
            ("ImplementationEvent", "Event"): 1,
            ("BusinessRole", "Role"): 1,
        }
    )
    assert made.decisions == []
    [definition] = root.iter(f"{N}propertyDefinition")
    assert definition.findtext(f"{N}name") == "ArchiMate 3 type"
    was = {
        node.get("identifier"): node.findtext(f"{N}properties/{N}property/{N}value")
        for node in root.iter(f"{N}element")
    }
    assert was == {
        "sell": "BusinessProcess",
        "bill": "ApplicationService",
        "goal": None,
        "host": None,
        "go": "ImplementationEvent",
        "purser": "BusinessRole",
    }


def test_what_is_gone_is_to_be_decided() -> None:
    made, root = migrated(
        element("deal", "Contract") + element("limit", "Constraint") + element("talk", "BusinessInteraction")
    )
    assert types(root) == {"deal": "BusinessObject", "limit": "Requirement", "talk": "Process"}
    assert [(each.name, each.was, each.now) for each in made.decisions] == [
        ("Deal", "Contract", "BusinessObject"),
        ("Limit", "Constraint", "Requirement"),
        ("Talk", "BusinessInteraction", "Process"),
    ]


def test_parts_of_a_path_realize_it() -> None:
    elements = element("line", "Path") + element("host", "Node") + element("other", "Path")
    made, root = migrated(
        elements,
        relationship("a", "Aggregation", "line", "host") + relationship("b", "Composition", "line", "other")
        + relationship("c", "Aggregation", "host", "line"),
    )  # fmt: skip
    [turned] = [node for node in root.iter(f"{N}relationship") if node.get("identifier") == "a"]
    assert (turned.get(TYPE), turned.get("source"), turned.get("target")) == ("Realization", "host", "line")
    assert (types(root)["b"], types(root)["c"], made.turned) == ("Composition", "Aggregation", 1)


def test_the_rest_of_the_file_stays_and_the_definition_stands_before_the_views() -> None:
    own = '<properties><property propertyDefinitionRef="k"><value>80</value></property></properties>'
    definition = '<propertyDefinition identifier="k" type="string"><name>Port</name></propertyDefinition>'
    defined = f"<propertyDefinitions>{definition}</propertyDefinitions>"
    views = '<views><diagrams><view identifier="v" xsi:type="Diagram"><name>V</name></view></diagrams></views>'
    _, root = migrated(element("bill", "ApplicationService", own), more=defined + views)
    assert [etree.QName(child).localname for child in root] == ["name", "elements", "propertyDefinitions", "views"]
    values = [node.text for node in root.iter(f"{N}value")]
    assert values == ["80", "ApplicationService"]
    _, without = migrated(element("bill", "ApplicationService"), more=views)
    assert [etree.QName(child).localname for child in without] == ["name", "elements", "propertyDefinitions", "views"]


def test_a_model_that_needs_nothing_is_as_it_was() -> None:
    made, root = migrated(element("goal", "Goal"))
    assert (made.renamed.total(), [etree.QName(child).localname for child in root]) == (0, ["name", "elements"])


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"<html/>", "exchange format 3"),
        (b'<model xmlns="http://www.opengroup.org/xsd/archimate"/>', "exchange format 3"),
        (f'<!DOCTYPE model [<!ENTITY a "aaaa">]>{HEAD}</model>'.encode(), "document type"),
        (f"{HEAD}<elements>".encode(), "not well-formed"),
    ],
)
def test_what_is_no_such_model_is_refused(content: bytes, why: str) -> None:
    with pytest.raises(Unreadable, match=why):
        fourth.migrate(content)
