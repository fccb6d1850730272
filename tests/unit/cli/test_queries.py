import json
from typing import Any

import httpx
import pytest

from shared.client import Client
from tests.unit.fake_owner import FakeOwner

CREW, DECK = "11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222"


FRAME = {"as_of": None, "provisional": False, "watermark": {"roles": "2026-03-01T00:00:00Z"}}
"""What every answer of a view has."""


@pytest.fixture
def crew(owner: FakeOwner) -> FakeOwner:
    for id, key, name in ((CREW, "crew", "Crew"), (DECK, "deck", "Deck")):
        state = {"id": id, "kind": "party", "key": key, "name": name, "state": "active", "version": 1, "tags": []}
        owner.states["party", id] = {**state, "owner": None, "provenance": [{"source": "bundle"}]}
    return owner


def node(id: str, key: str, **members: Any) -> dict[str, Any]:
    told = {"kind": "party", "id": id, "key": key, "name": key.title(), "state": "active", "live": True}
    unsaid = dict.fromkeys(("type", "owner", "criticality", "why_not_live"))
    return {**told, **unsaid, "version": 1, "deleted": False, **members}


def edge(type: str, source: str = f"party/{DECK}", target: str = f"party/{CREW}", **members: Any) -> dict[str, Any]:
    """A relation that its source, which it justifies, says by itself."""
    unsaid = dict.fromkeys(("field", "why_not_live", "rationale", "confidence"))
    told = {"type": type, "source": source, "target": target, "origin": source, "live": True, "justified": "source"}
    return {**told, **unsaid, **members}


def finding(rule: str, severity: str, **members: Any) -> dict[str, Any]:
    told = {"rule": rule, "severity": severity, "title": f"Title {rule}", "since": "2026-03-01T00:00:00Z"}
    about = {"id": f"a {rule}", "subject": node(CREW, "crew"), "evidence": {}, "owner": None, "remedy": "Mend it."}
    acts = {"waiver": None, "acknowledgement": None, "comments": 0}
    more = {"pending": False, "status": "open", "resolved_at": None, "affects": None, "sentence": f"{rule} of it."}
    return {**told, **about, **more, **acts, **members}


def status(generation: int, building: dict[str, Any] | None = None) -> dict[str, Any]:
    far = {"positions": {"roles": 7}, "watermark": FRAME["watermark"], "lag_seconds": {"roles": 0.5}}
    return {
        "release": "0.1.0",
        "first_recorded": None,
        "generation": generation,
        "building": building,
        **far,
        "surveyed_until": None,
        "dead_letters": 0,
        "seeded_until": None,
        "last_reconciliation": None,
        "findings": [],
    }


def test_get_lists_a_kind_by_any_of_its_names(run: Any, crew: FakeOwner) -> None:
    tables = [run("get", name).stdout for name in ("party", "parties", "PARTY")]
    assert tables[0] == tables[1] == tables[2]
    assert [line.split()[:2] for line in tables[0].splitlines()] == [
        ["key", "name"],
        ["crew", "Crew"],
        ["deck", "Deck"],
    ]


def test_get_shows_one_by_key_or_id(run: Any, crew: FakeOwner) -> None:
    by_key, by_id = run("get", "party", "crew"), run("get", "party", CREW, "--json")
    assert "Crew" in by_key.stdout
    assert "tags" not in by_key.stdout
    assert "provenance" not in by_key.stdout
    assert json.loads(by_id.stdout) == crew.states["party", CREW]


def test_what_is_not_there_is_three_and_what_cannot_be_is_two(run: Any, crew: FakeOwner) -> None:
    assert run("get", "party", "nobody").exit_code == 3
    assert run("get", "party", CREW.replace("1", "9")).exit_code == 3
    assert run("get", "partee").exit_code == 2
    assert run("trace", "crew").exit_code == 2


def test_names_cannot_write_to_the_terminal(run: Any, crew: FakeOwner) -> None:
    crew.edit("party", CREW, name="[bold]C\x1b[2Jrew")
    shown = run("get", "party").stdout
    assert "[bold]C\N{REPLACEMENT CHARACTER}[2Jrew" in shown


def trace(direction: str) -> dict[str, Any]:
    ends = [
        node(CREW, "crew", depth=0, hidden=0),
        node(DECK, "deck", depth=1, hidden=4, live=False, state="left", why_not_live="left"),
    ]
    told = {"root": f"party/{CREW}", "direction": direction, "depth": 3, "nodes": ends, "hidden": 4, "left_out": {}}
    return {**told, "edges": [edge("part_of"), edge("part_of")], **FRAME}


