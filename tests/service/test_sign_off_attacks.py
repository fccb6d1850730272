"""Sign-off that nobody can bend: each way in which an approval was or could be forged, and what is frozen."""

import asyncio
import json
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.strategy import increments, models, packages
from shared import typed
from shared.contracts import LINKS, NODE_KINDS
from shared.contracts.answers.sign_off import Comparison, Drift
from shared.http import pagination
from shared.storage.db import Database
from tests.service.api import Api, State, body_of, codes, new_id, one_loop
from tests.service.boards import (
    INCREMENT,
    NOT_SIGNED,
    STAKEHOLDER,
    TACTIC,
    Board,
    appointed,
    board,
    ref,
    signer,
    submitted,
)

pytestmark = one_loop


async def signed_by(made: Board) -> None:
    for number in range(len(made.signers)):
        assert (await made.decide(number)).status_code == 200


def with_scopes(api: Api, subject: str) -> Api:
    """Somebody who may write and approve, and does not appoint."""
    return api.as_caller("strategy:read", "strategy:write", "strategy:approve", subject=subject)


@pytest.mark.parametrize(
    "members",
    [{"subject": "mallory"}, {"signs": False}, {"authority_scope": "everything"}, {"valid_to": "2090-01-01T00:00:00Z"}],
)
async def test_who_signs_is_no_ordinary_data(api: Api, members: State) -> None:
    """The attack: become the signer, sign, and change it back."""
    made = await submitted(api, signers=1)
    mallory = with_scopes(api, "mallory")
    who = made.signers[0]["id"]
    refused = await mallory.patch(STAKEHOLDER, who, members, if_match="*")
    assert (refused.status_code, refused.json()["scope"]) == (403, "strategy:appoint")
    replaced = body_of(made.signers[0]) | members
    assert (await mallory.put(STAKEHOLDER, who, replaced, if_match="1")).status_code == 403
    body = await api.body(STAKEHOLDER, **members)
    assert (await mallory.send("POST", api.path(STAKEHOLDER), json=body)).status_code == 403
    assert (await made.decide("mallory")).status_code == 403


async def test_bulk_appoints_nobody_either(api: Api) -> None:
    line = {"kind": "stakeholder", "id": new_id(), "body": {"name": "M", "subject": "mallory", "signs": True}}
    answer = await with_scopes(api, "mallory").send(
        "POST", "/strategy/v1/bulk", content=json.dumps(line), headers={"content-type": "application/x-ndjson"}
    )
    assert json.loads(answer.text)["status"] == 403


@pytest.mark.parametrize("members", [{"subject": "mallory"}, {"signs": False}, {"authority_scope": "everything"}])
async def test_who_is_asked_stays_who_it_is(api: Api, members: State) -> None:
    made = await submitted(api, signers=1)
    who = made.signers[0]["id"]
    answer = await api.patch(STAKEHOLDER, who, members, if_match="*")
    assert (answer.status_code, {code for _, code in codes(answer)}) == (422, {"frozen"})
    assert (await api.patch(STAKEHOLDER, who, {"interest": "Cost"}, if_match="*")).status_code == 200
    await made.decide(0)
    assert (await api.patch(STAKEHOLDER, who, members, if_match="*")).status_code == 200


async def test_nobody_appoints_themself(api: Api) -> None:
    me = f"me-{uuid4().hex}"
    mine = api.as_caller("strategy:read", "strategy:write", "strategy:appoint", subject=me)
    body = await api.body(STAKEHOLDER, subject=me, signs=True)
    assert (await mine.send("POST", api.path(STAKEHOLDER), json=body)).status_code == 403
    there = await appointed(api, me)
    assert (await mine.patch(STAKEHOLDER, there["id"], {"authority_scope": "all"}, if_match="*")).status_code == 403
    other = await signer(api)
    assert (await mine.patch(STAKEHOLDER, other["id"], {"subject": me}, if_match="*")).status_code == 403


