"""``apply --plan`` and ``whatif --plan``: what is refused, passed over, and left for later."""

import json
from typing import Any

import httpx
import pytest

from tests.unit.cli.test_acting import outcome
from tests.unit.cli.test_queries import finding
from tests.unit.fake_owner import STAMP, FakeOwner

PLAN, TACTIC, AIM, LINK, UNDER = (f"7d4f0000-0000-4000-8000-0000000000b{n}" for n in range(5))
SCENARIOS = "/alignment/v1/scenarios"
SIGNATURES = f"/strategy/v1/plans/{PLAN}/signatures"
T, A = {"kind": "tactic", "id": TACTIC}, {"kind": "objective", "id": AIM}
EMPTY: dict[str, Any] = {"type": None, "to": None, "state": None, "members": {}, "on": None}
RETIRE: dict[str, Any] = {"action": "retire", "ref": T}
SET: dict[str, Any] = {"action": "set", "ref": A, "members": {"due": "2027-01-31", "tags": None}}
JOIN: dict[str, Any] = {"action": "link", "ref": T, "type": "realizes", "to": A}
END = JOIN | {"action": "end"}


def signature(state: str = "signed", *, drifted: bool = False, version: int = 1) -> dict[str, Any]:
    changes = [{"member": "steps", "signed": [], "now": []}] if drifted else []
    return {
        "increment": {"id": UNDER, "key": "i", "name": "I", "state": state},
        "sign_offs": [],
        "signed_version": 1,
        "version": version,
        "drifted": drifted,
        "changes": changes,
        "links": {"added": [], "ended": [], "changed": []},
    }


def signed(*items: dict[str, Any]) -> dict[str, Any]:
    return {"drifted": False, "items": [*items], "hidden": 0}


@pytest.fixture
def there(owner: FakeOwner) -> FakeOwner:
    """A tactic and an objective, a plan about both that is signed, and a gate that foresees a finding."""
    said: dict[str, dict[str, Any]] = {"tactic": {}, "objective": {"due": None, "tags": []}, "plan": {"steps": []}}
    for kind, id in (("tactic", TACTIC), ("objective", AIM), ("plan", PLAN)):
        state = {"id": id, "kind": kind, "key": kind[0], "name": kind.title(), "state": "in_force", "version": 1}
        owner.states[kind, id] = state | STAMP | {"provenance": []} | said[kind]
    owner.extra[SCENARIOS] = outcome(opened=[finding("V02", "high", id=LINK)])
    owner.extra[SIGNATURES] = signed(signature())
    return owner


def decides(owner: FakeOwner, *steps: dict[str, Any]) -> None:
    owner.states["plan", PLAN]["steps"] = [EMPTY | step for step in steps]


def became(result: Any) -> list[str]:
    return [each["became"] for each in json.loads(result.stdout)["steps"]]


@pytest.mark.parametrize(
    ("found", "state", "why"),
    [
        (signed(), "in_force", "plan/p is not signed"),
        (signed(signature("superseded")), "in_force", "increment/i, under which plan/p was signed, is superseded"),
        (signed(signature(drifted=True)), "in_force", "not what was signed under increment/i: steps changed since"),
        (signed(signature(version=2)), "in_force", "not what was signed under increment/i: its links changed since"),
        (signed(signature()), "retired", "plan/p is retired"),
        (signed(signature("superseded"), signature()), "in_force", "is superseded"),
    ],
)
def test_what_is_not_signed_is_refused(run: Any, there: FakeOwner, found: Any, state: str, why: str) -> None:
    decides(there, RETIRE)
    there.states["plan", PLAN]["state"] = state
    there.extra[SIGNATURES] = found
    refused = run("apply", "--plan", "p")
    assert (refused.exit_code, refused.stdout) == (4, "")
    assert why in refused.stderr
    assert "apply --plan p --unsigned" in refused.stderr
    assert there.writes == []
    done = run("apply", "--plan", "p", "--unsigned", "--json")
    assert became(done) == ["made"]
    assert there.states["tactic", TACTIC]["state_reason"] == "plan/p, which is not signed."
    assert json.loads(done.stdout)["increment"] is None


