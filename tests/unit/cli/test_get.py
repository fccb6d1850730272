"""``get``: filters, order, columns and forms; and how it was."""

import csv
import io
import json
from typing import Any

import httpx
import pytest
import yaml

from tests.unit.fake_owner import STAMP, FakeOwner

CREW = "11111111-1111-4111-8111-111111111111"
LEAD = "22222222-2222-4222-8222-222222222222"


@pytest.fixture
def asked(owner: FakeOwner) -> list[dict[str, str]]:
    """What lists of services were asked for; there are two of them, and a role."""
    told: list[dict[str, str]] = []
    service = {
        "kind": "service",
        "version": 3,
        "state": "operational",
        "type": None,
        "owner": {"kind": "role", "id": LEAD},
    }
    items = [
        {"id": CREW, "key": "pay", "name": "=Pay()", **service, **STAMP},
        {"id": LEAD, "key": "meals", "name": "Meals", **service, **STAMP},
    ]

    def listed(request: httpx.Request) -> dict[str, Any]:
        told.append(dict(request.url.params))
        return {"items": items, "next_cursor": None}

    owner.extra["/catalog/v1/services"] = listed
    owner.extra["/alignment/v1/nodes"] = listed
    owner.states["role", LEAD] = {
        "id": LEAD,
        "kind": "role",
        "key": "lead",
        "name": "Lead",
        "state": "active",
        "version": 1,
    }
    return told


def test_filters_and_order_are_those_of_the_api(run: Any, asked: list[dict[str, str]]) -> None:
    result = run("get", "service", "-w", "state=operational", "-w", "owner=role/lead", "-w", "q=pay", "--sort", "-name")
    assert result.exit_code == 0, result.stderr
    [told] = asked
    assert told == {
        "limit": "200", "state": "operational", "owner_kind": "role", "owner_id": LEAD, "q": "pay", "sort": "-name",
    }  # fmt: skip


def test_a_reference_in_a_filter_may_be_a_key(run: Any, owner: FakeOwner, asked: list[dict[str, str]]) -> None:
    assert run("get", "service", "-w", "owner_id=role/lead").exit_code == 0
    assert asked[0]["owner_id"] == LEAD
    assert run("get", "service", "-w", "owner=role/nobody").exit_code == 3


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("-w", "operational"), "write NAME=VALUE"),
        (("--columns", "key,naem"), "did you mean name?"),
        (("pay", "-w", "state=x"), "leave the key out"),
        (("state=x",), "a filter is given as --where state=x"),
        (("--as-of", "2026-11-29", "--sort", "colour"), "must be one of id, key, name"),
        (("--as-of", "2026-11-29", "-w", "tag=x"), "not by tag"),
        (("--as-of", "29/11/2026"), "a date such as 2026-01-31"),
        (("-o", "xml"), "Invalid value"),
        (("-w", "state=operational", "-w", "state=retired"), "--where state is given twice"),
        (("-w", "owner=role/lead", "-w", "owner=role/lead"), "--where owner_id is given twice"),
    ],
)
def test_what_cannot_be_asked_is_a_usage_error(run: Any, asked: Any, arguments: tuple[str, ...], says: str) -> None:
    result = run("get", "service", *arguments)
    assert (result.exit_code, says in " ".join(result.stderr.split())) == (2, True), result.stderr


