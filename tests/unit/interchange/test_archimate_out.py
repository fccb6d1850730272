"""A model that leaves: what becomes of what, by hand; and every child where the schema of the format wants it."""

import json
import re
from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid5

import pytest
from lxml import etree

from shared.contracts import NODE_KINDS, Kind
from shared.interchange.formats import archimate
from shared.interchange.formats.archimate import legal, writing
from shared.interchange.formats.archimate.writing import Concept
from shared.interchange.inventory import Inventory, State

N = "{http://www.opengroup.org/xsd/archimate/3.0/}"
XSI = "{http://www.w3.org/2001/XMLSchema-instance}"
TYPE = f"{XSI}type"
LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
STAMP = {"created_at": "2026-01-01T00:00:00Z", "updated_at": "2026-01-01T00:00:00Z"}
WHO = {"created_by": "tester", "updated_by": "tester"}


def id_of(ref: str) -> str:
    return str(uuid5(UUID(int=7), ref))


def entity(ref: str, **members: Any) -> tuple[Kind, State]:
    name, _, key = ref.partition("/")
    kind = NODE_KINDS[name]
    lived = next(state for state in kind.lifecycle.states if kind.is_live(state))
    told = {"key": key, "name": key.title(), "state": lived, **members}
    state = kind.model.model_validate_json(
        json.dumps({"id": id_of(ref), "kind": name, "version": 1, **STAMP, **WHO, **told})
    )
    return kind, state.model_dump(mode="json")


def link(type: str, source: str, target: str, **members: Any) -> State:
    ends = {
        name: {"kind": ref.partition("/")[0], "id": id_of(ref)}
        for name, ref in (("source", source), ("target", target))
    }
    rest: State = {
        "confidence": None,
        "valid_from": None,
        "valid_to": None,
        "sign": None,
        "rationale": None,
        "provenance": [],
    }
    return {"id": id_of(f"{source}{type}{target}"), "type": type, "state": "active", **ends, **rest, **members}


def model(held: Inventory) -> tuple[Any, dict[str, int]]:
    assert archimate.EXCHANGE.write
    made = archimate.EXCHANGE.write(held)
    [content] = made.files.values()
    return etree.fromstring(content), dict(made.lost)


def named(root: Any) -> dict[str, str]:
    return {node.get("identifier"): node.findtext(f"{N}name") for node in root.iter(f"{N}element")}


def told(root: Any) -> set[tuple[str, str, str]]:
    names = named(root)
    return {
        (names[each.get("source")], each.get(TYPE), names[each.get("target")]) for each in root.iter(f"{N}relationship")
    }


def properties(node: Any, root: Any) -> list[tuple[str, str]]:
    names = {each.get("identifier"): each.findtext(f"{N}name") for each in root.iter(f"{N}propertyDefinition")}
    return [
        (names[each.get("propertyDefinitionRef")], each.findtext(f"{N}value")) for each in node.iter(f"{N}property")
    ]


def test_kinds_leave_as_the_type_that_fits_and_the_rest_is_counted() -> None:
    entities = [
        entity("objective/full"), entity("service/booking", type="application"), entity("policy/log", type="rule"),
        entity("party/crew"), entity("kpi/fill", csf_id=id_of("csf/seats")), entity("service_offering/tours"),
        entity("service/old", state="retired"),
    ]  # fmt: skip
    root, lost = model(Inventory(entities))
    types = {each.findtext(f"{N}name"): each.get(TYPE) for each in root.iter(f"{N}element")}
    assert types == {
        "Full": "Goal",
        "Booking": "ApplicationService",
        "Log": "Principle",
        "Crew": "BusinessActor",
        "Tours": "Product",
    }
    assert lost == {"kpi": 1, "service (retired)": 1}  # and not what they refer to once more


