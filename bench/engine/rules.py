"""Catalogues of three sizes. The largest one is the product's own and generated rules in the shapes of those that it is
still to get: what a thing says, what one and two steps lead to, how many, and whether a chain leads up."""

from collections.abc import Iterator
from itertools import cycle, islice

from bench.shape import LAYERS
from services.alignment.judge.catalogue import RULES
from services.alignment.judge.catalogue.words import END, GOAL, live
from services.alignment.judge.checks import Check, Joined, LeadsUp, Says
from services.alignment.judge.footprint import into, out
from services.alignment.judge.plan import Plan, plan
from services.alignment.judge.rule import Rule, Severity

WHOLE = 133
"""Rules of the whole catalogue, as it is planned."""
_FIRST = ("V01", "V02", "V04", "V08", "F01", "F02", "F03", "P01", "D01", "D02", "D03")
_MANY = 30
_SAID = ("name", "key", "description", "owner_id", "criticality")
_PAIRS = tuple(dict.fromkeys((layer.kind, *relation.split(" ")) for layer in LAYERS for relation in layer.relations))
"""Source, type and target of what the made-up organisation has."""


def catalogues() -> dict[str, Plan]:
    """By name; what is only counted is not a rule of its own."""
    shown = sum(rule.shown for rule in RULES.values())
    whole = [*RULES.values(), *islice(_generated(), WHOLE - shown)]
    first = [rule for rule in RULES.values() if rule.id in _FIRST]
    named = {f"{len(_FIRST)} rules": first, f"{shown} rules": list(RULES.values()), f"{WHOLE} rules": whole}
    return {name: plan(rules, (GOAL, END)) for name, rules in named.items()}


def _generated() -> Iterator[Rule]:
    """In the mix of the catalogue: of ten, four say, three lead one step, one leads two, one counts, one climbs."""
    shapes = [_says(), _one_step(), _says(), _two_steps(), _says(), _one_step(), _counts(), _says(), _one_step(), _up()]
    for number, shape in enumerate(cycle(shapes)):
        kind, check = next(shape)
        yield Rule(f"X{number:03}", Severity.low, "bench", "", "", "", check, frozenset({kind}))


Asked = Iterator[tuple[str, Check]]


def _says() -> Asked:
    kinds = dict.fromkeys(layer.kind for layer in LAYERS)
    return cycle((kind, Says(member)) for member in _SAID[:2] for kind in kinds)


def _one_step() -> Asked:
    for source, type, target in cycle(_PAIRS):
        yield source, Joined(f"{type} -> {target}", (out(type),), live(target))
        yield target, Joined(f"{type} <- {source}", (into(type),), live(source))


def _two_steps() -> Asked:
    for source, type, between in cycle(_PAIRS):
        for near, further, target in _PAIRS:
            if near == between and source != between:
                yield source, Joined("two steps", (out(type), out(further)), live(target))


def _counts() -> Asked:
    for source, type, target in cycle(_PAIRS):
        yield target, Joined("not too many", (into(type),), live(source), least=0, most=_MANY)


def _up() -> Asked:
    for kind in cycle(dict.fromkeys(layer.kind for layer in LAYERS)):
        yield kind, LeadsUp("a chain to a goal", GOAL)