async def test_one_sign_in_is_one_stakeholder(api: Api) -> None:
    first = await signer(api)
    answer = await api.post(STAKEHOLDER, subject=first["subject"])
    assert codes(answer) == {("/subject", "duplicate")}
    other = await signer(api)
    answer = await api.patch(STAKEHOLDER, other["id"], {"subject": first["subject"]}, if_match="*")
    assert codes(answer) == {("/subject", "duplicate")}
    await api.transition(STAKEHOLDER, first["id"], "inactive")
    assert (await api.patch(STAKEHOLDER, other["id"], {"subject": first["subject"]}, if_match="*")).status_code == 200


@pytest.mark.parametrize("odd", ["{} ", " {}", "{}\u200b", "{}\u2060x", "{}\nx", "\u202e{}"])
async def test_a_sign_in_that_looks_like_another_is_none(api: Api, odd: str) -> None:
    first = await signer(api)
    answer = await api.post(STAKEHOLDER, subject=odd.format(first["subject"]))
    assert codes(answer) == {("/subject", "unreadable-subject")}
    assert codes(await api.post(NODE_KINDS["party"], subject=odd.format("me"))) == {("/subject", "unreadable-subject")}


async def test_two_at_once_do_not_get_the_same_sign_in(api: Api) -> None:
    subject = f"twin-{uuid4().hex}"
    answers = await asyncio.gather(*(api.post(STAKEHOLDER, subject=subject) for _ in range(6)))
    assert sorted(answer.status_code for answer in answers) == [201, 422, 422, 422, 422, 422]


async def test_whoever_filled_it_does_not_sign_it(api: Api) -> None:
    """A signer who fills another's empty draft."""
    who = await signer(api)
    mallory = with_scopes(api, who["subject"])
    tactic = await api.make("tactic", state="proposed")
    draft = await api.make("increment", signers=[who["id"]])
    assert (await mallory.patch(INCREMENT, draft["id"], {"items": [ref(tactic)]}, if_match="*")).status_code == 200
    assert codes(await api.transition(INCREMENT, draft["id"], "submitted")) == {("/signers/0", "author-cannot-sign")}


@pytest.mark.parametrize(
    "change", [{"name": "Another"}, {"description": "x"}, {"due": "2027-01-01T00:00:00Z"}, {"items": []}]
)
async def test_whoever_changed_what_it_says_does_not_sign_it(api: Api, change: State) -> None:
    made = await board(api, signers=1)
    mallory = with_scopes(api, made.signers[0]["subject"])
    assert (await mallory.patch(INCREMENT, made.id, change, if_match="*")).status_code == 200
    await api.patch(INCREMENT, made.id, {"items": [ref(item) for item in made.items]}, if_match="*")
    assert codes(await made.move("submitted")) == {("/signers/0", "author-cannot-sign")}


async def test_whoever_submits_it_does_not_sign_it(api: Api) -> None:
    made = await board(api, signers=1)
    mallory = with_scopes(api, made.signers[0]["subject"])
    assert codes(await mallory.transition(INCREMENT, made.id, "submitted")) == {("/signers/0", "author-cannot-sign")}


async def test_whoever_changes_what_it_does_not_say_may_sign_it(api: Api) -> None:
    made = await board(api, signers=1)
    other = with_scopes(api, made.signers[0]["subject"])
    assert (await other.patch(INCREMENT, made.id, {"tags": ["x"]}, if_match="*")).status_code == 200
    assert (await made.move("submitted")).status_code == 200
    assert (await made.decide(0)).json()["state"] == "signed"


@pytest.mark.parametrize(
    "change",
    [
        {"name": "Another"}, {"description": "x"}, {"due": "2027-01-01T00:00:00Z"}, {"key": "another-key"},
        {"signers": []}, {"items": []}, {"type": "attested"},
    ],
)  # fmt: skip
@pytest.mark.parametrize("decided", [0, 1, 2])
async def test_what_it_says_is_frozen_before_between_and_after_signatures(
    api: Api, change: State, decided: int
) -> None:
    made = await submitted(api, items=1)
    for number in range(decided):
        await made.decide(number)
    answer = await api.patch(INCREMENT, made.id, change, if_match="*")
    assert (answer.status_code, {code for _, code in codes(answer)}) == (422, {"frozen"})


