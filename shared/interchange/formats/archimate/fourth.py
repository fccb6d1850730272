"""ArchiMate 3.2 models in the words of ArchiMate 4, and a report of what became of what.

The Open Group has not published an exchange schema for ArchiMate 4: the file keeps the structure of the exchange format
3, with the names of 4, and every element keeps its type of 3.2 as a property. Source: The Open Group, ArchiMate 4
Specification (2026), changes from version 3.2.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from lxml import etree

from shared.interchange.formats import xml
from shared.interchange.formats.archimate.ours import WAS
from shared.interchange.formats.archimate.writing import NAMESPACE
from shared.interchange.formats.format import Unreadable

_WAS_ID = "propid-archimate3-type"
_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
_LAYERS = ("Business", "Application", "Technology")
_GENERIC = ("Service", "Process", "Function", "Event", "Collaboration")


class Replaced(NamedTuple):
    """A type that is gone, what stands for it, and what somebody has to look at."""

    by: str
    decide: str


GONE: Mapping[str, Replaced] = {
    **dict.fromkeys(
        [f"{layer}Interaction" for layer in _LAYERS],
        Replaced("Process", "Interactions are gone: is it a process, or a function, that a collaboration performs?"),
    ),
    "Constraint": Replaced("Requirement", "Constraints are gone: say in the requirement that it limits."),
    "Contract": Replaced("BusinessObject", "Contracts are gone: a business object, specialized as a contract."),
    "Representation": Replaced("BusinessObject", "Representations are gone: a business object, material or artifact?"),
    "Gap": Replaced("Assessment", "Gaps are gone: an assessment of the difference between two plateaus."),
}
"""Types that ArchiMate 4 has no longer."""

MERGED: Mapping[str, str] = {
    **{f"{layer}{name}": name for layer in _LAYERS for name in _GENERIC},
    "ImplementationEvent": "Event",
    "BusinessRole": "Role",
}
"""Types of layers that became one."""

_WHOLES = ("Aggregation", "Composition")


class Decision(NamedTuple):
    """An element for which somebody has to say whether its new type is right."""

    name: str
    was: str
    now: str
    decide: str


@dataclass
class Migration:
    """``content`` is the new file; ``renamed`` counts by old and new type, ``turned`` the relationships of paths that
    became realizations the other way round."""

    content: bytes = b""
    elements: int = 0
    relationships: int = 0
    renamed: Counter[tuple[str, str]] = field(default_factory=Counter)
    decisions: list[Decision] = field(default_factory=list)
    turned: int = 0


def migrate(data: bytes) -> Migration:
    """Of a file in the exchange format 3. Views, folders and properties stay as they are. Raises Unreadable."""
    root = _root(data)
    made = Migration()
    types: dict[str, str] = {}
    for node in root.iterfind(f"{{{NAMESPACE}}}elements/{{{NAMESPACE}}}element"):
        made.elements += 1
        types[node.get("identifier", "")] = _renamed(node, made)
    for node in root.iterfind(f"{{{NAMESPACE}}}relationships/{{{NAMESPACE}}}relationship"):
        made.relationships += 1
        _turned(node, types, made)
    if any(True for _ in _noted(root)):
        _define(root)
    made.content = bytes(etree.tostring(root, encoding="UTF-8", xml_declaration=True))
    return made


def _root(data: bytes) -> Any:
    """The whole document, after it was walked through within its bounds."""
    namespace, name = xml.root(data)
    if (namespace, name) != (NAMESPACE, "model"):
        raise Unreadable("Only a model in the exchange format 3 can be taken to ArchiMate 4: export it as one first.")
    xml.refuse_doctype(data)
    for event, node, _ in xml.events(data):
        if event == "end":
            node.clear()
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    return etree.fromstring(data, parser)


def _renamed(node: Any, made: Migration) -> str:
    """Give an element its type of ArchiMate 4, and note the one that it had."""
    was = (node.get(_TYPE) or "").rpartition(":")[2]
    gone = GONE.get(was)
    now = gone.by if gone else MERGED.get(was, was)
    if now == was:
        return was
    node.set(_TYPE, now)
    _note(node, was)
    made.renamed[was, now] += 1
    if gone:
        name = next((text for each in xml.children(node, "name") if (text := xml.words(each))), node.get("identifier"))
        made.decisions.append(Decision(name or "", was, now, gone.decide))
    return now


def _note(node: Any, was: str) -> None:
    groups = [*xml.children(node, "properties")]
    group = groups[0] if groups else etree.SubElement(node, f"{{{NAMESPACE}}}properties")
    one = etree.SubElement(group, f"{{{NAMESPACE}}}property", propertyDefinitionRef=_WAS_ID)
    etree.SubElement(one, f"{{{NAMESPACE}}}value").text = was


def _turned(node: Any, types: Mapping[str, str], made: Migration) -> None:
    """What a path was the whole of realizes it now."""
    source, target = node.get("source", ""), node.get("target", "")
    if node.get(_TYPE) in _WHOLES and types.get(source) == "Path" and types.get(target) not in ("Path", None):
        node.set(_TYPE, "Realization")
        node.set("source", target)
        node.set("target", source)
        made.turned += 1


def _noted(root: Any) -> Iterator[Any]:
    return (each for each in root.iter(f"{{{NAMESPACE}}}property") if each.get("propertyDefinitionRef") == _WAS_ID)


def _define(root: Any) -> None:
    """The definition of the property, where the schema wants it: in its section, and that before the views."""
    section = root.find(f"{{{NAMESPACE}}}propertyDefinitions")
    if section is None:
        section = etree.Element(f"{{{NAMESPACE}}}propertyDefinitions")
        views = root.find(f"{{{NAMESPACE}}}views")
        root.insert(len(root) if views is None else root.index(views), section)
    one = etree.SubElement(section, f"{{{NAMESPACE}}}propertyDefinition", identifier=_WAS_ID, type="string")
    etree.SubElement(one, f"{{{NAMESPACE}}}name").text = WAS
