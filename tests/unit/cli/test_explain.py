"""What ``explain`` tells and ``new`` writes is what the contracts take."""

import json
import re
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from shared.contracts import KINDS, NODE_KINDS, OWNERS, Kind
from shared.contracts.base import SERVER_FIELDS
from shared.contracts.relations import RELATIONS
from shared.interchange.records import LINK_MEMBERS, derived_id
from tests.unit.fake_owner import STAMP, FakeOwner

every_kind = pytest.mark.parametrize("kind", NODE_KINDS.values(), ids=lambda kind: kind.name)


def told(run: Any, *what: str) -> Any:
    result = run("explain", *what, "--json")
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


def test_all_kinds_are_listed(run: Any) -> None:
    assert [each["kind"] for each in told(run)] == [*NODE_KINDS]
    assert "service_offering  catalog" in run("explain").stdout


@every_kind
def test_a_kind_is_told_whole(run: Any, kind: Kind) -> None:
    found = told(run, kind.name)
    names = {each["name"] for each in found["members"]}
    assert names == kind.model.model_fields.keys() - SERVER_FIELDS - kind.kept - {"key", "provenance"}
    assert all(each["meaning"] and each["form"] for each in found["members"])
    states = {each["state"]: [move["to"] for move in each["moves"]] for each in found["lifecycle"]}
    assert states == {state: [*to] for state, to in kind.lifecycle.moves.items()}
    for relation in found["relations_from"]:
        for other in relation["kinds"] if relation["kinds"] != ["any kind"] else []:
            assert RELATIONS[relation["type"]].allows(kind.name, other)
    assert run("explain", kind.name).exit_code == 0


def test_nested_types_are_told_with_their_choices(run: Any) -> None:
    targets = told(run, "contract.service_level_targets")
    assert (targets["form"], targets["bounds"]) == ("list of service level target", ["at most 100 items"])
    assert {each["name"]: each["choices"] for each in targets["members"]}["comparator"] == ["<", "<=", "=", ">=", ">"]
    offering = told(run, "service_offering.components")
    assert [each["type"] for each in offering["types"]] == ["goods", "access", "action"]
    assert told(run, "service_offering.components.trigger")["required"] is True
    assert told(run, "contract.items.offering_id")["form"] == "service_offering/key"
    assert told(run, "contract.period.end")["bounds"] == ["a date such as 2026-01-31 is the end of that day in UTC"]
    assert told(run, "service.owner")["form"] == "party/key or role/key"
    assert told(run, "activity.segregated_from_ids")["form"] == "list of activity/key"


@every_kind
def test_links_are_told_as_bundles_have_them(run: Any, kind: Kind) -> None:
    relations = [each["type"] for each in told(run, kind.name)["relations_from"]]
    if not relations:
        assert run("explain", f"{kind.name}.links").exit_code == 2
        return
    links = told(run, f"{kind.name}.links")
    assert [each["name"] for each in links["members"]] == ["type", "to", *LINK_MEMBERS]
    assert [each["name"] for each in links["members"] if each["required"]] == ["type", "to"]
    assert told(run, f"{kind.name}.links.type")["choices"] == relations


def test_a_move_says_what_it_asks_for(run: Any) -> None:
    moves = {move["to"]: move["asks"] for state in told(run, "contract")["lifecycle"] for move in state["moves"]}
    assert moves["active"] == [
        "Every offering of its items is launched when the item starts, and lasts as long.",
        "It has a signatory for the provider and one for the customer.",
    ]
    assert moves["terminated"] == []


@pytest.mark.parametrize("service", OWNERS)
def test_every_line_of_a_transition_says_what_it_asks_for(service: str) -> None:
    for (kind, state), lines in import_module(f"services.{service}.rules").RULES.on.items():
        assert all(line.__doc__ and line.__doc__.strip() for line in lines), (kind, state)


@pytest.mark.parametrize(
    ("what", "says"),
    [
        ("servise", "did you mean service?"),
        ("service.naem", "did you mean name?"),
        ("contract.items.of", "there are offering_id, service_id, start, end"),
        ("service.name.x", "it is no nested type"),
        ("links", "plumbline explain KIND.links"),
        ("depends_on", "depends_on is a relation"),
    ],
)
def test_what_there_is_none_of_is_a_usage_error_that_says_what_there_is(run: Any, what: str, says: str) -> None:
    result = run("explain", what)
    assert (result.exit_code, says in result.stderr) == (2, True)


def _holding_all() -> FakeOwner:
    """A server that has one of each kind, by the key that new documents mention."""
    owner = FakeOwner()
    for kind in NODE_KINDS.values():
        id = derived_id(f"{kind.name}/a-key")
        defaults = {n: f.get_default() for n, f in kind.model.model_fields.items() if not f.is_required()}
        state = {**defaults, **STAMP, "id": id, "kind": kind.name, "key": "a-key", "name": "A", "version": 1}
        owner.states[kind.name, id] = state | {"state": kind.lifecycle.initial, "provenance": []}
    return owner


@pytest.fixture
def holding(monkeypatch: pytest.MonkeyPatch) -> FakeOwner:
    fake = _holding_all()
    monkeypatch.setattr("services.cli.session.connect", lambda *_: fake.client())
    return fake


@every_kind
def test_a_new_document_applies_once_it_has_a_name(run: Any, holding: FakeOwner, kind: Kind, tmp_path: Path) -> None:
    document = run("new", kind.name, "--key", "one").stdout
    file = tmp_path / "new.yaml"
    file.write_text(document)
    refused = run("apply", "-f", file)
    assert (refused.exit_code, "line 7, " in refused.stderr, "/spec/name" in refused.stderr) == (2, True, True)
    file.write_text(document.replace('name: ""', "name: One"))
    result = run("apply", "-f", file)
    assert (result.exit_code, result.stderr.strip()) == (0, "")
    assert holding.by_name("One")["key"] == "one"


@every_kind
def test_everything_in_a_new_document_can_be_said(run: Any, holding: FakeOwner, kind: Kind, tmp_path: Path) -> None:
    lines = run("new", kind.name, "--name", "One: with a colon").stdout.splitlines()
    said = [re.sub(r"^(\s*)# ", r"\1", line) for line in lines[3:]]
    file = tmp_path / "new.yaml"
    file.write_text("\n".join(said))
    result = run("apply", "-f", file)
    assert (result.exit_code, result.stderr.strip()) == (0, "")
    assert holding.by_name("One: with a colon")["tags"] == ["text"]


def test_new_takes_kinds_and_keys_alone(run: Any) -> None:
    for arguments, says in (
        (("servise",), "did you mean service?"),
        (("service", "--key", "A b"), "is no key"),
        (("baseline",), "not for bundles"),
    ):
        result = run("new", *arguments)
        assert (result.exit_code, says in result.stderr) == (2, True)
    assert json.loads(run("new", "service", "--json").stdout)["kind"] == "service"


def test_kinds_are_those_of_the_owners() -> None:
    assert {kind.name for kinds in KINDS.values() for kind in kinds} - {"link"} == {*NODE_KINDS}