async def test_a_delegate_does_not_decide_twice(api: Api) -> None:
    """Neither as a second self nor after having decided: one person gives one signature."""
    made = await submitted(api, signers=2)
    await made.decide(0)
    answer = await made.decide(1, "delegated", delegated_to=made.signers[0]["id"])
    assert codes(answer) == {("/delegated_to", "already-requested")}
    deputy = await signer(api)
    await made.decide(1, "delegated", delegated_to=deputy["id"])
    answer = await made.decide(deputy["subject"], "delegated", delegated_to=made.signers[1]["id"])
    assert codes(answer) == {("/delegated_to", "already-requested")}
    await api.transition(STAKEHOLDER, made.signers[1]["id"], "inactive")
    self = await signer(api, subject=made.signers[1]["subject"])
    answer = await made.decide(deputy["subject"], "delegated", delegated_to=self["id"])
    assert codes(answer) == {("/delegated_to", "already-requested")}


async def test_a_signer_who_is_not_one_any_more_does_not_decide(api: Api) -> None:
    made = await submitted(api, signers=1)
    await api.transition(STAKEHOLDER, made.signers[0]["id"], "inactive")
    assert codes(await made.decide(0)) == {("/stakeholder_id", "not-a-signer")}


@pytest.mark.parametrize("term", [{"valid_from": "2090-01-01T00:00:00Z"}, {"valid_to": "2020-01-01T00:00:00Z"}])
async def test_a_signer_decides_within_their_term(api: Api, term: State) -> None:
    made = await submitted(api, signers=1)
    await api.patch(STAKEHOLDER, made.signers[0]["id"], term, if_match="*")
    assert codes(await made.decide(0)) == {("/stakeholder_id", "outside-validity")}
    await api.patch(STAKEHOLDER, made.signers[0]["id"], dict.fromkeys(term), if_match="*")
    assert (await made.decide(0)).json()["state"] == "signed"


async def test_a_decision_names_the_package_that_was_read(api: Api) -> None:
    made = await submitted(api, signers=1)
    read = (await made.read())["package_hash"]
    await made.decide(0, "rejected", comment="No.")
    await made.move("draft")
    await api.patch(INCREMENT, made.id, {"description": "More than was read."}, if_match="*")
    await made.move("submitted")
    assert (await made.decide(0, package_hash=read)).status_code == 409
    now = (await made.read())["package_hash"]
    assert (await made.decide(0, package_hash=now)).json()["state"] == "signed"


async def test_the_justifying_links_of_an_item_are_signed_with_it(api: Api) -> None:
    made = await board(api, items=1, signers=1)
    objective, other, outcome = [await api.make(kind) for kind in ("objective", "objective", "outcome")]
    kept = (await api.link("realizes", made.items[0], objective, confidence=0.5)).json()
    ended = (await api.link("decomposes", made.items[0], other)).json()
    await api.link("relates_to", made.items[0], outcome)
    await made.move("submitted")
    [item] = (await made.read())["package"]
    assert [(each["type"], each["target"]["id"], each["confidence"]) for each in item["links"]] == [
        ("decomposes", other["id"], None),
        ("realizes", objective["id"], 0.5),
    ]
    await made.decide(0)
    links = LINKS["strategy"]
    await api.patch(links, kept["id"], {"confidence": 0.9}, if_match="*")
    await api.transition(links, ended["id"], "ended")
    await api.link("realizes", made.items[0], outcome)
    [drifted] = (await made.more("drift"))["items"]
    assert (drifted["drifted"], drifted["changes"]) == (True, [])
    told = drifted["links"]
    assert [each["target"]["id"] for each in told["added"]] == [outcome["id"]]
    assert [each["target"]["id"] for each in told["ended"]] == [other["id"]]
    assert [(each["target"]["id"], each["changes"]) for each in told["changed"]] == [
        (objective["id"], [{"member": "confidence", "signed": 0.5, "now": 0.9}])
    ]


