"""What the judge finds on random histories, as time goes on, is what the oracle finds in the facts of that moment."""

import os
from collections import Counter
from datetime import datetime, timedelta
from random import Random
from uuid import UUID

import pytest

from services.alignment.follow.projector import version
from services.alignment.judge import ends
from services.alignment.judge.catalogue import RULES
from services.alignment.judge.graph import Edge, Node
from services.alignment.judge.judging import Judge
from services.alignment.judge.present import PLAN
from services.alignment.view.projection import project
from shared.contracts.relations import allowed_relations
from tests.service.alignment import world as worlds
from tests.service.alignment.recomputed import Findings, Found
from tests.service.alignment.world import LINK_REFS, REFS, START, World

SEEDS = range(int(os.environ.get("PLUMBLINE_FUZZ_EXAMPLES") or 4))
AHEAD = [timedelta(days=days) for days in (20, 45, 100, 200, 500)]
SCENES: dict[str, dict[str, int]] = {
    "everything": {},
    "work": {"process": 2, "activity": 6, "role": 2, "deliverable": 2, "handoff": 4},
    "seats": {"process": 1, "role": 3, "role_assignment": 5, "party": 2},
    "people": {"process": 2, "activity": 2, "role": 2, "role_assignment": 4, "party": 2, "service": 1},
    "letters": {"activity": 1, "role": 8},
    "duties": {"activity": 2, "process": 1, "role": 1, "role_assignment": 2, "party": 1},
    "design": {
        "service": 4,
        "design_package": 3,
        "role": 1,
        "process": 2,
        "product": 2,
        "partner": 1,
        "contract": 2,
        "role_assignment": 1,
        "party": 1,
    },
    "partners": {"service": 5, "partner": 1, "product": 1},
    "contracts": {"service_offering": 2, "contract": 3, "service": 2, "product": 1},
    "offerings": {"service_offering": 4, "consumer_group": 1, "service": 1},
    "signing": {"strategy": 1, "objective": 1, "tactic": 1, "operation": 1, "increment": 3, "stakeholder": 1},
    "elements": {"strategy": 2, "strategy_element": 4, "increment": 1},
    "course": {"strategy": 2, "objective": 4, "tactic": 3, "operation": 1, "capability": 3, "project": 2, "outcome": 2},
    "levels": {"strategy": 1, "objective": 3, "capability": 3},
    "support": {"strategy": 4},
    "results": {"outcome": 1, "stakeholder": 1, "service": 1, "party": 1, "consumer_group": 1},
    "agents": {"party": 3, "product": 1, "role": 2, "role_assignment": 3, "activity": 2, "process": 1},
    "controls": {"control": 2, "policy": 2, "process": 1, "activity": 1, "deliverable": 2},
    "projects": {"project": 2, "service": 1, "outcome": 1, "product": 1, "kpi": 1},
}
"""How many there are of what: few enough for much to meet."""
RARE = {
    "C04", "D07p", "F09", "F10", "O10", "O13", "R04", "R05", "R06", "R12", "S06", "S09", "T02", "V11", "V16",
    "X10", "Y04",
}  # fmt: skip
"""What takes more of a kind, or more time, than there is in these histories; their examples show them."""

WHOLE = {PLAN.rules[number].id for number in PLAN.whole.values()}
"""What is asked of everything at once, by itself."""


@pytest.fixture
def scene(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    name: str = request.param
    if counts := SCENES[name]:
        monkeypatch.setattr(worlds, "REFS", pool(counts))
    return name


def pool(counts: dict[str, int]) -> list[str]:
    kinds = [kind for kind, count in counts.items() for _ in range(count)]
    return [f"{kind}/{UUID(int=number, version=4)}" for number, kind in enumerate(kinds, 1)]


def written(dice: Random, steps: int) -> World:
    """Most is there at first, and joined; then it changes."""
    world = World(lively=4)
    for ref in worlds.REFS:
        if dice.random() < 0.9:
            world.write(ref, dice)
    for ref in LINK_REFS:
        join(world, ref, dice)
    for _ in range(steps):
        choice = dice.random()
        if choice < 0.7:
            world.write(dice.choice(worlds.REFS), dice)
        elif choice < 0.95:
            join(world, dice.choice(LINK_REFS), dice)
        else:
            world.delete(dice.choice([*worlds.REFS, *LINK_REFS]))
    return world


def join(world: World, ref: str, dice: Random) -> None:
    """Rather what fits."""
    for _ in range(20):
        state = dice.getstate()
        ends = [end.partition("/")[0] for end in dice.sample(worlds.REFS, 2)]
        if len(allowed_relations(ends[0], ends[1])) > 2:
            dice.setstate(state)
            break
    world.link(ref, dice)


def opened(judge: Judge) -> Found:
    things: list[Node | Edge] = [*judge.graph.nodes.values(), *judge.graph.links.values()]
    things += [edge for node in judge.graph.nodes.values() for edge in node.held]
    return {
        each.id: (each.rule, each.subject, each.severity) for thing in things for each in (thing.open or {}).values()
    }


def check(judge: Judge, findings: Findings, moment: datetime) -> None:
    found, expected = opened(judge), findings.everything(moment)
    missing = sorted(each for id, each in expected.items() if found.get(id) != each)
    wrong = sorted(each for id, each in found.items() if expected.get(id) != each)
    assert (missing, wrong) == ([], []), moment


@pytest.mark.parametrize("scene", SCENES, indirect=True)
@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("many", [ends.MANY, 1], ids=["few", "hubs"])
def test_what_is_found_is_what_the_oracle_finds(
    many: int, seed: int, scene: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where one relation counts as many, everything is a hub."""
    monkeypatch.setattr(ends, "MANY", many)
    dice = Random(f"{seed} {scene}")
    events = written(dice, 60).events
    findings = Findings(events, START + timedelta(days=100_000))
    judge, moments = Judge(PLAN), dice.sample(range(len(events)), 8)
    for place, event in enumerate(events):
        judge.take([version(project(event))])
        if place in moments:
            check(judge, findings, datetime.fromisoformat(event["time"]))
    last = datetime.fromisoformat(events[-1]["time"])
    for ahead in AHEAD:
        judge.turn_to(last + ahead)
        check(judge, findings, last + ahead)


@pytest.mark.long
def test_every_rule_finds_something_in_them(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else the comparison would say nothing about it."""
    seen: Counter[str] = Counter()
    for counts in SCENES.values():
        monkeypatch.setattr(worlds, "REFS", pool(counts) if counts else REFS)
        for seed in range(12):
            judge = Judge(PLAN)
            for event in written(Random(seed), 40).events:
                judge.take([version(project(event))])
                seen.update({rule for rule, _, _ in opened(judge).values()})
    assert {id for id in RULES if not seen[id]} <= RARE | WHOLE
