"""Reviews, and what time moves by itself."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from services.catalog import models as catalog
from services.catalog import rules as catalog_rules
from services.roles import models as roles
from services.roles import rules as roles_rules
from services.strategy import models as strategy
from services.strategy import rules as strategy_rules
from shared import clock
from shared.changes import Leader
from shared.contracts import NODE_KINDS, Kind
from shared.resource import Owner, timed
from shared.resource.reviews import months_after
from shared.resource.timed import Clockwork
from shared.storage.db import Database
from tests.service.api import Api, State, every_node, one_loop
from tests.service.fake_bus import FakeBus

pytestmark = one_loop
OWNERS = {
    "strategy": (strategy.Base.metadata, strategy_rules.RULES),
    "catalog": (catalog.Base.metadata, catalog_rules.RULES),
    "roles": (roles.Base.metadata, roles_rules.RULES),
}


async def review(api: Api, kind: Kind, id: str, body: Any = None, **headers: str) -> Any:
    return await api.send("POST", api.path(kind, id, "reviews"), json=body or {}, headers=headers)


@every_node
async def test_a_review_is_recorded_and_the_next_is_due(api: Api, kind: Kind) -> None:
    made = await api.make(kind, review={"cadence": "quarterly"})
    answer = await review(api, kind, made["id"], {"comment": "Still right."})
    assert answer.status_code == 200, answer.text
    told = answer.json()["review"]
    last = datetime.fromisoformat(told["last_at"])
    assert datetime.fromisoformat(told["next_due"]) == months_after(last, 3)
    assert (told["last_by"], told["comment"], answer.json()["version"]) == (
        made["created_by"],
        "Still right.",
        made["version"] + 1,
    )


async def test_without_a_cadence_nothing_is_due(api: Api) -> None:
    made = await api.make("tactic")
    assert (await review(api, NODE_KINDS["tactic"], made["id"])).json()["review"]["next_due"] is None


async def test_a_review_of_an_old_version_is_refused_where_it_says_so(api: Api) -> None:
    made = await api.make("tactic")
    assert (await review(api, NODE_KINDS["tactic"], made["id"], **{"If-Match": '"7"'})).status_code == 412


def a_clockwork(api: Api, service: str) -> tuple[Clockwork, Callable[[], Awaitable[None]]]:
    """A leader's, and what closes it."""
    settings = api.platform.settings
    metadata, rules = OWNERS[service]
    owner = Owner(service, metadata, rules, settings.max_event_bytes)
    database = Database(settings.database(service))
    leader = Leader(service, database, owner.changes, owner.leader, FakeBus(), lease=10, sweep=1, exclusive=False)
    return Clockwork(owner, database, leader), database.close


async def tick(api: Api, service: str) -> int:
    """What the leader does every few seconds."""
    clockwork, close = a_clockwork(api, service)
    try:
        return await clockwork.tick()
    finally:
        await close()


async def state_of(api: Api, kind: str, made: State) -> State:
    state: State = (await api.get(NODE_KINDS[kind], made["id"])).json()
    return state


def at(**delta: float) -> str:
    return clock.rfc3339(clock.now() + timedelta(**delta))


async def test_what_is_approved_comes_into_force_on_its_day(api: Api) -> None:
    due = await api.make("tactic", state="approved", valid_from=at(seconds=-1))
    later = await api.make("tactic", state="approved", valid_from=at(hours=1))
    undated = await api.make("tactic", state="approved")
    await tick(api, "strategy")
    moved = await state_of(api, "tactic", due)
    assert (moved["state"], moved["updated_by"]) == ("in_force", "system")
    assert [(await state_of(api, "tactic", each))["state"] for each in (later, undated)] == ["approved", "approved"]
    versions = moved["version"]
    await tick(api, "strategy")
    assert (await state_of(api, "tactic", due))["version"] == versions, "once"


async def test_what_cannot_move_keeps_nobody_back(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """More of them than one look takes, all due for longer: of a process exactly one owner is active at a time."""
    monkeypatch.setattr(timed, "_PAGE", 3)
    monkeypatch.setattr(timed, "_PAGES", 2)
    process, role = await api.make("process"), await api.make("role", type="process_owner")
    scope = {"scope": {"kind": "process", "id": process["id"]}, "role_id": role["id"]}
    await api.make("role_assignment", state="active", valid_to=None, **scope)
    stuck = [await api.make("role_assignment", valid_from=at(days=-9), state="proposed", **scope) for _ in range(8)]
    due = await api.make("role_assignment", valid_from=at(days=-8), state="proposed")
    clockwork, close = a_clockwork(api, "roles")
    ticks = 0
    while (await state_of(api, "role_assignment", due))["state"] == "proposed" and ticks < 5:
        await clockwork.tick()
        ticks += 1
    await close()
    assert (await state_of(api, "role_assignment", due))["state"] == "active"
    assert ticks <= 2, "nine are due, six are looked at in a tick"
    assert {(await state_of(api, "role_assignment", each))["state"] for each in stuck} == {"proposed"}


@pytest.mark.parametrize(
    ("service", "kind", "state", "member", "to"),
    [
        ("catalog", "contract", "active", "valid_to", "expired"),
        ("catalog", "contract", "suspended", "valid_to", "expired"),
        ("catalog", "contract", "active", "period.end", "expired"),
        ("catalog", "contract", "suspended", "period.end", "expired"),
        ("roles", "role_assignment", "proposed", "valid_from", "active"),
        ("roles", "role_assignment", "active", "valid_to", "ended"),
    ],
)
async def test_time_moves_it(api: Api, service: str, kind: str, state: str, member: str, to: str) -> None:
    member, _, inner = member.partition(".")
    when, later = at(seconds=-1), at(hours=1)
    made = await api.make(kind, state=state, **{member: {inner: when} if inner else when})
    kept = await api.make(kind, state=state, **{member: {inner: later} if inner else later})
    await tick(api, service)
    moved = await state_of(api, kind, made)
    assert (moved["state"], (await state_of(api, kind, kept))["state"]) == (to, state)
    assert moved["state_reason"].startswith(f"{member}{'.' if inner else ''}{inner} has come: ")
