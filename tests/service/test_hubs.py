"""A write at a hub reads no more than one elsewhere: what it costs does not depend on how many refer to it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from shared.contracts import LINKS, NODE_KINDS
from shared.resource import store, tables
from tests.service.api import Api, State, one_loop

pytestmark = one_loop


@contextmanager
def rows_read(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The kinds of all entities and links that are made of rows meanwhile."""
    read: list[str] = []
    real = tables.from_row

    def noted(kind: Any, row: Any) -> Any:
        read.append(kind.name)
        return real(kind, row)

    with monkeypatch.context() as patched:
        patched.setattr(store, "from_row", noted)
        yield read


async def hub(api: Api, number: int) -> tuple[State, list[State]]:
    """A service that so many others depend on, and the links."""
    middle = await api.make("service")
    links = []
    for _ in range(number):
        link = await api.link("depends_on", await api.make("service"), middle)
        assert link.status_code == 201
        links.append(link.json())
    return middle, links


async def writes(api: Api, middle: State, link: State) -> None:
    """One of each kind at the hub."""
    service, links = NODE_KINDS["service"], LINKS["catalog"]
    assert (await api.patch(service, middle["id"], {"description": "new"}, if_match="*")).status_code == 200
    assert (await api.link("depends_on", await api.make("service"), middle)).status_code == 201
    assert (await api.link("depends_on", middle, await api.make("service"))).status_code == 201
    assert (await api.transition(links, link["id"], "ended")).status_code == 200
    assert (await api.transition(service, middle["id"], "defined")).status_code == 200


async def test_links_at_both_ends(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    counts = []
    for number in (1, 30):
        middle, links = await hub(api, number)
        with rows_read(monkeypatch) as read:
            await writes(api, middle, links[0])
        counts.append(len(read))
    assert counts[0] == counts[1]


async def test_children_of_a_parent(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only where side or level of the parent changes do its children have a say."""
    objective, counts = NODE_KINDS["objective"], []
    for number in (1, 30):
        parent = await api.make("objective", side="it")
        for _ in range(number):
            child = await api.make("objective", parent_id=parent["id"])
        with rows_read(monkeypatch) as read:
            assert (await api.patch(objective, parent["id"], {"description": "x"}, if_match="*")).status_code == 200
            assert (await api.patch(objective, child["id"], {"side": "it"}, if_match="*")).status_code == 200
            await api.make("objective", parent_id=parent["id"])
        counts.append(len(read))
    assert counts[0] == counts[1]
    refused = await api.patch(objective, parent["id"], {"side": "business"}, if_match="*")
    assert refused.status_code == 422, "of all of them the one that does not fit is found"


async def test_what_is_looked_up_is_found_in_pieces(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "_AT_ONCE", 4)
    process = await api.make("process")
    made = [await api.make("activity", process_id=process["id"]) for _ in range(9)]
    answer = await api.transition(NODE_KINDS["process"], process["id"], "defined")
    assert answer.status_code == 200, answer.text
    states = [(await api.get(NODE_KINDS["activity"], each["id"])).json()["state"] for each in made]
    assert states == ["defined"] * 9


async def test_a_long_history_is_looked_through_in_pieces(api: Api) -> None:
    tactic = NODE_KINDS["tactic"]
    made = await api.make(tactic, state="in_force")
    id, version = made["id"], 1
    moved = await api.transition(tactic, id, "retired")
    assert moved.status_code == 200, moved.text
    for version in range(2, 45):
        text = {"description": str(version)}
        assert (await api.patch(tactic, id, text, if_match=str(version))).status_code == 200
    assert (await api.delete(tactic, id)).status_code == 409, "it was live in its first version"
    never = await api.make(tactic)
    for version in range(1, 45):
        await api.patch(tactic, never["id"], {"description": str(version)}, if_match=str(version))
    assert (await api.delete(tactic, never["id"])).status_code == 204
