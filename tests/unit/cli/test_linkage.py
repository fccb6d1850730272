import json
from typing import Any

import pytest

from tests.unit.cli.test_queries import CREW, DECK, FRAME, crew, edge, finding, node, trace, why
from tests.unit.fake_owner import FakeOwner

__all__ = ["crew"]
VIEW = "/alignment/v1"


def test_impact_has_three_parts(run: Any, crew: FakeOwner) -> None:
    risk = {"node": node(DECK, "deck"), "distance": 2, "path": [edge("part_of"), edge("depends_on")], "size": 40}
    review = {"node": node(DECK, "hold"), "distance": 1, "path": [edge("governs")], "size": None}
    related = {"node": node(DECK, "quay"), "distance": 1, "path": [edge("relates_to")], "size": None}
    named = {"activities": [], "holders": [node(CREW, "crew")]}
    asked = {"node": node(DECK, "mate"), "owns": [node(DECK, "deck")], "letters": ["A", "C"], **named}
    crew.extra[f"{VIEW}/impact/party/{CREW}"] = {
        "subject": node(CREW, "crew"),
        "at_risk": [risk],
        "to_review": [review, related],
        "to_ask": [asked],
        "customers": [risk],
        "contracts": [],
        "hidden": 3,
        "left_out": {"retired": 2},
        **FRAME,
    }
    told = run("impact", "party/crew").stdout
    assert "At risk if party/crew Crew fails or goes: 1, among them 1 customer group of 40 people" in told
    assert "party/deck Deck (40 people)  part_of < depends_on" in told
    assert "party/hold Hold  governs" in told
    assert "Related: party/quay Quay" in told
    assert "party/mate Mate  owner AC  party/crew Crew" in told
    assert "and 3 relations not followed" in told
    assert "Left out: 2 retired" in told
    assert json.loads(run("impact", "party/crew", "--json").stdout)["hidden"] == 3


FOUND = {"id": CREW, "rule": "V03", "title": "Operation without a tactic", "severity": "high"}


def test_a_cascade_is_a_tree_with_its_holes(run: Any, owner: FakeOwner) -> None:
    deck, both = node(DECK, "deck", side="it"), node(CREW, "crew", side=None)
    below = {"node": deck, "parallels": [both], "below": [], "hidden": 1}
    tree = {"node": both, "parallels": [], "below": [below], "hidden": 0}
    told = {"items": [tree], "holes": [{"node": deck, **FOUND}], "hidden": {"nodes": 2, "holes": 0}, "left_out": {}}
    owner.extra[f"{VIEW}/cascade"] = {**told, **FRAME}
    told = run("cascade").stdout
    assert "└── party/deck Deck || party/crew Crew (shown already)" in told
    assert "high      V03   party/deck Deck  Operation without a tactic" in told
    assert "and 2 nodes more" in told
    assert "holes more" not in told


@pytest.mark.parametrize("what", ["design", "offerings"])
def test_coverage_says_what_is_missing(run: Any, owner: FakeOwner, what: str) -> None:
    cells = {
        "people": {"status": "covered", "nodes": [node(CREW, "crew")], "reason": None, "finding": None},
        "process": {"status": "missing", "nodes": [], "reason": None, "finding": FOUND | {"rule": "X02"}},
        "product": {"status": "not_applicable", "nodes": [], "reason": "by hand", "finding": None},
        "partner": {"status": "open", "nodes": [], "reason": None, "finding": None},
    }
    components = {"goods": [{"type": "goods", "item": "a box"}], "access": [], "action": []}
    lacks = FOUND | {"rule": "F02", "title": "Offering for nobody", "what": "consumer_group"}
    offered = {**components, "services": [node(CREW, "tow")], "consumer_groups": [], "missing": [lacks], "open": []}
    items = {
        "design": [{"service": node(DECK, "deck"), "package": None, **cells}],
        "offerings": [{"offering": node(DECK, "deck"), **offered, "hidden": 0}],
    }
    owner.extra[f"{VIEW}/coverage/{what}"] = {"items": items[what], "next_cursor": None}
    told = run("coverage", what).stdout
    expected = {
        "design": ("crew", "MISSING (X02)", "not applicable: by hand", "open"),
        "offerings": ("a box", "party/tow Tow", "F02 Offering for nobody"),
    }
    assert all(text in told for text in expected[what])


