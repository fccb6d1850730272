"""Reads the ArchiMate model exchange format, 3 and 2.1, from hands that need not be friendly."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from lxml import etree

from shared.interchange.formats import xml
from shared.interchange.formats.archimate.model import (
    PREFERRED,
    Element,
    Model,
    Relation,
    Texts,
    canonical,
    chosen,
    gathered,
)
from shared.interchange.formats.format import Unreadable

_NAMESPACE = "http://www.opengroup.org/xsd/archimate"
"""That of 2.1, with which those of the later versions begin."""
_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"


def knows(data: bytes) -> bool:
    """Whether the root is an exchange model, of whatever version: an unknown one is better told by the reader."""
    namespace, name = xml.root(data)
    return name == "model" and "archimatetool" not in namespace


def read(data: bytes, language: str | None = None) -> Model:
    """Parse a file, and prefer a language where it says something in several; raises Unreadable."""
    data = xml.utf8(data)
    xml.refuse_doctype(data)
    reading = _Reading((language, *PREFERRED) if language else PREFERRED)
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
    if root and (name.localname != "model" or not _is_known(name.namespace or "")):
        shown = f"{name.localname} in the namespace {name.namespace or '(none)'}"
        raise Unreadable(f"The root element is {shown[:200]}, not a model of the ArchiMate exchange format.")
    return name.localname


def _is_known(namespace: str) -> bool:
    """Whether it is that of 2.1 or of a later version: their elements have kept their names."""
    return namespace == _NAMESPACE or namespace.startswith(f"{_NAMESPACE}/")


@dataclass
class _Reading:
    """Gathers the parts of a model; definitions of properties come after their uses."""

    preferred: Sequence[str] = PREFERRED
    model: Model = field(default_factory=Model)
    definitions: dict[str, str] = field(default_factory=dict)
    properties: dict[str, dict[str, list[str]]] = field(default_factory=dict)

    def take(self, section: str, node: Any) -> None:
        kind = xml.local(node)
        if (section, kind) == ("elements", "element"):
            self.model.elements.append(Element(*self._item(node)))
        elif (section, kind) == ("relationships", "relationship"):
            ends = attribute(node, "source"), attribute(node, "target")
            many = {end: value for end in ("source", "target") if (value := node.get(f"{end}Multiplicity"))}
            self.model.relations.append(Relation(*self._item(node), *ends, node.get("modifier"), many))
        elif kind in ("propertyDefinition", "propertydef"):
            name = chosen(_texts(node, "name"), self.preferred) or node.get("name") or ""
            self.definitions[attribute(node, "identifier")] = name
        elif (section, kind) == ("", "name"):
            self.model.name = self.model.name or xml.words(node)
        elif (section, kind) == ("", "model"):
            self.model.identifier = node.get("identifier")

    def _item(self, node: Any) -> tuple[str, str, str | None, str | None, dict[str, Any], Texts, Texts]:
        identifier, type_ = attribute(node, "identifier"), canonical(attribute(node, _TYPE))
        self.model.stands(identifier, node.sourceline)
        names = _texts(node, "name") or _texts(node, "label")
        texts = _texts(node, "documentation")
        self.properties[identifier] = _properties(node, self.preferred)
        return identifier, type_, self._chosen(names), self._chosen(texts), {}, _several(names), _several(texts)

    def _chosen(self, texts: Texts) -> str | None:
        return chosen(texts, self.preferred)

    def finish(self) -> Model:
        for item in (*self.model.elements, *self.model.relations):
            named: dict[str, list[str]] = {}
            for ref, values in self.properties[item.identifier].items():
                named.setdefault(self.definitions.get(ref) or ref, []).extend(values)
            item.properties.update(gathered(named))
        return self.model


def attribute(node: Any, name: str) -> str:
    """An attribute that has to be there; raises Unreadable, which names the line."""
    value = (node.get(name) or "").strip()
    if not value:
        what = f"{xml.local(node)} in line {node.sourceline}"
        raise Unreadable(f"The {what} has no {etree.QName(name).localname}.")
    return str(value)


def _texts(node: Any, name: str) -> Texts:
    """What the children of that name say, by language."""
    found: Texts = {}
    for each in xml.children(node, name):
        if text := xml.words(each):
            found.setdefault(each.get(_LANGUAGE) or "", text)
    return found


def _several(texts: Texts) -> Texts:
    return texts if len(texts) > 1 else {}


def _properties(node: Any, preferred: Sequence[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for group in xml.children(node, "properties"):
        for item in xml.children(group, "property"):
            ref = item.get("propertyDefinitionRef") or item.get("identifierref") or ""
            if ref and (value := chosen(_texts(item, "value"), preferred)):
                found.setdefault(ref, []).append(value)
    return found
