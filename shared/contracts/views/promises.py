"""``GET /promises/{contract_id}``: what the promises of a contract rest on, and whether that can keep them."""

from typing import Literal

from shared.contracts.agreement import ServiceLevelTarget
from shared.contracts.base import Model
from shared.contracts.views.frame import View
from shared.contracts.views.nodes import LeftOut, Node


class Line(Model):
    """One line of a reckoning: what can be sustained of something, and how that follows from what is below."""

    node: Node
    """What it is about: something that is covered or needed, or an agreement underneath."""
    by: Literal["agreement", "serial", "redundant", "weakest", "unknown", "circle", "again"]
    """How its value comes about: as an agreement says; by parts that are all needed, that can take each other's place,
    or of which the weakest counts; or not at all: nothing is promised, it needs itself, or it counts elsewhere."""
    value: float | None
    """What can be sustained, in the unit of the promise; null where nothing is known."""
    arithmetic: str
    """How the value is made, as people write it."""
    target: ServiceLevelTarget | None
    """What the agreement promises."""
    parts: list["Line"]
    """What it is made of."""


class Promised(Model):
    """A promise, and what is underneath."""

    target: ServiceLevelTarget
    """What is promised."""
    verdict: Literal["kept", "broken", "unknown", "not_comparable"]
    """Whether what is underneath can keep it: it can or cannot, nothing is promised there about the same, or unit,
    comparator or hours cannot be reckoned with."""
    unit: Literal["percent", "minutes"] | None
    """Of all values; null if it is not comparable."""
    promised: float | None
    """What is promised, in that unit."""
    sustained: float | None
    """What can be sustained at best: whatever nobody has promised anything for is taken for perfect."""
    weakest: Node | None
    """The agreement underneath that gives least."""
    reckoning: Line | None
    """How that follows; null if it is not comparable."""


class Promises(View):
    """What the promises of a contract rest on."""

    contract: Node
    """The contract that was asked about."""
    promises: list[Promised]
    """Its targets, in their order."""
    hidden: int
    """How many relations were not followed."""
    left_out: LeftOut
    """How much was left out because it is not live, by why."""
