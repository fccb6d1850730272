"""ArchiMate models in the encodings that tools write, and what they are in this platform's terms."""

from shared.interchange.formats import xml
from shared.interchange.formats.archimate import exchange, mapping, outward
from shared.interchange.formats.format import File, Format
from shared.interchange.records import Batch


def _read(file: File) -> Batch:
    return mapping.to_batch(exchange.read(file.content), file.name, file.source)


EXCHANGE = Format(
    name="archimate",
    title="an ArchiMate model in the exchange format of The Open Group, 3.0 or 2.1",
    origin="In Archi: File > Export > Model To Open Exchange File.",
    most=xml.MAX_BYTES,
    knows=exchange.knows,
    read=_read,
    write=outward.write,
)
