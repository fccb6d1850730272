"""POST /bulk: many PUTs, each with all its rules; one by one, or all or none."""

import json
from typing import Any

import httpx
import pytest

from shared.contracts import NODE_KINDS
from shared.resource.prefetch import prefetched
from tests.service.api import Api, State, is_problem, new_id, one_loop

pytestmark = one_loop
DRIVER, TACTIC = NODE_KINDS["driver"], NODE_KINDS["tactic"]


def line(id: str, kind: str = "tactic", **body: Any) -> State:
    return {"kind": kind, "id": id, "body": {"name": f"Tactic {id}", **body}}


async def bulk(api: Api, *lines: Any, service: str = "strategy", **params: Any) -> httpx.Response:
    raw = "\n".join(each if isinstance(each, str) else json.dumps(each) for each in lines)
    headers = {"Content-Type": "application/x-ndjson"}
    return await api.send("POST", f"/{service}/v1/bulk", content=raw, params=params, headers=headers)


def answers(answer: httpx.Response) -> list[State]:
    assert answer.status_code == 200, answer.text
    return [json.loads(each) for each in answer.text.splitlines()]


async def test_each_line_comes_to_what_a_put_would(api: Api) -> None:
    ids = [new_id() for _ in range(3)]
    told = answers(await bulk(api, *(line(id, budget=5) for id in ids)))
    assert [(each["line"], each["status"], each["id"]) for each in told] == [
        (n, 201, id) for n, id in enumerate(ids, 1)
    ]
    state = (await api.get(TACTIC, ids[1])).json()
    assert (state["budget"], state["version"]) == (5.0, 1)
    assert told[1]["event"] == (await api.history(TACTIC, ids[1]))[0]["event"]


async def test_the_same_again_changes_nothing(api: Api) -> None:
    lines = [line(new_id()) for _ in range(2)]
    first, again = answers(await bulk(api, *lines)), answers(await bulk(api, *lines))
    assert [(each["status"], each["version"]) for each in again] == [(200, 1), (200, 1)]
    assert [each["event"] for each in again] == [each["event"] for each in first]


async def test_a_line_may_rest_on_one_before_it(api: Api) -> None:
    above, below = new_id(), new_id()
    lines = [line(above, "objective"), line(below, "objective", parent_id=above)]
    assert [each["status"] for each in answers(await bulk(api, *lines))] == [201, 201]
    lost = answers(
        await bulk(api, *reversed([line(new_id(), "objective"), line(new_id(), "objective", parent_id=new_id())]))
    )
    assert [each["status"] for each in lost] == [422, 201]


async def test_a_line_that_is_refused_takes_nothing_with_it(api: Api) -> None:
    good, bad, also = new_id(), new_id(), new_id()
    told = answers(await bulk(api, line(good), line(bad, budget=-1), "{", line(also, nope=1), line(new_id(), "party")))
    assert [each["status"] for each in told] == [201, 422, 400, 422, 422]
    assert told[1]["problem"]["errors"][0]["pointer"] == "/budget"
    assert [(await api.get(TACTIC, id)).status_code for id in (good, bad, also)] == [200, 404, 404]


async def test_atomic_is_all_or_none(api: Api) -> None:
    good, bad = new_id(), new_id()
    answer = await bulk(api, line(good), line(bad, budget=-1), atomic="true")
    assert (answer.status_code, answer.json()["line"], is_problem(answer)) == (422, 2, True)
    assert (await api.get(TACTIC, good)).status_code == 404
    assert len(answers(await bulk(api, line(good), line(bad), atomic="true"))) == 2


async def test_what_is_there_is_changed_by_whoever_has_read_it(api: Api) -> None:
    made = await api.make(TACTIC)
    other = line(made["id"], description="new")
    told = answers(await bulk(api, other, other | {"if_match": 7}, other | {"if_match": 1}))
    assert [each["status"] for each in told] == [428, 412, 200]


async def test_keys_are_made_and_kept_apart(api: Api) -> None:
    name = f"Twin {new_id()}"
    ids = [new_id() for _ in range(3)]
    answers(await bulk(api, *(line(id, name=name) for id in ids)))
    keys = [(await api.get(TACTIC, id)).json()["key"] for id in ids]
    assert keys == [keys[0], f"{keys[0]}-2", f"{keys[0]}-3"]


async def test_links_too(api: Api) -> None:
    tactic, objective = await api.make("tactic"), await api.make("objective")
    ends = {name: {"kind": end["kind"], "id": end["id"]} for name, end in (("source", tactic), ("target", objective))}
    body = {"type": "decomposes", **ends}
    told = answers(await bulk(api, *({"kind": "link", "id": new_id(), "body": body} for _ in range(2))))
    assert [each["status"] for each in told] == [201, 409]


async def test_more_lines_than_there_may_be(api: Api) -> None:
    answer = await bulk(api, *(["{}"] * 5001))
    assert (answer.status_code, is_problem(answer)) == (413, True)


async def test_it_needs_its_scope(api: Api) -> None:
    assert (await bulk(api.as_caller("strategy:read"), line(new_id()))).status_code == 403


@pytest.mark.parametrize("raw", ["", "\n\n"])
async def test_nothing_comes_to_nothing(api: Api, raw: str) -> None:
    assert answers(await bulk(api, raw)) == []


