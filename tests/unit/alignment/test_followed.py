"""Dense random histories: who followed every change, with batches taken back in between, finds what one finds who looks
at the end alone. Few things of few kinds, so that circles, self links, other types and turns of validity meet."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

import pytest

from services.alignment.judge.examples import START
from services.alignment.judge.graph import Edge, Node
from services.alignment.judge.judging import Judge
from services.alignment.judge.present import PLAN
from services.alignment.judge.standing import Said, Version
from shared.contracts import NODE_KINDS
from shared.contracts.relations import RELATIONS

SEEDS = range(int(os.environ.get("PLUMBLINE_FUZZ_EXAMPLES") or 12))
STEPS = 80
SECOND = timedelta(seconds=1)
KINDS = [
    ("service",),
    ("strategy",),
    ("strategy", "outcome", "objective"),
    ("process", "service", "objective", "capability", "outcome"),
    ("process", "activity", "handoff", "deliverable", "role"),
    ("service", "service_offering", "consumer_group", "design_package"),
    ("strategy", "tactic", "operation", "kpi", "csf", "project"),
    ("process", "role_assignment", "role", "party", "policy"),
]
TYPES: Mapping[str, list[str | None]] = {
    "strategy": ["business", "business", "it", "it_service", None],
    "service": ["business", "application", None],
    "outcome": ["internal", "external", None],
    "consumer_group": ["internal", "external", None],
    "role": ["process_owner", "service_owner", None],
}


def _choices(kind: str, member: str) -> list[object]:
    """Of a member that has no more in it than a word or a number."""
    schema = NODE_KINDS[kind].model.model_json_schema()["properties"].get(member, {})
    types = {each.get("type", "object") for each in schema.get("anyOf", [schema])}
    if {"array", "object"} & types:
        return [None]
    return [None, 1, 5] if {"number", "integer"} & types else [None, "x", "y"]


CHOICES = {kind: {name: _choices(kind, name) for name in sorted(names)} for kind, names in PLAN.members.items()}


@dataclass
class History:
    kinds: tuple[str, ...]
    dice: Random
    now: datetime = START
    state: dict[str, Version] = field(default_factory=dict)
    since: dict[str, datetime] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.refs = [f"{self.dice.choice(self.kinds)}/{number}" for number in range(self.dice.randrange(3, 10))]
        self.links = [f"link/{number}" for number in range(self.dice.randrange(3, 14))]

    def validity(self) -> datetime | None:
        return self.now + self.dice.choice([-3, 0, 1, 2, 3, 9]) * SECOND if self.dice.random() < 0.3 else None

    def order(self, ref: str, *, restored: bool) -> tuple[int, int]:
        epoch, number = self.state[ref].order if ref in self.state else (1, 0)
        return (epoch + 1, 1) if restored else (epoch, number + 1)

    def entity(self) -> Version:
        dice, ref = self.dice, self.dice.choice(self.refs)
        kind = NODE_KINDS[ref.partition("/")[0]]
        state = dice.choice([*kind.lifecycle.states, *sorted(kind.lifecycle.live) * 4])
        deleted = dice.random() < 0.1
        live = not deleted and kind.is_live(state)
        held: dict[tuple[str, str, str], Said] = {}
        for reference in kind.references:
            far = dice.choice(self.refs)
            if dice.random() < 0.4 and far.partition("/")[0] in reference.kinds and not reference.start and not deleted:
                source, target = (far, ref) if reference.swapped else (ref, far)
                said = Said(reference.relation, source, target, ref, in_force=True)
                held[said[:3]] = said
        members = {name: dice.choice(choices) for name, choices in CHOICES.get(kind.name, {}).items()}
        if not live:
            self.since.pop(ref, None)
        else:
            self.since.setdefault(ref, self.now)
        return Version(
            ref, self.order(ref, restored=dice.random() < 0.05), self.now, dice.choice(TYPES.get(kind.name, [None])),
            state, live, deleted, dice.choice([None, 1, 5]), self.validity(), self.validity(), tuple(held.values()),
            members,
        )  # fmt: skip

    def link(self) -> Version:
        dice, ref = self.dice, self.dice.choice(self.links)
        before = self.state[ref].edges if ref in self.state else None
        restored = ref in self.state and (not before or dice.random() < 0.05)
        if before and not restored:
            type, source, target = before[0][:3]
        else:
            source, target = dice.choice(self.refs), dice.choice([*self.refs, "service/never"])
            fit = [r.name for r in RELATIONS.values() if r.allows(source.partition("/")[0], target.partition("/")[0])]
            type = dice.choice([*fit * 3, *["supports"] * len(fit), "relates_to"])
        deleted, active, valid = dice.random() < 0.08, dice.random() < 0.7, (self.validity(), self.validity())
        said = () if deleted else (Said(type, source, target, source, active, *valid),)
        order = self.order(ref, restored=restored)
        return Version(ref, order, self.now, type, "active", active, deleted, None, *valid, said, {})

    def batch(self) -> list[Version]:
        self.now += self.dice.choice([1, 1, 1, 2, 7, 40 * 86_400]) * SECOND
        made = []
        for _ in range(self.dice.choice([1, 1, 2, 5])):
            made.append(self.entity() if self.dice.random() < 0.5 else self.link())
            self.state[made[-1].ref] = made[-1]
        return made


def at_the_end(history: History) -> Judge:
    """One that looks at all there is now, and at nothing before."""
    judge, versions = Judge(PLAN), list(history.state.values())
    entities = [each for each in versions if not each.ref.startswith("link/")]
    with judge.loading():
        judge.standing.turn_to(history.now)
        judge.until = history.now
        for version in entities:
            judge.standing.take(version._replace(edges=None))
        for ref, since in history.since.items():
            judge.standing.live_since(judge.graph.node(ref), since)
        for version in versions:
            if version not in entities:
                judge.standing.take(version)
        for version in entities:
            judge.standing.hold(judge.graph.node(version.ref), version.edges or ())
    judge.standing.edges.update(dict.fromkeys(edge for node in judge.graph.nodes.values() for edge in node.held))
    judge.judge_all(judge.graph.nodes, history.now)
    return judge


def found(judge: Judge) -> dict[tuple[str, str, str], tuple[int, str]]:
    nodes = judge.graph.nodes.values()
    things: list[Node | Edge] = [*nodes, *judge.graph.links.values(), *(edge for node in nodes for edge in node.held)]
    all_ = [each for thing in things for each in (thing.open or {}).values()]
    return {(each.rule, each.subject, each.part): (each.severity, str(each.evidence)) for each in all_}


@pytest.mark.parametrize("kinds", KINDS, ids=lambda kinds: kinds[-1])
@pytest.mark.parametrize("seed", SEEDS)
def test_who_followed_finds_what_one_finds_who_looks_at_the_end(seed: int, kinds: tuple[str, ...]) -> None:
    dice = Random(f"{seed} {kinds}")
    history, judge = History(kinds, dice), Judge(PLAN, settle=dice.choice([0, 5]) * SECOND)
    for _ in range(STEPS):
        before = {**history.state}, {**history.since}
        judge.take(history.batch())
        if dice.random() < 0.15:
            judge.roll_back()
            history.state, history.since = before
        judge.turn_to(history.now)
        judge.flush()
        judge.committed()
        assert found(judge) == found(at_the_end(history))
