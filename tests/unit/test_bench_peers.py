"""What the bench compares peers with: the client that asks both, and the landscape that both are given."""

import asyncio
from collections import Counter
from contextlib import closing

from bench.client import Client
from bench.peers.backstage.estate import Estate
from shared.contracts import LINKS, NODE_KINDS

CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nWiki\r\nb\r\npedia here.\r\n0\r\n\r\n"
WHOLE = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nmore"


async def test_the_client_reads_an_answer_in_pieces_and_then_the_next() -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for told in (CHUNKED, WHOLE):
            await reader.readuntil(b"\r\n\r\n")
            writer.write(told)
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    with closing(server), closing(Client(server.sockets[0].getsockname()[1])) as client:
        assert [(await client.get("/")).body for _ in range(2)] == [b"Wikipedia here.", b"more"]


def test_both_are_given_the_same_dependencies() -> None:
    estate = Estate(300)
    links = [line["body"] for line in estate.lines()["catalog"] if line["kind"] == "link"]
    ours = Counter(link["type"] for link in links)
    components = [entity["spec"] for entity in estate.entities() if entity["kind"] == "Component"]
    assert ours == {"realizes": len(components), "depends_on": sum(len(spec["dependsOn"]) for spec in components)}


def test_who_is_looked_at_has_ten_relations() -> None:
    estate = Estate(300)
    leaving = {number: estate.needs(number) for number in range(estate.size)}
    arriving = Counter(needed for needs in leaving.values() for needed in needs)
    owner_and_capability = 2
    assert {len(leaving[n]) + arriving[n] + owner_and_capability for n in estate.some(100)} == {10}


def test_owners_would_take_every_line() -> None:
    for service, lines in Estate(40).lines().items():
        for line in lines:
            kind = LINKS[service] if line["kind"] == "link" else NODE_KINDS[line["kind"]]
            assert kind.service == service
            assert line["body"].keys() <= kind.model.model_fields.keys()