async def test_a_link_that_comes_while_it_is_decided_on_is_not_signed(api: Api) -> None:
    made = await submitted(api, items=1, signers=1)
    await api.link("realizes", made.items[0], await api.make("objective"))
    assert codes(await made.decide(0)) == {("/items/0", "item-changed")}


async def test_a_number_that_readers_would_round_is_not_signed(api: Api) -> None:
    made = await board(api, items=1, signers=1)
    await api.patch(TACTIC, made.items[0]["id"], {"custom": {"n": 2**53}}, if_match="*")
    [item] = (await made.more("comparison"))["items"]
    assert item["hash"] == "not-canonical"
    assert codes(await made.move("submitted")) == {("/items/0", "not-canonical")}
    attested = {"type": "attested", "state": "attested", "state_reason": "x", "items": [ref(made.items[0])]}
    assert codes(await api.post(INCREMENT, **attested)) == {("/items/0", "not-canonical")}


async def test_the_history_of_an_item_says_who_signed_it(api: Api) -> None:
    made = await board(api, items=1, signers=1)
    await api.patch(INCREMENT, made.id, {"state_reason": "Prepared in May."}, if_match="*")
    await made.move("submitted", "For the June meeting.")
    await made.decide(0)
    key, who = (await made.read())["key"], made.signers[0]
    last = (await api.history(TACTIC, made.items[0]["id"]))[-1]
    assert last["reason"] == f"Signed under {key} by {who['name']} ({who['subject']})."


async def test_an_item_that_was_in_force_already_says_who_signed_it_and_has_not_drifted(api: Api) -> None:
    made = await submitted(api, items=1, signers=1)
    await made.decide(0)
    [item] = made.items
    members = {"items": [ref(item)], "signers": [made.signers[0]["id"]]}
    again = Board(api, await api.make("increment", **members), made.items, made.signers)
    await again.move("submitted")
    await again.decide(0)
    key, who = (await again.read())["key"], made.signers[0]
    last = (await api.history(TACTIC, item["id"]))[-1]
    assert (last["action"], last["reason"]) == ("changed", f"Signed under {key} by {who['name']} ({who['subject']}).")
    assert [each["drifted"] for each in (await again.more("drift"))["items"]] == [False]


async def test_whoever_signs_is_not_retired_by_whoever_may_write(api: Api) -> None:
    """The attack: retire who signed, and supersede what they signed without asking them."""
    made = await submitted(api, signers=1)
    who = made.signers[0]["id"]
    for moment in ("asked", "signed"):
        refused = await with_scopes(api, "mallory").transition(STAKEHOLDER, who, "inactive")
        assert (refused.status_code, refused.json()["scope"]) == (403, "strategy:appoint"), moment
        if moment == "asked":
            await made.decide(0)
    assert (await api.transition(STAKEHOLDER, who, "inactive")).status_code == 200, "whoever appoints also dismisses"


async def test_an_item_is_compared_with_what_was_signed_of_it_last(api: Api) -> None:
    made = await submitted(api, items=1, signers=1)
    [first] = (await made.more("comparison"))["items"]
    assert (first["signed_version"], first["version"]) == (None, 1)
    await made.decide(0)
    objective = await api.make("objective")
    await api.link("realizes", made.items[0], objective)
    await api.patch(TACTIC, made.items[0]["id"], {"budget": 900}, if_match="*")
    members = {"items": [ref(made.items[0])], "signers": [made.signers[0]["id"]]}
    again = Board(api, await api.make("increment", **members), made.items, made.signers)
    for _ in range(2):  # as a draft, and as what was submitted
        [item] = (await again.more("comparison"))["items"]
        assert item["changes"] == [{"member": "budget", "signed": 100.0, "now": 900.0}]
        assert (item["signed_version"], [each["type"] for each in item["links"]["added"]]) == (1, ["realizes"])
        await again.move("submitted")
    assert (await again.decide(0)).json()["state"] == "signed"
    [item] = (await made.more("comparison"))["items"]
    assert item["signed_version"] is None, "it was the first one, also after the second"


