"""XML of nobody knows whom: without a document type, bounded in elements and depth, and freed while it is read."""

from collections.abc import Iterator
from contextlib import suppress
from io import BytesIO
from typing import Any
from xml.parsers import expat

from lxml import etree

from shared.interchange.formats.format import Unreadable

MAX_BYTES = 50 * 1024 * 1024
MAX_NODES = 2_000_000
MAX_DEPTH = 64


class _Seen(Exception):
    """Ends the look at what stands before the first element."""


def root(data: bytes) -> tuple[str, str]:
    """Namespace and name of the first element of a file that is XML as far as that; else two empty strings."""
    found: list[str] = []

    def first(name: str, _: Any) -> None:
        found.append(name)
        raise _Seen

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = first
    with suppress(_Seen, expat.ExpatError, LookupError, ValueError):
        parser.Parse(data, True)
    namespace, _, name = (found or [""])[0].rpartition(" ")
    return namespace, name


def refuse_doctype(data: bytes) -> None:
    """No format here needs a DTD, and entities are how XML attacks its reader: so stop at the declaration."""
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = _doctype
    parser.StartElementHandler = _first_element
    try:
        parser.Parse(data, True)
    except _Seen:
        pass
    except (expat.ExpatError, LookupError, ValueError) as error:
        raise Unreadable(f"The file is not XML: {error}.") from None


def _doctype(*_: Any) -> None:
    raise Unreadable("The file has a document type declaration (DTD), which is refused.")


def _first_element(*_: Any) -> None:
    raise _Seen


def events(data: bytes, most: int | None = None) -> Iterator[tuple[str, Any, int]]:
    """Start and end of each element, with how deep it stands (the root at 1); what has ended may be cleared.

    Raises Unreadable for what is not well-formed, has more elements than ``most``, or nests them too deeply. The
    document type is to be refused before.
    """
    found = etree.iterparse(
        BytesIO(data), events=("start", "end"), resolve_entities=False, no_network=True, load_dtd=False,
        huge_tree=False, remove_comments=True, remove_pis=True,
    )  # fmt: skip
    count, depth, most = 0, 0, MAX_NODES if most is None else most
    try:
        for event, node in found:
            if event == "start":
                count, depth = count + 1, depth + 1
                if count > most or depth > MAX_DEPTH:
                    raise Unreadable(f"The file has more than {most} elements, or nests them deeper than {MAX_DEPTH}.")
            yield event, node, depth
            depth -= event == "end"
    except etree.XMLSyntaxError as error:
        raise Unreadable(f"The file is not well-formed XML: {error.msg}.") from None


def local(node: Any) -> str:
    """The name of an element without its namespace."""
    return etree.QName(node).localname


def words(node: Any) -> str | None:
    """The text in and below an element, without what surrounds it."""
    return "".join(node.itertext()).strip() or None


def children(node: Any, name: str) -> Iterator[Any]:
    return (child for child in node if local(child) == name)


def child(node: Any, name: str) -> str | None:
    """The text of the first child of that name that has any."""
    return next((text for each in children(node, name) if (text := words(each))), None)