def test_it_is_done_once(run: Any, there: FakeOwner) -> None:
    decides(there, JOIN, SET, RETIRE)
    dry = run("apply", "--plan", "plan/p", "--dry-run", "--json")
    assert (became(dry), [line for line in there.writes if line != f"POST {SCENARIOS}"]) == (["would be made"] * 3, [])
    first = run("apply", "--plan", "p", "--json")
    assert became(first) == ["made"] * 3, first.stderr
    assert "1. link tactic/t Tactic realizes objective/o Objective: +V02" in first.stderr
    assert there.states["objective", AIM]["due"] == "2027-01-31"
    assert there.states["tactic", TACTIC]["state"] == "retired"
    assert there.states["tactic", TACTIC]["state_reason"] == "plan/p, signed under increment/i."
    [(_, link)] = [key for key in there.states if key[0] == "link"]
    assert there.states["link", link]["rationale"] == "plan/p, signed under increment/i."
    before = json.dumps(list(there.states.values()))
    again = run("apply", "--plan", "p", "--json")
    assert (became(again), json.dumps(list(there.states.values()))) == (["done already"] * 3, before)


def test_a_link_that_is_over_is_ended_no_more(run: Any, there: FakeOwner) -> None:
    there.states["link", LINK] = {
        "id": LINK, "kind": "link", "type": "realizes", "source": T, "target": A, "state": "active", "version": 1,
    } | STAMP  # fmt: skip
    decides(there, END)
    assert became(run("apply", "--plan", "p", "--json")) == ["made"]
    assert there.states["link", LINK]["state"] == "ended"
    assert became(run("apply", "--plan", "p", "--json")) == ["done already"]


def test_what_is_refused_ends_the_run_and_names_the_way(run: Any, there: FakeOwner) -> None:
    decides(there, SET, RETIRE, JOIN)
    there.gate = "Something holds on to it."
    refused = run("apply", "--plan", "p", "--json")
    assert (refused.exit_code, became(refused)) == (1, ["made", "refused", "not tried"])
    problem = json.loads(refused.stdout)["steps"][1]["problem"]
    assert problem.startswith("Something holds on to it. Once that is there, in_force may become retired.")
    there.gate = ""
    on = run("apply", "--plan", "p", "--json")
    assert (on.exit_code, became(on)) == (0, ["done already", "made", "made"])


def test_where_no_way_leads_is_told_before_anybody_is_asked(run: Any, there: FakeOwner) -> None:
    decides(there, {"action": "move", "ref": T, "state": "draft"}, RETIRE)
    dry = run("apply", "--plan", "p", "--dry-run", "--json")
    assert (dry.exit_code, became(dry)) == (1, ["refused", "would be made"])
    assert "No way leads from in_force to draft" in json.loads(dry.stdout)["steps"][0]["problem"]


def test_what_is_gone_is_refused(run: Any, there: FakeOwner) -> None:
    decides(there, RETIRE)
    del there.states["tactic", TACTIC]
    refused = run("apply", "--plan", "p", "--json")
    assert (refused.exit_code, became(refused)) == (1, ["refused"])


def test_what_is_to_come_waits_for_its_day(run: Any, there: FakeOwner) -> None:
    decides(there, RETIRE | {"on": "2999-01-01T00:00:00Z"}, SET | {"on": "2020-01-01T00:00:00Z"})
    result = run("apply", "--plan", "p")
    assert result.exit_code == 0
    assert "retire tactic/t Tactic, not before 2999-01-01" in result.stdout
    assert "1 made, 1 not yet" in result.stderr
    assert there.states["tactic", TACTIC]["state"] == "in_force"


def test_the_gate_is_asked_of_what_was_written_before(run: Any, there: FakeOwner) -> None:
    asked: list[tuple[Any, str | None]] = []

    def gate(request: httpx.Request) -> dict[str, Any]:
        steps = json.loads(request.content)["steps"]
        asked.append((steps, request.url.params.get("wait_for")))
        return outcome()

    there.extra[SCENARIOS] = gate
    decides(there, RETIRE, SET)
    assert run("apply", "--plan", "p").exit_code == 0
    assert asked == [
        ([{"action": "move", "ref": f"tactic/{TACTIC}", "to": "retired"}], None),
        ([{"action": "set", "ref": f"objective/{AIM}", "members": SET["members"]}], f"tactic:{TACTIC}:1.2"),
    ]


