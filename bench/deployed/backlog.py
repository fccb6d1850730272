"""One side with many changes at once: relayed, projected, read, built anew."""

from functools import partial
from statistics import median
from typing import Any

from bench import load
from bench.client import Client
from bench.deployed import bulk, drains
from bench.deployed.bulk import Change
from bench.deployed.drains import Drained
from bench.deployed.sides import Floor, Platform
from bench.deployed.world import connect

Figures = dict[str, float]
_READS = 300


async def of_platform(platform: Platform, rows: list[Change]) -> Figures:
    """Alignment rests while the relay sends: two cores are too few for both."""
    target = platform.target()
    await target.read(await target.write())
    target.close()
    platform.stop("alignment")
    owner = await connect(platform.databases.replace("{service}", "strategy"))
    relayed = await drains.relay(platform, len(rows), partial(bulk.into_platform, owner, rows))
    await owner.close()
    figures = _figures(relayed, await drains.platform_projector(platform))
    figures |= await _reading(platform.client("alignment"), "/alignment/v1/nodes", rows)
    return figures | {"rebuild s": await drains.platform_rebuild(platform)}


async def of_floor(floor: Floor, rows: list[Change]) -> Figures:
    await floor.create_tables()
    floor.spawn_writer().wait_ready()
    owner: Any = await connect(floor.owner)
    relayed = await drains.relay(floor, len(rows), partial(bulk.into_floor, owner, rows))
    await owner.close()
    figures = _figures(relayed, await drains.floor_projector(floor))
    figures |= await _reading(Client(floor.ports["view"]), "/nodes", rows)
    floor.stop("view")
    return figures | {"rebuild s": await drains.floor_rebuild(floor)}


def _figures(relayed: Drained, projected: Drained) -> Figures:
    return {
        "relayed events/s": relayed.rate,
        "relay CPU us/event": relayed.cpu,
        "projected events/s": projected.rate,
        "projector CPU us/event": projected.cpu,
    }


async def _reading(client: Client, path: str, rows: list[Change]) -> Figures:
    """An entity with its ten relations, one reader."""
    tactics = [f"{path}/tactic/{row.id}" for row in rows if row.kind == "tactic"]
    took = await load.reads(client, (tactics * _READS)[:_READS])
    client.close()
    return {f"GET an entity with {bulk.RELATIONS} relations, p50 ms": median(took)}
