"""Links: kept by the service of their source, between ends that never change, and never twice."""

from itertools import pairwise
from uuid import UUID

import pytest

from services.strategy import models
from shared.contracts import KINDS, LINKS, NODE_KINDS, Kind
from shared.resource import Owner, ascent
from shared.rules import Rules
from shared.storage.db import Database
from tests.service.api import Api, body_of, codes, every_link, new_id, one_loop
from tests.service.counting import statements

pytestmark = one_loop


@every_link
async def test_the_same_active_link_is_refused_and_the_first_is_named(api: Api, kind: Kind) -> None:
    first = await api.make(kind)
    answer = await api.send("POST", api.path(kind), json=body_of(first))
    assert (answer.status_code, answer.json()["existing"]) == (409, f"link/{first['id']}")


@every_link
async def test_one_that_has_ended_makes_room(api: Api, kind: Kind) -> None:
    first = await api.make(kind)
    await api.transition(kind, first["id"], "ended")
    second = await api.send("POST", api.path(kind), json=body_of(first))
    assert second.status_code == 201
    back = await api.transition(kind, first["id"], "active")
    assert (back.status_code, back.json()["existing"]) == (409, f"link/{second.json()['id']}")
    await api.transition(kind, second.json()["id"], "ended")
    assert (await api.transition(kind, first["id"], "active")).status_code == 200


@every_link
async def test_another_type_or_direction_is_another_link(api: Api, kind: Kind) -> None:
    one, two = await api.make(KINDS[kind.service][0]), await api.make(KINDS[kind.service][0])
    for type, source, target in (("relates_to", one, two), ("relates_to", two, one), ("specializes", one, two)):
        assert (await api.link(type, source, target)).status_code == 201


@every_link
async def test_no_link_leads_to_itself(api: Api, kind: Kind) -> None:
    one = await api.make(KINDS[kind.service][0])
    answer = await api.link("relates_to", one, one)
    assert (answer.status_code, codes(answer)) == (422, {("/target", "self-link")})


@every_link
@pytest.mark.parametrize("member", ["type", "source", "target"])
async def test_its_type_and_ends_never_change(api: Api, kind: Kind, member: str) -> None:
    first = await api.make(kind)
    other = await api.body(kind, type="specializes")
    other["target"]["id"] = new_id()
    for answer in (
        await api.patch(kind, first["id"], {member: other[member]}, if_match="1"),
        await api.put(kind, first["id"], body_of(first) | {member: other[member]}, if_match="1"),
    ):
        assert (answer.status_code, codes(answer)) == (422, {(f"/{member}", "immutable")})


@every_link
async def test_it_is_kept_where_its_source_is(api: Api, kind: Kind) -> None:
    body = await api.body(kind)
    foreign = {**body, "source": body["target"], "target": body["source"]}
    answer = await api.send("POST", api.path(kind), json=foreign)
    assert (answer.status_code, codes(answer)) == (422, {("/source/kind", "source-not-owned")})


@every_link
async def test_its_ends_in_this_service_exist(api: Api, kind: Kind) -> None:
    here = await api.make(KINDS[kind.service][0])
    nowhere = {"kind": here["kind"], "id": new_id()}
    for source, target, pointer in ((nowhere, here, "/source"), (here, nowhere, "/target")):
        answer = await api.link("relates_to", source, target)
        assert (answer.status_code, codes(answer)) == (422, {(pointer, "unknown-reference")})


@every_link
async def test_its_ends_in_this_service_have_not_ended(api: Api, kind: Kind) -> None:
    first = KINDS[kind.service][0]
    end = next(state for state in first.lifecycle.states if first.lifecycle.is_terminal(state))
    here, ended = await api.make(first), await api.make(first, state=end)
    answer = await api.link("relates_to", here, ended)
    assert (answer.status_code, codes(answer)) == (422, {("/target", "terminal-reference")})
    assert (await api.link("relates_to", here, ended, state="ended")).status_code == 201, "registered as found"


@every_link
async def test_what_comes_back_supersedes_what_has_ended(api: Api, kind: Kind) -> None:
    first = KINDS[kind.service][0]
    end = next(state for state in first.lifecycle.states if first.lifecycle.is_terminal(state))
    here, ended = await api.make(first), await api.make(first, state=end)
    assert (await api.link("supersedes", here, ended)).status_code == 201
    answer = await api.link("supersedes", ended, here)
    assert (answer.status_code, codes(answer)) == (422, {("/source", "terminal-reference")})


@every_link
async def test_one_that_comes_back_finds_its_ends_alive(api: Api, kind: Kind) -> None:
    first = KINDS[kind.service][0]
    end = next(state for state in first.lifecycle.states if first.lifecycle.is_terminal(state))
    here, there = await api.make(first), await api.make(first, state=first.lifecycle.states[1])
    link = (await api.link("relates_to", here, there)).json()
    await api.transition(kind, link["id"], "ended")
    assert (await api.correct(first, there["id"], end)).status_code == 200
    answer = await api.transition(kind, link["id"], "active")
    assert (answer.status_code, codes(answer)) == (422, {("/target", "terminal-reference")})


async def test_an_influence_is_for_better_or_worse_and_nothing_else_is(api: Api) -> None:
    driver, objective = await api.make("driver"), await api.make("objective")
    answer = await api.link("influences", driver, objective, sign="negative")
    assert (answer.status_code, answer.json()["sign"]) == (201, "negative")
    answer = await api.link("relates_to", driver, objective, sign="negative")
    assert (answer.status_code, codes(answer)) == (422, {("/sign", "sign-not-allowed")})
    answer = await api.link("influences", driver, objective, sign="-")
    assert answer.status_code == 422


