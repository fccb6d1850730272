"""Keys: unique per kind, made from the name when left out."""

from uuid import uuid4

import pytest

from shared.contracts import NODE_KINDS, Kind
from tests.service.api import Api, codes, new_id, one_loop, some_nodes

pytestmark = one_loop
TACTIC = NODE_KINDS["tactic"]


@some_nodes
async def test_a_key_is_made_from_the_name_and_suffixed_when_taken(api: Api, kind: Kind) -> None:
    word = uuid4().hex
    keys = [(await api.make(kind, name=f"Größe {word}, the 1st"))["key"] for _ in range(3)]
    assert keys == [f"groe-{word}-the-1st", f"groe-{word}-the-1st-2", f"groe-{word}-the-1st-3"]


async def test_a_gap_among_the_suffixes_is_filled(api: Api) -> None:
    word = uuid4().hex
    for key in (word, f"{word}-2", f"{word}-4", f"{word}-10", f"{word}-other"):
        await api.make(TACTIC, key=key)
    assert [(await api.make(TACTIC, name=word))["key"] for _ in range(2)] == [f"{word}-3", f"{word}-5"]


@pytest.mark.parametrize("name", ["☃", "---", "日本", "\u0301"])
async def test_a_name_of_which_nothing_is_left_gives_the_kind(api: Api, name: str) -> None:
    assert (await api.make(TACTIC, name=name))["key"].startswith("tactic")


@pytest.mark.parametrize("name", ["x" * 500, "a b " * 125])
async def test_a_long_name_gives_a_key_that_fits(api: Api, name: str) -> None:
    keys = [(await api.make(TACTIC, name=name))["key"] for _ in range(2)]
    for key in keys:
        assert len(key) <= 120
        assert [item["name"] for item in await api.items(TACTIC, key=key)] == [name]


async def test_a_name_that_looks_like_an_id_gives_a_key_that_does_not(api: Api) -> None:
    made = await api.make(TACTIC, name=new_id().upper())
    assert made["key"] == f"tactic-{made['name'].lower()}"
    assert (await api.get(TACTIC, made["id"])).json() == made


@some_nodes
async def test_a_key_that_is_taken_is_refused(api: Api, kind: Kind) -> None:
    key = f"k-{new_id()}"
    await api.make(kind, key=key)
    other = await api.make(kind)
    for answer in (await api.post(kind, key=key), await api.patch(kind, other["id"], {"key": key}, if_match="1")):
        assert (answer.status_code, answer.json()["pointer"]) == (409, "/key")


async def test_another_kind_may_have_the_same_key(api: Api) -> None:
    key = f"k-{new_id()}"
    assert (await api.make("tactic", key=key))["key"] == (await api.make("outcome", key=key))["key"]


async def test_a_key_can_change(api: Api) -> None:
    made, key = await api.make(TACTIC), f"k-{new_id()}"
    assert (await api.patch(TACTIC, made["id"], {"key": key}, if_match="1")).json()["key"] == key
    assert (await api.make(TACTIC, key=made["key"]))["version"] == 1


@pytest.mark.parametrize("key", ["", "A", "-a", "a b", "ä", "a\n", "x" * 121, "0192f1c4-77a3-7c1e-8f0a-3f6d2b9c5e10"])
async def test_a_key_is_plain(api: Api, key: str) -> None:
    answer = await api.post(TACTIC, key=key)
    assert answer.status_code == 422
    assert {pointer for pointer, _ in codes(answer)} == {"/key"}