HIDDEN = {"activities": 0, "roles": 0, "violations": 0}
NO_MATRIX: dict[str, Any] = {
    "process": node(CREW, "crew"),
    "roles": [],
    "rows": [],
    "violations": [],
    "hidden": HIDDEN,
    "left_out": {},
    **FRAME,
}


def test_a_matrix_has_letters_holders_and_violations(run: Any, crew: FakeOwner) -> None:
    row = {
        "activity": node(DECK, "boarding"),
        "cells": [{"role": DECK, "letters": ["A", "R"]}],
        "violations": [FOUND],
    }
    everywhere = FOUND | {"rule": "R12", "title": "Role in everything"}
    roles = [{"role": node(DECK, "mate"), "parties": [node(CREW, "crew")], "violations": [everywhere]}]
    alone = FOUND | {"rule": "R13", "title": "Owner without an A"}
    answer = {**NO_MATRIX, "roles": roles, "rows": [row], "violations": [alone]}
    crew.extra[f"{VIEW}/raci/{CREW}"] = answer
    told = run("raci", CREW).stdout.splitlines()
    assert [line.split() for line in told] == [
        ["activity", "mate", "violations"],
        ["(held", "by)", "Crew"],
        ["Boarding", "AR", *["V03", "Operation", "without", "a", "tactic"]],
        ["party/crew:", "R13", "Owner", "without", "an", "A"],
        ["party/mate:", "R12", "Role", "in", "everything"],
    ]


def test_a_matrix_marks_what_is_not_live_and_counts_what_is_over(run: Any, crew: FakeOwner) -> None:
    draft = {"live": False, "why_not_live": "draft"}
    row = {"activity": node(DECK, "boarding", **draft), "cells": [{"role": DECK, "letters": ["A"]}], "violations": []}
    roles = [{"role": node(DECK, "mate", **draft), "parties": [], "violations": []}]
    crew.extra[f"{VIEW}/raci/{CREW}"] = {**NO_MATRIX, "roles": roles, "rows": [row], "left_out": {"left": 1}}
    told = run("raci", CREW).stdout
    assert all(text in told for text in ("mate [draft]", "Boarding [draft]", "Left out: 1 left"))


def test_the_load_is_of_those_who_carry_something(run: Any, owner: FakeOwner) -> None:
    letters = {"R": 2, "A": 1, "C": 0, "I": 0}
    items = [
        {"party": node(CREW, "crew"), "roles": 1, "letters": letters},
        {"party": node(DECK, "deck"), "roles": 0, "letters": dict.fromkeys("RACI", 0)},
    ]
    owner.extra[f"{VIEW}/load"] = {"items": items, "next_cursor": None}
    assert run("load").stdout.splitlines()[1:] == ["party/crew Crew  1      2  1  0  0"]


