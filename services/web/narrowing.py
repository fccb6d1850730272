"""The cascade, cut down to what somebody looks for: one strategy, one owner, so deep, only holes. Pure."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from services.web.sides import SIDES, Part, Place

Only = Literal["holes", "unsigned", "changed"]
Depth = Literal["objective", "tactic", "operation"]
DEPTHS: Mapping[Depth, str] = {"operation": "Operations", "tactic": "Tactics", "objective": "Objectives"}
_ORDER = ("strategy", "objective", "tactic", "operation")
Signed = Mapping[str, str]
"""How something stands beside its signature, by ``kind/id``: ``signed``, ``changed`` or ``asked``."""


@dataclass(frozen=True)
class Wanted:
    """``strategy`` is a key, ``owner`` a ``kind/id``."""

    strategy: str | None = None
    owner: str | None = None
    depth: Depth = "operation"
    only: Only | None = None


def narrowed(parts: Sequence[Part], wanted: Wanted, signed: Signed) -> list[Part]:
    """What is looked for, with all that it is for; parts in which there is nothing of it are left out."""
    deepest = _ORDER.index(wanted.depth)
    looked_for = _looked_for(wanted, signed)
    found = []
    for part in parts:
        if wanted.strategy and (part.top is None or part.top.node.key != wanted.strategy):
            continue
        sides = {side: _kept(part.sides[side], deepest, looked_for) for side in SIDES}
        cut = Part(part.top, sides, _kept(part.neither, deepest, looked_for))
        if any(cut.sides.values()) or cut.neither or (part.top and looked_for(part.top)):
            found.append(cut)
    return found


def _looked_for(wanted: Wanted, signed: Signed) -> Callable[[Place], bool]:
    def fits(place: Place) -> bool:
        if wanted.owner and place.node.owner != wanted.owner:
            return False
        return wanted.only is None or shows(place, wanted.only, signed)

    return fits


def shows(place: Place, only: Only, signed: Signed) -> bool:
    if only == "holes":
        return bool(place.holes)
    how = signed.get(place.node.ref)
    return how == "changed" if only == "changed" else how not in ("signed", "changed")


def _kept(places: Sequence[Place], deepest: int, looked_for: Callable[[Place], bool]) -> list[Place]:
    found = []
    for place in places:
        if place.node.kind in _ORDER and _ORDER.index(place.node.kind) > deepest:
            continue
        below = _kept(place.below, deepest, looked_for)
        if below or looked_for(place):
            found.append(replace(place, below=below))
    return found


def every(parts: Sequence[Part]) -> Iterator[Place]:
    """Each place, from the top down."""
    for part in parts:
        if part.top:
            yield part.top
        for places in (*part.sides.values(), part.neither):
            yield from _under(places)


def _under(places: Sequence[Place]) -> Iterator[Place]:
    for place in places:
        yield place
        yield from _under(place.below)


def counts(parts: Sequence[Part], signed: Signed) -> dict[Only, int]:
    """How much there is of what may be looked for, each thing once."""
    first = [place for place in every(parts) if place.first]
    holes = {hole.id for place in first for hole in place.holes}
    return {
        "holes": len(holes),
        "unsigned": sum(shows(place, "unsigned", signed) for place in first),
        "changed": sum(shows(place, "changed", signed) for place in first),
    }
