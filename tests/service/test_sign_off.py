"""Sign-off from the proposal to the proof, and drift after it: each decides for themself, and nobody else does."""

import asyncio
import json
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from services.strategy import models, rules
from shared import clock, proof
from shared.resource import commands
from shared.resource.owner import Owner
from shared.resource.store import Raced, Unit
from shared.resource.timed import SYSTEM
from shared.storage.db import Database
from tests.service.api import Api, State, codes, eventually, new_id, one_loop
from tests.service.boards import (
    INCREMENT,
    NOT_SIGNED,
    OBJECTIVE,
    TACTIC,
    Board,
    appointed,
    board,
    ref,
    signer,
    submitted,
)

pytestmark = one_loop


async def test_the_last_approval_signs_the_increment_and_approves_what_it_holds(api: Api) -> None:
    made = await submitted(api)
    first = (await made.decide(0, comment="Yes.")).json()
    assert (first["state"], await made.states()) == ("partly_signed", ["proposed", "proposed"])
    last = (await made.decide(1)).json()
    assert (last["state"], await made.states()) == ("signed", ["approved", "approved"])
    assert [(each["decision"], each["by"]) for each in last["sign_offs"]] == [
        ("approved", who["subject"]) for who in made.signers
    ]


async def test_what_moves_along_names_what_it_moved_with(api: Api) -> None:
    made = await submitted(api, items=1, signers=1)
    event = (await made.decide(0)).headers["plumbline-event"]
    newest = (await api.history(TACTIC, made.items[0]["id"]))[-1]
    assert (newest["action"], newest["by"]) == ("transitioned", made.signers[0]["subject"])
    assert await eventually(lambda: _caused(api, made.items[0]["id"])) == [event]


async def _caused(api: Api, id: str) -> list[str]:
    """What caused the changes of a tactic, once they have their positions."""
    answer = await api.send("GET", "/strategy/v1/changes", params={"kind": "tactic", "id": id})
    return [change["causationid"] for change in answer.json()["items"] if "causationid" in change]


async def test_submission_freezes_versions_and_hashes(api: Api) -> None:
    made = await submitted(api, items=2)
    state = await made.read()
    assert [(each["id"], each["version"]) for each in state["package"]] == [(i["id"], 1) for i in made.items]
    assert all(each["hash"].startswith("sha256-rfc8785:") for each in state["package"])
    answer = await api.patch(INCREMENT, made.id, {"items": []}, if_match="*")
    assert codes(answer) == {("/items", "frozen")}


@pytest.mark.parametrize("member", ["package", "sign_offs"])
async def test_nobody_writes_what_the_service_keeps(api: Api, member: str) -> None:
    assert (await api.post(INCREMENT, **{member: []})).status_code == 422


async def test_a_gate_names_everything_that_is_missing(api: Api) -> None:
    answer = await api.transition(INCREMENT, (await api.make("increment"))["id"], "submitted")
    assert codes(answer) == {("/items", "items-missing"), ("/signers", "signers-missing")}


async def test_who_is_not_ready_is_named(api: Api) -> None:
    draft, silent = await api.make("tactic"), await api.make("stakeholder")
    made = await api.make("increment", items=[ref(draft)], signers=[silent["id"]])
    answer = await api.transition(INCREMENT, made["id"], "submitted")
    assert codes(answer) == {("/items/0", "item-not-ready"), ("/signers/0", "not-a-signer")}


async def test_an_item_that_was_deleted_is_named(api: Api) -> None:
    made = await board(api, signers=1)
    await api.delete(TACTIC, made.items[1]["id"])
    assert codes(await made.move("submitted")) == {("/items/1", "item-deleted")}


@pytest.mark.parametrize("state", ["draft", "rejected"])
async def test_an_item_that_was_taken_back_meanwhile_is_not_signed(api: Api, state: str) -> None:
    made = await submitted(api, signers=1)
    await api.transition(TACTIC, made.items[1]["id"], state)
    assert codes(await made.decide(0)) == {("/items/1", "item-not-ready")}
    assert await made.states() == ["proposed", state]


