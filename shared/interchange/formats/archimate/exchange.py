"""Reads the ArchiMate model exchange format, 3.0 and 2.1, from hands that need not be friendly."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from lxml import etree

from shared.interchange.formats import xml
from shared.interchange.formats.format import Unreadable

_NAMESPACES = ("http://www.opengroup.org/xsd/archimate/3.0/", "http://www.opengroup.org/xsd/archimate")
_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"

_RENAMED = {
    "UsedBy": "Serving",
    "Realisation": "Realization",
    "Specialisation": "Specialization",
    "Network": "CommunicationNetwork",
    "CommunicationPath": "Path",
    "AndJunction": "Junction",
    "OrJunction": "Junction",
}


@dataclass(frozen=True, slots=True)
class Item:
    """What elements and relations have in common; ``properties`` are by the name of their definition."""

    identifier: str
    type: str
    name: str | None
    documentation: str | None
    properties: dict[str, str]


@dataclass(frozen=True, slots=True)
class Element(Item):
    pass


@dataclass(frozen=True, slots=True)
class Relation(Item):
    """``source`` and ``target`` are identifiers of elements, or of relations."""

    source: str
    target: str


@dataclass
class Model:
    """A model in file order, with the canonical type names of ArchiMate 3."""

    identifier: str | None = None
    name: str | None = None
    elements: list[Element] = field(default_factory=list)
    relations: list[Relation] = field(default_factory=list)


def knows(data: bytes) -> bool:
    """Whether the root is an exchange model, of whatever version: an unknown one is better told by the reader."""
    return xml.root(data)[1] == "model"


def read(data: bytes) -> Model:
    """Parse a file; raises Unreadable."""
    xml.refuse_doctype(data)
    reading = _Reading()
    for section, node in _items(data):
        reading.take(section, node)
    return reading.finish()


def _items(data: bytes) -> Iterator[tuple[str, Any]]:
    """Each child of the root's sections with the section's name, then each section with an empty name.

    Checks the root and the limits on the way, and frees what has been read.
    """
    path: list[str] = []
    for event, node, _ in xml.events(data):
        if event == "start":
            path.append(_local(node, root=not path))
            continue
        if len(path) == 3:
            yield path[1], node
        elif len(path) <= 2:
            yield "", node
        if len(path) <= 3 or path[1] == "views":
            node.clear()
        path.pop()


def _local(node: Any, root: bool) -> str:
    """The name without its namespace; the root must be a model of a namespace that is known."""
    name = etree.QName(node)
    if root and (name.localname != "model" or name.namespace not in _NAMESPACES):
        shown = f"{name.localname} in the namespace {name.namespace or '(none)'}"
        raise Unreadable(f"The root element is {shown[:200]}, not a model of the ArchiMate exchange format.")
    return name.localname


@dataclass
class _Reading:
    """Gathers the parts of a model; definitions of properties come after their uses."""

    model: Model = field(default_factory=Model)
    definitions: dict[str, str] = field(default_factory=dict)
    seen: dict[str, int] = field(default_factory=dict)

    def take(self, section: str, node: Any) -> None:
        kind = etree.QName(node).localname
        if (section, kind) == ("elements", "element"):
            self.model.elements.append(Element(*self._item(node)))
        elif (section, kind) == ("relationships", "relationship"):
            ends = _attribute(node, "source"), _attribute(node, "target")
            self.model.relations.append(Relation(*self._item(node), *ends))
        elif kind in ("propertyDefinition", "propertydef"):
            self.definitions[_attribute(node, "identifier")] = xml.child(node, "name") or node.get("name") or ""
        elif (section, kind) == ("", "name"):
            self.model.name = xml.words(node)
        elif (section, kind) == ("", "model"):
            self.model.identifier = node.get("identifier")

    def _item(self, node: Any) -> tuple[str, str, str | None, str | None, dict[str, str]]:
        identifier, type_ = _attribute(node, "identifier"), _canonical(_attribute(node, _TYPE))
        if identifier in self.seen:
            lines = f"lines {self.seen[identifier]} and {node.sourceline}"
            raise Unreadable(f"The identifier {identifier[:80]} is used twice, in {lines}.")
        self.seen[identifier] = node.sourceline
        name = xml.child(node, "name") or xml.child(node, "label")
        return identifier, type_, name, xml.child(node, "documentation"), _properties(node)

    def finish(self) -> Model:
        for item in (*self.model.elements, *self.model.relations):
            named = {self.definitions.get(ref) or ref: value for ref, value in item.properties.items()}
            item.properties.clear()
            item.properties.update(named)
        return self.model


def _attribute(node: Any, name: str) -> str:
    value = (node.get(name) or "").strip()
    if not value:
        what = f"{etree.QName(node).localname} in line {node.sourceline}"
        raise Unreadable(f"The {what} has no {etree.QName(name).localname}.")
    return str(value)


def _canonical(type_: str) -> str:
    """ArchiMate 3 names for those of ArchiMate 2, without a prefix."""
    name = type_.rpartition(":")[2].removesuffix("Relationship")
    if name.startswith("Infrastructure"):
        name = "Technology" + name.removeprefix("Infrastructure")
    return _RENAMED.get(name, name)


def _properties(node: Any) -> dict[str, str]:
    found = {}
    for group in xml.children(node, "properties"):
        for item in xml.children(group, "property"):
            ref = item.get("propertyDefinitionRef") or item.get("identifierref") or ""
            if ref and (value := xml.child(item, "value")):
                found[ref] = value
    return found
