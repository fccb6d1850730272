"""Models in the exchange format 3.0 of The Open Group, as its schema wants them: children in its order, identifiers
that are names in XML, and no section that is empty."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from lxml import etree

NAMESPACE = "http://www.opengroup.org/xsd/archimate/3.0/"
_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
_XSI = "http://www.w3.org/2001/XMLSchema-instance"
_SCHEMA = f"{NAMESPACE} http://www.opengroup.org/xsd/archimate/3.1/archimate3_Model.xsd"
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")
_UNFIT = re.compile(r"[^A-Za-z0-9_.-]")
_NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_PREFIXES: Any = {None: NAMESPACE, "xsi": _XSI}  # typed as if no prefix could be None
_KNOWN = {"Specialization": "specialization"}
"""Identifiers by which Archi knows a property for more than that: this one becomes the specialization again."""
Properties = Sequence[tuple[str, str]]
"""Names with their values; a name may stand there several times."""


@dataclass(frozen=True)
class Concept:
    """What elements and relationships have in common; ``type`` is that of ArchiMate 3, ``name`` and ``documentation``
    are by language, the empty one for none that is told."""

    identifier: str
    type: str
    name: Mapping[str, str] = field(default_factory=dict)
    documentation: Mapping[str, str] = field(default_factory=dict)
    properties: Properties = ()


@dataclass(frozen=True)
class Joining(Concept):
    """A relationship between two elements; ``source`` and ``target`` are their identifiers, ``attributes`` those of its
    own that its type has, such as the modifier of an influence."""

    source: str = ""
    target: str = ""
    attributes: Mapping[str, str] = field(default_factory=dict)


def identifier(text: str) -> str:
    """A name in XML for an id of whatever look."""
    return text if _NAME.fullmatch(text) else f"id-{_UNFIT.sub('_', text)}"


def written(name: str, model: str, elements: Sequence[Concept], relationships: Sequence[Joining]) -> bytes:
    """The document of a model that is called ``name`` and has ``model`` as its identifier."""
    root = etree.Element(_named("model"), nsmap=_PREFIXES, identifier=identifier(model))
    root.set(f"{{{_XSI}}}schemaLocation", _SCHEMA)
    _texts(root, {"": name}, {})
    definitions = _definitions([*elements, *relationships], identifier(model))
    _section(root, "element", elements, definitions)
    _section(root, "relationship", relationships, definitions)
    if definitions:
        section = etree.SubElement(root, _named("propertyDefinitions"))
        for key, id in definitions.items():
            _texts(etree.SubElement(section, _named("propertyDefinition"), identifier=id, type="string"), {"": key}, {})
    return bytes(etree.tostring(root, encoding="UTF-8", xml_declaration=True, pretty_print=True))


def _definitions(concepts: Sequence[Concept], model: str) -> dict[str, str]:
    """Identifiers for the names of all properties, none of which anything else has."""
    taken = {model, *(concept.identifier for concept in concepts)}
    known = {name: id for name, id in _KNOWN.items() if id not in taken}
    free = (id for number in count(1) if (id := f"propid-{number}") not in taken)
    names = sorted({key for concept in concepts for key, _ in concept.properties})
    return {name: known.get(name) or next(free) for name in names}


def _named(tag: str) -> str:
    return f"{{{NAMESPACE}}}{tag}"


def _section(root: etree._Element, kind: str, concepts: Iterable[Concept], definitions: Mapping[str, str]) -> None:
    section = etree.Element(_named(f"{kind}s"))
    for concept in concepts:
        node = etree.SubElement(section, _named(kind), identifier=concept.identifier)
        node.set(f"{{{_XSI}}}type", concept.type)
        if isinstance(concept, Joining):
            for name, value in {"source": concept.source, "target": concept.target, **concept.attributes}.items():
                node.set(name, value)
        _texts(node, concept.name, concept.documentation)
        _properties(node, concept.properties, definitions)
    if len(section):
        root.append(section)


def _texts(node: etree._Element, name: Mapping[str, str], documentation: Mapping[str, str]) -> None:
    for tag, texts in (("name", name), ("documentation", documentation)):
        for language, text in texts.items():
            one = etree.SubElement(node, _named(tag))
            one.text = fit(text)
            if language:
                one.set(_LANGUAGE, language)


def _properties(node: etree._Element, properties: Properties, definitions: Mapping[str, str]) -> None:
    if not properties:
        return
    group = etree.SubElement(node, _named("properties"))
    for key, value in properties:
        one = etree.SubElement(group, _named("property"), propertyDefinitionRef=definitions[key])
        etree.SubElement(one, _named("value")).text = fit(value)


def fit(text: str) -> str:
    """What XML cannot hold, control characters, is left out."""
    return _NO_XML.sub("", text)
