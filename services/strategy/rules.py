"""What strategy refuses: pure functions over a new state and the facts around it."""

from collections.abc import Iterator

from services.strategy import signing
from shared.contracts.base import State
from shared.contracts.strategy import KINDS
from shared.contracts.strategy.direction import Objective, Strategy, StrategyElement
from shared.contracts.strategy.measures import Measurement
from shared.errors import Fault
from shared.resource import Facts, Rules

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


def pattern_has_evidence(new: StrategyElement, _: Facts) -> Iterator[Fault]:
    """A pattern is what has been done consistently, so somebody can point at it."""
    if new.type == "pattern" and not new.evidence_refs:
        yield Fault(
            pointer="/evidence_refs", code="evidence-missing", detail="A pattern names the decisions that show it."
        )


def corrects_the_same_kpi(new: Measurement, facts: Facts) -> Iterator[Fault]:
    corrected = facts.get("measurement", new.corrects_id)
    if corrected and corrected.kpi_id != new.kpi_id:
        detail = "It corrects a measurement of another indicator."
        yield Fault(pointer="/corrects_id", code="other-kpi", detail=detail)


def by_signature(new: State, _: Facts) -> Iterator[Fault]:
    """The only way to be approved is by the signature under an increment, which moves what it holds."""
    detail = f"A {new.kind.replace('_', ' ')} is approved when a signed increment holds it, and in no other way."
    yield Fault(pointer="/to", code="increment-missing", detail=detail)


def rules(most_items: int) -> Rules:
    """``most_items`` is how many an increment may hold."""
    submitted = (signing.fits_into_a_sitting(most_items), signing.items_are_ready, signing.signers_may_sign)
    return Rules(
        always={
            "objective": (parent_fits,),
            "measurement": (corrects_the_same_kpi,),
            "increment": (signing.items_can_be_signed, signing.package_is_frozen),
        },
        on={
            ("strategy", "proposed"): (supports_a_strategy,),
            ("strategy_element", "proposed"): (pattern_has_evidence,),
            **{(kind.name, "approved"): (by_signature,) for kind in KINDS if kind.signed_as == "approved"},
            ("increment", "submitted"): submitted,
            ("increment", "partly_signed"): (signing.somebody_approved,),
            ("increment", "signed"): (signing.everybody_approved, signing.package_holds),
            ("increment", "declined"): (signing.has_a_reason,),
        },
        then={("increment", "signed"): (signing.items_move,)},
        fill={
            **{("increment", state): signing.freeze for state in signing.OPEN},
            ("increment", "signed"): signing.keep,
            ("increment", "draft"): signing.thaw,
        },
    )


RULES = rules(most_items=25)