async def test_each_item_is_compared_with_its_own_last_signature(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many increments were signed since: how many a list of signatures shows has no say in it."""
    monkeypatch.setattr(packages, "_MOST", 1)
    first, second = [await submitted(api, items=1, signers=1) for _ in range(2)]
    for budget, made in ((200, first), (300, second)):
        await made.decide(0)
        await api.patch(TACTIC, made.items[0]["id"], {"budget": budget}, if_match="*")
    items, who = first.items + second.items, first.signers
    members = {"items": [ref(item) for item in items], "signers": [who[0]["id"]]}
    both = Board(api, await api.make("increment", **members), items, who)
    assert await _budgets(both) == [(100.0, 200.0), (100.0, 300.0)]
    await both.move("submitted")
    assert (await both.decide(0)).json()["state"] == "signed"
    assert await _budgets(both) == [(100.0, 200.0), (100.0, 300.0)], "with what was signed before it"
    for item in items:
        await api.patch(TACTIC, item["id"], {"budget": 400}, if_match="*")
    third = Board(api, await api.make("increment", **members), items, who)
    assert await _budgets(third) == [(200.0, 400.0), (300.0, 400.0)]


async def _budgets(board: Board) -> list[tuple[float, float]]:
    """Of each item what was signed last, and what is there now."""
    found = (await board.more("comparison"))["items"]
    return [(each["signed"], each["now"]) for item in found for each in item["changes"]]


async def test_what_supersedes_it_is_signed(api: Api) -> None:
    made = await submitted(api, items=1, signers=1)
    later = await api.make("increment", supersedes_id=made.id, items=[ref(i) for i in made.items])
    await api.patch(INCREMENT, later["id"], {"signers": [made.signers[0]["id"]]}, if_match="*")
    again = Board(api, later, made.items, made.signers)
    assert codes(await again.move("submitted")) == {("/supersedes_id", "not-signed")}
    await made.decide(0)
    assert codes(await made.move("superseded")) == {("/to", "signature-required")}
    await again.move("submitted")
    assert (await again.decide(0)).json()["state"] == "signed"
    old = await made.read()
    assert (old["state"], old["state_reason"].startswith(f"Superseded by {later['key']}")) == ("superseded", True)


@pytest.mark.parametrize("state", sorted(set(INCREMENT.lifecycle.states) - {"draft", "attested"}))
async def test_no_increment_is_registered_beyond_a_draft(api: Api, state: str) -> None:
    made = await board(api, items=1, signers=1)
    members = {"items": [ref(made.items[0])], "signers": [made.signers[0]["id"]], "state": state}
    answer = await api.post(INCREMENT, **members)
    assert (answer.status_code, codes(answer)) == (422, {("/state", "state-not-registrable")})
    moved = await api.patch(INCREMENT, made.id, {"state": state}, if_match="*")
    assert moved.status_code == 409
    assert (await made.states()) == ["proposed"]


async def test_what_was_signed_elsewhere_is_attested_and_moves_nothing(api: Api) -> None:
    tactic = await api.make("tactic", state="proposed")
    members = {"type": "attested", "state": "attested", "state_reason": "On paper, 2025.", "items": [ref(tactic)]}
    made = await api.make("increment", **members)
    assert (made["sign_offs"], [each["id"] for each in made["package"]]) == ([], [tactic["id"]])
    assert (await api.get(TACTIC, tactic["id"])).json()["state"] == "proposed"
    assert (await api.send("GET", api.path(INCREMENT, made["id"], "proof"))).status_code == 409
    answer = await api.post(INCREMENT, **members | {"type": "sign_off"})
    assert codes(answer) == {("/type", "increment-type-mismatch")}
    who = await signer(api)
    draft = await api.make("increment", type="attested", items=[ref(tactic)], signers=[who["id"]])
    assert codes(await api.transition(INCREMENT, draft["id"], "submitted")) == {("/type", "increment-type-mismatch")}
    assert codes(await api.transition(INCREMENT, draft["id"], "attested")) == {("/reason", "reason-missing")}
    assert (await api.transition(INCREMENT, draft["id"], "attested", "In the minutes.")).status_code == 200


async def test_what_an_earlier_release_submitted_can_only_be_sent_back(api: Api) -> None:
    """It did not keep who signs in as whom: nothing says that this is still who was asked."""
    made = await submitted(api, signers=1)
    database = Database(api.platform.settings.database("strategy"))
    table = models.Base.metadata.tables["increment"]
    try:
        async with database.write() as connection:
            asked = [{"stakeholder_id": made.signers[0]["id"], "decision": "requested"}]
            old = {"sign_offs": asked, "package_hash": None}
            await connection.execute(table.update().where(table.c.id == UUID(made.id)).values(**old))
    finally:
        await database.close()
    refused = await made.decide(0)
    assert (refused.status_code, "submit it again" in refused.json()["detail"]) == (409, True)
    assert (await made.decide(0, "rejected", comment="Submit it again.")).json()["state"] == "declined"
    await made.move("draft")
    await made.move("submitted")
    assert (await made.decide(0)).json()["state"] == "signed"


async def test_an_id_that_two_kinds_share_is_signed_as_the_one_that_was(api: Api) -> None:
    made = await submitted(api, items=1, signers=1)
    await made.decide(0)
    project = NODE_KINDS["project"]
    id = made.items[0]["id"]
    assert (await api.put(project, id, {"name": "A yacht", "state": "chartered"})).status_code == 201
    assert (await api.send("GET", api.path(project, id, "signatures"))).json() == NOT_SIGNED
    assert (await api.correct(project, id, "proposed")).status_code == 200
    members = {"items": [{"kind": kind, "id": id} for kind in ("tactic", "project")]}
    both = await api.make("increment", **members, signers=[made.signers[0]["id"]])
    again = Board(api, both, made.items, made.signers)
    await again.move("submitted")
    assert (await again.decide(0)).json()["state"] == "signed"


@pytest.mark.parametrize("type", ["covers", "signed_by", "supersedes"])
async def test_no_link_says_what_an_increment_holds_or_who_signs_it(api: Api, type: str) -> None:
    made = await submitted(api, items=1, signers=1)
    await made.decide(0)
    target = await api.make({"covers": "outcome", "signed_by": "stakeholder", "supersedes": "increment"}[type])
    answer = await api.link(type, await made.read(), target)
    assert (answer.status_code, codes(answer)) == (422, {("/type", "link-not-allowed")})


async def test_a_correction_appoints_nobody(api: Api) -> None:
    """A former member who was registered as such corrects themself back into office."""
    me = f"evil-{uuid4().hex}"
    there = await api.make("stakeholder", subject=me, signs=True, state="inactive", state_reason="Left.")
    scopes = ("strategy:read", "strategy:write", "strategy:correct")
    answer = await api.as_caller(*scopes, subject=me).correct(STAKEHOLDER, there["id"], "active")
    assert (answer.status_code, answer.json()["scope"]) == (403, "strategy:appoint")
    mine = api.as_caller(*scopes, "strategy:appoint", subject=me)
    assert (await mine.correct(STAKEHOLDER, there["id"], "active")).status_code == 403
    assert (await api.correct(STAKEHOLDER, there["id"], "active")).status_code == 200


@pytest.mark.parametrize("members", [{"name": "Chair of the board"}, {"party_id": str(uuid4())}])
async def test_who_signs_does_not_rename_themself(api: Api, members: State) -> None:
    who = await signer(api)
    answer = await with_scopes(api, who["subject"]).patch(STAKEHOLDER, who["id"], members, if_match="*")
    assert (answer.status_code, answer.json()["scope"]) == (403, "strategy:appoint")
    plain = await api.make("stakeholder")
    assert (await with_scopes(api, "mallory").patch(STAKEHOLDER, plain["id"], members, if_match="*")).status_code == 200


async def test_whoever_signed_is_asked_again_before_it_is_superseded(api: Api) -> None:
    made = await submitted(api, items=1, signers=2)
    for number in range(2):
        await made.decide(number)
    minor, other = await signer(api), await api.make("tactic", state="proposed")
    members = {"items": [ref(other)], "signers": [minor["id"]], "supersedes_id": made.id}
    later = await api.make("increment", **members)
    answer = await api.transition(INCREMENT, later["id"], "submitted")
    assert codes(answer) == {("/signers", "signer-missing")}
    signers = [each["id"] for each in made.signers]
    await api.patch(INCREMENT, later["id"], {"signers": signers}, if_match="*")
    twin = await api.make("increment", **members | {"signers": signers, "items": [ref(i) for i in made.items]})
    boards = [Board(api, each, [other], made.signers) for each in (later, twin)]
    for each in boards:
        assert (await each.move("submitted")).status_code == 200
    for each, last in zip(boards, (200, 409), strict=True):
        await each.decide(0)
        assert (await each.decide(1)).status_code == last, "it is superseded once"


@pytest.mark.parametrize("decided", [0, 1])
async def test_what_is_asked_about_is_not_deleted(api: Api, decided: int) -> None:
    made = await submitted(api, items=1)
    for number in range(decided):
        await made.decide(number)
    assert (await api.delete(INCREMENT, made.id)).status_code == 409
    attested = await api.make("increment", state="attested", state_reason="On paper.")
    assert (await api.delete(INCREMENT, attested["id"])).status_code == 409
    await made.decide(1, "rejected", comment="No.")
    assert (await api.delete(INCREMENT, made.id)).status_code == 204


async def test_to_attest_is_to_register(api: Api) -> None:
    draft = await api.make("increment", type="attested")
    answer = await with_scopes(api, "mallory").transition(INCREMENT, draft["id"], "attested", "In the minutes.")
    assert (answer.status_code, answer.json()["scope"]) == (403, "strategy:register")


async def test_nobody_is_asked_whose_term_is_over(api: Api) -> None:
    made = await board(api, items=1, signers=1)
    await api.patch(STAKEHOLDER, made.signers[0]["id"], {"valid_to": "2020-01-01T00:00:00Z"}, if_match="*")
    assert codes(await made.move("submitted")) == {("/signers/0", "outside-validity")}


async def test_a_comment_that_names_somebody_locks_nobody(api: Api) -> None:
    victim, made = await signer(api), await submitted(api, items=1)
    await made.decide(0, comment=f"As agreed with {victim['id']}.")
    assert (await api.patch(STAKEHOLDER, victim["id"], {"signs": False}, if_match="*")).status_code == 200


@pytest.mark.parametrize("bound", [(increments, "_COMPARED", 2), (pagination, "MOST_BYTES", 1000)])
async def test_what_is_signed_is_told_in_pages_and_whole(
    api: Api, monkeypatch: pytest.MonkeyPatch, bound: tuple[Any, str, int]
) -> None:
    """The attack: put what nobody would sign behind what one answer has room for."""
    monkeypatch.setattr(*bound)
    made, client = await board(api, items=5, signers=1), api.platform.client
    first = await made.more("comparison")
    shown = len(first["items"])
    assert shown in (1, 2)
    assert (first["hidden"], first["next_after"]) == (5 - shown, shown)
    path, ids = api.path(INCREMENT, made.id), [item["id"] for item in made.items]
    for state in ("draft", "submitted"):
        if state == "submitted":
            await made.move(state)
        whole = (await typed.whole(client, Comparison, f"{path}/comparison")).value
        assert [str(item.id) for item in whole.items] == ids, state
        assert (whole.hidden, whole.next_after) == (0, None)
    await api.patch(TACTIC, ids[-1], {"budget": 1}, if_match="*")
    drift = (await typed.whole(client, Drift, f"{path}/drift")).value
    assert [item.drifted for item in drift.items] == [False] * 4 + [True]
