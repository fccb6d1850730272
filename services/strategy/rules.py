"""What strategy refuses: pure functions over a new state and the facts around it."""

from collections.abc import Iterator

from services.strategy import freezing, plans, signing
from shared.contracts import NODE_KINDS
from shared.contracts.base import State
from shared.contracts.link import Link
from shared.contracts.strategy import KINDS
from shared.contracts.strategy.direction import Objective, Strategy, StrategyElement
from shared.contracts.strategy.measures import Measurement
from shared.errors import Fault
from shared.live import is_over, is_to_hold
from shared.rules import Facts, Lookup, Rules, subject_can_be_read, subject_is_unique

_LEVELS = {"strategic": 0, "tactical": 1, "operational": 2}


def parent_fits(new: Objective, facts: Facts) -> Iterator[Fault]:
    """A parent is of the same side and of no lower level; and so is this to what it is the parent of."""
    parent = facts.get("objective", new.parent_id)
    if parent:
        yield from _apart(new, parent, "/parent_id", "/parent_id", "the parent")
    for below in facts.others("objective"):
        if below.parent_id == new.id and not NODE_KINDS["objective"].lifecycle.is_terminal(below.state):
            yield from _apart(below, new, "/side", "/level", f"this, for {below.key} below it,")


def _apart(low: Objective, high: Objective, side: str, level: str, words: str) -> Iterator[Fault]:
    if high.side and low.side and high.side != low.side:
        detail = f"An objective and its parent are of one side, and {words} is on the {high.side} side."
        yield Fault(pointer=side, code="side-mismatch", detail=detail)
    if high.level and low.level and _LEVELS[high.level] > _LEVELS[low.level]:
        detail = f"A parent is of no lower level, and {words} is only {high.level}."
        yield Fault(pointer=level, code="parent-level-too-low", detail=detail)


def link_fits(new: Link, facts: Facts) -> Iterator[Fault]:
    """An objective that another is decomposed into fits it as a child its parent; what is parallel is on two sides."""
    low, high = (facts.get(end.kind, end.id) for end in (new.source, new.target))
    if new.state != "active" or low is None or high is None:
        return
    if new.type == "decomposes" and low.kind == high.kind == "objective":
        yield from _apart(low, high, "/target", "/target", "the parent")
    if new.type == "parallels" and low.side and low.side == high.side:
        detail = f"Both are on the {low.side} side: what runs in parallel does so on the other one."
        yield Fault(pointer="/target", code="same-side", detail=detail)


def supports_a_strategy(new: Strategy, facts: Facts) -> Iterator[Fault]:
    """A strategy of another type than business supports a strategy, by a link; that one may still be planned."""
    at = new.updated_at
    links = [link for link in facts.links if link.type == "supports" and is_to_hold(link, at)]
    supported = [facts.get("strategy", link.target.id) for link in links]
    if new.type != "business" and all(is_over(each, at) for each in supported):
        yield Fault(
            pointer="/type",
            code="supported-strategy-missing",
            detail="It supports no strategy: link it to the one it serves.",
        )


def pattern_has_evidence(new: StrategyElement, _: Facts) -> Iterator[Fault]:
    """A pattern names evidence_refs: the decisions that show it."""
    if new.type == "pattern" and not new.evidence_refs:
        yield Fault(
            pointer="/evidence_refs", code="evidence-missing", detail="A pattern names the decisions that show it."
        )


def corrects_the_same_kpi(new: Measurement, facts: Facts) -> Iterator[Fault]:
    corrected = facts.get("measurement", new.corrects_id)
    if corrected and corrected.kpi_id != new.kpi_id:
        detail = "It corrects a measurement of another indicator."
        yield Fault(pointer="/corrects_id", code="kpi-mismatch", detail=detail)


def by_signature(new: State, _: Facts) -> Iterator[Fault]:
    """A signed increment holds it: that moves it, and nothing else does."""
    detail = (
        f"{NODE_KINDS[new.kind].one.capitalize()} is approved when a signed increment holds it, and in no other way."
    )
    yield Fault(pointer="/to", code="signature-required", detail=detail)


def rules(most_items: int) -> Rules:
    """``most_items`` is how many an increment may hold."""
    submitted = (
        signing.is_for_sign_off,
        signing.fits_into_a_sitting(most_items),
        signing.items_are_ready,
        signing.signers_may_sign,
        signing.supersedes_what_was_signed,
        signing.who_signed_is_asked_again,
    )
    return Rules(
        always={
            "objective": (parent_fits,),
            "link": (link_fits, signing.members_are_no_links),
            "measurement": (corrects_the_same_kpi,),
            "plan": (plans.steps_fit,),
            "increment": (
                signing.items_can_be_signed,
                signing.statement_is_frozen,
                signing.attested_says_so,
                signing.items_have_a_hash,
            ),
            "stakeholder": (subject_can_be_read, subject_is_unique, signing.subject_is_settled),
        },
        on={
            ("strategy", "proposed"): (supports_a_strategy,),
            ("strategy_element", "proposed"): (pattern_has_evidence,),
            **{(kind.name, "approved"): (by_signature,) for kind in KINDS if kind.signed_as == "approved"},
            ("increment", "submitted"): submitted,
            ("increment", "partly_signed"): (signing.somebody_approved,),
            ("increment", "signed"): (
                signing.everybody_approved,
                signing.package_holds,
                signing.items_are_ready,
                signing.supersedes_what_was_signed,
            ),
            ("increment", "declined"): (signing.has_a_reason,),
            ("increment", "superseded"): (signing.by_a_later_increment,),
            ("increment", "attested"): (signing.has_a_reason,),
        },
        then={("increment", "signed"): (signing.items_move,)},
        fill={
            **{("increment", state): freezing.freeze for state in freezing.OPEN},
            ("increment", "attested"): freezing.attest,
            ("increment", "draft"): freezing.thaw,
        },
        keep={"increment": freezing.note_authors},
        relations={("strategy", "proposed"): ("supports",)},
        # those below it are looked at; with those beside it, it waits for whoever moves the one above them
        lookups={
            "objective": (
                Lookup("objective", "parent_id", alone=True, when=("side", "level")),
                Lookup("objective", "parent_id", "parent_id", alone=True, turn_only=True),
            ),
            "increment": (Lookup("increment", "id", "supersedes_id", also=(("approvers", "stakeholder"),)),),
            "stakeholder": (
                Lookup("stakeholder", "subject", "subject", alone=True),
                Lookup("increment", "sign_offs", mentioned=True, states=freezing.OPEN),
            ),
        },
        outgoing=frozenset({"increment"}),
    )


RULES = rules(most_items=25)
