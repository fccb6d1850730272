"""Commands about one finding, and about what changes would do."""

import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.unit.cli.test_queries import CREW, DECK, FRAME, crew, edge, finding, node
from tests.unit.fake_owner import FakeOwner

__all__ = ["crew"]
ID = "7d4f0000-0000-4000-8000-0000000000f1"
FINDINGS = "/alignment/v1/findings"
SEEN = {"id": ID, "key": "a", "by": "eve", "at": "2026-03-02T00:00:00Z", "owner": None, "note": "Soon.", "due": None}
WAIVED = {**SEEN, "reason": "It ends soon.", "until": "2026-06-01T00:00:00Z"}


OF_ONE: dict[str, Any] = {"move": {"owner": None, "along": []}, "mentioned": {}, "chain": None, "remarks": []}
"""What is told of one finding alone."""


def one(**members: Any) -> dict[str, Any]:
    return {**finding("V02", "high", id=ID, gain=None, **OF_ONE, **members), **FRAME}


def listing(*found: dict[str, Any]) -> dict[str, Any]:
    return {"items": [{**each, "gain": None} for each in found], "next_cursor": None, **FRAME}


def test_a_finding_is_shown_with_what_has_been_done_about_it(run: Any, owner: FakeOwner) -> None:
    said = {"id": ID, "key": "c", "by": "adam", "at": "2026-03-03T00:00:00Z", "text": "Why?"}
    waiver = {name: value for name, value in WAIVED.items() if name not in ("owner", "note", "due")}
    told = one(waiver=waiver, acknowledgement=SEEN, comments=1) | {"remarks": [said]}
    owner.extra[f"{FINDINGS}/{ID}"] = told
    shown = run("finding", ID).stdout
    for text in (
        "V02 Title V02",
        "party/crew",
        "until 2026-06-01 by eve: It ends soon.",
        "by eve, Soon.",
        "adam: Why?",
    ):
        assert text in shown, shown
    assert json.loads(run("finding", ID, "--json").stdout) == told


def test_it_says_whose_move_it_is_and_why(run: Any, owner: FakeOwner) -> None:
    said = {"along": [{"edge": edge("part_of"), "node": node(DECK, "deck")}], "owner": node(CREW, "crew")}
    owner.extra[f"{FINDINGS}/{ID}"] = one() | {"move": said}
    assert "party/crew Crew, who owns party/deck above it" in run("finding", ID).stdout
    owner.extra[f"{FINDINGS}/{ID}"] = one() | {"move": said | {"stands_in_for": node(ID, "gone")}}
    shown = run("finding", ID).stdout
    assert "party/crew Crew, who stands in for party/gone, who owns party/deck above it" in shown
    owner.extra[f"{FINDINGS}/{ID}"] = one()
    assert "nobody is named" in run("finding", ID).stdout


def test_it_names_what_was_seen_and_where_the_chain_breaks(run: Any, owner: FakeOwner) -> None:
    mentioned: dict[str, Any] = {f"party/{DECK}": node(DECK, "deck")}
    seen: dict[str, Any] = {"owner": f"party/{DECK}", "also": [f"party/{DECK}", "x"]}
    seen["edge"] = f"link/{CREW} serves party/{DECK}"
    draft = node(DECK, "deck", live=False, why_not_live="draft")
    steps = [{"edge": edge("part_of"), "node": node(CREW, "crew")}, {"edge": edge("serves"), "node": draft}]
    told = one(evidence=seen) | {"mentioned": mentioned, "chain": {"steps": steps, "breaks_at": 1}}
    owner.extra[f"{FINDINGS}/{ID}"] = told
    shown = run("finding", ID).stdout
    assert f"owner: party/deck, also: party/deck; x, edge: link/{CREW} serves party/deck" in shown
    assert "part_of party/crew Crew" in [line.removeprefix("chain").strip() for line in shown.splitlines()]
    assert "serves party/deck Deck [draft]  <- breaks here" in shown
    owner.extra[f"{FINDINGS}/{ID}"] = told | {"chain": {"steps": steps, "breaks_at": 2}}
    assert "and ends there" in run("finding", ID).stdout


