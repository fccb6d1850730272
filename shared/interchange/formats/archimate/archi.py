"""Reads the files of Archi itself (``.archimate``): XML in folders, or an archive of that with the model's images."""

import zipfile
from collections.abc import Iterator
from io import BytesIO
from typing import Any

from lxml import etree

from shared.interchange.formats import xml
from shared.interchange.formats.archimate.exchange import attribute
from shared.interchange.formats.archimate.model import Element, Model, Relation, canonical, gathered
from shared.interchange.formats.format import Unreadable

_NAMESPACE = "http://www.archimatetool.com/archimate"
_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
_INSIDE = "model.xml"
_MAX_ENTRIES = 10_000
"""Files in an archive: a model has a few images."""
_DIAGRAMS = ("DiagramModel", "SketchModel", "CanvasModel")
"""What types of views end with."""


def knows(data: bytes) -> bool:
    """Whether it is a model of Archi, or an archive with one."""
    if data.startswith(b"PK"):
        return _inside(data) is not None
    return xml.root(data) == (_NAMESPACE, "model")


def read(data: bytes) -> Model:
    """Parse a file; raises Unreadable."""
    if data.startswith(b"PK"):
        data = _unpacked(data)
    data = xml.utf8(data)
    xml.refuse_doctype(data)
    model = Model()
    profiles: dict[str, str] = {}
    found = []
    for node in _elements(data):
        name = xml.local(node)
        if name == "model":
            model.identifier, model.name = _id(node.get("id") or "") or None, node.get("name")
        elif name == "profile":
            profiles[node.get("id") or ""] = node.get("name") or ""
        else:
            found.append(_read(node, model))
    for item, profile in found:
        if profile in profiles:
            item.properties.setdefault("Specialization", profiles[profile])
        if isinstance(item, Relation):
            model.relations.append(item)
        else:
            model.elements.append(item)
    return model


def _inside(data: bytes) -> zipfile.ZipInfo | None:
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            return next((entry for entry in archive.infolist()[:_MAX_ENTRIES] if entry.filename == _INSIDE), None)
    # zipfile raises the second one for a packing of a later version than it knows
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError):
        return None


def _unpacked(data: bytes) -> bytes:
    """The model in an archive: no more of it than a plain file may have, whatever the archive says of its size."""
    entry = _inside(data)
    if entry is None:
        raise Unreadable(f"The archive has no {_INSIDE}: it is none that Archi wrote.")
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive, archive.open(entry) as stream:
            content = stream.read(xml.MAX_BYTES + 1)
    # zipfile raises the second one for a packing that it does not know, the third for one with a password
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        raise Unreadable(f"The archive cannot be read: {error}.") from None
    if len(content) > xml.MAX_BYTES:
        raise Unreadable(f"The model in the archive is larger than {xml.MAX_BYTES // 1024 // 1024} MiB.")
    return content


def _elements(data: bytes) -> Iterator[Any]:
    """The root, profiles, and what stands in folders; what has been read is freed."""
    path: list[str] = []
    for event, node, _ in xml.events(data):
        if event == "start":
            path.append(xml.local(node))
            if len(path) == 1:
                yield _root(node)
            continue
        path.pop()
        if path[1:] == ["folder"] * (len(path) - 1) and xml.local(node) in ("element", "profile"):
            if not (node.get(_TYPE) or "").endswith(_DIAGRAMS):
                yield node
            node.clear()


def _root(node: Any) -> Any:
    name = etree.QName(node)
    if (name.namespace, name.localname) != (_NAMESPACE, "model"):
        shown = f"{name.localname} in the namespace {name.namespace or '(none)'}"
        raise Unreadable(f"The root element is {shown[:200]}, not a model of Archi.")
    return node


def _read(node: Any, model: Model) -> tuple[Element | Relation, str | None]:
    """An element or relation, and the profile that it has."""
    identifier, told = _id(attribute(node, "id")), attribute(node, _TYPE)
    model.stands(identifier, node.sourceline)
    values: dict[str, list[str]] = {}
    for each in xml.children(node, "property"):
        if each.get("key") and each.get("value"):
            values.setdefault(each.get("key"), []).append(each.get("value"))
    name = (node.get("name") or "").strip(xml.SPACE) or None
    common = identifier, canonical(told), name, xml.child(node, "documentation"), gathered(values)
    profile = node.get("profiles")
    if node.get("source") is None and not told.endswith("Relationship"):
        return Element(*common), profile
    ends = _id(attribute(node, "source")), _id(attribute(node, "target"))
    return Relation(*common, {}, {}, *ends, node.get("strength") or node.get("modifier")), profile


def _id(told: str) -> str:
    """The identifier that Archi gives it in the exchange format: one model in both is one model."""
    return told if not told or told.startswith("id-") else f"id-{told}"
