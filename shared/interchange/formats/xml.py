"""XML of nobody knows whom: without a document type, bounded in elements and depth, and freed while it is read."""

import codecs
import re
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


SPACE = " \t\r\n"
"""What is white space in XML, and nothing else is."""
_DECLARED = re.compile(r"""\A\s*<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z][A-Za-z0-9._-]*)["'][^>]*\?>""")
_HEAD = 1024
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    ("<?".encode("utf-32-le"), "utf-32-le"),
    ("<?".encode("utf-32-be"), "utf-32-be"),
    ("<?".encode("utf-16-le"), "utf-16-le"),
    ("<?".encode("utf-16-be"), "utf-16-be"),
    ("<?xm".encode("cp037"), "cp037"),
)
"""How files of an encoding begin in which a declaration cannot be read as ASCII."""
_NO_ENCODINGS = {"idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "mbcs", "oem"}
"""Text codecs of Python that no file is written in."""


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
        parser.Parse(_head(data), False)
    namespace, _, name = (found or [""])[0].rpartition(" ")
    return namespace, name


def utf8(data: bytes) -> bytes:
    """The file in UTF-8, whatever encoding it is in that Python knows: parsers know fewer. Raises Unreadable."""
    name = _encoding(data)
    if name is None:
        return data
    try:
        text = data.decode(name)
    except UnicodeError:
        raise Unreadable(f"The file says that it is in {name}, and it is not.") from None
    declared = _DECLARED.match(text)
    return (text[declared.end() :] if declared else text).encode("utf-8", "surrogatepass")


def _encoding(data: bytes) -> str | None:
    """The encoding of a file that is not plain UTF-8; raises Unreadable for one that nobody knows."""
    marked = next((name for mark, name in _MARKS if data.startswith(mark)), None)
    if marked and not marked.startswith("cp"):
        return marked
    declared = _DECLARED.match(data[:_HEAD].decode(marked or "latin-1"))
    name = declared[1] if declared else "utf-8"
    try:
        found = codecs.lookup(name)
    except LookupError:
        raise Unreadable(f"The file is in the encoding {name[:40]}, which is not known here.") from None
    if found.name in _NO_ENCODINGS or not found._is_text_encoding:
        raise Unreadable(f"The file is in the encoding {name[:40]}, which is none of files.")
    return None if name.lower() in ("utf-8", "us-ascii") else found.name


def _head(data: bytes) -> bytes:
    """As much of a file as has its first element, in UTF-8 as far as that is possible."""
    with suppress(Unreadable):
        if name := _encoding(data):
            text = codecs.getincrementaldecoder(name)("replace").decode(data[: 64 * _HEAD])
            return text[declared.end() :].encode() if (declared := _DECLARED.match(text)) else text.encode()
    return data[: 64 * _HEAD]


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
    """The text in and below an element, without the white space of XML around it: any other belongs to it."""
    return "".join(node.itertext()).strip(SPACE) or None


def children(node: Any, name: str) -> Iterator[Any]:
    return (child for child in node if local(child) == name)


def child(node: Any, name: str) -> str | None:
    """The text of the first child of that name that has any."""
    return next((text for each in children(node, name) if (text := words(each))), None)
