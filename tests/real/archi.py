"""Imports real models as Archi keeps them into a running platform and checks every count.

``python -m tests.real.archi FILE...``: each file is known by the name of its model, and no part of the project.
"""

import asyncio
import sys
from collections import Counter
from pathlib import Path

from shared.client import Client
from shared.interchange import formats
from shared.interchange.bring import bring
from shared.interchange.formats.archimate import archi
from shared.interchange.records import Batch
from tests.real.served import equal, platform

EXPECTED = {
    "ESDC Departmental Plan": (
        112 + 142,
        {
            "role": 24, "party": 23, "product": 16, "tactic": 4, "stakeholder": 4, "driver": 3, "objective": 1,
            "service": 1, "project": 1,
        },
        {"part_of": 47, "relates_to": 26, "realizes": 7, "serves": 1},
    ),
    "RHRRP-Reaching Home": (
        104 + 86,
        {
            "process": 34, "capability": 18, "role": 10, "service": 9, "project": 7, "policy": 7, "product": 6,
            "outcome": 2, "party": 1,
        },
        {"realizes": 42, "part_of": 15, "specializes": 7, "relates_to": 1, "serves": 1},
    ),
}  # fmt: skip
"""By the name of a model: its elements and relations, and what they become."""


async def main(files: list[Path]) -> None:
    async with platform() as client:
        for file in files:
            await check(client, file)


async def check(client: Client, file: Path) -> None:
    content = await asyncio.to_thread(file.read_bytes)
    read, entities, links = EXPECTED[archi.read(content).name or ""]
    runs = [await bring(client, _batch(file, content), dry_run=dry_run) for dry_run in (True, False, False)]
    dry, first, again = runs
    equal("read", first.read, read)
    equal("accounted for", first.accounted, True)
    made = [outcome.record for outcome in first.outcomes if outcome.action == "created"]
    equal("entities", Counter(each.kind.name for each in made if not each.kind.is_link), Counter(entities))
    equal("links", Counter(each.members["type"] for each in made if each.kind.is_link), Counter(links))
    equal("refused", first.refused, [])
    equal("foreseen by a dry run", dry.count("created"), len(made))
    equal("unchanged by the same file", again.count("unchanged"), len(made))


def _batch(file: Path, content: bytes) -> Batch:
    batch = formats.read(formats.File(file.name, content))
    if not isinstance(batch, Batch):
        raise SystemExit(f"{file} is no model")
    return batch


if __name__ == "__main__":
    asyncio.run(main([Path(each) for each in sys.argv[1:]]))