def test_ai_systems_and_controls_leave_as_an_architect_would_draw_them() -> None:
    entities = [
        entity("policy/licence", type="obligation"), entity("control/count", policy_id=id_of("policy/licence")),
        entity("process/audit"), entity("party/ranker", type="agent", accountable_id=id_of("party/ingrid")),
        entity("product/scorer", type="agent", oversight_role_id=id_of("role/watch")), entity("party/ingrid"),
        entity("role/watch"),
    ]  # fmt: skip
    root, lost = model(Inventory(entities, [link("realizes", "process/audit", "control/count")]))
    types = {each.findtext(f"{N}name"): each.get(TYPE) for each in root.iter(f"{N}element")}
    assert types == {
        "Licence": "Principle",
        "Count": "Requirement",
        "Audit": "BusinessProcess",
        "Ranker": "BusinessActor",
        "Ingrid": "BusinessActor",
        "Scorer": "ApplicationComponent",
        "Watch": "BusinessRole",
    }
    assert told(root) == {
        ("Audit", "Realization", "Count"),
        ("Count", "Realization", "Licence"),
        ("Ranker", "Association", "Ingrid"),
        ("Scorer", "Association", "Watch"),
    }
    assert lost == {}


def test_an_element_says_what_it_is_here() -> None:
    owned = entity("policy/log", type="rule", description="Log it.", custom={"Port": ["80", "443"], "deep": {"a": 1}})
    root, lost = model(Inventory([owned]))
    [element] = root.iter(f"{N}element")
    assert (element.findtext(f"{N}documentation"), lost) == ("Log it.", {})
    assert properties(element, root) == [
        ("Port", "80"),
        ("Port", "443"),
        ("plumbline:custom", '{"deep": {"a": 1}}'),
        ("plumbline:is", f"policy/{id_of('policy/log')}"),
        ("plumbline:key", "log"),
        ("plumbline:state", "published"),
        ("plumbline:type", "rule"),
    ]


def test_what_came_from_a_model_leaves_under_its_own_id_and_type() -> None:
    came = {
        "source": "archimate:BusinessCollaboration",
        "id": "b7",
        "type": "BusinessCollaboration",
        "model": "id-ferry",
    }
    root, _ = model(Inventory([entity("party/crew", provenance=[came])]))
    [element] = root.iter(f"{N}element")
    assert (root.get("identifier"), element.get("identifier"), element.get(TYPE)) == (
        "id-ferry",
        "b7",
        "BusinessCollaboration",
    )
    both = [entity("party/crew", provenance=[came]), entity("party/deck", provenance=[{**came, "model": "id-other"}])]
    root, _ = model(Inventory(both))
    assert root.get("identifier") == "plumbline"
    assert len(named(root)) == 2


def test_links_leave_as_a_relationship_that_archimate_allows_or_as_an_association() -> None:
    entities = [
        entity(ref)
        for ref in ("service/booking", "objective/full", "objective/half", "outcome/calm", "driver/fuel", "tactic/push")
    ]
    entities += [entity("service/hosting", type="technology"), entity("product/rack", type="technology")]
    links = [
        link("realizes", "service/booking", "objective/full", rationale="It fills boats."),
        link("depends_on", "service/booking", "service/hosting"),
        link("serves", "service/booking", "outcome/calm"),
        link("influences", "driver/fuel", "objective/full", sign="negative"),
        link("part_of", "service/hosting", "service/booking"),
        link("decomposes", "objective/half", "objective/full"),
        link("supersedes", "service/booking", "service/hosting"),
        link("realizes", "product/rack", "service/hosting", confidence=0.5),
        link("realizes", "tactic/push", "outcome/calm", state="ended"),
    ]
    root, lost = model(Inventory(entities, links))
    assert told(root) == {
        ("Booking", "Realization", "Full"),
        ("Hosting", "Serving", "Booking"),
        ("Booking", "Association", "Calm"),
        ("Fuel", "Influence", "Full"),
        ("Booking", "Association", "Hosting"),
        ("Hosting", "Association", "Booking"),
        ("Full", "Composition", "Half"),
        ("Rack", "Realization", "Hosting"),
    }
    assert lost == {"link realizes (ended)": 1, "link.confidence": 1}
    [influence] = [each for each in root.iter(f"{N}relationship") if each.get(TYPE) == "Influence"]
    assert influence.get("modifier") == "-"