@pytest.mark.parametrize(
    ("items", "fault"),
    [(["tactic", "tactic"], ("/items/1", "duplicate")), (["increment"], ("/items/0/kind", "not-signable"))],
)
async def test_an_increment_holds_things_of_strategy_once(api: Api, items: list[str], fault: tuple[str, str]) -> None:
    there = {kind: await api.make(kind) for kind in items}
    answer = await api.post(INCREMENT, items=[ref(there[kind]) for kind in items])
    assert (answer.status_code, codes(answer)) == (422, {fault})


async def test_what_was_declined_is_frozen_until_it_is_taken_back(api: Api) -> None:
    made = await submitted(api)
    await made.decide(0, "rejected", comment="Not this year.")
    answer = await api.patch(INCREMENT, made.id, {"items": []}, if_match="*")
    assert codes(answer) == {("/items", "frozen")}
    await made.move("draft")
    assert (await api.patch(INCREMENT, made.id, {"items": []}, if_match="*")).status_code == 200


async def test_only_what_was_judged_moves_along(api: Api) -> None:
    judged = await api.make("tactic", state="proposed")
    await api.patch(TACTIC, judged["id"], {"budget": 900}, if_match="*")
    seen = TACTIC.model.model_validate_json(json.dumps(judged))
    database = Database(api.platform.settings.database("strategy"))
    try:
        async with database.write() as connection:
            owner = Owner("strategy", models.Base.metadata, rules.RULES, 1_000_000)
            unit = Unit(owner, connection, SYSTEM, clock.now(), "a test")
            with pytest.raises(Raced):
                await commands._move_along(unit, seen, "approved", "a test")
    finally:
        await database.close()
    assert (await api.get(TACTIC, judged["id"])).json()["state"] == "proposed"


async def test_an_author_is_not_delegated_to(api: Api) -> None:
    made = await submitted(api)
    mine = await appointed(api, (await made.read())["created_by"])
    answer = await made.decide(1, "delegated", delegated_to=mine["id"])
    assert codes(answer) == {("/delegated_to", "author-cannot-sign")}


async def test_more_than_a_sitting_bears_is_refused(api: Api) -> None:
    made = await board(api, items=26, signers=1)
    assert codes(await made.move("submitted")) == {("/items", "too-many-items")}


async def test_a_rejection_returns_it_with_its_reason(api: Api) -> None:
    made = await submitted(api, signers=3)
    await made.decide(0)
    declined = (await made.decide(1, "rejected", comment="Too dear.")).json()
    assert (declined["state"], declined["state_reason"]) == ("declined", "Too dear.")
    assert [each["decision"] for each in declined["sign_offs"]] == ["approved", "rejected", "no_longer_required"]
    assert await made.states() == ["proposed", "proposed"]
    again = (await made.move("draft")).json()
    assert (again["package"], again["sign_offs"]) == ([], [])
    assert (await made.move("submitted")).status_code == 200


async def test_a_rejection_says_why(api: Api) -> None:
    assert codes(await (await submitted(api)).decide(0, "rejected")) == {("/reason", "reason-missing")}


async def test_a_delegate_decides_instead(api: Api) -> None:
    made, deputy = await submitted(api, signers=1), await signer(api)
    told = (await made.decide(0, "delegated", delegated_to=deputy["id"])).json()
    assert (told["state"], [each["decision"] for each in told["sign_offs"]]) == (
        "submitted",
        ["delegated", "requested"],
    )
    assert (await made.decide(0)).status_code == 403
    assert (await made.decide(deputy["subject"])).json()["state"] == "signed"


@pytest.mark.parametrize("members", [{"decision": "delegated"}, {"decision": "approved", "delegated_to": str(uuid4())}])
async def test_delegation_names_somebody_and_nothing_else_does(api: Api, members: State) -> None:
    answer = await (await submitted(api)).decide(0, **members)
    assert codes(answer) == {("/delegated_to", "invalid-delegation")}


