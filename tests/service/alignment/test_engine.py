"""The present in memory: whatever arrives and however, it is what the tables say; a process that loads it and one that
followed go on alike; what is taken back leaves it as it was."""

from collections.abc import Iterable
from pathlib import Path
from random import Random
from typing import Any

import pytest
from sqlalchemy import select

from services import assembly
from services.alignment.follow import projector
from services.alignment.judge import present
from services.alignment.judge.ends import every
from services.alignment.judge.graph import Edge, Node
from services.alignment.judge.judging import Judge
from services.alignment.judge.meaning import lasts
from services.alignment.judge.present import PLAN
from services.alignment.models import FINDING
from services.alignment.view.projection import project
from shared import clock
from tests.platform import settings_for
from tests.service.alignment.recomputed import Findings
from tests.service.alignment.seeds import seeds
from tests.service.alignment.served import Server
from tests.service.alignment.world import LINK_REFS, REFS

pytestmark = pytest.mark.long
STEPS = 12


def whole(judge: Judge) -> dict[str, Any]:
    """Everything in memory that judging goes by, without what stands for nothing."""
    graph = judge.graph
    nodes = {ref: _node(node) for ref, node in graph.nodes.items() if node.seen or _edges(node)}
    links = {ref: _edge(edge) for ref, edge in graph.links.items()}
    return {"nodes": nodes, "links": links}


def _node(node: Node) -> tuple[Any, ...]:
    plain = (
        node.type,
        node.state,
        node.seen,
        node.deleted,
        node.live,
        node.criticality,
        node.valid_from,
        node.valid_to,
    )
    flags = (
        node.order,
        node.flags,
        node.uppers,
        node.live_since if lasts(node.kind, node.state, live=node.has_live_state) and node.kind in PLAN.after else None,
    )
    held = sorted(_edge(edge) for edge in node.held)
    return plain, flags, node.members or {}, held, sorted(_edge(edge) for edge in _edges(node)), _open(node)


def _edges(node: Node) -> list[Edge]:
    return [*every(node.out), *every(node.into)]


def _edge(edge: Edge) -> tuple[Any, ...]:
    return edge.name, edge.stands, edge.active, str(edge.valid_from), str(edge.valid_to), str(_open(edge))


def _open(thing: Node | Edge) -> list[Any]:
    return sorted((str(key), each.finding, each.stored) for key, each in (thing.open or {}).items())


def open_in(judge: Judge) -> dict[str, tuple[str, str, int]]:
    graph = judge.graph
    held = [edge for node in graph.nodes.values() for edge in node.held]
    things: Iterable[Node | Edge] = [*graph.nodes.values(), *graph.links.values(), *held]
    found = [each.finding for thing in things for each in (thing.open or {}).values()]
    return {each.id: (each.rule, each.subject, each.severity) for each in found}


async def stored(server: Server) -> dict[str, tuple[str, str, int]]:
    """What the tables say is open."""
    query = select(FINDING).where(FINDING.c.resolved_at == clock.FOREVER)
    async with server.database.read() as connection:
        return {row.id: (row.rule, row.subject, row.severity) for row in await connection.execute(query)}


async def played(server: Server, seed: int, check: Any) -> None:
    """A random history that arrives in any order."""
    dice, world = Random(seed), server.world
    waiting: list[Any] = []
    arrived: list[Any] = []
    for _ in range(STEPS):
        before = len(world.events)
        for ref in dice.sample(REFS, 6):
            world.write(ref, dice)
        for ref in dice.sample(LINK_REFS, 4):
            world.link(ref, dice)
        world.delete(dice.choice([*REFS, *LINK_REFS]))
        waiting += world.events[before:]
        late = dice.sample(waiting, dice.randrange(len(waiting) + 1)) if dice.random() < 0.5 else list(waiting)
        waiting = [event for event in waiting if event not in late]
        arrived += late
        one_by_one = dice.random() < 0.4
        for some in [[event] for event in late] if one_by_one else [late]:
            await server.arrive(some)
        await server.writer.settle(await server.generation(), clock.now())
        await check(arrived)


@pytest.fixture
async def server(tmp_path: Path) -> Any:
    configured = settings_for(tmp_path, settle_seconds=0)
    await assembly.migrate(configured, "alignment")
    made = Server(configured)
    await made.begin()
    yield made
    await made.close()


@seeds(6)
async def test_what_is_open_in_memory_is_what_is_wrong(server: Server, seed: int) -> None:
    async def check(arrived: list[Any]) -> None:
        judge = server.writer._held[await server.generation()].judge
        now = clock.now()
        wanted = Findings(arrived, now).everything(now)
        assert open_in(judge) == wanted
        assert await stored(server) == wanted

    await played(server, seed, check)


@seeds(6)
async def test_one_that_loads_and_one_that_followed_are_alike(server: Server, seed: int) -> None:
    async def check(_: list[Any]) -> None:
        judge = server.writer._held[await server.generation()].judge
        async with server.database.read() as connection:
            loaded = await present.load(connection, await server.generation(), server.settle)
        assert whole(loaded) == whole(judge)
        assert loaded.standing.due() == judge.standing.due()

    await played(server, seed, check)


@seeds(6)
async def test_what_is_taken_back_leaves_it_as_it_was(
    server: Server, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the middle of a batch, whatever it has touched by then."""
    apply = projector.apply

    async def fails(*given: Any) -> None:
        await apply(*given)
        raise ValueError("a row that cannot be written")

    async def check(_: list[Any]) -> None:
        generation, dice = await server.generation(), Random(seed)
        judge = server.writer._held[generation].judge
        before, due = whole(judge), judge.standing.due()
        written = len(server.world.events)
        for ref in dice.sample(REFS, 8):
            server.world.write(ref, dice)
        for ref in dice.sample(LINK_REFS, 5):
            server.world.link(ref, dice)
        late = dice.sample(server.world.events[:written], 5)
        with monkeypatch.context() as patched:
            patched.setattr(projector, "apply", fails)
            with pytest.raises(ValueError, match="cannot be written"):
                await server.writer.write(
                    generation, [project(event) for event in [*late, *server.world.events[written:]]]
                )
        assert whole(judge) == before
        assert judge.standing.due() == due

    await played(server, seed, check)


async def test_a_link_of_a_later_epoch_may_join_others(server: Server) -> None:
    """An owner that was restored from an older copy may give the id of a link that was lost to another one."""
    dice, world = Random(3), server.world
    for ref in REFS:
        world.write(ref, dice)
    for ref in LINK_REFS:
        world.link(ref, dice)
    await server.arrive(world.events)
    judge = server.writer._held[await server.generation()].judge
    for last in world.events[-len(LINK_REFS) :]:
        kind, id, _ = last["id"].split(":")
        other = dice.choice([ref for ref in REFS if not ref.endswith(last["data"]["state"]["target"]["id"])])
        ends = {"target": dict(zip(("kind", "id"), other.split("/"), strict=True)), "type": "relates_to"}
        state = last["data"]["state"] | ends | {"version": 1, "state": "active"}
        place = {"position": last["position"] + 100, "time": clock.rfc3339(world._now())}
        told = {"id": f"{kind}:{id}:2.1", "epoch": 2, "aggregateversion": 1, "data": {"state": state}}
        await server.arrive([last | place | told])
    assert len(judge.graph.links) == len(LINK_REFS)
    async with server.database.read() as connection:
        loaded = await present.load(connection, await server.generation(), server.settle)
    assert whole(loaded) == whole(judge)
    assert open_in(judge) == await stored(server) == open_in(loaded)