def test_fields_leave_as_relationships_once_and_never_beside_a_link_that_says_the_same() -> None:
    owner = {"kind": "role", "id": id_of("role/purser")}
    entities = [
        entity("role/purser"),
        entity("process/boarding", owner=owner),
        entity("activity/scan", process_id=id_of("process/boarding"), raci=[
            {"role_id": id_of("role/purser"), "letter": "R"}, {"role_id": id_of("role/purser"), "letter": "A"}]),
        entity("party/crew"),
        entity("role_assignment/held", party_id=id_of("party/crew"), role_id=id_of("role/purser"),
               scope={"kind": "process", "id": id_of("process/boarding")}),
    ]  # fmt: skip
    links = [link("part_of", "activity/scan", "process/boarding")]
    root, lost = model(Inventory(entities, links))
    assert sorted((source, type_, target) for source, type_, target in told(root)) == [
        ("Boarding", "Association", "Purser"),
        ("Boarding", "Composition", "Scan"),
        ("Crew", "Assignment", "Purser"),
        ("Purser", "Assignment", "Scan"),
        ("Scan", "Association", "Purser"),
    ]
    assert len(list(root.iter(f"{N}relationship"))) == 5
    assert lost == {"role_assignment.scope": 1}


ORDER = {
    "model": ["name", "elements", "relationships", "propertyDefinitions"],
    "element": ["name", "documentation", "properties"],
    "relationship": ["name", "documentation", "properties"],
}
"""Children in the order of the schema of the exchange format 3.0."""
OWN = {
    "relationship": {"source", "target", "modifier", "accessType"},
    "property": {"propertyDefinitionRef"},
    "propertyDefinition": {"type"},
}
"""Attributes that it gives only some."""


def faults(root: Any) -> Iterator[str]:
    """What the schema would refuse, as far as this writer could break it."""
    ids = [node.get("identifier") for node in root.iter() if node.get("identifier")]
    if len(ids) != len(set(ids)):
        yield "an identifier stands there twice"
    yield from (f"{id} is no name in XML" for id in ids if not re.fullmatch(r"[A-Za-z_][\w.-]*", id))
    concepts = {node.get("identifier") for tag in ("element", "relationship") for node in root.iter(f"{N}{tag}")}
    for node in root.iter():
        tag = etree.QName(node).localname
        children = [etree.QName(child).localname for child in node]
        if tag in ORDER and sorted(children, key=ORDER[tag].index) != children:
            yield f"{tag} has {children}"
        if tag == "relationship" and not {node.get("source"), node.get("target")} <= concepts:
            yield "an end that is nowhere"
        if tag in ("elements", "relationships", "properties", "propertyDefinitions") and not children:
            yield f"{tag} is empty"
        if tag == "element" and not node.findtext(f"{N}name"):
            yield "an element without a name"
        if not re.fullmatch("([A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*)?", language := node.get(LANGUAGE, "")):
            yield f"{language} is no language"
        if tag == "property" and node.get("propertyDefinitionRef") not in ids:
            yield "a property that is not defined"
        if not set(node.attrib) <= {"identifier", TYPE, LANGUAGE, f"{XSI}schemaLocation"} | OWN.get(tag, set()):
            yield f"{tag} has {[*node.attrib]}"


def test_what_is_written_is_as_the_schema_wants_it() -> None:
    odd = "A\x0b\u00a0& <\u3000b>\u200d"
    entities = [entity("party/crew", name=odd, description="x\ny"), entity("party/deck")]
    root, _ = model(Inventory(entities, [link("part_of", "party/deck", "party/crew", rationale="why")]))
    assert [*faults(root)] == []
    assert named(root)[f"id-{id_of('party/crew')}"] == odd.replace("\x0b", "")
    assert [*faults(model(Inventory())[0])] == []


def came(id: str, type: str, model: str = "id-ferry") -> dict[str, list[State]]:
    return {"provenance": [{"source": f"archimate:{type}", "id": id, "type": type, "model": model}]}