async def test_nobody_is_asked_twice(api: Api) -> None:
    made = await submitted(api)
    answer = await made.decide(0, "delegated", delegated_to=made.signers[1]["id"])
    assert codes(answer) == {("/delegated_to", "already-requested")}


@pytest.mark.parametrize("subject", ["somebody-else", "tester"])
async def test_nobody_signs_for_another(api: Api, subject: str) -> None:
    made = await submitted(api)
    answer = await made.decide(subject, stakeholder_id=made.signers[0]["id"])
    assert (answer.status_code, answer.json()["type"]) == (403, "urn:plumbline:problem:signature-refused")


async def test_the_author_signs_nothing_of_their_own(api: Api) -> None:
    made = await board(api, signers=1)
    mine = await appointed(api, (await made.read())["created_by"])
    await api.patch(INCREMENT, made.id, {"signers": [mine["id"]]}, if_match="*")
    assert codes(await made.move("submitted")) == {("/signers/0", "author-cannot-sign")}


async def test_nobody_decides_twice_or_before_it_is_asked(api: Api) -> None:
    made = await board(api)
    assert (await made.decide(0)).status_code == 409
    await made.move("submitted")
    assert [(await made.decide(0)).status_code for _ in range(2)] == [200, 403]


async def test_signing_needs_its_scope(api: Api) -> None:
    made = await submitted(api)
    who = api.as_caller("strategy:write", subject=made.signers[0]["subject"])
    path = api.path(INCREMENT, made.id, "sign-offs")
    assert (await who.send("POST", path, json={"decision": "approved"})).status_code == 403


@pytest.mark.parametrize("to", ["partly_signed", "signed", "declined"])
async def test_no_transition_stands_in_for_a_decision(api: Api, to: str) -> None:
    made = await submitted(api)
    assert (await made.move(to)).status_code == 409


async def test_an_item_edited_while_it_is_decided_on_is_not_signed(api: Api) -> None:
    made = await submitted(api, signers=1)
    await api.patch(TACTIC, made.items[1]["id"], {"budget": 900}, if_match="*")
    assert codes(await made.decide(0)) == {("/items/1", "item-changed")}
    assert (await made.read())["state"] == "submitted"


async def test_decisions_at_the_same_moment_are_all_kept(api: Api) -> None:
    made = await submitted(api, signers=8)
    answers = await asyncio.gather(*(made.decide(n) for n in range(8)))
    assert {answer.status_code for answer in answers} == {200}
    state = await made.read()
    assert (state["state"], {each["decision"] for each in state["sign_offs"]}) == ("signed", {"approved"})
    assert await made.states() == ["approved", "approved"]


async def test_an_edit_after_signing_is_drift_with_its_difference(api: Api) -> None:
    made = await submitted(api, signers=1)
    await made.decide(0)
    assert [each["drifted"] for each in (await made.more("drift"))["items"]] == [False, False]
    await api.patch(TACTIC, made.items[0]["id"], {"budget": 900, "review": {"cadence": "annual"}}, if_match="*")
    drifted, still = (await made.more("drift"))["items"]
    assert drifted["changes"] == [{"member": "budget", "signed": 100.0, "now": 900.0}]
    assert (drifted["drifted"], drifted["signed_version"], drifted["version"], still["drifted"]) == (True, 1, 3, False)


async def test_an_item_says_under_what_it_was_signed_and_that_it_has_drifted(api: Api) -> None:
    made = await submitted(api, signers=1)
    one, other = (api.path(TACTIC, item["id"], "signatures") for item in made.items)
    assert (await api.send("GET", one)).json() == NOT_SIGNED
    await made.decide(0, comment="Yes.")
    await api.patch(TACTIC, made.items[0]["id"], {"budget": 900}, if_match="*")
    told = (await api.send("GET", one)).json()
    [signature] = told["items"]
    assert (told["drifted"], signature["drifted"]) == (True, True)
    assert (signature["increment"]["id"], signature["increment"]["state"]) == (made.id, "signed")
    assert [each["comment"] for each in signature["sign_offs"]] == ["Yes."]
    assert signature["changes"] == [{"member": "budget", "signed": 100.0, "now": 900.0}]
    assert (await api.send("GET", other)).json()["drifted"] is False
    assert (await api.send("GET", api.path(TACTIC, new_id(), "signatures"))).status_code == 404


