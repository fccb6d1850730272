"""Events that nobody's owner has, and what has become of them."""

from collections.abc import Mapping
from random import Random
from typing import Any

from sqlalchemy import select

from services.alignment.follow.follower import Follower
from services.alignment.models import DEAD_LETTER, PROGRESS
from tests.service.alignment.served import LOG, Server, batch
from tests.service.alignment.world import REFS, State

TACTIC, OTHER = [ref for ref in REFS if ref.startswith("tactic/")][:2]


def forged(event: State, **more: Any) -> State:
    """The event with other content, and whatever else is given."""
    state = event["data"]["state"] | {"name": "Forged"} | more.pop("state", {})
    return event | {"data": event["data"] | {"state": state}} | more


def next_version(event: State, **more: Any) -> State:
    """What would be taken for the version after this one."""
    kind, id, order = event["id"].split(":")
    epoch, version = map(int, order.split("."))
    made = forged(event, state={"version": version + 1})
    return made | {"id": f"{kind}:{id}:{epoch}.{version + 1}", "aggregateversion": version + 1} | more


def forgery(dice: Random, event: State, of_service: list[State]) -> State:
    """One of the ways to make what is no event of its owner."""
    position = dice.choice(of_service)["position"]
    return dice.choice(
        [
            forged(event),
            forged(event, position=position),
            forged(event, time=dice.choice(of_service)["time"]),
            next_version(event),
            next_version(event, position=position),
            next_version(event, position=len(of_service) + 1),
        ]
    )


async def letters(server: Server) -> dict[str, str]:
    async with server.database.read() as connection:
        rows = await connection.execute(select(DEAD_LETTER.c.source, DEAD_LETTER.c.error).order_by(DEAD_LETTER.c.id))
        return {row.source.rpartition("/")[2]: row.error for row in rows}


async def names(server: Server, ref: str = TACTIC) -> tuple[int, str] | None:
    answer = await server.http.get(f"/alignment/v1/nodes/{ref}")
    return (answer.json()["version"], answer.json()["name"]) if answer.status_code == 200 else None


def real(server: Server, ref: str = TACTIC) -> tuple[int, str]:
    return server.world.states[ref]["version"], server.world.states[ref]["name"]


async def hear(follower: Follower, start: int, *events: Mapping[str, Any]) -> None:
    await follower._apply_batches([batch(events, start)], LOG)


async def marks(server: Server) -> dict[str, Any]:
    async with server.database.read() as connection:
        return dict((await connection.execute(select(PROGRESS.c.service, PROGRESS.c.recorded_until))).all())


async def healed(follower: Follower) -> None:
    """What was asked for is done."""
    generation = follower._asked.get_nowait()
    await follower.rebuild.run(generation)
    follower.generation = generation
