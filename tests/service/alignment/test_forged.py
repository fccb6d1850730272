"""Whoever may write to a topic writes nothing into the view: what it shows is what the owners' changes say."""

from datetime import timedelta
from random import Random
from typing import Any

import pytest
from sqlalchemy import text

from services.alignment.follow.confirming import QUESTIONS
from services.alignment.follow.follower import Follower
from services.alignment.follow.trust import OTHER_CONTENT
from shared import clock
from shared.bus import Partition
from shared.client import Unreachable
from shared.contracts.events import topic
from shared.telemetry.metrics import REGISTRY
from tests.service.alignment.forging import TACTIC, forged, healed, hear, letters, marks, names, next_version, real
from tests.service.alignment.served import LOG, Server, batch, reader
from tests.service.alignment.world import NEVER_SEEN, REFS

SERVICE = next(ref for ref in REFS if ref.startswith("service/"))


async def test_a_next_version_that_comes_before_the_real_one_leaves_it_its_place(server: Server) -> None:
    follower, dice = await reader(server), Random(1)
    server.world.write(TACTIC, dice)
    await hear(follower, 0, *server.world.events)
    coming = next_version(server.world.events[0], position=2)
    await hear(follower, 1, coming)
    assert await names(server) == real(server), "the owner's head is 1"
    server.world.write(TACTIC, dice)
    await hear(follower, 2, coming, server.world.events[1])
    assert await names(server) == real(server) == (2, server.world.events[1]["data"]["state"]["name"])
    assert (await letters(server)) == {"1": "its position is 2, and the owner's head is 1", "2": OTHER_CONTENT}


async def test_of_one_version_with_two_contents_the_owner_has_one(server: Server) -> None:
    """In either order, in one batch or in several, and also long after."""
    follower, dice = await reader(server), Random(1)
    for _ in range(3):
        server.world.write(TACTIC, dice)
    first, second, third = server.world.events
    await hear(follower, 0, forged(first), first)
    await hear(follower, 2, second, forged(second))
    await hear(follower, 4, forged(third))
    assert await names(server) == real(server)
    await hear(follower, 5, third, forged(first), forged(second), forged(third))
    assert await names(server) == real(server)
    assert await letters(server) == dict.fromkeys(("0", "3", "4", "6", "7", "8"), OTHER_CONTENT)


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"epoch": 999_999_999, "id": "{kind}:{id}:999999999.1"}, OTHER_CONTENT),
        ({"position": 2**40}, "head is 1"),
        ({"time": "9998-01-01T00:00:00Z"}, "future"),
        ({"time": "2020-01-01T00:00:00Z"}, OTHER_CONTENT),
        ({"source": "/catalog"}, "source"),
    ],
    ids=["epoch", "position", "future", "past", "source"],
)
async def test_what_is_not_its_owners_is_told_and_pins_nothing(
    server: Server, more: dict[str, Any], reason: str
) -> None:
    follower, dice = await reader(server), Random(1)
    server.world.write(TACTIC, dice)
    (event,) = server.world.events
    kind, id, _ = event["id"].split(":")
    more = {name: value.format(kind=kind, id=id) if name == "id" else value for name, value in more.items()}
    await hear(follower, 0, event)
    await hear(follower, 1, forged(event, **more))
    server.world.write(TACTIC, dice)
    await hear(follower, 2, server.world.events[1])
    assert await names(server) == real(server)
    (told,) = (await letters(server)).items()
    assert told[0] == "1"
    assert reason in told[1]
    assert max((await marks(server)).values()) < clock.now()


async def test_what_belongs_to_another_topic_is_not_taken_from_this_one(server: Server) -> None:
    follower = await reader(server)
    server.world.write(SERVICE, Random(1))
    (event,) = server.world.events
    await hear(follower, 0, event, event | {"source": "/strategy"})
    assert await names(server, SERVICE) is None
    assert ["source" in error for error in (await letters(server)).values()] == [True, False]
    place = Partition(topic("catalog"), 3)
    await (await reader(server, place=place))._apply_batches([batch([event], 0, place)], LOG)
    assert await names(server, SERVICE) == real(server, SERVICE)


async def test_an_entity_that_no_owner_knows_never_appears(server: Server) -> None:
    follower = await reader(server)
    server.world.write(TACTIC, Random(1))
    (event,) = server.world.events
    made_up = {"id": f"tactic:{NEVER_SEEN}:1.1", "subject": f"tactic/{NEVER_SEEN}", "state": {"id": NEVER_SEEN}}
    await hear(follower, 0, forged(event, **made_up))
    assert await names(server, f"tactic/{NEVER_SEEN}") is None
    assert await names(server) == real(server), "it has led to what the owner has"


async def test_scattered_positions_cost_each_row_once(server: Server) -> None:
    follower, dice = await reader(server), Random(1)
    for _ in range(20):
        server.world.write(TACTIC, dice)
    asked = await counted(follower, server)
    backlog = [*server.world.events[3::4], *server.world.events[2::4], *server.world.events[1::4]]
    for start in range(0, 15, 5):
        await hear(follower, start, *backlog[start : start + 5])
    assert sum(limit for _, limit in asked) <= 20 + 2 * 7, "pages of seven"
    assert (await names(server), await letters(server)) == (real(server), {})


