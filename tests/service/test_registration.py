"""Registered as found: a state that is not the first one needs a scope of its own, and counts for creation only."""

import pytest

from shared.contracts import NODE_KINDS, Kind
from tests.service.api import Api, body_of, codes, every_kind, every_node, new_id, one_loop, registrable, some_kinds
from tests.service.boards import submitted

pytestmark = one_loop
POLICY, TACTIC, SERVICE = NODE_KINDS["policy"], NODE_KINDS["tactic"], NODE_KINDS["service"]


@every_kind
async def test_it_begins_in_any_state_with_the_scope(api: Api, kind: Kind) -> None:
    for state in registrable(kind):
        made = await api.post(kind, state=state, state_reason="found")
        assert (made.status_code, made.json()["state"], made.json()["version"]) == (201, state, 1)


@some_kinds
async def test_without_the_scope_it_begins_at_the_beginning(api: Api, kind: Kind) -> None:
    ordinary = api.without(f"{kind.service}:register")
    assert (await ordinary.post(kind, state=kind.lifecycle.initial)).status_code == 201
    for state in kind.lifecycle.states[1:]:
        body = await api.body(kind, state=state)
        assert (await ordinary.send("POST", api.path(kind), json=body)).status_code == 403
        assert (await ordinary.put(kind, new_id(), body)).status_code == 403


@some_kinds
async def test_what_exists_moves_by_transitions_whatever_one_may(api: Api, kind: Kind) -> None:
    before = await api.make(kind)
    id, other = before["id"], kind.lifecycle.states[1]
    changed = body_of(before) | {"state": other}
    for refused in (
        await api.put(kind, id, changed, if_match="1"),
        await api.patch(kind, id, {"state": other}, if_match="1"),
    ):
        assert (refused.status_code, refused.json()["allowed"]) == (409, list(kind.lifecycle.moves[before["state"]]))
    assert (await api.get(kind, id)).json() == before


@some_kinds
async def test_a_final_state_is_left_by_nobody(api: Api, kind: Kind) -> None:
    for state in registrable(kind):
        if kind.lifecycle.is_terminal(state):
            id = (await api.make(kind, state=state))["id"]
            answer = await api.patch(kind, id, {"state": kind.lifecycle.initial}, if_match="1")
            assert answer.status_code == 409


@every_node
async def test_a_state_that_was_registered_wrongly_is_corrected(api: Api, kind: Kind) -> None:
    """Also out of a final one, again and again, and each time it says so."""
    if kind.name == "increment":
        return
    last, first = kind.lifecycle.states[-1], kind.lifecycle.states[0]
    made = await api.make(kind, state=last, state_reason="found")
    for version, state in enumerate((first, last, first), 2):
        answer = await api.correct(kind, made["id"], state, "It was misread.")
        assert (answer.status_code, answer.headers["etag"]) == (200, f'"{version}"'), answer.text
        assert (answer.json()["state"], answer.json()["state_reason"]) == (state, "It was misread.")
    marks = [(each["action"], each.get("corrected", False)) for each in await api.history(kind, made["id"])]
    assert marks == [("created", False), *[("changed", True)] * 3]


async def test_what_was_not_registered_is_not_corrected(api: Api) -> None:
    made = await api.make(POLICY)
    answer = await api.correct(POLICY, made["id"], "published")
    assert (answer.status_code, answer.json()["allowed"]) == (409, ["review"])


async def test_what_has_moved_on_is_not_corrected(api: Api) -> None:
    made = await api.make(POLICY, state="published")
    assert (await api.correct(POLICY, made["id"], "review")).status_code == 200
    await api.transition(POLICY, made["id"], "draft")
    answer = await api.correct(POLICY, made["id"], "published")
    assert (answer.status_code, answer.json()["allowed"]) == (409, ["review"])


async def test_what_came_back_after_a_deletion_is_another_life(api: Api) -> None:
    made = await api.make(POLICY, state="review")
    await api.transition(POLICY, made["id"], "draft")
    await api.delete(POLICY, made["id"])
    await api.put(POLICY, made["id"], {"name": "Back", "state": "published"})
    assert (await api.correct(POLICY, made["id"], "review")).status_code == 200


async def test_a_correction_needs_its_scope_a_reason_and_the_version(api: Api) -> None:
    id = (await api.make(POLICY, state="published"))["id"]
    path, body = api.path(POLICY, id, "corrections"), {"state": "review", "reason": "misread"}
    refused = await api.without("roles:correct").correct(POLICY, id, "review")
    assert (refused.status_code, refused.json()["scope"]) == (403, "roles:correct")
    assert (await api.send("POST", path, json=body)).status_code == 428
    assert (await api.correct(POLICY, id, "review", if_match="2")).status_code == 412
    assert (await api.correct(POLICY, id, "published")).status_code == 409
    assert codes(await api.correct(POLICY, id, "nirvana")) == {("/state", "unknown-state")}
    for wrong in ({"state": "review"}, {"state": "review", "reason": ""}):
        answer = await api.send("POST", path, json=wrong, headers={"If-Match": "*"})
        assert {pointer for pointer, _ in codes(answer)} == {"/reason"}
    assert (await api.correct(POLICY, new_id(), "review")).status_code == 404


@pytest.mark.parametrize("signed", [False, True])
async def test_what_an_increment_holds_is_not_corrected(api: Api, signed: bool) -> None:
    made = await submitted(api, items=1, signers=1)
    if signed:
        await made.decide(0)
    answer = await api.correct(TACTIC, made.items[0]["id"], "in_force")
    assert (answer.status_code, (await made.read())["key"] in answer.json()["detail"]) == (409, True)


async def test_an_increment_has_no_corrections(api: Api) -> None:
    kind = NODE_KINDS["increment"]
    made = await api.make(kind, state="attested", state_reason="On paper.")
    assert (await api.correct(kind, made["id"], "draft")).status_code == 404
