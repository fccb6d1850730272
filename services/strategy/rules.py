"""What strategy refuses: pure functions over a new state and the facts around it."""

from collections.abc import Iterator

from shared.contracts.strategy.direction import Objective, Strategy
from shared.errors import Fault
from shared.resource import Facts, Rules
from shared.resource.later import needs

_LEVELS = {"strategic": 0, "tactical": 1, "operational": 2}


def parent_fits(new: Objective, facts: Facts) -> Iterator[Fault]:
    """A parent is of the same side and of no lower level."""
    parent = facts.get("objective", new.parent_id)
    if parent is None:
        return
    if parent.side and new.side and parent.side != new.side:
        yield Fault(pointer="/parent_id", code="other-side", detail=f"The parent is on the {parent.side} side.")
    if parent.level and new.level and _LEVELS[parent.level] > _LEVELS[new.level]:
        yield Fault(pointer="/parent_id", code="lower-level", detail=f"The parent is only {parent.level}.")


def supports_a_strategy(new: Strategy, facts: Facts) -> Iterator[Fault]:
    """IT depends wholly on the business: a strategy that is not the business's own supports another one."""
    if new.type != "business" and not any(link.type == "supports" for link in facts.links):
        yield Fault(
            pointer="/type", code="supports-missing", detail="It supports no strategy: link it to the one it serves."
        )


_SIGNED = needs("increment", "a signed increment that holds it")

RULES = Rules(
    always={"objective": (parent_fits,)},
    on={
        ("strategy", "proposed"): (supports_a_strategy,),
        **{(kind, "approved"): (_SIGNED,) for kind in ("strategy", "objective", "tactic")},
    },
)