def why(paths: list[dict[str, Any]], *found: dict[str, Any], hidden: int = 0) -> dict[str, Any]:
    told = {
        "subject": node(CREW, "crew"),
        "signed_by": [],
        "paths": paths,
        "hidden": hidden,
        "cut": False,
        "left_out": {},
    }
    return {**told, "findings": list(found), **FRAME}


def test_what_comes_up_again_in_a_trace_says_so(run: Any, crew: FakeOwner) -> None:
    told = trace("down")
    told["edges"].append(edge("supports", f"party/{CREW}", f"party/{DECK}"))
    crew.extra[f"/alignment/v1/trace/party/{CREW}"] = told
    lines = run("trace", "party/crew", "--direction", "down").stdout.splitlines()
    assert lines[-1] == "    └── supported_by party/crew Crew (shown already)"


def test_trace_draws_a_tree_with_what_was_cut(run: Any, crew: FakeOwner) -> None:
    crew.extra[f"/alignment/v1/trace/party/{CREW}"] = trace("down")
    lines = run("trace", "party/crew", "--direction", "down").stdout.splitlines()
    assert lines == ["party/crew Crew", "└── has_part party/deck Deck [left] (and 4 more)"]


def test_trace_up_follows_relations_as_they_run(run: Any, crew: FakeOwner) -> None:
    answer = trace("up")
    answer["edges"] = [edge("part_of", f"party/{CREW}", f"party/{DECK}")]
    crew.extra[f"/alignment/v1/trace/party/{CREW}"] = answer
    assert "└── part_of party/deck" in run("trace", f"party/{CREW}").stdout


def test_why_tells_paths_by_their_weakest_link(run: Any, crew: FakeOwner) -> None:
    step = {"edge": edge("part_of", confidence=0.4, rationale="by rota"), "node": node(DECK, "deck")}
    path = {"complete": True, "reaches": f"party/{DECK}", "live": False, "weakest": 0.4, "length": 1, "steps": [step]}
    crew.extra[f"/alignment/v1/why/party/{CREW}"] = why([path | {"signed_by": []}], hidden=2)
    shown = run("why", "party/crew").stdout
    assert "as sure as 0.4, not in force" in shown
    assert "part_of (by rota) party/deck Deck" in shown
    assert "and 2 more paths" in shown


def test_why_says_by_whom_it_was_signed_itself(run: Any, crew: FakeOwner) -> None:
    who = [node(DECK, "deck", name="The board") | {"subject": "board", "at": "2026-01-01T00:00:00Z"}]
    signature = {"increment": node(DECK, "deck"), "attested": False, "by": who, "version": 3, "drifted": True}
    told = why([]) | {"signed_by": [signature | {"node": node(CREW, "crew")}]}
    crew.extra[f"/alignment/v1/why/party/{CREW}"] = told
    assert "signed by The board (version 3), drifted since" in run("why", "party/crew").stdout


def test_why_says_nothing_when_there_is_nothing(run: Any, crew: FakeOwner) -> None:
    crew.extra[f"/alignment/v1/why/party/{CREW}"] = why([], finding("V04", "high"))
    shown = run("why", "party/crew").stdout
    assert "nothing: no path" in shown
    assert "V04 Title V04" in shown


def _findings(*found: dict[str, Any]) -> Any:
    """Answers like the view: filtered by severity, one item a page."""

    def answer(request: httpx.Request) -> dict[str, Any]:
        wanted = request.url.params.get("severity")
        items = [item for item in found if wanted in (None, item["severity"])]
        start = int(request.url.params.get("cursor", 0))
        following = str(start + 1) if start + 1 < len(items) else None
        return {"items": items[start : start + 1], "next_cursor": following}

    return answer


def test_findings_come_page_by_page_up_to_a_limit(run: Any, owner: FakeOwner) -> None:
    owner.extra["/alignment/v1/findings"] = _findings(*(finding(f"V0{n}", "high") for n in range(1, 4)))
    assert [item["rule"] for item in json.loads(run("findings", "--each", "--json").stdout)] == ["V01", "V02", "V03"]
    some = run("findings", "--each", "--limit", 2)
    assert "V02" in some.stdout
    assert "V03" not in some.stdout
    assert "--limit" in some.stderr


