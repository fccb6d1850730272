"""AI systems and controls: answers decided by hand, beyond the examples of their rules."""

from datetime import timedelta

import pytest

from services.alignment.judge.examples import START, Text


def found(text: Text, rule: str) -> list[str | None]:
    return sorted((each.evidence.get("part") or "") for each in text.of(rule))


def wrong(graph: str, rule: str) -> list[str | None]:
    text = Text()
    text.add(graph)
    return found(text, rule)


LETTERS = (
    "activity:a operational{decision}, process:p operational, process:q operational, role:r active, role:s active, "
    "role_assignment:h active, role_assignment:i active, party:x active agent, party:y active {other}; a part_of p, "
    "h assigned_as r, h assigned_in {at}, h assigns x, i assigned_as s, i assigned_in p, i assigns y, {letters}"
)


@pytest.mark.parametrize(
    ("letters", "decision", "other", "at", "parts"),
    [
        ("a accountable r", "", "person", "p", ["A"]),
        ("a accountable r", "", "person", "q", []),
        ("a accountable s", "", "person", "p", []),
        ("a accountable s, a responsible r", "", "person", "p", []),
        ("a accountable s, a responsible r", " +decision", "person", "p", ["R"]),
        ("a accountable s, a responsible r, a responsible s", " +decision", "person", "p", []),
        ("a accountable r, a responsible r", " +decision", "person", "p", ["A", "R"]),
        ("a responsible r, a responsible s", " +decision", "agent", "p", ["R"]),
    ],
)
def test_what_is_left_to_an_ai_system(letters: str, decision: str, other: str, at: str, parts: list[str]) -> None:
    """It may do what it likes beside people; it answers for nothing, and decides nothing alone."""
    assert wrong(LETTERS.format(letters=letters, decision=decision, other=other, at=at), "G02") == parts


@pytest.mark.parametrize(
    ("type", "state", "parts"), [("person", "active", []), ("person", "left", [""]), ("agent", "active", [""])]
)
def test_who_answers_for_it_is_a_person_and_still_there(type: str, state: str, parts: list[str]) -> None:
    assert wrong(f"product:x in_use agent, party:y {state} {type}; x accountable y", "G01") == parts
    assert wrong("product:x in_use tool", "G01") == []


@pytest.mark.parametrize(
    ("risk", "type", "parts"),
    [
        ("high", "person", []),
        ("high", "team", []),
        ("high", "agent", [""]),
        ("unacceptable", "agent", [""]),
        ("limited", "agent", []),
    ],
)
def test_an_ai_system_watches_no_other(risk: str, type: str, parts: list[str]) -> None:
    watched = (
        f"party:x active agent +risk_class={risk}, role:o active, role_assignment:h active, party:y active {type}; "
        "x overseen_by o, h assigned_as o, h assigns y"
    )
    assert wrong(watched, "G03") == parts


@pytest.mark.parametrize(
    ("means", "parts"),
    [
        ("process:p under_review; p realizes c", []),
        ("process:p approved; p realizes c", [""]),
        ("activity:p operational; p realizes c", []),
        ("product:p in_use; p realizes c", [""]),
    ],
)
def test_a_control_is_carried_out_by_work_that_is_done(means: str, parts: list[str]) -> None:
    assert wrong(f"control:c active, {means}", "G04") == parts


def test_only_an_obligation_needs_a_control() -> None:
    assert wrong("policy:q published obligation", "G05") == [""]
    assert wrong("policy:q published requirement", "G05") == []


@pytest.mark.parametrize(
    ("cadence", "days"), [("monthly", 30), ("quarterly", 91), ("semi_annual", 182), ("annual", 365)]
)
def test_evidence_is_as_old_as_its_newest(cadence: str, days: int) -> None:
    """It falls due at its instant, and newer evidence ends it."""
    text = Text()
    text.add(
        f"control:c active +cadence={cadence}, deliverable:d active +updated_at=2026-01-01, "
        "deliverable:e active +updated_at=2025-01-01; c evidenced_by d, c evidenced_by e"
    )
    for later, parts in ((days - 1, []), (days, [""])):
        text.judge.turn_to(START + timedelta(days=later))
        text.judge.flush()
        assert found(text, "G06") == parts
    text.add("deliverable:d active +updated_at=2030-01-01", START + timedelta(days=days + 1))
    assert found(text, "G06") == []


def test_a_control_with_a_cadence_and_no_evidence_has_none_that_is_newer() -> None:
    assert wrong("control:c active +cadence=annual", "G06") == [""]
    assert wrong("control:c active", "G06") == []
    retired = "control:c active +cadence=annual, deliverable:d retired +updated_at=2026-01-01; c evidenced_by d"
    assert wrong(retired, "G06") == [""]
