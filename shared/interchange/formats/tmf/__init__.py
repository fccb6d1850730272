"""Resources of TM Forum's open APIs in JSON, in and out."""

from shared.interchange.formats import json_text
from shared.interchange.formats.format import Format
from shared.interchange.formats.tmf import items, reading, terms, writing


def _knows(content: bytes) -> bool:
    return content[:200].lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"[", b"{") and items.knows(json_text.parsed(content))


TMF = Format(
    name=terms.NAME,
    title="resources of TM Forum's open APIs TMF620, TMF633 and TMF651 (JSON)",
    origin="GET /productOffering and the like of such an API; arrays, single resources, events and examples.",
    most=20 * 1024 * 1024,
    knows=_knows,
    read=reading.read,
    write=writing.write,
)
