"""``fix``, ``campaign`` and what ``whatif`` does besides telling what would come of it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.unit.cli.test_acting import FINDINGS, ID, OF_ONE, one, outcome
from tests.unit.cli.test_queries import CREW, FRAME, crew, finding, node
from tests.unit.fake_owner import STAMP, FakeOwner

__all__ = ["crew"]
AIM = "7d4f0000-0000-4000-8000-0000000000a1"
TACTIC = "7d4f0000-0000-4000-8000-0000000000a2"
KEPT = "7d4f0000-0000-4000-8000-0000000000a3"
SCENARIOS = "/alignment/v1/scenarios"
LINK = {"action": "link", "type": "decomposes", "source": f"tactic/{TACTIC}", "target": f"objective/{AIM}"}


def noting(sent: list[Any], answer: dict[str, Any]) -> Callable[[httpx.Request], dict[str, Any]]:
    """Answers, and keeps what was asked."""

    def answered(request: httpx.Request) -> dict[str, Any]:
        sent.append(json.loads(request.content))
        return answer

    return answered


def aim(id: str = AIM) -> dict[str, Any]:
    return node(id, "aim") | {"kind": "objective", "name": "An aim"}


def remedy(*options: dict[str, Any]) -> dict[str, Any]:
    found = {name: value for name, value in one().items() if name not in {*FRAME, *OF_ONE}}
    empty: dict[str, Any] = {"says": "Do it.", "steps": [], "candidates": [], "more": 0, "members": []}
    empty |= {"of": None, "new": None}
    decision = None if options else "Decide whether it is so."
    return {"finding": found, "options": [empty | each for each in options], "decision": decision, **FRAME}


@pytest.fixture
def owner_of_both(owner: FakeOwner) -> FakeOwner:
    """With a tactic and an objective."""
    for kind, id, key in (("tactic", TACTIC, "t"), ("objective", AIM, "aim")):
        state = {"id": id, "kind": kind, "key": key, "name": key.title(), "state": "in_force", "version": 1}
        owner.states[kind, id] = state | STAMP | {"provenance": []}
    return owner


def test_what_there_is_to_choose_from_is_shown(run: Any, owner: FakeOwner) -> None:
    said = {"name": "purpose", "form": "text", "meaning": "What it is for.", "choices": []}
    candidates = [{"node": aim(), "steps": [LINK]}, {"node": aim(CREW), "steps": [LINK]}]
    options = {"says": "Add a link.", "candidates": candidates, "more": 3}, {"says": "Fill in.", "members": [said]}
    owner.extra[f"{FINDINGS}/{ID}/remedy"] = remedy(*options)
    shown = run("fix", ID).stdout
    for text in ("Add a link.", "objective/aim", "and 3 more", "purpose=", "What it is for."):
        assert text in shown, shown
    refused = run("fix", ID, "--apply")
    assert (refused.exit_code, "--with KIND/KEY" in refused.stderr) == (2, True)
    assert owner.writes == []


def test_only_people_can_mend_what_has_no_remedy(run: Any, owner: FakeOwner) -> None:
    owner.extra[f"{FINDINGS}/{ID}/remedy"] = remedy()
    assert "Only people can mend it." in run("fix", ID).stdout
    assert "Only people can mend it." in run("fix", ID, "--apply").stderr


def test_what_is_chosen_is_a_bundle_and_applied_it_is_done(run: Any, owner_of_both: FakeOwner) -> None:
    owner, asked = owner_of_both, list[httpx.QueryParams]()

    def answer(request: httpx.Request) -> dict[str, Any]:
        asked.append(request.url.params)
        return remedy({"candidates": [{"node": aim(), "steps": [LINK]}]})

    owner.extra[f"{FINDINGS}/{ID}/remedy"] = answer
    owner.extra[SCENARIOS] = outcome(closed=[finding("V02", "high", id=ID)])
    shown = run("fix", ID, "--with", "objective/aim")
    assert asked[0]["with"] == f"objective/{AIM}"
    assert shown.stdout == "---\nkind: tactic\nkey: t\nlinks:\n- type: decomposes\n  to: objective/aim\n", shown.stderr
    assert "Closes V02; opens nothing." in shown.stderr
    sent: list[Any] = []
    owner.extra["/strategy/v1/links"] = noting(sent, {"id": ID})
    done = run("fix", ID, "--with", "objective/aim", "--apply")
    assert (done.exit_code, sent[0]["type"], sent[0]["target"]["id"]) == (0, "decomposes", AIM), done.stderr


def test_members_are_filled_in_with_what_they_may_be(run: Any, owner_of_both: FakeOwner) -> None:
    owner = owner_of_both
    kind = {"name": "side", "form": "choice", "meaning": "", "choices": ["business", "it"]}
    subject = node(TACTIC, "t") | {"kind": "tactic"}
    found = remedy({"members": [kind]})
    found["finding"]["subject"] = subject
    owner.extra[f"{FINDINGS}/{ID}/remedy"] = found
    assert "must be one of business, it" in run("fix", ID, "--with", "side=sea").stderr
    assert "nothing to fill in" in run("fix", ID, "--with", "budget=5").stderr
    done = run("fix", ID, "--with", "side=it", "--apply")
    assert done.exit_code == 0, done.stderr
    assert owner.states["tactic", TACTIC]["side"] == "it"


def test_members_of_another_thing_and_of_something_new_are_filled_in(run: Any, owner_of_both: FakeOwner) -> None:
    """A list may be written as JSON."""
    owner = owner_of_both
    tags = {"name": "tags", "form": "list", "meaning": "", "choices": []}
    name = {"name": "name", "form": "text", "meaning": "", "choices": []}
    new = {"id": KEPT, "kind": "objective", "key": "new", "state": "draft", **STAMP, "version": 1}
    owner.extra[f"{FINDINGS}/{ID}/remedy"] = remedy(
        {"members": [tags], "of": f"objective/{AIM}"}, {"members": [name], "new": new}
    )
    refused = run("fix", ID, "--with", "tags=[", "--apply")
    assert (refused.exit_code, "is no JSON" in refused.stderr) == (2, True)
    assert "several things" in run("fix", ID, "--with", "tags=a", "--with", "name=b", "--apply").stderr
    done = run("fix", ID, "--with", 'tags=["a, b", "c"]', "--apply")
    assert done.exit_code == 0, done.stderr
    assert owner.states["objective", AIM]["tags"] == ["a, b", "c"]
    sent: list[Any] = []
    owner.extra["/strategy/v1/objectives"] = noting(sent, {"id": KEPT, "key": "wide", "state": "draft", "version": 1})
    done = run("fix", ID, "--with", "name=Wide", "--apply")
    assert (done.exit_code, sent) == (0, [{"name": "Wide"}]), done.stderr
    assert "objective/wide: draft" in done.stdout


def kept(steps: list[dict[str, Any]]) -> dict[str, Any]:
    return {"id": KEPT, "kind": "scenario", "key": "s", "steps": steps, "at": None, "version": 1}


def test_a_scenario_is_kept_and_compared(run: Any, owner: FakeOwner) -> None:
    sent: list[Any] = []

    def answer(request: httpx.Request) -> dict[str, Any]:
        if request.method == "GET":
            return {"items": [kept([LINK])], "next_cursor": None}
        sent.append(json.loads(request.content))
        return {"key": "s"}

    owner.extra["/alignment/v1/kept-scenarios"] = answer
    assert "scenario/s is kept" in run("whatif", "retire", "service/x", "--keep", "Without x").stdout
    assert sent == [{"name": "Without x", "steps": [{"action": "retire", "ref": "service/x"}], "at": None}]
    asked: list[Any] = []

    def would(request: httpx.Request) -> dict[str, Any]:
        asked.append(json.loads(request.content)["steps"])
        better = {"index": 90.0, "dimensions": {"trace": 90.0, "raci": 50.0}}
        return outcome(opened=[finding("V02", "high", id=ID)]) if len(asked) == 1 else outcome(after=better)

    owner.extra[SCENARIOS] = would
    shown = run("whatif", "retire", "service/x", "--against", "scenario/s").stdout
    assert asked == [[{"action": "retire", "ref": "service/x"}], [LINK]]
    for text in ("70.0", "90.0", "this", "opened", "V02"):
        assert text in shown, shown


def test_a_bundle_is_what_it_would_come_to(run: Any, owner_of_both: FakeOwner, tmp_path: Path) -> None:
    owner, asked = owner_of_both, list[Any]()
    owner.extra[SCENARIOS] = noting(asked, outcome())
    previewed = {"status": 201, "state": {"kind": "outcome", "name": "O"}}
    owner.extra["/strategy/v1/bulk"] = noting(asked, previewed)
    file = tmp_path / "b.yaml"
    file.write_text("kind: tactic\nkey: t\nspec: {name: Another}\n---\nkind: outcome\nkey: o\nspec: {name: O}\n")
    result = run("whatif", file)
    assert result.exit_code == 0, result.stderr
    assert "PREVIEW /strategy/v1/bulk" in owner.log
    [line, scenario] = asked
    new, changed = scenario["steps"]
    assert (line["kind"], new["state"]) == ("outcome", previewed["state"])
    assert (new["action"], changed["action"], changed["members"]["name"]) == ("put", "set", "Another")
    file.write_text("kind: tactic\nkey: t\nspec: {nmae: Another}\n")
    wrong = run("whatif", file)
    assert (wrong.exit_code, "did you mean name?" in wrong.stderr) == (2, True)


def test_it_is_drafted_as_an_increment(run: Any, owner_of_both: FakeOwner) -> None:
    sent: list[Any] = []
    owner = owner_of_both
    owner.extra["/strategy/v1/increments"] = noting(sent, {"key": "i"})
    assert "increment/i is drafted with 1 item." in run("whatif", "retire", "tactic/t", "--increment", "Less").stdout
    assert sent[0]["items"] == [{"kind": "tactic", "id": TACTIC}]
    refused = run("whatif", "retire", f"service/{AIM}", "--increment", "Less")
    assert (refused.exit_code, "can be signed" in refused.stderr) == (2, True)


def test_a_campaign_asks_for_reviews_and_says_how_far_it_is(run: Any, owner_of_both: FakeOwner) -> None:
    sent: list[Any] = []
    owner = owner_of_both

    def answer(request: httpx.Request) -> dict[str, Any]:
        if request.method == "GET":
            return {"items": [{"id": KEPT, "key": "c"}], "next_cursor": None}
        sent.append(json.loads(request.content))
        return {"key": "c", "due": sent[-1]["due"]}

    owner.extra["/alignment/v1/campaigns"] = answer
    begun = run("campaign", "Spring", "--item", "objective/aim", "--kind", "tactic", "--until", "2027-03-31")
    assert "campaign/c asks for 2 reviews until 2027-03-31" in begun.stdout, begun.stderr
    assert sent[0]["items"] == [{"kind": "objective", "id": AIM}, {"kind": "tactic", "id": TACTIC}]
    items = [
        {"node": aim(), "owner": None, "at": "2026-03-02T00:00:00Z", "by": "eve", "comment": "Fine."},
        {"node": aim(CREW), "owner": None, "at": None, "by": None, "comment": None},
    ]
    told = {
        "key": "c", "name": "Spring", "state": "open", "due": "2027-03-31T00:00:00Z", "overdue": True, "total": 2,
        "attested": 1, "owners": [{"owner": None, "node": None, "items": 2, "attested": 1}], "items": items, **FRAME,
    }  # fmt: skip
    owner.extra[f"/alignment/v1/campaigns/{KEPT}/progress"] = told
    shown = run("campaign", "campaign/c").stdout
    for text in ("1 of 2 attested", "overdue", "nobody", "by eve", "Fine."):
        assert text in shown, shown
    assert run("campaign", "Spring").exit_code == 2
