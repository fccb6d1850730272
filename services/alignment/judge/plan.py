"""Whom a change touches: looked up in indexes that are made of the footprints of the rules, once."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple

from services.alignment.judge.checks import Evidence, Present
from services.alignment.judge.clocks import Clock
from services.alignment.judge.closures import Closure
from services.alignment.judge.conditions import asked
from services.alignment.judge.each import EachEdge
from services.alignment.judge.footprint import Footprint, Path, Reading, Step, led_to, through
from services.alignment.judge.graph import Node
from services.alignment.judge.rule import Rule
from services.alignment.judge.spells import ByRule, Spells, numbered
from shared.contracts import NODE_KINDS

ByKind = dict[str, tuple[int, ...]]
"""Rules by the kind of their subject."""


class Back(NamedTuple):
    """The way back from where something changed to the subjects that look at it. Where a relation changed, they look
    ``through`` it at what is of these kinds."""

    steps: tuple[Step, ...]
    rules: ByKind
    through: frozenset[str] = frozenset(NODE_KINDS)


class Asked(NamedTuple):
    """A rule as it is asked, with all of it at hand: whether it looks at whatever is live of its kinds, how long that
    has to have been live, and what it looks for."""

    rule: Rule
    is_plain: bool
    wait: timedelta | None
    look: Callable[[Node, Present], Iterable[Evidence]]


@dataclass(frozen=True, eq=False)
class Plan:
    """Rules are numbered as they come. ``own`` are those about a kind, ``own_members`` those that read a member of the
    subject; ``readings`` says per kind what is read at the ends of paths, and by whom; ``steps`` per type of relation,
    direction and kind at its near end who has to be looked at when one begins or ends to hold; ``top``, ``rests``,
    ``circles`` and ``led`` (per closure) whose footprint says so; ``members`` what is kept of each kind; ``asks`` how
    each rule is asked, ``after`` by kind how long subjects have to have been live; ``clocks`` what is watched of each
    kind; ``spells`` which of the rules is in force when; ``whole`` under which number each check stands that is asked
    of everything at once."""

    rules: Sequence[Rule]
    closures: tuple[Closure, ...]
    own: ByKind
    own_members: dict[str, dict[str, tuple[int, ...]]]
    readings: dict[str, tuple[tuple[Reading, tuple[Back, ...]], ...]]
    steps: dict[tuple[str, bool, str], tuple[Back, ...]]
    led: tuple[ByKind, ...]
    top: ByKind
    rests: ByKind
    circles: dict[str, ByKind]
    edges: tuple[int, ...]
    members: dict[str, frozenset[str]]
    after: dict[str, tuple[timedelta, ...]]
    asks: tuple[Asked, ...]
    clocks: dict[str, tuple[Clock, ...]]
    spells: Spells
    whole: Mapping[object, int]

    @property
    def looks_up(self) -> bool:
        """Whether any rule asks what is above its subject, over any number of relations."""
        return bool(self.closures or self.top)

    def touched_by(self, type: str, kind: str, far: str, *, forward: bool) -> Iterator[Back]:
        """Who looks at a relation from an end of one kind to an end of another."""
        for back in self.steps.get((type, forward, kind), ()):
            if far in back.through:
                yield back


def plan(rules: Sequence[Rule], closures: Sequence[Closure] = (), others: ByRule | None = None) -> Plan:
    """``closures`` are kept up beside those that the rules ask for; ``others`` take the place of rules in time."""
    numbers, spells = numbered(rules, others or {})
    footprints = [(number, rule, footprint_of(rule)) for number, rule in enumerate(numbers)]
    nodes = [(number, rule, footprint) for number, rule, footprint in footprints if not footprint.edges]
    every = tuple(dict.fromkeys([*closures, *(closure for _, _, f in footprints for closure in f.closures)]))
    return Plan(
        rules=numbers,
        closures=every,
        own=_by_kind((number, rule) for number, rule, _ in nodes),
        own_members=_own_members(nodes),
        readings=_readings(nodes),
        steps=_steps(nodes),
        led=tuple(_by_kind((n, rule) for n, rule, f in nodes if closure in f.closures) for closure in every),
        top=_by_kind((number, rule) for number, rule, f in nodes if f.top),
        rests=_by_kind((number, rule) for number, rule, f in nodes if f.rests),
        circles=_circles(nodes),
        edges=tuple(number for number, _, f in footprints if f.edges),
        members=_members(footprints),
        after=_after(nodes),
        asks=tuple(Asked(rule, rule.plain, f.after, rule.check.evidence) for _, rule, f in footprints),
        clocks=_clocks(footprints),
        spells=spells,
        whole={asked(rule.check): spells.bases[number] for number, rule, f in footprints if f.whole},
    )


def footprint_of(rule: Rule) -> Footprint:
    return rule.check.footprint


Numbered = list[tuple[int, Rule, Footprint]]


def _by_kind(rules: Iterator[tuple[int, Rule]]) -> ByKind:
    found: dict[str, list[int]] = defaultdict(list)
    for number, rule in rules:
        for kind in rule.kinds:
            found[kind].append(number)
    return {kind: tuple(numbers) for kind, numbers in found.items()}


def _own_members(nodes: Numbered) -> dict[str, dict[str, tuple[int, ...]]]:
    found: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for number, rule, footprint in nodes:
        where = (rule.where[0],) if rule.where else ()
        for kind in rule.kinds:
            for member in dict.fromkeys((*footprint.members, *rule.reads, *where, *_timed(footprint.clocks))):
                found[kind][member].append(number)
    return {kind: {name: tuple(rules) for name, rules in of.items()} for kind, of in found.items()}


def _readings(nodes: Numbered) -> dict[str, tuple[tuple[Reading, tuple[Back, ...]], ...]]:
    """One reading is made once, however many rules look at it."""
    ways: dict[Reading, Ways] = defaultdict(lambda: defaultdict(list))
    for number, rule, path in _paths(nodes):
        ways[path.reading][path.steps[::-1]].append((number, rule))
    found: dict[str, list[tuple[Reading, tuple[Back, ...]]]] = defaultdict(list)
    for reading, back in ways.items():
        for kind, backs in _backs(back).items():
            if reading.kinds is None or kind in reading.kinds:
                found[kind].append((reading, backs))
    for kind, backs in _backs(_between(nodes)).items():
        found[kind].append((_LIVE, backs))
    return {kind: tuple(readings) for kind, readings in found.items()}


_LIVE = Reading(lambda node: node.live)
Ways = dict[tuple[Step, ...], list[tuple[int, Rule]]]


def _backs(ways: Ways) -> dict[str, tuple[Back, ...]]:
    """By the kinds that steps can lead to from the subjects of the rules: nothing else is asked who looks at it."""
    found: dict[str, list[Back]] = defaultdict(list)
    for back, rules in ways.items():
        by_kind = _by_kind(iter(dict(rules).items()))
        for kind in led_to(frozenset(by_kind), back[::-1]):
            found[kind].append(Back(back, by_kind))
    return {kind: tuple(backs) for kind, backs in found.items()}


def _between(nodes: Numbered) -> Ways:
    """What lies between has to be live."""
    found: Ways = defaultdict(list)
    for number, rule, path in _paths(nodes):
        for length in range(1, len(path.steps)):
            found[path.steps[:length][::-1]].append((number, rule))
    return found


def _steps(nodes: Numbered) -> dict[tuple[str, bool, str], tuple[Back, ...]]:
    found: dict[tuple[str, bool, frozenset[str]], Ways] = defaultdict(lambda: defaultdict(list))
    for number, rule, path in _paths(nodes):
        for place, step in enumerate(path.steps):
            before, ends = path.steps[:place][::-1], path.reading.kinds
            far = through(path.steps[place + 1 :], ends)
            for type in step.types:
                found[type, step.forward, far][before].append((number, rule))
    all_: dict[tuple[str, bool, str], list[Back]] = defaultdict(list)
    for (type, forward, far), ways in found.items():
        for kind, backs in _backs(ways).items():
            all_[type, forward, kind] += [back._replace(through=far) for back in backs]
    return {step: tuple(backs) for step, backs in all_.items()}


def _paths(nodes: Numbered) -> Iterator[tuple[int, Rule, Path]]:
    for number, rule, footprint in nodes:
        for path in footprint.paths:
            yield number, rule, path


def _circles(nodes: Numbered) -> dict[str, ByKind]:
    types = {type for _, _, footprint in nodes for type in footprint.circles}
    return {type: _by_kind((n, rule) for n, rule, f in nodes if type in f.circles) for type in types}


def _members(footprints: Numbered) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for _, rule, footprint in footprints:
        for kind in rule.kinds:
            found[kind] |= {*footprint.members, *rule.reads, *([rule.where[0]] if rule.where else [])}
            found[kind] |= _timed(footprint.clocks)
        for path in footprint.paths:
            for kind in path.reading.kinds or ():
                found[kind] |= {*path.reading.members, *_timed(path.reading.clocks)}
    return {kind: frozenset(names) for kind, names in found.items() if names}


def _timed(clocks: Iterable[Clock]) -> set[str]:
    return {name for clock in clocks for name in clock.members}


def _clocks(footprints: Numbered) -> dict[str, tuple[Clock, ...]]:
    found: dict[str, dict[Clock, None]] = defaultdict(dict)
    for _, rule, footprint in footprints:
        for kind in rule.kinds:
            found[kind] |= dict.fromkeys(footprint.clocks)
        for path in footprint.paths:
            for kind in path.reading.kinds or ():
                found[kind] |= dict.fromkeys(path.reading.clocks)
    return {kind: tuple(clocks) for kind, clocks in found.items() if clocks}


def _after(nodes: Numbered) -> dict[str, tuple[timedelta, ...]]:
    found: dict[str, set[timedelta]] = defaultdict(set)
    for _, rule, footprint in nodes:
        if footprint.after:
            for kind in rule.kinds:
                found[kind].add(footprint.after)
    return {kind: tuple(sorted(spans)) for kind, spans in found.items()}


def each_edge(rule: Rule) -> EachEdge:
    """The check of a rule that looks at relations one by one."""
    assert isinstance(rule.check, EachEdge)
    return rule.check