async def counted(follower: Follower, server: Server) -> list[tuple[int, int]]:
    asked: list[tuple[int, int]] = []
    changes = server.world.changes

    async def count(service: str, after: int, limit: int) -> dict[str, Any]:
        page = await changes(service, after, limit)
        asked.append((after, max(1, len(page["items"]))))
        return page

    server.world.changes = count  # type: ignore[method-assign]
    follower.owners = server.world
    return asked


async def test_a_flood_of_forgeries_asks_the_owner_so_often_and_no_more(server: Server) -> None:
    follower = await reader(server)
    server.world.write(TACTIC, Random(1))
    (event,) = server.world.events
    await hear(follower, 0, event)
    asked = await counted(follower, server)
    await hear(follower, 1, *(forged(event, state={"name": f"Forged {n}"}) for n in range(200)))
    assert len(asked) == QUESTIONS
    assert len(await letters(server)) == 200


async def test_while_the_owner_is_away_its_events_wait_and_those_of_others_do_not(server: Server) -> None:
    place = Partition(topic("catalog"), 0)
    server.world.write(TACTIC, Random(1))
    server.world.write(SERVICE, Random(1))
    tactic, other = server.world.events
    follower = await reader(server)
    async with server.database.write() as connection:
        await connection.execute(
            text('INSERT INTO "offset" VALUES (:g, :t, 0, 0, :l)'),
            {"g": follower.generation, "t": place.topic, "l": LOG},
        )
    changes = server.world.changes

    async def away(service: str, after: int, limit: int) -> dict[str, Any]:
        if service == "strategy":
            raise Unreachable("it is away")
        return await changes(service, after, limit)

    server.world.changes = away  # type: ignore[method-assign]
    await follower._apply_batches([batch([forged(tactic)], 0), batch([other], 0, place)], LOG)
    assert (await names(server), await names(server, SERVICE)) == (None, real(server, SERVICE))
    server.world.changes = changes  # type: ignore[method-assign]
    for _ in range(2):  # what is missing is fetched when it is missed for the second time
        await follower.catch_up("strategy")
    assert await names(server) == real(server)


def disagreements() -> float:
    return REGISTRY.get_sample_value("plumbline_view_disagreements_total", {"service": "strategy"}) or 0


async def test_a_view_that_its_owner_does_not_bear_out_is_built_anew(server: Server) -> None:
    """As of a database that somebody has changed: an event that comes again says what it ought to be."""
    follower, before = await reader(server), disagreements()
    server.world.write(TACTIC, Random(1))
    (event,) = server.world.events
    await hear(follower, 0, event)
    async with server.database.write() as connection:
        await connection.execute(text("UPDATE record SET name = 'Forged', data = '{\"name\": \"Forged\"}'"))
    await hear(follower, 1, event)
    await healed(follower)
    assert (await names(server), await letters(server)) == (real(server), {})
    told = (await server.get("status"))["last_reconciliation"]
    assert told["reason"] == f"strategy: the owner has {event['id']}, the view has not"
    assert disagreements() == before + 1


async def test_an_owner_that_went_back_is_followed(server: Server) -> None:
    """It was restored from an older copy, and gives its numbers out again."""
    follower, dice = await reader(server), Random(1)
    for _ in range(3):
        server.world.write(TACTIC, dice)
    await hear(follower, 0, *server.world.events)
    lost = server.world.events[1:]
    del server.world.events[1:]
    server.world.states[TACTIC] = server.world.last[TACTIC] = server.world.events[0]["data"]["state"]
    await follower.catch_up("strategy")
    await healed(follower)
    assert await names(server) == real(server)
    await (again := await reader(server))._apply_batches([batch(lost, 0)], LOG)
    server.world.write(TACTIC, dice)
    await hear(again, 2, server.world.events[1])
    assert await names(server) == real(server)


async def test_rows_may_lie_beyond_the_head_that_came_with_them(server: Server) -> None:
    """An owner reads its head first, and what is recorded in between is among the rows."""
    changes = server.world.changes

    async def behind(service: str, after: int, limit: int) -> dict[str, Any]:
        page = await changes(service, after, limit)
        return page | {"head": page["head"] | {"position": max(0, page["head"]["position"] - 2)}}

    server.world.changes = behind  # type: ignore[method-assign]
    follower, dice = await reader(server), Random(1)
    for _ in range(5):
        server.world.write(TACTIC, dice)
    await hear(follower, 0, *server.world.events)
    assert (await names(server), await letters(server)) == (real(server), {})
    await server.build()
    assert (await names(server), await letters(server)) == (real(server), {})


async def test_an_owner_whose_clock_is_wrong_moves_no_watermark(server: Server) -> None:
    follower, before = await reader(server), await marks(server)
    changes = server.world.changes

    async def ahead(service: str, after: int, limit: int) -> dict[str, Any]:
        page = await changes(service, after, limit)
        page["head"]["recorded_until"] = clock.rfc3339(clock.now() + timedelta(days=1))
        return page

    server.world.changes = ahead  # type: ignore[method-assign]
    await follower.catch_up("strategy")
    assert await marks(server) == before