def test_a_dry_run_supposes_what_came_before(run: Any, there: FakeOwner) -> None:
    """The first step opens V02 and closes V08; with the second V02 is gone, V08 is back, and P01 is closed."""
    v02, v08, p01 = (finding(rule, "high", id=id) for rule, id in (("V02", LINK), ("V08", AIM), ("P01", UNDER)))
    foretold = [outcome(opened=[v02], closed=[v08]), outcome(closed=[p01])]
    asked: list[int] = []

    def gate(request: httpx.Request) -> dict[str, Any]:
        asked.append(len(json.loads(request.content)["steps"]))
        return foretold[len(asked) - 1]

    there.extra[SCENARIOS] = gate
    decides(there, RETIRE, SET)
    steps = json.loads(run("apply", "--plan", "p", "--dry-run", "--json").stdout)["steps"]
    assert [(each["opens"], each["closes"]) for each in steps] == [(["V02"], ["V08"]), (["V08"], ["P01", "V02"])]
    assert asked == [1, 2]


@pytest.mark.parametrize("options", [(), ("--plan", "p", "-f", "x"), ("--plan", "p", "--prune"), ("--unsigned",)])
def test_a_plan_goes_by_itself(run: Any, there: FakeOwner, options: tuple[str, ...]) -> None:
    refused = run("apply", *options)
    assert (refused.exit_code, "--plan" in refused.stderr, there.log) == (2, True, [])


def drafted(owner: FakeOwner) -> list[dict[str, Any]]:
    sent: list[dict[str, Any]] = []

    def answer(request: httpx.Request) -> dict[str, Any]:
        sent.append(json.loads(request.content))
        return {"id": PLAN, "key": f"k{len(sent)}"}

    owner.extra |= {"/strategy/v1/plans": answer, "/strategy/v1/increments": answer}
    return sent


def test_a_scenario_becomes_a_plan_that_an_increment_holds(run: Any, there: FakeOwner, tmp_path: Any) -> None:
    there.states["link", LINK] = {"id": LINK, "kind": "link", "type": "realizes", "source": T, "target": A} | STAMP
    sent = drafted(there)
    file = tmp_path / "steps.yaml"
    file.write_text(
        "steps:\n- {action: retire, ref: tactic/t}\n- {action: move, ref: tactic/t, to: approved}\n"
        "- {action: link, type: realizes, source: tactic/t, target: objective/o}\n"
        f"- {{action: end, ref: link/{LINK}}}\n- {{action: set, ref: objective/o, members: {{criticality: 5}}}}\n"
    )
    told = run("whatif", file, "--on", "2027-01-01", "--plan", "Less", "--increment", "Slice")
    assert "plan/k1 is drafted with 5 steps. increment/k2 holds it." in told.stdout, told.stderr
    on = {"on": "2027-01-01T00:00:00.000000Z"}
    said = (RETIRE, {"action": "move", "ref": T, "state": "approved"}, JOIN, END)
    last = {"action": "set", "ref": A, "members": {"criticality": 5}}
    assert sent == [
        {"name": "Less", "steps": [each | on for each in (*said, last)]},
        {"name": "Slice", "items": [{"kind": "plan", "id": PLAN}]},
    ]


def test_whoever_leaves_is_told_with_what_they_hold(run: Any, there: FakeOwner) -> None:
    party, seat = f"party/{AIM}", f"role_assignment/{LINK}"
    came = [
        {"step": 0, "node": None, "ref": ref, "was": "active", "becomes": becomes}
        for ref, becomes in ((party, "left"), (seat, "ended"))
    ]
    there.extra[SCENARIOS] = outcome() | {"suppositions": came}
    sent = drafted(there)
    assert run("whatif", "leave", party, "--plan", "She goes").exit_code == 0
    assert sent[0]["steps"] == [
        {"action": "move", "ref": {"kind": "party", "id": AIM}, "state": "left"},
        {"action": "move", "ref": {"kind": "role_assignment", "id": LINK}, "state": "ended"},
    ]


@pytest.mark.parametrize(
    ("step", "why"),
    [
        ("{action: put, state: {kind: outcome, name: O}}", "what is new is brought in first"),
        (f"{{action: set, ref: link/{LINK}, members: {{confidence: 1}}}}", "makes and ends links, and changes none"),
    ],
)
def test_what_no_plan_can_say_is_refused(run: Any, there: FakeOwner, tmp_path: Any, step: str, why: str) -> None:
    file = tmp_path / "steps.yaml"
    file.write_text(f"steps:\n- {step}\n")
    refused = run("whatif", file, "--plan", "P")
    assert (refused.exit_code, why in refused.stderr, there.writes) == (2, True, []), refused.stderr
