"""Findings of another valid time in the places of a page; and what the clocks of owners will do."""

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from services.alignment.judge.scheduled import scheduled
from services.alignment.judge.standing import Version
from services.alignment.models import FINDING
from services.alignment.views.foreseen import Laid
from shared.contracts import LINKS, NODE_KINDS
from shared.http.pagination import encode

ORDER = [FINDING.c.severity, FINDING.c.rule]
TODAY, FIRST, SECOND, LAST = (datetime(year, 1, 1, tzinfo=UTC) for year in (2026, 2027, 2028, 2029))


def row(severity: int, rule: str) -> Any:
    return SimpleNamespace(severity=severity, rule=rule)


def test_what_lies_after_a_page_waits_for_its_own() -> None:
    """Where little was found among what a page may look at, it ends before what lies further on."""
    laid = Laid(ORDER, encode(4, "V01"), encode(2, "V02"))
    others: Any = [row(4, "V02"), row(3, "V01"), row(2, "V02"), row(2, "V01"), row(0, "V01")]
    within = laid.within(others)
    assert within == [row(3, "V01"), row(2, "V02")]
    assert laid.over([row(3, "V04")], within, 5) == ([row(3, "V04"), *within], encode(2, "V02"))
    assert laid.over([row(3, "V04")], within, 2) == ([row(3, "V04"), row(3, "V01")], encode(3, "V01"))


def test_without_a_next_page_everything_is_on_this_one() -> None:
    laid = Laid(ORDER, None, None)
    assert laid.within([row(0, "V01")]) == [row(0, "V01")]
    assert laid.over([], [row(0, "V01"), row(1, "V01")], 2) == ([row(1, "V01"), row(0, "V01")], None)


def test_no_clock_moves_what_a_relation_between_others_lives_by() -> None:
    """Whoever lets one do so has to foresee the flag of those relations as well: ``judge/moved.py``."""
    kinds = [*NODE_KINDS.values(), *LINKS.values()]
    assert not [kind.name for kind in kinds if kind.timed and (kind.is_link or any(r.start for r in kind.references))]


def version(ref: str, state: str, **members: Any) -> Version:
    return Version(ref, (1, 1), TODAY, None, state, False, False, None, None, None, None, members)


def moves(*versions: Version, after: datetime = TODAY, until: datetime = LAST) -> list[tuple[str, bool, datetime]]:
    return [(each.state, each.has_live_state, each.recorded_at) for each in scheduled(versions, after, until)]


def test_a_holding_begins_and_ends_by_the_clock() -> None:
    times = {"valid_from": "2027-01-01T00:00:00Z", "valid_to": "2028-01-01T00:00:00Z"}
    proposed = version("role_assignment/a", "proposed", **times)
    assert moves(proposed) == [("active", True, FIRST), ("ended", False, SECOND)]
    assert moves(proposed, until=FIRST) == [("active", True, FIRST)]
    assert moves(proposed, after=FIRST) == [], "what was due and has not moved is held back by its owner"
    assert moves(proposed._replace(deleted=True)) == []


def test_a_contract_ends_with_the_first_of_its_ends() -> None:
    contract = version("contract/c", "active", period={"end": "2028-01-01T00:00:00Z"}, valid_to="2027-01-01T00:00:00Z")
    assert moves(contract) == [("expired", False, FIRST)]
    assert moves(version("contract/c", "active", period=None)) == []
    assert moves(version("contract/c", "draft", period={"end": "2028-01-01T00:00:00Z"})) == []


def test_moves_of_many_come_in_order() -> None:
    late = version("contract/a", "active", period={"end": "2028-01-01T00:00:00Z"})
    soon = version("contract/b", "suspended", period={"end": "2027-01-01T00:00:00Z"})
    assert [each.ref for each in scheduled([late, soon], TODAY, LAST)] == ["contract/b", "contract/a"]
