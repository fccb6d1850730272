"""Processes with their owners and activities, and services with their designs: lines that look beyond one row."""

import asyncio
from collections import Counter
from typing import Any

import pytest

from shared.contracts import NODE_KINDS
from tests.service.api import Api, State, codes, one_loop

pytestmark = one_loop
ASSIGNMENT, PROCESS, ACTIVITY, PACKAGE, SERVICE = (
    NODE_KINDS[name] for name in ("role_assignment", "process", "activity", "design_package", "service")
)
WRITERS = 64


async def owner_seat(api: Api, process: State, **members: Any) -> State:
    """What makes somebody the owner of a process."""
    role, party = await api.make("role", type="process_owner", state="active"), await api.make("party")
    scope = {"kind": "process", "id": process["id"]}
    return {"party_id": party["id"], "role_id": role["id"], "scope": scope, "state": "active", **members}


async def test_of_many_who_take_the_seat_of_an_owner_one_gets_it(api: Api) -> None:
    seat = await owner_seat(api, await api.make("process"))
    answers = await asyncio.gather(*(api.post(ASSIGNMENT, **seat) for _ in range(WRITERS)))
    assert Counter(answer.status_code for answer in answers) == {201: 1, 422: WRITERS - 1}
    assert {code for answer in answers if answer.status_code == 422 for code in codes(answer)} == {
        ("/role_id", "process-owner-exists")
    }


async def test_one_owner_follows_another(api: Api) -> None:
    seat = await owner_seat(api, await api.make("process"), valid_to="2027-01-01T00:00:00Z")
    assert (await api.post(ASSIGNMENT, **seat)).status_code == 201
    after = {name: value for name, value in seat.items() if name != "valid_to"} | {"valid_from": "2027-01-01T00:00:00Z"}
    assert (await api.post(ASSIGNMENT, **after)).status_code == 201


async def test_an_assignment_needs_no_name(api: Api) -> None:
    body = await owner_seat(api, await api.make("process"))
    made = (await api.send("POST", api.path(ASSIGNMENT), json=body)).json()
    assert (made["name"], made["key"]) == ("Role assignment", f"role-assignment-{made['id'][-12:]}")


async def test_a_process_is_approved_with_owner_raci_and_policy(api: Api) -> None:
    process = await api.make("process", state="defined")
    role = await api.make("role", state="active")
    step = await api.make("activity", process_id=process["id"], raci=[{"role_id": role["id"], "letter": "A"}])
    assert step["state"] == "defined", "what is added to a process begins as it is"

    refused = await api.transition(PROCESS, process["id"], "approved")
    assert {code for _, code in codes(refused)} == {"process-owner-missing", "policy-missing", "raci-incomplete"}

    await api.post(ASSIGNMENT, **await owner_seat(api, process))
    raci = [{"role_id": role["id"], "letter": letter} for letter in "AR"]
    await api.patch(ACTIVITY, step["id"], {"raci": raci}, if_match="*")
    await api.link("governs", await api.make("policy"), process)
    assert (await api.transition(PROCESS, process["id"], "approved")).status_code == 200
    assert (await api.get(ACTIVITY, step["id"])).json()["state"] == "approved"


async def test_an_activity_does_not_move_by_itself(api: Api) -> None:
    step = await api.make("activity", process_id=(await api.make("process"))["id"])
    answer = await api.transition(ACTIVITY, step["id"], "defined")
    assert codes(answer) == {("/to", "process-state-mismatch")}


async def test_an_activity_may_retire_before_its_process(api: Api) -> None:
    step = await api.make("activity", process_id=(await api.make("process", state="operational"))["id"])
    assert (await api.transition(ACTIVITY, step["id"], "retired")).status_code == 200


async def test_an_activity_is_found_in_the_state_of_its_process(api: Api) -> None:
    process = await api.make("process")
    answer = await api.post(ACTIVITY, process_id=process["id"], state="approved")
    assert (answer.status_code, codes(answer)) == (422, {("/state", "process-state-mismatch")})


async def test_activities_follow_a_process_that_is_corrected(api: Api) -> None:
    process = await api.make("process", state="defined")
    step, gone = [await api.make("activity", process_id=process["id"], state="defined") for _ in range(2)]
    await api.transition(ACTIVITY, gone["id"], "retired")
    answer = await api.correct(PROCESS, process["id"], "operational")
    assert answer.status_code == 200, answer.text
    states = [(await api.get(ACTIVITY, each["id"])).json()["state"] for each in (step, gone)]
    assert states == ["operational", "retired"]


async def test_a_role_has_each_letter_once(api: Api) -> None:
    raci = [{"role_id": (await api.make("role"))["id"], "letter": "A"}] * 2
    assert codes(await api.post(ACTIVITY, raci=raci)) == {("/raci/1", "duplicate")}


async def test_nobody_is_their_own_deputy(api: Api) -> None:
    party = (await api.make("party"))["id"]
    assert codes(await api.post(ASSIGNMENT, party_id=party, deputy_id=party)) == {("/deputy_id", "self-deputy")}


async def test_a_hand_off_goes_to_another_activity(api: Api) -> None:
    step = (await api.make("activity"))["id"]
    answer = await api.post(NODE_KINDS["handoff"], from_activity_id=step, to_activity_id=step)
    assert codes(answer) == {("/to_activity_id", "self-handoff")}