def test_it_is_named_by_its_rule_and_subject(run: Any, crew: FakeOwner) -> None:
    asked: list[httpx.QueryParams] = []

    def answer(request: httpx.Request) -> dict[str, Any]:
        asked.append(request.url.params)
        return listing(finding("V02", "high", id=ID))

    crew.extra[FINDINGS] = answer
    crew.extra[f"{FINDINGS}/{ID}"] = one()
    assert run("finding", "V02:party/crew").exit_code == 0
    assert (asked[0]["rule"], asked[0]["subject"]) == ("V02", f"party/{CREW}")
    crew.extra[FINDINGS] = listing()
    missing = run("finding", "V02:party/crew")
    assert (missing.exit_code, "plumbline findings --subject party/crew" in missing.stderr) == (3, True)
    crew.extra[FINDINGS] = listing(finding("V02", "high", id=ID), finding("V02", "high", id=CREW))
    several = run("finding", "V02:party/crew")
    assert (several.exit_code, ID in several.stderr and CREW in several.stderr) == (2, True)
    unclear = run("finding", "the first")
    assert (unclear.exit_code, "RULE:KIND/KEY" in unclear.stderr) == (2, True)


def test_it_is_waived_until_a_day_and_told_how_to_end_that(run: Any, owner: FakeOwner) -> None:
    sent: list[Any] = []

    def answer(request: httpx.Request) -> dict[str, Any]:
        sent.append(json.loads(request.content))
        return {"key": "waiver-1", "valid_to": sent[-1]["valid_to"]}

    owner.extra[f"{FINDINGS}/{ID}/waiver"] = answer
    shown = run("waive", ID, "--reason", "It ends soon.", "--until", "2026-12-31").stdout
    assert sent == [{"reason": "It ends soon.", "valid_to": "2026-12-31T00:00:00.000000Z"}]
    assert "plumbline move waiver/waiver-1 withdrawn" in " ".join(shown.split())
    assert run("waive", ID, "--until", "2026-12-31").exit_code == 2


def test_it_is_acknowledged_for_somebody_and_again_to_change_that(run: Any, crew: FakeOwner) -> None:
    sent: list[tuple[str, Any]] = []

    def answer(request: httpx.Request) -> dict[str, Any]:
        if request.method == "GET":
            return {"id": ID, "version": 3, "key": "a"}
        sent.append((request.method, json.loads(request.content)))
        return {"key": "a"}

    crew.extra[f"{FINDINGS}/{ID}"] = one()
    crew.extra[f"{FINDINGS}/{ID}/acknowledgement"] = answer
    crew.extra[f"/alignment/v1/acknowledgements/{ID}"] = answer
    owner = {"kind": "party", "id": CREW}
    assert run("acknowledge", ID, "--owner", "party/crew", "--note", "On it.").exit_code == 0
    assert sent == [("POST", {"owner": owner, "description": "On it."})]
    crew.extra[f"{FINDINGS}/{ID}"] = one(acknowledgement=SEEN)
    assert run("acknowledge", ID, "--due", "2026-12-31").exit_code == 0
    assert sent[1] == ("PATCH", {"due": "2026-12-31T00:00:00.000000Z"})


def test_a_comment_is_put_beside_it(run: Any, owner: FakeOwner) -> None:
    owner.extra[f"{FINDINGS}/{ID}/comments"] = lambda request: {"key": "c", **json.loads(request.content)}
    assert json.loads(run("comment", ID, "Why?", "--json").stdout)["text"] == "Why?"


def outcome(**members: Any) -> dict[str, Any]:
    score = {"index": 80.0, "dimensions": {"trace": 90.0, "raci": 50.0}}
    then = {"index": 70.0, "dimensions": {"trace": 70.0, "raci": 50.0}}
    return {
        "suppositions": [], "opened": [], "closed": [], "hidden": 0, "before": score, "after": then, "ceasing": [],
        **FRAME, **members,
    }  # fmt: skip


def departing() -> dict[str, Any]:
    lacking = {"party": node(CREW, "crew"), "has": ["welding"], "lacks": ["diving"], "holds": False}
    letter = {"activity": node(CREW, "crew"), "letter": "A"}
    seat = {"assignment": node(CREW, "crew"), "role": node(CREW, "crew"), "scope": None, "alone": True}
    seats = [seat | {"letters": [letter], "candidates": [lacking]}, seat | {"letters": [], "candidates": []}]
    owned = {"owns": [node(CREW, "crew")], "owns_more": False, "signs": [], "contracts": [], "hidden": 0}
    return {"party": node(CREW, "crew"), "seats": seats, **owned, **FRAME}


