"""POST .../transitions: every move that a lifecycle has, and none that it has not."""

from shared.contracts import Kind
from tests.service.api import Api, codes, every_kind, new_id, one_loop, registrable, some_kinds
from tests.service.moves import moves

pytestmark = one_loop


@every_kind
async def test_each_move_that_the_lifecycle_has(api: Api, kind: Kind) -> None:
    for state, target in moves(kind):
        if state not in registrable(kind):
            continue
        before = await api.make(kind, state=state)
        answer = await api.transition(kind, before["id"], target, "because", if_match="1")
        after = answer.json()
        assert (answer.status_code, answer.headers.get("etag")) == (200, '"2"'), f"{state} -> {target}: {after}"
        assert (after["state"], after["state_reason"], after["version"]) == (target, "because", 2)
        assert (await api.history(kind, before["id"]))[-1]["action"] == "transitioned"


@some_kinds
async def test_a_move_that_it_has_not_lists_those_that_it_has(api: Api, kind: Kind) -> None:
    lifecycle = kind.lifecycle
    for state in registrable(kind):
        id = (await api.make(kind, state=state))["id"]
        for target in set(lifecycle.states) - set(lifecycle.moves[state]):
            answer = await api.transition(kind, id, target)
            assert (state, target, answer.status_code) == (state, target, 409)
            assert answer.json()["type"] == "urn:plumbline:problem:transition-refused"
            assert answer.json()["allowed"] == list(lifecycle.moves[state])


@some_kinds
async def test_a_state_that_no_kind_has_is_no_state(api: Api, kind: Kind) -> None:
    id = (await api.make(kind))["id"]
    answer = await api.transition(kind, id, "nirvana")
    assert (answer.status_code, codes(answer)) == (422, {("/to", "unknown-state")})


@some_kinds
async def test_it_needs_the_version_that_was_read(api: Api, kind: Kind) -> None:
    id, to = (await api.make(kind))["id"], kind.lifecycle.moves[kind.lifecycle.initial][0]
    path = api.path(kind, id, "transitions")
    assert (await api.send("POST", path, json={"to": to})).status_code == 428
    assert (await api.transition(kind, id, to, if_match="2")).status_code == 412
    assert (await api.transition(kind, new_id(), to, if_match="*")).status_code == 404


async def test_the_reason_is_that_of_the_last_move(api: Api) -> None:
    outcome = await api.make("outcome")
    path = f"/strategy/v1/outcomes/{outcome['id']}/transitions"
    for body, reason in (({"to": "agreed", "reason": "signed"}, "signed"), ({"to": "realised"}, None)):
        answer = await api.send("POST", path, json=body, headers={"If-Match": "*"})
        assert answer.json()["state_reason"] == reason
