"""The platform as four processes on PostgreSQL and Kafka, beside a floor on the same two servers."""

import tempfile
from pathlib import Path

import uvloop

from bench.deployed import backlog, bringing, bulk, serving
from bench.deployed.sides import Floor, Platform
from bench.deployed.world import World, world
from bench.process import running
from bench.table import Round
from shared.config import SERVICES
from tests.backends.server import Missing, free_port

__all__ = ["Missing", "measure"]


def measure(rounds: int, seconds: float, links: int) -> list[Round]:
    """Raises Missing where there is no Kafka or PostgreSQL."""
    with world() as there:
        return [uvloop.run(_round(there, seconds, links)) for _ in range(rounds)]


async def _round(there: World, seconds: float, links: int) -> Round:
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        return {**await _under_load(there, home, seconds), **await _with_a_backlog(there, home, links)}


async def _under_load(there: World, home: Path, seconds: float) -> Round:
    await there.empty_topics()
    async with there.databases() as databases:
        with Platform(home, there, databases) as platform:
            platform.start_all()
            sizes = _sizes(platform, home)
            ours = await serving.latencies(platform, seconds) | await serving.cost(platform, seconds)
            brought = await bringing.measure(platform)
    async with there.databases() as databases:
        with Floor(home, there, databases) as floor:
            await floor.start_all()
            least = await serving.latencies(floor, seconds) | await serving.cost(floor, seconds)
            bare, plain = await _alone(floor, seconds)
    costs: Round = {
        "CPU ms/write (bare write)": (ours["CPU ms/write, relay included"], bare["CPU ms/write"]),
        "writes/s (plain ORM)": (ours["writes/s, 16 writers"], plain["writes/s"]),
        "CPU ms/write (plain ORM)": (ours["CPU ms/write, relay included"], plain["CPU ms/write"]),
    }
    return {**{name: (ours[name], least[name]) for name in ours}, **costs, **brought, **sizes}


async def _alone(floor: Floor, seconds: float) -> tuple[dict[str, float], dict[str, float]]:
    """Writes that nothing follows, by hand and by the ORM."""
    floor.stop("writer")
    floor.spawn_writer(relay=False).wait_ready()
    bare = await serving.bare_cost(floor, seconds)
    floor.stop("writer")
    floor.spawn_orm().wait_ready()
    return bare, await serving.bare_cost(floor, seconds)


def _sizes(platform: Platform, home: Path) -> Round:
    """What each service takes to start, and its memory before any work."""
    port = free_port()
    with running(["-m", "bench.floors.bare", str(port)], port, "/ready", home / "bare.log") as bare:
        start, memory = bare.started_in, bare.resident()
    starts: Round = {f"start s, {name}": (platform[name].started_in, start) for name in SERVICES}
    return {**starts, **{f"resident MiB, {name}": (platform[name].resident(), memory) for name in SERVICES}}


async def _with_a_backlog(there: World, home: Path, links: int) -> Round:
    """The floor projects and rebuilds from the platform's own topic, so its turn comes while that is there."""
    await there.empty_topics()
    async with there.databases() as databases, there.databases() as others:
        with Platform(home, there, databases) as platform:
            platform.start_all()
            rows = [*bulk.changes(await bulk.templates(platform), links)]
            ours = await backlog.of_platform(platform, rows)
        with Floor(home, there, others) as floor:
            least = await backlog.of_floor(floor, rows)
    rebuild = "rebuild s"
    upserts = {f"{rebuild} (upserts)": (ours[rebuild], len(rows) / least["projected events/s"])}
    return {**{name: (ours[name], least[name]) for name in ours}, **upserts}
