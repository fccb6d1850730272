"""Imports real files of other formats into a running platform and checks every count; again, they change nothing.

``python -m tests.real.formats FOLDER`` with the folder that has them; none is a part of the project. The counts were
made by other means than the readers. Then everything goes out in each format, and comes back unchanged.
"""

import asyncio
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple

from shared.client import Client
from shared.interchange import formats, inventory
from shared.interchange.bring import bring
from shared.interchange.formats import File
from shared.interchange.incoming import to_batch
from shared.interchange.outcome import Report
from tests.real.served import count, equal, platform


class Case(NamedTuple):
    """A file, what is said with it, and what it makes: entities by kind, links by relation, and what is counted."""

    file: str
    said: dict[str, Any]
    entities: dict[str, int]
    links: dict[str, int]
    read: int
    told: dict[str, int] = {}
    beside: dict[str, int] = {}


CASES = (
    Case(
        "process-roles/fitsm-processes.csv",
        {"kind": "process", "columns": {"code": "key", "name": "name", "objective": "purpose", "requirements": "tags"}},
        {"process": 14}, {}, 14,
    ),
    Case(
        "process-roles/fitsm-roles.csv",
        {"kind": "role", "columns": {"id": "key", "name": "name", "kind": "tags", "process": "performs:process"}},
        {"role": 58}, {"performs": 58}, 58, {}, {"links": 58},
    ),
    Case(
        "process-roles/fitsm-activities.csv",
        {"kind": "activity", "columns": {"id": "key", "name": "name", "process": "process", "phase": "tags"}},
        {"activity": 53}, {}, 53,
    ),
    Case(
        "process-roles/fitsm-interfaces.csv", {"kind": "process", "columns": {"from": "key", "to": "precedes:process"}},
        {}, {"precedes": 37}, 37,
    ),
    Case(
        "process-roles/fitsm-generic-role-tasks.csv",
        {"kind": "procedure", "columns": {"role": "name", "task": "steps"}}, {"procedure": 4}, {}, 4,
    ),
    Case("process-roles/it-roles-raci.md", {}, {"process": 1, "role": 8, "activity": 18}, {}, 27),
    # 365 with a name; that of the template is a placeholder. 57 organisations stand first, one also with a space, and
    # 11 times another one behind, of which one stands first nowhere
    Case(
        "catalog/govuk-services.json",
        {"kind": "service", "columns": {"name": "name", "organisation": "owner:party+", "theme": "custom.theme"}},
        {"service": 365, "party": 58}, {"relates_to": 11}, 366, {"refused": 1},
        {"links": 11, "only named": 58},
    ),
    # 75 documents of 68 names; 12 teams of 40 people in 54 places, 3 teams and a parent that only are named
    Case(
        "catalog/giantswarm-components.backstage.yaml", {}, {"service": 68, "party": 10}, {}, 75,
        {"duplicates": 7}, {"only named": 10},
    ),
    Case(
        "catalog/giantswarm-groups.backstage.yaml", {}, {"party": 5 + 40 + 1}, {"part_of": 54}, 12, {},
        {"links": 54, "only named": 40 + 1},
    ),
    # 58 stakeholders: 6 without a name, 42 names
    Case(
        "strategy/stratml-committee-2011.stratml.xml", {},
        {
            "party": 1, "strategy": 1, "strategy_element": 5, "objective": 13, "kpi": 11, "measurement": 4,
            "stakeholder": 42,
        },
        {"decomposes": 3, "measured_by": 11, "influences": 39, "relates_to": 13}, 93, {"refused": 6, "joined": 10},
        {"links": 3 + 11 + 39 + 13},
    ),
    Case(
        "tmf/tmf620-v5-examples.json", {},
        {"catalog": 2, "category": 12, "service_offering": 4, "product": 6, "service": 2, "party": 1},
        {"depends_on": 4, "relates_to": 2, "part_of": 2}, 106, {"duplicates": 53, "unmapped": 41, "joined": 1},
        {"links": 4 + 2 + 2, "only named": 16},
    ),
)  # fmt: skip


async def main(folder: Path) -> None:
    async with platform() as client:
        for case in CASES:
            if (folder / case.file).is_file():
                await check(client, folder / case.file, case)
            else:
                print(f"left out: there is no {case.file}")
        for format in ("csv", "xlsx", "raci", "policies", "backstage", "tmf", "archimate"):
            await check_way_back(client, format)


async def check(client: Client, path: Path, case: Case) -> None:
    began, before = time.monotonic(), await count(client)
    file = File(path.name, await asyncio.to_thread(path.read_bytes), **case.said)
    first = await bring(client, await to_batch(client, file))
    after = await count(client)
    equal(f"{path.name}: read", first.read, case.read)
    equal(f"{path.name}: what there is more", after - before, Counter(case.entities) + Counter(case.links))
    told = {"refused": len(first.refused), "duplicates": first.duplicates.total(), "unmapped": first.unmapped.total()}
    told |= {"joined": first.joined.total()}
    equal(f"{path.name}: counted", {name: number for name, number in told.items() if number}, case.told)
    equal(f"{path.name}: beside", first.beside, case.beside)
    equal(f"{path.name}: accounted for", first.accounted, True)
    again = await bring(client, await to_batch(client, file))
    unchanged(f"{path.name}: again", again)
    print(f"{path.name}: {time.monotonic() - began:.1f} s")


async def check_way_back(client: Client, format: str) -> None:
    began = time.monotonic()
    held = await inventory.read(client)
    made = formats.writer(format)(held)
    files = [File(name, content) for name, content in made.files.items()]
    together = [File(files[0].name, files[0].content, beside=tuple(files[1:]))] if format == "csv" else files
    for file in together:
        into = f"process/{Path(file.name).stem}" if format == "raci" else None
        again = File(file.name, file.content, beside=file.beside, into=into)
        back = await bring(client, await to_batch(client, again, format), dry_run=True)
        unchanged(f"{format} and back: {file.name}", back)
    print(f"{format}: {sum(len(file.content) for file in files):,} bytes, {time.monotonic() - began:.1f} s")


def unchanged(what: str, report: Report) -> None:
    different = [
        (each.record.label, each.action, each.fields, each.reason)
        for each in report.outcomes
        if each.action != "unchanged"
    ]
    equal(what, different[:3], [])
    equal(f"{what}: left", report.left[:3], [])


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