def test_findings_are_told_by_what_brought_them_about(run: Any, owner: FakeOwner) -> None:
    gain, affects = {"index": 1.5, "dimension": 12.0, "at_least": True}, {"things": 7, "at_least": True}
    first = {"id": "an id", "subject": node(CREW, "crew"), "affects": affects, "gain": gain}
    said = {"rule": "V04", "title": "No justification", "dimension": "trace", "severity": "high", "remedy": "Ask."}
    cause = {"by": "owner", "node": node(DECK, "deck"), "source": None}
    numbers = {"findings": 12, "unseen": 0, "pending": 0, "waived": 0, "owner": None, "since": "2026-03-01T00:00:00Z"}
    group = {**said, "cause": cause, **numbers, "affects": affects, "gain": gain, "first": [first] * 5}
    owner.extra["/alignment/v1/findings/groups"] = _findings(group)
    shown = run("findings").stdout
    assert all(text in shown for text in ("V04", "No justification", "12", "+1.50 or more", "party/deck", "7+", "Ask."))
    assert "party/crew, party/crew, party/crew and 9 more" in " ".join(shown.split())
    assert json.loads(run("findings", "--json").stdout) == [group]


def test_check_fails_on_what_is_worse_than_allowed(run: Any, owner: FakeOwner) -> None:
    owner.extra["/alignment/v1/findings"] = _findings(finding("F01", "high"), finding("D01", "critical", pending=True))
    assert run("check", "--max-severity", "high").exit_code == 0
    strict = run("check", "--max-severity", "medium")
    assert (strict.exit_code, "F01" in strict.stdout, "D01" in strict.stdout) == (1, True, False)
    assert "1 findings are worse than medium" in strict.stderr


def test_a_waiver_lets_a_finding_through(run: Any, owner: FakeOwner) -> None:
    there = _findings(finding("F01", "critical"))

    def answer(request: httpx.Request) -> Any:
        return (there if request.url.params.get("waived") != "false" else _findings())(request)

    owner.extra["/alignment/v1/findings"] = answer
    assert run("check").exit_code == 0


def test_score_has_dimensions_and_fixes(run: Any, owner: FakeOwner) -> None:
    figures = {"numerator": 3.2, "denominator": 4, "trend": None}
    dimensions = [{"dimension": "trace", "raw": 80.0, "with_waivers": 90.0, **figures}]
    one, all_ = ({"index": gain, "dimension": gain, "at_least": False} for gain in (6.5, 8.25))
    about = {"finding": "an id", "subject": node(CREW, "crew"), "affects": None, "findings": 3}
    said = {"rule": "V08", "title": "Service without an outcome", "remedy": "Ask."}
    fixes = [{**said, **about, "gain": one, "group_gain": all_}]
    nothing: dict[str, Any] = {"dimensions": [], "rules": [], "fixes": []}
    empty = {
        "index": None,
        "index_with_waivers": None,
        "waived": 0,
        "capped": False,
        "rules_version": "1",
        "known": {"dimensions": 0, "of": 0},
        **nothing,
        **FRAME,
    }
    owner.extra["/alignment/v1/score"] = {**empty, "index": 80.0, "dimensions": dimensions, "fixes": fixes}
    shown = run("score").stdout
    assert all(
        text in shown for text in ("Score: 80 of 100", "trace", "90.0", "+6.50", "+8.25", "party/crew", "V08", "Ask.")
    )
    held = {**said, **about, "gain": {**one, "index": 0.0}, "group_gain": all_}
    owner.extra["/alignment/v1/score"] = {**empty, "index": 59.0, "capped": True, "fixes": [held]}
    shown = run("score").stdout
    assert "59 of 100, held down while" in shown
    assert "+6.50 in its dimension" in shown
    owner.extra["/alignment/v1/score"] = {**empty, "index": 80.0, "index_with_waivers": 85.5, "waived": 2}
    assert "Score: 80 of 100; 85.5 with 2 waivers" in run("score").stdout
    owner.extra["/alignment/v1/score"] = empty
    assert "no subjects yet" in run("score").stdout


def test_score_since_a_moment_is_a_series(run: Any, owner: FakeOwner) -> None:
    times = ("2026-01-01T00:00:00Z", "2026-03-01T00:00:00Z")
    points = [
        {"at": at, "index": index, "capped": False, "known": 1, "dimensions": {"trace": index}, "baselines": named}
        for at, index, named in zip(times, (None, 72.5), ([], [{"key": "b", "name": "Budget"}]), strict=True)
    ]
    owner.extra["/alignment/v1/score/trend"] = {
        "from": times[0],
        "to": times[1],
        "points": points,
        "settings": [],
        **FRAME,
    }
    shown = run("score", "--since", "2026-01-01").stdout
    assert all(text in shown for text in ("trace", "2026-01-01 00:00", "72.5", "Budget"))
    assert run("score", "--since", "2026-01-01", "--valid-at", "2027-01-01").exit_code == 2