async def test_a_measurement_is_no_end_of_a_link(api: Api) -> None:
    figure, kpi = await api.make("measurement"), await api.make("kpi")
    for ends, pointer in (((figure, kpi), "/source/kind"), ((kpi, figure), "/target/kind")):
        answer = await api.link("relates_to", *ends)
        assert (answer.status_code, codes(answer)) == (422, {(pointer, "not-linkable")})


@every_link
@pytest.mark.parametrize(
    ("member", "value"),
    [("type", "likes"), ("type", None), ("confidence", 1.1), ("confidence", -0.1), ("confidence", "1"),
     ("source", {"kind": "unicorn", "id": new_id()}), ("source", {"kind": "link", "id": new_id()}),
     ("target", {"kind": "service"}), ("target", "service/x"), ("name", "a link has none")],
)  # fmt: skip
async def test_a_link_that_is_none(api: Api, kind: Kind, member: str, value: object) -> None:
    answer = await api.post(kind, **{member: value})
    assert answer.status_code == 422
    assert all(pointer.startswith(f"/{member}") for pointer, _ in codes(answer))


PART, TREE = "part_of", "objective"


async def refused_as_a_circle(api: Api, type: str, source: dict[str, str], target: dict[str, str]) -> bool:
    answer = await api.link(type, source, target)
    return answer.status_code == 422 and codes(answer) == {("/target", "cycle")}


@pytest.mark.parametrize("kind", ["strategy", "service", "party"])
@pytest.mark.parametrize("length", [2, 3])
async def test_no_decomposition_by_links_runs_in_a_circle(api: Api, kind: str, length: int) -> None:
    nodes = [await api.make(kind) for _ in range(length)]
    for lower, upper in pairwise(nodes):
        assert (await api.link(PART, lower, upper)).status_code == 201
    assert await refused_as_a_circle(api, PART, nodes[-1], nodes[0])
    assert (await api.link("relates_to", nodes[-1], nodes[0])).status_code == 201


@pytest.mark.parametrize("kind", ["objective", "capability", "contract", "party", "category"])
async def test_no_decomposition_by_fields_runs_in_a_circle(api: Api, kind: str) -> None:
    top = await api.make(kind)
    middle = await api.make(kind, parent_id=top["id"])
    low = await api.make(kind, parent_id=middle["id"])
    for parent in (low, middle, top):
        answer = await api.patch(NODE_KINDS[kind], top["id"], {"parent_id": parent["id"]}, if_match="*")
        assert (answer.status_code, codes(answer)) == (422, {("/parent_id", "cycle")})


async def test_nor_one_of_both(api: Api) -> None:
    top = await api.make(TREE)
    middle = await api.make(TREE, parent_id=top["id"])
    low = await api.make(TREE)
    assert (await api.link(PART, low, middle)).status_code == 201
    assert await refused_as_a_circle(api, "decomposes", top, low)
    answer = await api.patch(NODE_KINDS[TREE], top["id"], {"parent_id": low["id"]}, if_match="*")
    assert (answer.status_code, codes(answer)) == (422, {("/parent_id", "cycle")})


async def test_a_link_that_has_ended_closes_no_circle(api: Api) -> None:
    one, two = await api.make(TREE), await api.make(TREE)
    first = (await api.link(PART, one, two)).json()
    await api.transition(LINKS["strategy"], first["id"], "ended")
    assert (await api.link(PART, two, one)).status_code == 201
    back = await api.transition(LINKS["strategy"], first["id"], "active")
    assert (back.status_code, codes(back)) == (422, {("/target", "cycle")})


async def test_what_comes_back_closes_no_circle(api: Api) -> None:
    low, top = await api.make(TREE), await api.make(TREE)
    await api.link(PART, low, top)
    await api.delete(NODE_KINDS[TREE], low["id"])
    assert await refused_as_a_circle(api, PART, top, low) is False  # there is nothing to link to
    back = await api.put(NODE_KINDS[TREE], low["id"], {"name": "Back"})
    assert back.status_code == 201
    assert (await api.link(PART, low, top)).status_code == 201, "its links have ended with it"
    assert await refused_as_a_circle(api, PART, top, low)


async def test_however_many_levels_there_are_one_statement_looks(api: Api) -> None:
    chain = [await api.make(TREE)]
    for number in range(40):
        parent = {"parent_id": chain[-1]["id"]} if number % 2 else {}
        chain.append(await api.make(TREE, **parent))
        if not parent:
            assert (await api.link(PART, chain[-1], chain[-2])).status_code == 201
    top, low = ((TREE, UUID(chain[place]["id"])) for place in (0, -1))
    settings = api.platform.settings
    owner = Owner("strategy", models.Base.metadata, Rules(), settings.max_event_bytes)
    database = Database(settings.database("strategy"))
    try:
        for start, goal, leads in ((low, top, True), (top, low, False), (top, top, True)):
            async with database.read() as connection:
                with statements(database) as asked:
                    assert await ascent.reaches(connection, owner, start, goal) is leads
            (query,) = {statement for statement, _ in asked if "link" in statement or "objective" in statement}
            assert query.startswith("WITH RECURSIVE above")
    finally:
        await database.close()


async def test_what_lies_above_is_looked_at_up_to_a_bound(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    top = await api.make(TREE)
    low = await api.make(TREE, parent_id=top["id"])
    lowest = await api.make(TREE, parent_id=low["id"])
    monkeypatch.setattr(ascent, "MOST_ABOVE", 2)
    ascent._reaches.cache_clear()
    answer = await api.link(PART, await api.make(TREE), lowest)
    assert (answer.status_code, codes(answer)) == (422, {("/target", "too-many-ancestors")})
    ascent._reaches.cache_clear()
