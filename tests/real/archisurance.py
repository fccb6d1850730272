"""Imports a real ArchiMate model into a running platform and checks every count.

``python -m tests.real.archisurance FILE`` with the ArchiSurance model in the exchange format; it is no part of the
project. Then the overlay of ``examples/`` goes on top, and a service of the model can say why it exists.
"""

import asyncio
import sys
from collections import Counter
from pathlib import Path

from shared.client import Client
from shared.contracts import LINKS, NODE_KINDS, Kind
from shared.interchange import bundle, bundle_files, formats
from shared.interchange.bring import bring as bringing
from shared.interchange.outcome import Report
from shared.interchange.records import Batch
from shared.interchange.sync import sync
from tests.real.served import equal, platform

OVERLAY = Path(__file__).resolve().parents[2] / "examples" / "archisurance-overlay"
ENTITIES = {"product": 23, "party": 20, "process": 17, "service": 14, "policy": 9, "role": 5, "contract": 1}
ENTITIES["role_assignment"] = 2
"""An actor that is assigned to a role was related to it: it holds the role for the two processes that the role
performs, which is proposed. Another such role performs nothing, so there the relation stays."""
RELATIONS = {"relates_to": 38, "serves": 27, "realizes": 20, "precedes": 17, "part_of": 10, "performs": 4}
READ, UNMAPPED = 120 + 178, 31 + 61


async def main(file: Path) -> None:
    async with platform() as client:
        await check_import(client, file)
        bare = await score(client)
        await check_overlay(client)
        check_scores(bare, await score(client))


async def check_import(client: Client, file: Path) -> None:
    first = await bring(client, file)
    equal("read", first.read, READ)
    equal("created", first.count("created"), sum(ENTITIES.values()) + sum(RELATIONS.values()))
    equal("unmapped", first.unmapped.total(), UNMAPPED)
    equal("refused", len(first.refused), 0)
    equal("accounted for", first.accounted, True)
    entities = Counter({name: await count(client, kind) for name, kind in NODE_KINDS.items()})
    equal("entities", +entities, Counter(ENTITIES))
    links = [link for kind in LINKS.values() async for link in client.list(kind)]
    equal("links", Counter(link["type"] for link in links), Counter(RELATIONS))
    again = await bring(client, file)
    equal("unchanged by the same file", again.count("unchanged"), first.count("created"))


async def check_overlay(client: Client) -> None:
    report = await sync(client, await bundle.to_batch(client, bundle_files.read([OVERLAY])))
    equal("refused of the overlay", len(report.refused), 0)
    service = await client.find("service", "claims-payment-service")
    if service is None:
        raise SystemExit("the model has no claims payment service")
    await seen(client)
    why = await client.get_json(f"/alignment/v1/why/service/{service['id']}")
    equal("the payment service has a living reason", [path["live"] for path in why["paths"]][:1], [True])


async def score(client: Client) -> dict[str, float]:
    """By dimension, as far as it has subjects, and the index."""
    await seen(client)
    answer = await client.get_json("/alignment/v1/score")
    values = {each["dimension"]: each["raw"] for each in answer["dimensions"] if each["raw"] is not None}
    return {**values, "index": answer["index"]}


def check_scores(bare: dict[str, float], justified: dict[str, float]) -> None:
    """Two strategies, five objectives and three outcomes on top say what the services and processes are for, and
    nothing about how services are designed or offered: so ``trace`` rises by far, and these stay what they were."""
    for name, values in (("the model alone", bare), ("with the overlay", justified)):
        print(f"score of {name}: {values}")
    apart = {
        "nothing is justified by itself": bare["trace"] <= 10,
        "most of it is with the overlay": justified["trace"] >= 70,
        "the index rises by 10 at least": justified["index"] - bare["index"] >= 10,
        "it is no healthy organisation yet": justified["index"] < 60,
        "design and offering are the same": all(justified[name] == bare[name] for name in ("design", "offering")),
    }
    equal("what the scores tell apart", [name for name, holds in apart.items() if not holds], [])


async def seen(client: Client) -> None:
    """The view covers every link."""
    for link in LINKS.values():
        async for last in client.list(link):
            event = f"link:{last['id']}:1.{last['version']}"
            answer = await client.get_json("/alignment/v1/nodes", limit=1, wait_for=event)
            if not answer["caught_up"]:
                raise SystemExit(f"the view does not catch up with {event}")


async def bring(client: Client, file: Path) -> Report:
    content = await asyncio.to_thread(file.read_bytes)
    batch = formats.read(formats.File(file.name, content))
    if not isinstance(batch, Batch):
        raise SystemExit(f"{file} is no model")
    return await bringing(client, batch)


async def count(client: Client, kind: Kind) -> int:
    return len([item async for item in client.list(kind)])


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