def test_a_diff_tells_who_changed_what(run: Any, owner: FakeOwner) -> None:
    about = {"subject": node(DECK, "deck")}
    found = {"opened": [FOUND | about] * 2, "resolved": [FOUND | about | {"rule": "P01"}], "more": 3}
    brought = found | {"at_least": False}
    when = {"event": "an id", "at": "2026-03-01T00:00:00Z", "by": "ada", "action": "changed", "findings": brought}
    link = {"id": DECK, "type": "serves", "source": node(CREW, "crew"), "target": node(DECK, "deck"), "state": "ended"}
    renamed = [{"member": "name", "from": None, "to": "b"}, {"member": "tags", "from": [], "to": ["old"]}]
    reason = {"member": "state_reason", "from": None, "to": "A mistake."}
    ended = [{"member": "state", "from": "active", "to": "ended"}, reason]
    items = [
        {**when, "changes": renamed, "reason": None, "node": node(CREW, "crew"), "link": None},
        {**when, "changes": ended, "reason": "A mistake.", "node": None, "link": link},
        {
            **when,
            "action": "created",
            "changes": renamed,
            "reason": "New.",
            "node": node(CREW, "crew"),
            "link": None,
            "findings": brought | {"at_least": True, "more": 4980},
        },
    ]
    found = finding("V02", "high", title="In a vacuum", subject=node(DECK, "deck"))
    owner.extra[f"{VIEW}/diff"] = {
        "items": items,
        "next_cursor": None,
        "findings": {"opened": [found], "resolved": [], "more_opened": True, "more_resolved": False},
        "score": {"from": None, "to": 86.4},
        "from": "2026-01-01T00:00:00Z",
        "to": "2026-04-01T00:00:00Z",
        **FRAME,
    }
    told = run("diff", "--from", "2026-01-01T00:00:00Z").stdout
    assert "2026-03-01T00:00:00.000000Z  ada  changed  party/crew Crew " in told
    assert "name none -> b; tags  " in told
    assert "+V03 x2 -P01 and 3 more" in told
    assert "+V03 x2 -P01 and at least 4980 more" in told
    assert "party/crew Crew serves party/deck Deck  state active -> ended; A mistake." in told
    assert ["created", "party/crew", "Crew", "New."] in [line.split()[2:6] for line in told.splitlines()]
    assert "1 or more findings opened, 0 resolved." in told
    assert "opened   V02   party/deck Deck" in told
    assert "Score: –, then 86" in told


ANSWERS: dict[str, dict[str, Any]] = {
    "trace": trace("up"),
    "why": why([]),
    "impact": {member: [] for member in ("at_risk", "to_review", "to_ask", "customers", "contracts")}
    | {"subject": node(CREW, "crew"), "hidden": 0, "left_out": {}, **FRAME},
    "raci": NO_MATRIX,
    "cascade": {"items": [], "holes": [], "hidden": {"nodes": 0, "holes": 0}, "left_out": {}, **FRAME},
    "coverage/design": {"items": [], "next_cursor": None},
    "load": {"items": [], "next_cursor": None},
    "findings": {"items": [], "next_cursor": None},
    "score": {
        "index": None,
        "index_with_waivers": None,
        "waived": 0,
        "capped": False,
        "known": {"dimensions": 0, "of": 0},
        "rules_version": "1",
        "dimensions": [],
        "rules": [],
        "fixes": [],
        "as_of": None,
        "provisional": False,
        "watermark": {},
    },
}
OF_ONE = {"trace": "party/gone", "why": "party/gone", "impact": "party/gone", "raci": "gone"}


@pytest.mark.parametrize("view", ANSWERS)
def test_every_view_is_shown_as_of_a_baseline(run: Any, owner: FakeOwner, view: str) -> None:
    """What it is about is found among what was there then."""
    asked: list[tuple[str, str | None]] = []

    def answering(answer: dict[str, Any]) -> Any:
        def answer_and_note(request: Any) -> dict[str, Any]:
            asked.append((request.url.path.removeprefix(f"{VIEW}/"), request.url.params.get("as_of")))
            return answer

        return answer_and_note

    signed = {"key": "signed", "id": DECK, "at": "2026-01-01T00:00:00Z"}
    owner.extra[f"{VIEW}/baselines"] = {"items": [signed], "next_cursor": None}
    owner.extra[f"{VIEW}/nodes"] = answering({"items": [node(CREW, "gone")], "next_cursor": None})
    path = {"raci": f"raci/{CREW}", "findings": "findings/groups"}.get(
        view, f"{view}/party/{CREW}" if view in OF_ONE else view
    )
    owner.extra[f"{VIEW}/{path}"] = answering(ANSWERS[view])
    result = run(*view.split("/"), *([OF_ONE[view]] if view in OF_ONE else []), "--as-of", "signed")
    assert result.exit_code == 0, result.output
    assert asked == [*([("nodes", signed["at"])] if view in OF_ONE else []), (path, signed["at"])]


def test_a_moment_that_is_no_baseline_is_not_found(run: Any, owner: FakeOwner) -> None:
    owner.extra[f"{VIEW}/baselines"] = {"items": [], "next_cursor": None}
    result = run("score", "--as-of", "unheard-of")
    assert (result.exit_code, "baseline/unheard-of" in result.stderr) == (3, True)