def test_what_would_come_of_it_is_shown_with_who_is_hit(run: Any, crew: FakeOwner, tmp_path: Path) -> None:
    owner, sent_departures = crew, f"/alignment/v1/departures/{CREW}"
    owner.extra[sent_departures] = departing()
    sent: list[Any] = []
    hit = {"node": node(CREW, "crew"), "distance": 1, "path": [], "size": 12}
    ceasing = {"subject": node(CREW, "crew"), "customers": [hit], "contracts": [], "to_ask": [], "hidden": 2}
    moved = {"step": 0, "node": node(CREW, "crew"), "ref": f"party/{CREW}", "was": "active", "becomes": "left"}

    def answer(request: httpx.Request) -> dict[str, Any]:
        sent.append(json.loads(request.content))
        return outcome(opened=[finding("V02", "high", id=ID)], suppositions=[moved], ceasing=[ceasing])

    owner.extra["/alignment/v1/scenarios"] = answer
    file = tmp_path / "steps.yaml"
    file.write_text("steps:\n- {action: end, ref: link/x}\n")
    shown = run("whatif", file, "--retire", "service/a", "--leave", "party/crew", "--on", "2027-06-01").stdout
    assert sent == [
        {
            "steps": [
                {"action": "end", "ref": "link/x"},
                {"action": "retire", "ref": "service/a"},
                {"action": "leave", "ref": "party/crew"},
            ],
            "valid_at": "2027-06-01T00:00:00.000000Z",
        }
    ]
    for text in (
        "party/crew",
        "left",
        "1 finding would open, 0 would close",
        "V02",
        "80.0",
        "70.0",
        "(12 people)",
        "2 relations",
        "A of party/crew",
        "party/crew (lacks diving)",
        "nobody else holds it",
        "nobody has the skills",
    ):
        assert text in shown, shown
    assert "raci" not in shown  # it stays as it is


@pytest.mark.parametrize("text", ["", "steps: 1", "- a", "steps: [", "steps: []\n---\nsteps: []"])
def test_a_file_without_steps_is_a_usage_error(run: Any, owner: FakeOwner, tmp_path: Path, text: str) -> None:
    file = tmp_path / "steps.yaml"
    file.write_text(text)
    result = run("whatif", file)
    assert (result.exit_code, owner.log) == (2, []), result.stderr


def test_a_forecast_is_a_calendar_of_findings_first(run: Any, owner: FakeOwner) -> None:
    begins = {"at": "2026-12-01T00:00:00Z", "event": "begins", "finding": None, "node": node(CREW, "crew"), "to": None}
    opens = {
        **begins,
        "at": "2026-12-24T00:00:00Z",
        "event": "opens",
        "finding": finding("O02", "critical"),
        "node": None,
    }
    span = {"from": "2026-11-30T00:00:00Z", "until": "2027-01-01T00:00:00Z"}
    owner.extra["/alignment/v1/forecast"] = {**span, "items": [begins, opens], "hidden": 0, **FRAME}
    shown = run("forecast", "--until", "2027-01-01").stdout
    assert "2026-12-24  opens" in shown
    assert "2026-12-01" not in shown
    assert "1 thing" in shown
    assert "2026-12-01  begins" in run("forecast", "--until", "2027-01-01", "--all").stdout
    assert run("forecast", "--until", "soon").exit_code == 2


def test_me_says_what_one_holds_and_owns(run: Any, owner: FakeOwner) -> None:
    nothing: dict[str, Any] = {
        "stakeholder": None,
        "teams": [],
        "roles": [],
        "owners": [],
        "owns": [],
        "owns_more": False,
    }
    told = {"subject": "eve", "scopes": [], "party": None, **nothing, "decisions": [], "acts_on": [], **FRAME}
    owner.extra["/alignment/v1/me"] = told
    assert "nobody: no live party signs in like this" in run("me").stdout
    role = {"role": node(CREW, "owner"), "scope": node(CREW, "claims")}
    owner.extra["/alignment/v1/me"] = {**told, "party": node(CREW, "crew"), "roles": [role], "acts_on": [ID]}
    shown = run("me").stdout
    assert all(text in shown for text in ("party/crew Crew", "party/owner in party/claims", ID))


def test_a_review_is_recorded_and_falls_due_again(run: Any, crew: FakeOwner) -> None:
    sent: list[Any] = []

    def answer(request: httpx.Request) -> dict[str, Any]:
        sent.append((request.headers["If-Match"], json.loads(request.content)))
        review = crew.states["party", CREW]["review"]
        due = "2027-02-28T00:00:00Z" if review["cadence"] else None
        return {**crew.states["party", CREW], "review": {**review, "next_due": due}}

    crew.states["party", CREW]["review"] = {"cadence": None}
    crew.extra[f"/roles/v1/parties/{CREW}/reviews"] = answer
    assert "is reviewed, and not due again: --cadence" in run("review", "party/crew", "-c", "Fine.").stdout
    crew.edit("party", CREW, review={"cadence": "quarterly"})
    assert "due again on 2027-02-28" in run("review", "party/crew", "--cadence", "quarterly").stdout
    assert sent == [('"1"', {"comment": "Fine."}), ('"2"', {"comment": None})]
