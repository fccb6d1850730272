"""ArchiMate models in the encodings that tools write, and what they are in this platform's terms."""

from shared.interchange.formats import xml
from shared.interchange.formats.archimate import archi, exchange, mapping, outward
from shared.interchange.formats.format import File, Format
from shared.interchange.records import Batch


def _exchange(file: File) -> Batch:
    return mapping.to_batch(exchange.read(file.content, file.language), file.name, file.source)


def _archi(file: File) -> Batch:
    return mapping.to_batch(archi.read(file.content), file.name, file.source)


EXCHANGE = Format(
    name="archimate",
    title="an ArchiMate model in the exchange format of The Open Group, 3 or 2.1",
    origin="In Archi: File > Export > Model To Open Exchange File.",
    most=xml.MAX_BYTES,
    knows=exchange.knows,
    read=_exchange,
    takes=frozenset({"language"}),
    write=outward.write,
)

ARCHI = Format(
    name="archi",
    title="a model as Archi keeps it (.archimate), also with images",
    origin="In Archi: File > Save.",
    most=xml.MAX_BYTES,
    knows=archi.knows,
    read=_archi,
)