async def test_a_role_that_is_held_does_not_become_an_owners(api: Api) -> None:
    seat = await owner_seat(api, await api.make("process"))
    manager = await api.make("role", type="process_manager")
    assert (await api.post(ASSIGNMENT, **seat)).status_code == 201
    assert (await api.post(ASSIGNMENT, **seat | {"role_id": manager["id"]})).status_code == 201
    answer = await api.patch(NODE_KINDS["role"], manager["id"], {"type": "process_owner"}, if_match="*")
    assert codes(answer) == {("/type", "role-in-use")}


@pytest.mark.parametrize("way", ["transition", "validity", "role"])
async def test_no_other_way_into_a_seat_that_is_taken(api: Api, way: str) -> None:
    """However many try at once, at any instant one holds it."""
    process = await api.make("process")
    waiting = []
    for year in range(2031, 2039):
        apart = {"valid_from": f"{year}-01-01T00:00:00Z", "valid_to": f"{year}-02-01T00:00:00Z"}
        seat = await owner_seat(api, process, state="proposed" if way == "transition" else "active")
        seat |= {} if way == "transition" else apart
        if way == "role":
            seat |= {"role_id": (await api.make("role"))["id"], "valid_from": None, "valid_to": None}
        waiting.append(await api.make(ASSIGNMENT, **seat))
    tries = {
        "transition": lambda each: api.transition(ASSIGNMENT, each["id"], "active"),
        "validity": lambda each: api.patch(
            ASSIGNMENT, each["id"], {"valid_from": None, "valid_to": None}, if_match="*"
        ),
        "role": lambda each: api.patch(NODE_KINDS["role"], each["role_id"], {"type": "process_owner"}, if_match="*"),
    }
    answers = await asyncio.gather(*(tries[way](each) for each in waiting))
    won = sum(answer.status_code == 200 for answer in answers)
    assert won == {"transition": 1, "validity": 0, "role": 0}[way]


async def test_what_is_added_while_a_process_moves_is_not_left_behind(api: Api) -> None:
    process = await api.make("process")
    adding = [api.make("activity", process_id=process["id"]) for _ in range(16)]
    await asyncio.gather(*adding[:8], api.transition(PROCESS, process["id"], "defined"), *adding[8:])
    steps = await api.items(ACTIVITY, process_id=process["id"])
    assert Counter(step["state"] for step in steps) == {"defined": 16}


@pytest.mark.parametrize(("kind", "member"), [(ACTIVITY, "process_id"), (PACKAGE, "service_id")])
async def test_a_part_stays_with_its_whole(api: Api, kind: Any, member: str) -> None:
    made, other = await api.make(kind), await api.make(kind)
    answer = await api.patch(kind, made["id"], {member: other[member]}, if_match="*")
    assert codes(answer) == {(f"/{member}", "immutable")}


def design(*missing: str) -> list[State]:
    none = {"not_applicable": True, "reason": "It needs none."}
    return [{"type": p, **none} for p in ("people", "process", "product", "partner") if p not in missing]


async def test_a_service_is_developed_once_its_design_is_whole(api: Api) -> None:
    service = await api.make("service", state="designed")
    package = await api.make("design_package", service_id=service["id"], elements=design("partner"))
    refused = await api.transition(SERVICE, service["id"], "developed")
    assert codes(refused) == {("/design_package/partner", "design-incomplete")}
    await api.patch(PACKAGE, package["id"], {"elements": design()}, if_match="*")
    assert (await api.transition(SERVICE, service["id"], "developed")).status_code == 200


async def test_what_is_accepted_anew_takes_the_place_of_what_was_before(api: Api) -> None:
    service = await api.make("service")
    old = await api.make("design_package", service_id=service["id"], state="accepted")
    new = await api.make("design_package", service_id=service["id"], state="reviewed")
    assert (await api.transition(PACKAGE, new["id"], "accepted")).status_code == 200
    assert (await api.get(PACKAGE, old["id"])).json()["state"] == "outdated"


async def test_of_many_packages_registered_at_once_one_is_accepted(api: Api) -> None:
    service = await api.make("service")
    members = {"service_id": service["id"], "state": "accepted"}
    answers = await asyncio.gather(*(api.post(PACKAGE, **members) for _ in range(16)))
    assert Counter(answer.status_code for answer in answers) == {201: 1, 422: 15}


@pytest.mark.parametrize(
    ("state", "phase"), [("chartered", "pipeline"), ("designed", "catalogue"), ("retired", "retired")]
)
async def test_services_are_listed_by_their_phase(api: Api, state: str, phase: str) -> None:
    made = await api.make("service", state=state, type="supporting", tags=[f"phase-{state}"])
    found = await api.items(SERVICE, phase=phase, tag=f"phase-{state}")
    assert made["id"] in {each["id"] for each in found}
    others = {"pipeline", "catalogue", "retired"} - {phase}
    for other in others:
        assert await api.items(SERVICE, phase=other, tag=f"phase-{state}") == []


async def test_no_other_phase_is_known(api: Api) -> None:
    assert (await api.send("GET", api.path(SERVICE), params={"phase": "limbo"})).status_code == 422
