"""What a check looks at, declared: from this, and from nothing else, follows what the graph keeps of each thing, whom a
change touches, what is loaded for a look into the past, and at which instants an answer can turn."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache

from services.alignment.judge.clocks import Clock
from services.alignment.judge.closures import Closure
from services.alignment.judge.graph import Node
from services.alignment.judge.meaning import ends_of
from shared.contracts import NODE_KINDS

_WAYS = 1024
"""Ways of which is kept what can lie on them; those of the catalogue are a tenth, the others are of packs."""


@dataclass(frozen=True)
class Step:
    """Over relations of these types, from source to target or back."""

    types: tuple[str, ...]
    forward: bool


def out(*types: str) -> Step:
    return Step(types, forward=True)


def into(*types: str) -> Step:
    return Step(types, forward=False)


def led_to(kinds: frozenset[str], steps: tuple[Step, ...]) -> frozenset[str]:
    """The kinds to which steps can lead from things of these kinds."""
    for step in steps:
        kinds = ends_of(kinds, step.types, forward=step.forward)
    return kinds


@lru_cache(maxsize=_WAYS)
def through(steps: tuple[Step, ...], ends: frozenset[str] | None = None) -> frozenset[str]:
    """The kinds from which steps can lead to something of these kinds, or to anything."""
    found = {kind: led_to(frozenset({kind}), steps) for kind in NODE_KINDS}
    return frozenset(kind for kind, led in found.items() if (led if ends is None else led & ends))


def reached(node: Node, steps: tuple[Step, ...]) -> Iterable[Node]:
    """What steps lead to, through live things only; what they lead to may be in any state."""
    step, rest = steps[0], steps[1:]
    near = node.over(step.types, forward=step.forward)
    if not rest:
        return near
    kinds = through(rest)
    return (far for each in near if each.live and each.kind in kinds for far in reached(each, rest))


@dataclass(frozen=True, eq=False)
class Reading:
    """What is read of the thing at the end of a path: a value, which touches nobody while it stays as it is.

    ``kinds`` are those that it can be read of (None: any), ``members`` the ones that it needs, and ``clocks`` those of
    whose instants it asks whether they have come.
    """

    of: Callable[[Node], object]
    kinds: frozenset[str] | None = None
    members: tuple[str, ...] = ()
    clocks: tuple[Clock, ...] = ()


@dataclass(frozen=True)
class Path:
    """From the subject over steps to what is read there; the things between have to be live."""

    steps: tuple[Step, ...]
    reading: Reading


@dataclass(frozen=True)
class Footprint:
    """``members`` are the subject's own that are read; ``closures`` those whose flag is; ``top`` says whether it asks
    for the top of a chain; ``rests`` whether it asks for what rests on the subject; ``edges`` whether it looks at each
    relation that the subject declares; ``after`` how long the subject has to have been live; ``circles`` the types
    of relations of which it asks what the subject is in a circle with; ``clocks`` whose instants it asks
    of the subject; ``whole`` whether it is asked of everything at once."""

    members: tuple[str, ...] = ()
    paths: tuple[Path, ...] = ()
    closures: tuple[Closure, ...] = ()
    top: bool = False
    rests: bool = False
    edges: bool = False
    after: timedelta | None = None
    circles: tuple[str, ...] = ()
    clocks: tuple[Clock, ...] = ()
    whole: bool = False


def together(*footprints: Footprint) -> Footprint:
    """Of a check that is made of others."""
    return Footprint(
        members=tuple(dict.fromkeys(name for each in footprints for name in each.members)),
        paths=tuple(path for each in footprints for path in each.paths),
        closures=tuple(dict.fromkeys(closure for each in footprints for closure in each.closures)),
        top=any(each.top for each in footprints),
        rests=any(each.rests for each in footprints),
        edges=any(each.edges for each in footprints),
        after=max((each.after for each in footprints if each.after), default=None),
        circles=tuple(dict.fromkeys(name for each in footprints for name in each.circles)),
        clocks=tuple(dict.fromkeys(clock for each in footprints for clock in each.clocks)),
        whole=any(each.whole for each in footprints),
    )