async def test_a_drifted_item_is_signed_again_where_it_stands(api: Api) -> None:
    made = await submitted(api, items=1, signers=1)
    await made.decide(0)
    await api.transition(TACTIC, made.items[0]["id"], "in_force")
    await api.patch(TACTIC, made.items[0]["id"], {"budget": 900}, if_match="*")
    members = {"items": [ref(made.items[0])], "signers": [made.signers[0]["id"]]}
    again = Board(api, await api.make("increment", **members), made.items, made.signers)
    await again.move("submitted")
    assert (await again.decide(0)).json()["state"] == "signed"
    assert await again.states() == ["in_force"]
    assert [each["drifted"] for each in (await again.more("drift"))["items"]] == [False]


async def test_the_proof_holds_without_the_service(api: Api, tmp_path: Path) -> None:
    made = await submitted(api, signers=1)
    path = api.path(INCREMENT, made.id, "proof")
    assert (await api.send("GET", path)).status_code == 409
    await made.decide(0, comment="Signed.")
    document = await made.more("proof")
    published = (await api.send("GET", "/strategy/v1/keys")).json()["keys"]
    found = proof.verify(document, {published[0]["kid"]})
    assert (found.key, found.statement["increment"]["id"]) == (published[0]["kid"], made.id)
    assert document["contents"][0]["content"]["budget"] == 100
    await api.patch(TACTIC, made.items[0]["id"], {"budget": 900}, if_match="*")
    assert await made.more("proof") == document, "what was signed does not change"


async def proposal(api: Api, **params: int) -> Any:
    return (await api.send("GET", "/strategy/v1/increments/proposal", params=params)).json()


async def test_the_proposal_has_parents_before_children_and_leaves_out_what_is_held(api: Api) -> None:
    child_id = new_id()
    top = await api.make("objective", state="proposed", side="it")
    child = (await api.put(OBJECTIVE, child_id, {"name": "Child", "state": "proposed", "parent_id": top["id"]})).json()
    lost = await api.make("objective", state="proposed", parent_id=(await api.make("objective"))["id"])
    held = await submitted(api, items=1)
    told = await proposal(api, limit=500)
    order = [item["id"] for item in told["items"]]
    assert order.index(top["id"]) < order.index(child["id"])
    assert held.items[0]["id"] not in order
    assert lost["id"] not in order
    assert lost["id"] in [item["id"] for item in told["blocked"]]


async def test_the_proposal_is_no_larger_than_asked(api: Api) -> None:
    for _ in range(2):
        await api.make("tactic", state="proposed")
    told = await proposal(api, limit=1)
    assert (len(told["items"]), told["waiting"] > 0) == (1, True)


async def test_the_proposal_names_and_looks_at_so_many(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    top = await api.make("objective")
    lost = [await api.make("objective", state="proposed", parent_id=top["id"]) for _ in range(3)]
    linked = await api.make("tactic", state="proposed")
    assert (await api.link("decomposes", linked, lost[0])).status_code == 201
    told = await proposal(api, limit=500)
    (reason,) = [item["by"] for item in told["blocked"] if item["id"] == lost[0]["id"]]
    assert (reason, told["cut"]) == ([f"objective/{top['id']}"], False)
    assert linked["id"] in [item["id"] for item in told["blocked"]], "what it rests on has to wait"
    monkeypatch.setattr("services.strategy.proposal.MOST_BLOCKED", 2)
    fewer = await proposal(api)
    assert (len(fewer["blocked"]), fewer["hidden"]) == (2, len(told["blocked"]) - 2)
    monkeypatch.setattr("services.strategy.proposal.LOOKED_AT", 2)
    assert (await proposal(api))["cut"] is True
