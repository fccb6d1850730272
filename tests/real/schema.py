"""Holds what is exported to ArchiMate against the schema that The Open Group publishes; it is no part of the project.

``python -m tests.real.schema SCHEMA FILE...``: ``archimate3_Model.xsd``, and models whose import goes out again; and
entities of every kind with every member.
"""

import asyncio
import sys
from pathlib import Path
from typing import Any

from lxml import etree

from shared.client import Client
from shared.interchange import bundle, formats, inventory
from shared.interchange.bring import bring
from shared.interchange.bundle_files import Document
from shared.interchange.faults import Place
from shared.interchange.incoming import to_batch
from shared.interchange.sync import sync
from tests.real.served import equal
from tests.unit.fake_owner import FakeOwner
from tests.unit.interchange import filled

_XML = b"""<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"
 targetNamespace="http://www.w3.org/XML/1998/namespace"><xs:attribute name="lang"><xs:simpleType>
 <xs:union memberTypes="xs:language"><xs:simpleType><xs:restriction base="xs:string"><xs:enumeration value=""/>
 </xs:restriction></xs:simpleType></xs:union></xs:simpleType></xs:attribute></xs:schema>"""
"""What the schema takes from the one of XML itself, which it would look for in the network."""


class _Xml(etree.Resolver):
    def resolve(self, system_url: str, public_id: str, context: Any = None) -> Any:  # noqa: ARG002  its signature
        return self.resolve_string(_XML, context, base_url=system_url) if system_url.endswith("/xml.xsd") else None


def schema(path: Path) -> etree.XMLSchema:
    parser = etree.XMLParser(no_network=True)
    parser.resolvers.add(_Xml())
    return etree.XMLSchema(etree.parse(path, parser))


async def main(path: Path, files: list[Path]) -> None:
    known = await asyncio.to_thread(schema, path)
    async with FakeOwner().client() as client:
        made = [
            Document(Place("a", n), kind, spec.pop("key"), spec, []) for n, (kind, spec) in enumerate(filled.entities())
        ]
        equal("refused", (await sync(client, await bundle.to_batch(client, made))).refused, [])
        await check(client, known, "entities of every kind")
    for file in files:
        async with FakeOwner().client() as client:
            content = await asyncio.to_thread(file.read_bytes)
            await bring(client, await to_batch(client, formats.File(file.name, content)))
            await check(client, known, file.name)


async def check(client: Client, known: etree.XMLSchema, what: str) -> None:
    [content] = formats.writer("archimate")(await inventory.read(client)).files.values()
    document = etree.fromstring(content)
    fits = known.validate(document)
    if not fits:
        raise SystemExit(f"{what}: {known.error_log}")
    print(f"{what}: {len(document.findall('.//{*}element'))} elements fit the schema")


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), [Path(each) for each in sys.argv[2:]]))
