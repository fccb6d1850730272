"""Registered as found: a state that is not the first one needs a scope of its own."""

from shared.contracts import Kind
from tests.service.api import Api, body_of, every_kind, new_id, one_loop, some_kinds

pytestmark = one_loop


@every_kind
async def test_it_begins_in_any_state_with_the_scope(api: Api, kind: Kind) -> None:
    for state in kind.lifecycle.states:
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
async def test_a_state_that_differs_is_a_transition_or_a_registration(api: Api, kind: Kind) -> None:
    ordinary = api.without(f"{kind.service}:register")
    before = await api.make(kind)
    id, other = before["id"], kind.lifecycle.states[1]
    changed = body_of(before) | {"state": other}
    for refused in (
        await ordinary.put(kind, id, changed, if_match="1"),
        await ordinary.patch(kind, id, {"state": other}, if_match="1"),
    ):
        assert (refused.status_code, refused.json()["allowed"]) == (409, list(kind.lifecycle.moves[before["state"]]))
    assert (await api.put(kind, id, changed, if_match="1")).json()["state"] == other
    assert (await api.history(kind, id))[-1]["action"] == "transitioned"


@some_kinds
async def test_a_final_state_is_left_by_nobody(api: Api, kind: Kind) -> None:
    for state in kind.lifecycle.states:
        if kind.lifecycle.is_terminal(state):
            id = (await api.make(kind, state=state))["id"]
            answer = await api.patch(kind, id, {"state": kind.lifecycle.initial}, if_match="1")
            assert answer.status_code == 409
