"""Random histories, in which events are late, come twice, overtake each other and are built into the view anew: after
each step every view says what a short reference makes of the events that have arrived.

``PLUMBLINE_FUZZ_EXAMPLES=n`` plays n histories that nobody has seen yet.
"""

import asyncio
import os
from collections.abc import Awaitable
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from services import assembly
from services.alignment.judge import known
from services.alignment.judge.settings import Setting
from shared.config import Settings
from shared.contracts import OWNERS
from tests.backends.databases import chosen
from tests.platform import settings_for
from tests.service.alignment import setting
from tests.service.alignment.comparison import Comparison
from tests.service.alignment.forging import forgery
from tests.service.alignment.served import Server
from tests.service.alignment.world import LINK_REFS, REFS

SEEN = os.environ.get("PLUMBLINE_FUZZ_EXAMPLES")
EXAMPLES, STEPS = int(SEEN or 2), 25
T = TypeVar("T")


class Histories(RuleBasedStateMachine):
    """``waiting`` are events that the owners have recorded and the view has not seen."""

    runner: asyncio.Runner
    configured: Settings

    @initialize(dice=st.randoms(use_true_random=False))
    def begin(self, dice: Random) -> None:
        """With most of what can be there, half of it not yet seen."""
        self.server = Server(self.configured)
        self.world = self.server.world
        self.waiting: list[Any] = []
        self.arrived: list[Any] = []
        self.made: list[Setting] = []
        self.compared = (-1, 0)
        self.run(self.server.begin())
        for ref in dice.sample(REFS, 20):
            self.world.write(ref, dice)
        for ref in LINK_REFS[:12]:
            self.world.link(ref, dice)
        self.waiting = list(self.world.events)
        self.arrive(dice)

    def run(self, what: Awaitable[T]) -> T:
        async def awaited() -> T:
            return await what

        return self.runner.run(awaited())

    @rule(dice=st.randoms(use_true_random=False), most=st.integers(1, 4), at_once=st.booleans(), links=st.booleans())
    def write(self, dice: Random, most: int, at_once: bool, links: bool) -> None:
        before = len(self.world.events)
        for _ in range(most):
            if links:
                self.world.link(dice.choice(LINK_REFS), dice)
            else:
                self.world.write(dice.choice(REFS), dice)
        self._tell(before, at_once)

    @rule(dice=st.randoms(use_true_random=False), at_once=st.booleans())
    def delete(self, dice: Random, at_once: bool) -> None:
        before = len(self.world.events)
        self.world.delete(dice.choice([*REFS, *LINK_REFS]))
        self._tell(before, at_once)

    def _tell(self, before: int, at_once: bool) -> None:
        """The owners' new events reach the view before anything else happens, or they wait."""
        new = self.world.events[before:]
        if at_once:
            self.run(self.server.arrive(new))
            self.arrived += new
        else:
            self.waiting += new

    @rule(dice=st.randoms(use_true_random=False))
    def arrive(self, dice: Random) -> None:
        """Some of what waits, in any order, with some that came before."""
        late = dice.sample(self.waiting, dice.randrange(len(self.waiting) + 1))
        again = dice.sample(self.arrived, min(len(self.arrived), dice.randrange(3)))
        batch = dice.sample([*late, *again], len(late) + len(again))
        self.waiting = [event for event in self.waiting if event not in late]
        self.run(self.server.arrive(batch))
        self.arrived += [event for event in late if event not in self.arrived]

    @rule(dice=st.randoms(use_true_random=False), most=st.integers(1, 4), only_forged=st.booleans())
    def hear(self, dice: Random, most: int, only_forged: bool) -> None:
        """By the bus come forgeries, beside what the owner has or without it. They show nothing but that there is
        something to ask the owner for: all of its own that the view lacks up to there."""
        service = dice.choice(OWNERS)
        mine = [event for event in self.world.events if event["source"] == f"/{service}"]
        if not mine:
            return
        chosen = dice.choices(mine, k=most)
        records = [forgery(dice, event, mine) for event in chosen] + ([] if only_forged else chosen)
        self.run(self.server.hear(dice.sample(records, len(records)), service))
        arrived = max(event["position"] for event in records)
        new = [event for event in mine if event["position"] <= arrived and event not in self.arrived]
        self.arrived += new
        self.waiting = [event for event in self.waiting if event not in new]

    @rule(dice=st.randoms(use_true_random=False))
    def set_rule(self, dice: Random) -> None:
        """A rule is set from some instant on. What has been judged for that instant is judged anew, from the owners'
        changes."""
        times = [datetime.fromisoformat(event["time"]) for event in self.world.events]
        self.made.append(setting.some(dice, setting.instants(dice, times, times[-1])))
        self.run(setting.put(self.server.database, self.made[-1]))
        self.run(self.server.arrive([]))
        if self.server.writer.came_late(self.run(self.server.generation())):
            self.rebuild()

    @rule()
    def rebuild(self) -> None:
        """From the owners' changes; what the bus still has comes again later."""
        self.run(self.server.build())
        self.arrived = list(self.world.events)

    @invariant()
    def every_view_says_what_the_reference_says(self) -> None:
        if (len(self.arrived), len(self.made)) != self.compared:
            self.compared = len(self.arrived), len(self.made)
            dice = Random(len(self.arrived))
            self._compare(None, dice)
            if self.arrived:
                self._compare(datetime.fromisoformat(dice.choice(self.arrived)["time"]), dice)

    def _compare(self, moment: datetime | None, dice: Random) -> None:
        comparison = Comparison(self.server.get, self.arrived, moment, self.server.settle, self.made)
        self.run(comparison.of_lists())
        for ref in dice.sample(REFS, 4):
            self.run(comparison.of_node(ref))

    def teardown(self) -> None:
        if hasattr(self, "server"):
            self.run(self.server.close())


@pytest.mark.long
@pytest.mark.parametrize(
    ("backend", "settle"), [("sqlite", 0), ("sqlite", 150), pytest.param("postgres", 150, marks=pytest.mark.postgres)]
)
def test_every_view_is_what_a_reference_makes_of_its_events(
    backend: str, settle: int, request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(known, "EVERY", 0)
    with asyncio.Runner() as runner:
        database = chosen(backend, request, "alignment")
        given = runner.run(database.__aenter__())
        try:
            _play(runner, settings_for(tmp_path, pending_minutes=0, settle_seconds=settle, **given))
        finally:
            runner.run(database.__aexit__(None, None, None))


def _play(runner: asyncio.Runner, configured: Settings) -> None:
    runner.run(assembly.migrate(configured, "alignment"))
    machine = type("Machine", (Histories,), {"runner": runner, "configured": configured})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            derandomize=SEEN is None,
            deadline=None,
            database=None,
            phases=[Phase.generate],  # to make a history shorter takes longer than to read it
            suppress_health_check=list(HealthCheck),
        ),
    )
