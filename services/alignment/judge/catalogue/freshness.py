"""What is there was looked at lately, and is what its dates say."""

from services.alignment.judge.checks import Evidence, Looks
from services.alignment.judge.clocks import Clock, Dated
from services.alignment.judge.conditions import Has
from services.alignment.judge.graph import Node
from services.alignment.judge.rule import Rule, Severity
from shared.contracts import NODE_KINDS

SOURCE = "CSDM 5 attestation and ServiceNow CMDB Health: staleness"
DAYS = {"monthly": 30, "quarterly": 91, "semi_annual": 182, "annual": 365}
_ALL = frozenset(kind.name for kind in NODE_KINDS.values() if "review" in kind.model.model_fields)
_KEPT = frozenset({"service", "product", "process", "policy", "procedure", "work_instruction", "capability"})
"""What is operated or read day by day."""
_ENDED_BY_OWNERS = frozenset(
    kind.name for kind in NODE_KINDS.values() if any(timed.at == "valid_to" for timed in kind.timed)
)


def _cadence(thing: Dated) -> int:
    return DAYS[(thing.get("review") or {}).get("cadence") or "annual"]


_DUE = Clock("review.next_due")
_DUE_AGAIN = Clock("review.next_due", later=_cadence, delays=tuple(DAYS.values()))
_ENDED, _BEGUN = Clock("valid_to"), Clock("valid_from")


def _is_due(node: Node) -> bool:
    return bool((node.get("review") or {}).get("next_due"))


def _overdue(node: Node) -> tuple[Evidence, ...]:
    return ({"missing": "review", "due": node.get("review")["next_due"]},) if node.past(_DUE) else ()


def _twice(node: Node) -> Severity | None:
    return Severity.high if node.past(_DUE_AGAIN) else None


def _unchanged(days: int) -> Looks:
    changed = Clock("updated_at", days)
    return Looks(
        lambda node: ({"missing": "change or review"},) if node.past(changed) and not _is_due(node) else (),
        ("review",), clocks=(changed,),
    )  # fmt: skip


_REVIEW_IS_SET = Has("the day of a review", _is_due, ("review",))
RULES = (
    Rule(
        "T01", Severity.medium, "freshness", "Review that is overdue",
        "The review of a live thing was due and has not been made; it is graver once the next one is due as well.",
        "Look at it, mend what is no longer so, and record the review: `plumbline review KIND/KEY`.",
        Looks(_overdue, ("review",), clocks=(_DUE, _DUE_AGAIN)), _ALL, graver=_twice, given=_REVIEW_IS_SET, few=True,
        sentence="The review of {it} is overdue.",
        passes="process:p operational +review.next_due=2030-01-01",
        fails="process:p operational +review.next_due=2026-02-01",
        mended="process:p operational +review.next_due=2030-01-01",
    ),
    Rule(
        "T02", Severity.low, "freshness", "Nobody has looked at it",
        "Nothing of a live thing has been changed for {days} days, and no review of it is due.",
        "Look whether it is still so, and set when it is reviewed next.",
        lambda limit: _unchanged(limit["days"]), _KEPT, limits={"days": 365},
        sentence="Nobody has looked at {it} for {days} days.",
        passes="service:s operational +updated_at=2026-10-01",
        fails="service:s operational +updated_at=2025-01-01",
        mended="service:s operational +updated_at=2027-01-01",
    ),
    Rule(
        "T03", Severity.medium, "freshness", "Live after its validity",
        "The validity of a thing has ended, and its state is still a live one.",
        "Retire it, or prolong its validity.",
        Looks(lambda node: ({"missing": "an end of its state"},) if node.past(_ENDED) else (), clocks=(_ENDED,)),
        _ALL - _ENDED_BY_OWNERS, stated=True,
        given=Has("an end", lambda node: node.valid_to is not None, clocks=(_ENDED,)), few=True,
        sentence="The validity of {it} has ended, and it is still live.",
        passes="process:p operational +valid_to=2030-01-01",
        fails="process:p operational +valid_to=2026-02-01",
        mended="process:p retired +valid_to=2026-02-01",
    ),
    Rule(
        "T04", Severity.low, "freshness", "Not live although its time has come",
        "The validity of a thing has begun, and its state is not a live one yet.",
        "Move it on, or put off the day from which it is valid.",
        Looks(lambda node: ({"missing": "a live state"},) if node.past(_BEGUN) else (), clocks=(_BEGUN,)),
        _ALL, planned=True,
        given=Has("a beginning", lambda node: node.valid_from is not None, clocks=(_BEGUN,)), few=True,
        sentence="The time of {it} has come, and it is not live.",
        passes="policy:p draft +valid_from=2030-01-01",
        fails="policy:p draft +valid_from=2026-02-01",
        mended="policy:p published +valid_from=2026-02-01",
    ),
)  # fmt: skip