def test_no_two_things_have_one_identifier() -> None:
    """Elements that are called in their models as the definitions and the whole are here, and as one of their own."""
    own = entity("party/cook", name="Cook")
    entities = [
        entity("party/crew", **came("propid-1", "BusinessActor"), custom={"Specialization": "Crew", "Deck": "2"}),
        entity("party/deck", **came("plumbline", "BusinessActor", "id-other")),
        entity("party/mate", **came(f"id-{own[1]['id']}", "BusinessActor")),
        own,
    ]
    root, _ = model(Inventory(entities))
    assert [*faults(root)] == []
    assert [*named(root).values()] == ["Crew", "Deck", "Mate", "Cook"]
    assert next(iter(named(root))) == "propid-1"
    definitions = {each.findtext(f"{N}name"): each.get("identifier") for each in root.iter(f"{N}propertyDefinition")}
    assert (definitions["Specialization"], definitions["Deck"]) == ("specialization", "propid-2")


def test_a_name_stands_in_its_languages_and_first_in_the_one_that_counts() -> None:
    several = {"de": "Fähre", "en": "Ferry"}
    odd = {"de_AT": "Fähre", "en": "Ferry"}
    entities = [
        entity("party/one", name="Big ferry", custom={"names": several}),
        entity("party/two", name="Ferry", custom={"names": odd}),
        entity("party/three", name="Ferry", custom={"descriptions": several}),
    ]
    root, _ = model(Inventory(entities))
    assert [*faults(root)] == []
    names = [[(each.get(LANGUAGE), each.text) for each in node.iter(f"{N}name")] for node in root.iter(f"{N}element")]
    assert names == [[("en", "Big ferry"), ("de", "Fähre")], [(None, "Ferry")], [(None, "Ferry")]]
    kept = [dict(properties(node, root)).get("plumbline:custom") for node in root.iter(f"{N}element")]
    assert [each and json.loads(each) for each in kept] == [None, {"names": odd}, {"descriptions": several}]


def test_what_would_be_taken_for_what_is_written_here_is_no_property_of_its_own() -> None:
    custom = {"plumbline:is": "party/x", "ArchiMate 3 type": "Goal", " around ": "it", "Deck": "2"}
    root, _ = model(Inventory([entity("party/crew", custom=custom)]))
    [element] = root.iter(f"{N}element")
    told = properties(element, root)
    assert [name for name, _ in told] == [
        "Deck",
        "plumbline:custom",
        "plumbline:is",
        "plumbline:key",
        "plumbline:state",
    ]
    assert json.loads(dict(told)["plumbline:custom"]) == {name: custom[name] for name in custom if name != "Deck"}


def test_of_access_is_said_that_nobody_knows_which() -> None:
    """A reader that finds nothing takes it for writing."""
    entities = [entity("process/boarding"), entity("contract/berth")]
    used = link("depends_on", "process/boarding", "contract/berth", **came("r1", "Access"))
    root, _ = model(Inventory(entities, [used]))
    [access] = root.iter(f"{N}relationship")
    assert (access.get(TYPE), access.get("accessType")) == ("Access", "Access")
    assert [*faults(root)] == []


@pytest.mark.parametrize(("given", "name"), [("id-1", "id-1"), ("7c1f", "id-7c1f"), ("a b/ü", "id-a_b__")])
def test_identifiers_are_names(given: str, name: str) -> None:
    assert writing.identifier(given) == name


def test_the_table_knows_only_types_that_there_are() -> None:
    ends = {end for _, *ends in legal._LEGAL for end in ends}
    assert ends <= archimate.mapping.ELEMENTS.keys()
    assert legal.is_legal("Realization", "WorkPackage", "Goal")
    assert not legal.is_legal("Realization", "Goal", "WorkPackage")
    assert legal.is_legal("Association", "Goal", "WorkPackage")
    assert legal.is_legal("Specialization", "Node", "Node")
    assert legal.is_legal("Composition", "BusinessFunction", "BusinessProcess")
    assert not legal.is_legal("Composition", "ApplicationCollaboration", "ApplicationComponent")
    assert legal.is_legal("Aggregation", "ApplicationCollaboration", "ApplicationComponent")


def test_a_concept_without_anything_has_no_section() -> None:
    root = etree.fromstring(writing.written("N", "m", [Concept("a", "Goal", {"": "G"})], []))
    assert [etree.QName(child).localname for child in root] == ["name", "elements"]