async def test_registration_needs_its_scope_line_by_line(api: Api) -> None:
    told = answers(await bulk(api.without("strategy:register"), line(new_id(), state="in_force"), line(new_id())))
    assert [each["status"] for each in told] == [403, 201]


@pytest.mark.parametrize("preview", ["false", "true"])
async def test_what_is_refused_is_not_paid_for_by_what_follows(
    api: Api, monkeypatch: pytest.MonkeyPatch, preview: str
) -> None:
    """A batch that is read once serves all its lines, whatever is wrong with some."""
    reads: list[int] = []

    async def noted(owner: Any, connection: Any, items: Any) -> Any:
        reads.append(len(items))
        return await prefetched(owner, connection, items)

    monkeypatch.setattr("shared.resource.many.prefetched", noted)
    lines = [each for _ in range(20) for each in (line(new_id(), colour="red"), line(new_id()), '{"no": "line"}')]
    told = answers(await bulk(api, *lines, preview=preview))
    assert [each["status"] for each in told] == [422, 201, 422] * 20
    assert reads == [40]


async def test_a_preview_says_what_would_be_written_and_writes_nothing(api: Api) -> None:
    above, below, lost = new_id(), new_id(), new_id()
    lines = [
        line(above, "objective"),
        line(below, "objective", parent_id=above),
        line(lost, "objective", parent_id=new_id()),
    ]
    told = answers(await bulk(api, *lines, preview=True))
    assert [each["status"] for each in told] == [201, 201, 422]
    assert told[1]["state"]["parent_id"] == above
    assert "event" not in told[0]
    for id in (above, below):
        assert (await api.send("GET", f"/strategy/v1/objectives/{id}")).status_code == 404
    made = answers(await bulk(api, *lines[:2]))
    stamps = {"created_at", "updated_at"}
    for each, preview in zip(made, told, strict=False):
        state = (await api.send("GET", f"/strategy/v1/objectives/{each['id']}")).json()
        assert {k: v for k, v in state.items() if k not in stamps} == {
            k: v for k, v in preview["state"].items() if k not in stamps
        }


async def test_a_preview_of_a_change_has_the_whole_new_state(api: Api) -> None:
    id = new_id()
    [made] = answers(await bulk(api, line(id)))
    [told] = answers(await bulk(api, line(id, budget=7) | {"if_match": made["version"]}, preview=True))
    assert (told["status"], told["version"], told["state"]["budget"]) == (200, 2, 7.0)
    assert (await api.get(TACTIC, id)).json()["budget"] is None


async def test_so_many_lines_are_previewed_and_no_more(api: Api) -> None:
    answer = await bulk(api, *(line(new_id()) for _ in range(501)), preview=True)
    assert answer.status_code == 413


def moved(made: State, to: str, version: int = 1, **more: Any) -> State:
    return {"kind": made["kind"], "id": made["id"], "if_match": version, "transition": {"to": to, **more}}


async def test_a_line_may_be_a_transition_with_its_rules(api: Api) -> None:
    """A driver goes from draft to active and then to closed, and never back."""
    one, other = await api.make("driver"), await api.make("driver")
    lines = [moved(one, "active", reason="Heard of."), moved(other, "closed", version=3), moved(one, "draft", 2)]
    told = answers(await bulk(api, *lines, moved(one, "closed", 2), moved({**one, "id": new_id()}, "active")))
    assert [each["status"] for each in told] == [200, 412, 409, 200, 404]
    assert [each["version"] for each in told if "version" in each] == [2, 3]
    past = await api.history(DRIVER, one["id"])
    assert [(each["action"], each["reason"]) for each in past[:2]] == [("created", None), ("transitioned", "Heard of.")]
    assert told[0]["event"] == past[1]["event"]


async def test_transitions_and_puts_are_all_made_or_none(api: Api) -> None:
    driver, tactic = await api.make("driver"), await api.make(TACTIC)
    put = line(tactic["id"], name=tactic["name"], budget=7) | {"if_match": 1}
    refused = await bulk(api, put, moved(driver, "active"), moved(driver, "nowhere", 2), atomic="true")
    assert (refused.status_code, refused.json()["line"]) == (422, 3)
    assert (await api.get(DRIVER, driver["id"])).json()["state"] == "draft"
    assert (await api.get(TACTIC, tactic["id"])).json()["version"] == 1
    foreseen = answers(await bulk(api, put, moved(driver, "active"), preview="true"))
    assert [(each["version"], each["state"]["state"]) for each in foreseen] == [(2, "draft"), (2, "active")]
    assert (await api.get(DRIVER, driver["id"])).json()["state"] == "draft"
    assert [each["version"] for each in answers(await bulk(api, put, moved(driver, "active"), atomic="true"))] == [2, 2]


async def test_a_line_is_a_put_or_a_transition(api: Api) -> None:
    made = await api.make("driver")
    both = moved(made, "active") | {"body": {"name": "Both"}}
    told = answers(
        await bulk(api, both, {"kind": "driver", "id": made["id"]}, moved(made, "active") | {"transition": {"to": 3}})
    )
    assert [each["problem"]["errors"][0]["pointer"] for each in told] == ["/body", "/body", "/transition/to"]
    assert [each["status"] for each in told] == [422, 422, 422]
