"""Changes as saves: decided by hand."""

from datetime import UTC, datetime, timedelta
from typing import Any

from services.web.saves import days, is_brief, saves, told, verb
from shared.contracts.views.diff import Change

AT = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)
NODE = {
    "id": "1", "kind": "tactic", "key": "a", "name": "A", "type": None, "state": "draft", "live": False,
    "why_not_live": "draft", "version": 1, "owner": None, "criticality": None, "deleted": False,
}  # fmt: skip
FOUND = {"id": "f", "rule": "V02", "title": "Tactic without an objective", "severity": "high", "subject": NODE}


def change(minutes: float, by: str = "amara", **more: Any) -> Change:
    given = {
        "event": "tactic:1:1.1", "action": "changed", "at": AT - timedelta(minutes=minutes), "by": by, "reason": None,
        "node": NODE, "link": None, "changes": [],
        "findings": {"opened": [], "resolved": [], "more": 0, "at_least": False},
    }  # fmt: skip
    return Change.model_validate(given | more)


def member(name: str, before: Any, after: Any) -> dict[str, Any]:
    return {"member": name, "from": before, "to": after}


def test_what_one_does_within_minutes_is_one_save() -> None:
    some = [change(0), change(4), change(8), change(14), change(15, "maeve"), change(16)]
    assert [(save.by, len(save.changes)) for save in saves(some)] == [
        ("amara", 3), ("amara", 1), ("maeve", 1), ("amara", 1),
    ]  # fmt: skip
    assert saves(some)[0].first == AT - timedelta(minutes=8)
    assert saves(some)[0].last == AT


def test_midnight_ends_a_save_and_begins_a_day() -> None:
    found = days([change(719), change(721)])
    assert [(each.day.day, each.changes) for each in found] == [(30, 1), (29, 1)]


def test_what_two_changes_of_an_instant_brought_counts_once() -> None:
    brought = {"opened": [FOUND], "resolved": [], "more": 0, "at_least": False}
    [day] = days([change(0, findings=brought), change(0, findings=brought)])
    assert (day.opened, day.closed) == (1, 0)


def test_one_reason_is_said_once() -> None:
    assert saves([change(0, reason="So."), change(1, reason="So.")])[0].reason == "So."
    assert saves([change(0, reason="So."), change(1)])[0].reason is None


def test_what_was_done_in_a_word() -> None:
    link = {"id": "l", "type": "supports", "source": NODE, "target": NODE, "state": "active"}
    assert verb(change(0, action="created")) == "new"
    assert verb(change(0, changes=[member("state", "draft", "in_force")])) == "in force"
    assert verb(change(0)) == "changed"
    assert verb(change(0, action="deleted")) == "deleted"
    assert verb(change(0, action="created", node=None, link=link)) == "linked"
    assert verb(change(0, node=None, link={**link, "state": "ended"})) == "unlinked"


def test_the_state_and_what_goes_with_it_is_not_said_again() -> None:
    some = [member("state", "draft", "proposed"), member("state_reason", None, "So."), member("budget", 1, 2)]
    assert told(change(0, changes=some)) == ["budget"]
    assert told(change(0, action="created", changes=some)) == []


def test_what_is_short_is_told_from_what_to_what() -> None:
    for before, after, brief in (
        (None, "short", True), (1, 2, True), ("x" * 81, "short", False), ([], ["a"], False),
        ({"kind": "party", "id": "1"}, None, True), ({"name": "x"}, None, False),
    ):  # fmt: skip
        [each] = change(0, changes=[member("any", before, after)]).changes
        assert is_brief(each) is brief