def test_status_shows_what_there_is(run: Any, owner: FakeOwner) -> None:
    owner.extra["/alignment/v1/status"] = status(3)
    assert [line.split() for line in run("status").stdout.splitlines()[1:]] == [
        ["release", "0.1.0"],
        ["first_recorded", "none"],
        ["generation", "3"],
        ["building", "none"],
        ["positions", "roles", "7"],
        ["watermark", "roles", "2026-03-01T00:00:00Z"],
        ["lag_seconds", "roles", "0.5"],
        ["surveyed_until", "none"],
        ["dead_letters", "0"],
        ["seeded_until", "none"],
        ["last_reconciliation", "none"],
        ["findings", "none"],
    ]


def test_what_could_not_be_read_is_listed_and_forgotten(run: Any, owner: FakeOwner) -> None:
    letter = {"id": 7, "source": "log/strategy/0/42", "error": "It is no JSON.", "at": "2026-03-01T00:00:00Z"}
    path, reasons = "/alignment/v1/dead-letters", []
    owner.extra[path] = {"items": [letter | {"bytes": 2, "text": "{["}], "next_cursor": "more"}
    owner.extra[f"{path}/7"] = lambda request: reasons.append(request.url.params["reason"])
    told = run("dead-letters", "--limit", "1")
    assert told.stdout.splitlines()[1].split("  ")[0].strip() == "7"
    assert all(text in told.stdout for text in ("log/strategy/0/42", "It is no JSON."))
    assert "the newest 1." in told.stderr
    assert json.loads(run("dead-letters", "--json").stdout)["items"][0]["text"] == "{["
    assert run("dead-letters", "--forget", "7").exit_code == 2
    assert reasons == []
    assert run("dead-letters", "--forget", "7", "--reason", "Read by hand.").exit_code == 0
    assert reasons == ["Read by hand."]


@pytest.mark.parametrize(("ends_at", "code"), [(4, 0), (3, 1)])
def test_rebuild_waits_for_the_switch(
    run: Any, owner: FakeOwner, monkeypatch: pytest.MonkeyPatch, ends_at: int, code: int
) -> None:
    monkeypatch.setattr("services.cli.view._PAUSE", 0)
    far = {"strategy": {"position": 1000, "head": 7150}, "roles": {"position": 0, "head": None}}
    building = {"generation": 4, "phase": "replaying strategy", "checked": None, "services": far}
    checking = building | {"phase": "checking process", "checked": 20}
    told = iter([status(3, building), status(3, checking), status(ends_at)])
    owner.extra["/alignment/v1/rebuilds"] = {"generation": 4, "status": "building"}
    owner.extra["/alignment/v1/status"] = lambda _: next(told)
    result = run("rebuild")
    assert (result.exit_code, owner.log.count("GET /alignment/v1/status")) == (code, 3)


@pytest.mark.parametrize(("status", "code"), [(400, 2), (401, 2), (404, 3), (409, 4), (412, 4), (500, 5)])
def test_refusals_have_exit_codes(run: Any, monkeypatch: pytest.MonkeyPatch, status: int, code: int) -> None:
    transport = httpx.MockTransport(lambda _: httpx.Response(status, json={"detail": "Because."}))
    monkeypatch.setattr("services.cli.session.connect", lambda *_: Client("http://server", "t", transport))
    result = run("score")
    assert (result.exit_code, result.stdout) == (code, "")
    assert "Because." in result.stderr


def test_a_fault_of_ours_is_not_dressed_up(run: Any, owner: FakeOwner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.cli.view._table", lambda answer: answer["unheard of"])
    owner.extra["/alignment/v1/status"] = status(3)
    assert isinstance(run("status").exception, KeyError)


def test_an_answer_that_is_not_as_its_contract_says_is_no_answer(run: Any, owner: FakeOwner) -> None:
    owner.extra["/alignment/v1/status"] = status(3) | {"dead_letters": "many"}
    result = run("status")
    assert (result.exit_code, result.stdout) == (5, "")
    assert "/alignment/v1/status did not answer as its contract says: see /dead_letters." in result.stderr


def test_members_of_a_later_release_are_passed_over(run: Any, owner: FakeOwner) -> None:
    owner.extra["/alignment/v1/status"] = status(3) | {"mood": "fine"}
    assert "mood" in run("status").stdout
