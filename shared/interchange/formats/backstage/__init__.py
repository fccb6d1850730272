"""Software catalogues of Backstage, in and out."""

from shared.interchange import yaml_documents
from shared.interchange.formats.backstage import reading, terms, writing
from shared.interchange.formats.format import Format

BACKSTAGE = Format(
    name=terms.NAME,
    title="a software catalogue of Backstage (catalog-info.yaml)",
    origin="In the repositories of a company, or GET /api/catalog/entities turned to YAML.",
    most=yaml_documents.MAX_BYTES,
    knows=reading.knows,
    read=reading.read,
    write=writing.write,
    takes=frozenset({"beside"}),
)
