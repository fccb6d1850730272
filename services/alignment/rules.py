"""What alignment refuses of its own facts, and what it writes into them: pure, as the rules of the owners are."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from shared.contracts.alignment import ACTS, Acknowledgement, Baseline, Waiver
from shared.errors import Fault
from shared.rules import Facts, Lookup, Rules

LONGEST_WAIVER = timedelta(days=366)
"""Nobody waives for ever."""


def has_been(new: Baseline, _: Facts) -> Iterator[Fault]:
    if new.at and new.at > new.updated_at:
        detail = "A baseline names a moment of the past: leave at out to name this one."
        yield Fault(pointer="/at", code="in-the-future", detail=detail)


def is_now(new: Baseline, _: Facts) -> Mapping[str, Any]:
    """Whoever names no moment means this one."""
    return {"at": new.at or new.created_at}


def ends_within_a_year(new: Waiver, facts: Facts) -> Iterator[Fault]:
    if facts.old is not None or new.state != "active":
        return
    begins = max(new.created_at, new.valid_from or new.created_at)
    if new.valid_to <= begins:
        yield Fault(pointer="/valid_to", code="invalid-interval", detail="It would have ended before it begins.")
    elif new.valid_to - new.created_at > LONGEST_WAIVER:
        detail = f"A waiver ends after {LONGEST_WAIVER.days} days at most: then somebody decides again."
        yield Fault(pointer="/valid_to", code="beyond-a-year", detail=detail)


def is_the_only_one(new: Acknowledgement, facts: Facts) -> Iterator[Fault]:
    if new.state == "active" and (others := facts.others(new.kind)):
        detail = f"The finding is acknowledged already, by {others[0].key}: change that one, or close it first."
        yield Fault(pointer="/finding_id", code="duplicate", detail=detail)


def ends_with_its_state(new: Any, _: Facts) -> Mapping[str, Any]:
    return {"ended_at": None if new.state == "active" else new.ended_at or new.updated_at}


RULES = Rules(
    always={
        "baseline": (has_been,),
        "waiver": (ends_within_a_year,),
        "acknowledgement": (is_the_only_one,),
    },
    fill={("baseline", "active"): is_now},
    keep={kind.name: ends_with_its_state for kind in ACTS},
    lookups={
        "acknowledgement": (
            Lookup("acknowledgement", "finding_id", of="finding_id", states=("active",), when=("state",)),
        )
    },
)
