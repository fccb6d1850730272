"""What every view says of a day to come is what it says on that day, once the clocks of the owners have moved what was
due and nobody has done anything else; and so is what it says of that day later. On random organisations, on either
database."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

import pytest

from shared import clock
from shared.clock import rfc3339
from shared.http import auth
from tests.service.alignment import clockwork
from tests.service.alignment.seeds import seeds
from tests.service.alignment.served import Server
from tests.service.alignment.world import LINK_REFS, REFS

pytestmark = pytest.mark.long

MORE = [
    f"{kind}/{UUID(int=number, version=4)}"
    for number, kind in enumerate(["role_assignment"] * 6 + ["contract"] * 6, 500)
]
"""Of what clocks move, an organisation has many."""
DAYS = (-3, 2, 5, 9, 100)
"""From the day of the question; the days that are asked about lie between."""
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
EVERYTHING: dict[str, Any] = {"include": "all"}
PAGE: dict[str, Any] = {"limit": 200}
FAR: dict[str, Any] = {"depth": 10, "limit": 500}
RECORDED = {"version", "watermark", "provisional", "as_of", "state_data", "trend"}
"""Members that say what has been recorded, how far the view is, and how things have changed until then."""
Json = dict[str, Any]


class Calendar:
    """Its day is that of the server."""

    def __init__(self, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
        self.server = server
        self.now = server.world._now() + HOUR
        monkeypatch.setattr(clock, "now", lambda: self.now)
        self.turn_to(self.now)

    def turn_to(self, at: datetime) -> None:
        self.now = at
        token = auth.mint(self.server.settings.issuer_key_path, "tester")
        self.server.http.headers["Authorization"] = f"Bearer {token}"


async def organisation(server: Server, dice: Random) -> None:
    """Much of what is there begins or ends on one of a few days around the last."""
    world = server.world
    for ref in [*dice.sample(REFS, 36), *MORE]:
        world.write(ref, dice)
    for ref in LINK_REFS[:20]:
        world.link(ref, dice)
    world.at = world._now()
    today = world.at + HOUR
    instants = [None, None, *(rfc3339(today + days * DAY) for days in DAYS)]
    timed = {kind for kind, _ in clockwork.MOVES}
    for ref in sorted(world.states):
        kind = ref.partition("/")[0]
        if kind in timed or (kind != "link" and dice.random() < 0.2):
            clockwork.date(world, dice, ref, instants)
    await server.arrive(world.events)


def paths(dice: Random, refs: list[str]) -> Iterator[tuple[str, Json]]:
    """Every view, with what is not live and without."""
    yield "nodes", PAGE
    yield from ((f"nodes?kind={kind}&state={state}", PAGE) for kind, state in clockwork.MOVES)
    for more in ({}, EVERYTHING):
        yield from ((path, PAGE | more) for path in ("coverage/design", "coverage/offerings", "load"))
        yield "cascade", more
        yield from ((f"raci/{ref.partition('/')[2]}", more) for ref in refs if ref.startswith("process/"))
        for ref in dice.sample(refs, 5):
            yield from ((f"trace/{ref}", FAR | more | {"direction": each}) for each in ("up", "down"))
            yield f"impact/{ref}", FAR | more
            yield f"why/{ref}", more
    yield from ((path, PAGE) for path in ("findings", "findings/groups"))
    yield "score", {}
    yield from ((f"nodes/{ref}", {}) for ref in dice.sample(refs, 5))


async def asked(server: Server, which: list[tuple[str, Json]], **times: datetime) -> dict[str, Json]:
    """The answers, without what is recorded."""
    at = {name: rfc3339(instant) for name, instant in times.items()}
    answers = {}
    for path, given in which:
        path, _, query = path.partition("?")
        filters = dict(part.split("=") for part in query.split("&")) if query else {}
        answers[f"{path} {filters} {given}"] = told(await server.get(path, **filters, **given, **at))
    return answers


def told(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: told(inner) for name, inner in value.items() if name not in RECORDED}
    return [told(inner) for inner in value] if isinstance(value, list) else value


def without_since(answers: Any) -> Any:
    """A valid time that is past is judged at that one instant, so what is found is so since then."""
    if isinstance(answers, dict):
        return {name: without_since(inner) for name, inner in answers.items() if name not in ("since", "opened_at")}
    return [without_since(inner) for inner in answers] if isinstance(answers, list) else answers


def differing(one: dict[str, Json], other: dict[str, Json]) -> dict[str, Any]:
    return {path: difference(one[path], other[path]) for path in one if one[path] != other[path]}


def difference(one: Any, other: Any, at: str = "") -> Any:
    """The first place where they are not the same."""
    if isinstance(one, dict) and isinstance(other, dict) and one.keys() == other.keys():
        return next(difference(one[name], other[name], f"{at}/{name}") for name in one if one[name] != other[name])
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        places = range(len(one))
        return next(difference(one[n], other[n], f"{at}/{n}") for n in places if one[n] != other[n])
    return at, one, other


@seeds(2)
async def test_a_day_to_come_is_what_it_was_said_to_be(
    server: Server, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    dice = Random(seed)
    await organisation(server, dice)
    calendar = Calendar(server, monkeypatch)
    which = list(paths(dice, sorted(server.world.states.keys() - {*LINK_REFS})))
    today, days = calendar.now, [calendar.now + days * DAY for days in (3, 120)]
    foreseen = {day: await asked(server, which, valid_at=day) for day in days}
    found = {today: await asked(server, which)}
    last = today
    for day in days:
        due = clockwork.run(server.world, last, day)
        await server.arrive(due)
        calendar.turn_to(day)
        assert due or day > days[0], "nothing is moved"
        found[day] = await asked(server, which)
        assert differing(foreseen[day], found[day]) == {}, day
        last = day
    for day in (today, days[0]):
        then = await asked(server, which, valid_at=day)
        assert differing(without_since(found[day]), without_since(then)) == {}, f"{day}, looked back at"
    first = days[0]
    again = await asked(server, which, as_of=today, valid_at=first)
    assert differing(foreseen[first], again) == {}, "and what was foreseen then is told as it was"


async def test_what_was_over_before_its_time_stays_so(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """A clock is taken back, whatever was changed since; what somebody has ended is not, though it was due later."""
    world, dice = server.world, Random(0)
    by_clock, by_hand, contract = refs = [MORE[0], MORE[1], MORE[6]]
    for ref in refs:
        world.write(ref, dice)
    calendar = Calendar(server, monkeypatch)
    first, ends = calendar.now, rfc3339(calendar.now + 2 * DAY)
    held = {"state": "active", "valid_from": None, "valid_to": ends}
    agreed = {"state": "suspended", "valid_from": None, "valid_to": None, "period": {"start": None, "end": ends}}
    steps: list[Json] = [
        {by_clock: held, by_hand: held, contract: agreed},
        {by_hand: {"state": "ended"}},
        {by_clock: {"state": "ended"}, contract: {"state": "expired"}},
        {ref: {"criticality": 5} for ref in refs},
    ]
    for day, step in enumerate(steps):
        world.at = first + day * DAY
        for ref, members in step.items():
            world.restate(ref, **members)
    await server.arrive(world.events)
    calendar.turn_to(first + len(steps) * DAY)

    async def states(at: datetime) -> list[str]:
        return [(await server.get(f"nodes/{ref}", valid_at=rfc3339(at)))["state"] for ref in refs]

    assert await states(first + 2 * DAY - HOUR) == ["active", "ended", "suspended"]
    assert await states(first + 2 * DAY) == ["ended", "ended", "expired"]
