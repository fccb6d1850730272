"""A load of changes as if many had written: objectives, tactics, and ten links from each tactic.

They go straight into the change table, since writing them one by one would take longer than all that is measured.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import orjson

from bench.client import Client
from bench.deployed.sides import Platform
from bench.deployed.world import OURS, connect

RELATIONS = 10
_LINKS_TO_ONE = 200
_COLUMNS = ["epoch", "kind", "id", "version", "action", "actor", "correlation_id", "data"]
_LIVE = {"state": "in_force", "state_reason": "As found."}


Templates = dict[str, dict[str, Any]]
"""By kind, what the platform records of one."""


@dataclass(frozen=True)
class Change:
    kind: str
    id: UUID
    data: dict[str, Any]


async def templates(platform: Platform) -> Templates:
    """One entity of each kind, written as anyone does, so that the load is made like the platform's own writes."""
    client, owner = platform.client("strategy"), await connect(platform.databases.replace("{service}", "strategy"))
    query = "select data from change where id = $1"
    made = await _made(client)
    found = {kind: orjson.loads(await owner.fetchval(query, UUID(id))) for kind, id in made.items()}
    client.close()
    await owner.close()
    return found


async def _made(client: Client) -> dict[str, str]:
    made: dict[str, str] = {}
    for kind in ("objective", "tactic"):
        body = {"name": f"Template {kind}", "description": "x" * 200, **_LIVE}
        made[kind] = (await client.post(f"/strategy/v1/{kind}s", body)).demand(201).id
    ends = {
        "source": {"kind": "tactic", "id": made["tactic"]},
        "target": {"kind": "objective", "id": made["objective"]},
    }
    made["link"] = (await client.post("/strategy/v1/links", {"type": "decomposes", **ends})).demand(201).id
    return made


def changes(of: Templates, links: int) -> Iterator[Change]:
    """Objectives, then each tactic with its links: as many as asked for."""
    objectives = [uuid4() for _ in range(max(RELATIONS, links // _LINKS_TO_ONE))]
    for id in objectives:
        yield _change(of, "objective", id, key=f"o-{id}", name=f"Objective {id}")
    for number in range(links // RELATIONS):
        tactic = uuid4()
        yield _change(of, "tactic", tactic, key=f"t-{tactic}", name=f"Tactic {tactic}")
        for nth in range(RELATIONS):
            target = objectives[(number * RELATIONS + nth) % len(objectives)]
            ends = {"source": _end("tactic", tactic), "target": _end("objective", target)}
            yield _change(of, "link", uuid4(), **ends)


def _change(of: Templates, kind: str, id: UUID, **members: Any) -> Change:
    data = of[kind]
    return Change(kind, id, {**data, "state": {**data["state"], "id": str(id), **members}})


def _end(kind: str, id: UUID) -> dict[str, str]:
    return {"kind": kind, "id": str(id)}


async def into_platform(database: Any, rows: list[Change]) -> None:
    records = [
        (1, row.kind, row.id, 1, "created", "bench", str(row.id), orjson.dumps(row.data).decode()) for row in rows
    ]
    await database.copy_records_to_table("change", columns=_COLUMNS, records=records)


async def into_floor(database: Any, rows: list[Change]) -> None:
    """The whole document, of about the size of the platform's."""
    head = {"specversion": "1.0", "source": "/strategy", "datacontenttype": "application/json", "topic": OURS}
    head |= {"time": "2026-01-01T00:00:00.000000Z", "dataschema": "x" * 60, "correlationid": "x" * 36}
    records = []
    for row in rows:
        document = {**head, "id": f"{row.kind}:{row.id}:1.1", "subject": f"{row.kind}/{row.id}", "data": row.data}
        records.append((f"{row.kind}:{row.id}", orjson.dumps(document).decode()))
    await database.copy_records_to_table("outbox", columns=["key", "payload"], records=records)
