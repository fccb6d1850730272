"""Steps of a plan over HTTP: kept in their order, refused where they are wrong, and a part of what is signed."""

from shared.contracts import NODE_KINDS
from tests.service.api import Api, State, codes, new_id, one_loop
from tests.service.boards import INCREMENT, Board, ref, signer

pytestmark = one_loop
PLAN = NODE_KINDS["plan"]


async def test_steps_are_kept_in_their_order(api: Api) -> None:
    tactic = await api.make("tactic")
    service = {"kind": "service", "id": new_id()}  # kept by another service, which is not asked
    steps = [
        {"action": "retire", "ref": ref(tactic), "on": "2999-01-01"},
        {"action": "end", "ref": ref(tactic), "type": "realizes", "to": service},
    ]
    made = await api.make("plan", steps=steps)
    none: State = {"type": None, "to": None, "state": None, "members": {}, "on": None}
    assert made["steps"] == [
        none | {"action": "retire", "ref": ref(tactic), "on": "2999-01-01T00:00:00Z"},
        none | {"action": "end", "ref": ref(tactic), "type": "realizes", "to": service},
    ]
    changed = await api.patch(PLAN, made["id"], {"steps": made["steps"][1:]}, if_match="*")
    assert changed.json()["steps"] == made["steps"][1:]


async def test_what_is_wrong_with_a_step_is_told_where_it_is(api: Api) -> None:
    tactic = ref(await api.make("tactic"))
    wrong = await api.post(
        PLAN,
        steps=[
            {"action": "retire", "ref": tactic},
            {"action": "move", "ref": tactic, "state": "nowhere"},
            {"action": "set", "ref": tactic, "members": {"budget": -1}},
        ],
    )
    assert (wrong.status_code, codes(wrong)) == (
        422,
        {("/steps/1/state", "unknown-state"), ("/steps/2/members/budget", "greater-than-equal")},
    )
    unknown = await api.post(PLAN, steps=[{"action": "retire", "ref": {"kind": "tactic", "id": new_id()}}])
    assert codes(unknown) == {("/steps/0/ref", "unknown-reference")}
    alone = await api.post(PLAN, steps=[{"action": "burn", "ref": tactic}])
    assert codes(alone) == {("/steps/0/action", "literal-error")}


async def test_another_step_is_another_decision(api: Api) -> None:
    tactic = ref(await api.make("tactic"))
    plan = await api.make("plan", state="proposed", steps=[{"action": "retire", "ref": tactic}])
    who = await signer(api)
    made = Board(api, await api.make("increment", items=[ref(plan)], signers=[who["id"]]), [plan], [who])
    assert (await made.move("submitted")).status_code == 200
    assert (await made.decide(0)).json()["state"] == "signed"
    [item] = (await made.more("drift"))["items"]
    assert (item["drifted"], item["changes"]) == (False, [])
    await api.patch(PLAN, plan["id"], {"steps": []}, if_match="*")
    [item] = (await made.more("drift"))["items"]
    assert (item["drifted"], [each["member"] for each in item["changes"]]) == (True, ["steps"])
    assert (await api.get(INCREMENT, made.id)).json()["state"] == "signed"