def test_every_form_has_the_columns_that_are_chosen(run: Any, asked: Any) -> None:
    chosen = ("--columns", "key,name,owner")
    rows = [*csv.reader(io.StringIO(run("get", "service", *chosen, "-o", "csv").stdout))]
    assert rows == [["key", "name", "owner"], ["pay", "'=Pay()", f"role/{LEAD}"], ["meals", "Meals", f"role/{LEAD}"]]
    told = [{"key": "pay", "name": "=Pay()", "owner": {"kind": "role", "id": LEAD}},
            {"key": "meals", "name": "Meals", "owner": {"kind": "role", "id": LEAD}}]  # fmt: skip
    assert json.loads(run("get", "service", *chosen, "-o", "json").stdout) == told
    assert json.loads(run("get", "service", *chosen, "--json").stdout) == told
    assert yaml.safe_load(run("get", "service", *chosen, "-o", "yaml").stdout) == told
    head, *_ = run("get", "service", *chosen).stdout.splitlines()
    assert head.split() == ["key", "name", "owner"]
    assert "role/lead" in run("get", "service", *chosen).stdout
    assert "role/lead" in run("get", "service", "pay").stdout
    wide, *_ = run("get", "service", "-o", "wide").stdout.splitlines()
    assert {"owner", "valid_to", "updated_at", "id"} <= {*wide.split()}
    assert json.loads(run("get", "role", "lead", "--columns", "key,name", "--json").stdout) == {
        "key": "lead",
        "name": "Lead",
    }


def test_how_it_was(run: Any, owner: FakeOwner, asked: list[dict[str, str]]) -> None:
    node: dict[str, Any] = {}

    def at(request: httpx.Request) -> dict[str, Any]:
        node.update(request.url.params)
        return {"state_data": {"key": "pay", "name": "Old pay"}}

    owner.extra["/alignment/v1/nodes/service/pay"] = at
    assert "Old pay" in run("get", "service", "pay", "--as-of", "2026-11-29").stdout
    assert node == {"as_of": "2026-11-29T00:00:00.000000Z"}
    assert run("get", "service", "--as-of", "2026-11-29", "-w", "state=operational").exit_code == 0
    assert (
        asked[0].items() >= {"kind": "service", "state": "operational", "as_of": "2026-11-29T00:00:00.000000Z"}.items()
    )


def test_lists_of_a_past_moment_have_the_same_members_and_order(run: Any, owner: FakeOwner, asked: Any) -> None:
    """The view lists a few members of each; what else is shown, it has of each by itself."""
    looked: list[str] = []
    for id, text in ((CREW, "Pays."), (LEAD, "Feeds.")):

        def at(request: httpx.Request, id: str = id, text: str = text) -> dict[str, Any]:
            looked.append(id)
            state = {"id": id, "key": text, "name": text, "description": text, "owner": {"kind": "role", "id": LEAD}}
            return {"state_data": state}

        owner.extra[f"/alignment/v1/nodes/service/{id}"] = at
    then = ("get", "service", "--as-of", "2026-11-29")
    names = [line.split()[0] for line in run(*then, "--sort", "-name").stdout.splitlines()]
    assert (names, looked) == (["key", "meals", "pay"], [])
    rows = run(*then, "--columns", "description,owner").stdout.splitlines()
    assert [row.split() for row in rows[1:]] == [["Feeds.", "role/lead"], ["Pays.", "role/lead"]]
    assert sorted(looked) == [CREW, LEAD]
    told = json.loads(run(*then, "-o", "json").stdout)
    assert [each["description"] for each in told] == ["Feeds.", "Pays."]


def test_one_says_by_whom_it_was_signed(run: Any, owner: FakeOwner) -> None:
    item = {"id": CREW, "kind": "objective", "key": "calm", "name": "Calm", "state": "in_force", "version": 4}
    owner.states["objective", CREW] = {**item, **STAMP}
    who = {"stakeholder_id": LEAD, "name": "The board", "decision": "approved"}
    drift = {"signed_version": 2, "version": 4}
    increment = {"id": LEAD, "key": "first", "name": "First", "state": "signed"}
    told = {
        **drift,
        "drifted": True,
        "changes": [],
        "links": {"added": [], "ended": [], "changed": []},
        "increment": increment,
    }
    owner.extra[f"/strategy/v1/objectives/{CREW}/signatures"] = {
        "drifted": True, "items": [{**told, "sign_offs": [who]}], "hidden": 0,
    }  # fmt: skip
    assert "The board (version 2), drifted since" in run("get", "objective", "calm").stdout
    assert "signed by" not in run("get", "objective", "calm", "-o", "json").stdout
