"""Who signed something stays visible, however many drafts and links say that they cover it as well."""

from typing import Any
from uuid import UUID

import pytest

from services.alignment.queries import signed as signed_query
from shared.contracts import LINKS, NODE_KINDS, Kind
from tests.service.alignment.served import Server

TACTIC, INCREMENT, LINK = NODE_KINDS["tactic"], NODE_KINDS["increment"], LINKS["strategy"]
MANY = 5


def _id(number: int) -> str:
    return str(UUID(int=number, version=4))


ITEM = {"kind": "tactic", "id": _id(1)}


async def _write(server: Server, kind: Kind, id: str, **members: Any) -> None:
    """The first version of something, told by its owner."""
    at = "2026-01-01T00:00:00Z"
    stamp = {"created_at": at, "created_by": "anna", "updated_at": at, "updated_by": "anna"}
    state = kind.model.model_validate({"id": id, "version": 1, **stamp, **members}).model_dump(mode="json")
    server.world._tell(f"{kind.name}/{id}", state)
    await server.arrive([server.world.events[-1]])


async def _increment(server: Server, number: int, key: str, state: str, **members: Any) -> None:
    await _write(server, INCREMENT, _id(number), key=key, name=key, state=state, **members)


async def _signed_by(server: Server) -> list[str]:
    answer = await server.get(f"nodes/tactic/{ITEM['id']}")
    return [each["increment"]["key"] for each in answer["signed_by"]]


@pytest.fixture(autouse=True)
async def signed(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """A tactic that was signed under an increment whose id sorts behind those of the tests."""
    monkeypatch.setattr(signed_query, "_MOST", MANY)
    await _write(server, TACTIC, ITEM["id"], key="t", name="T", state="approved")
    await _increment(server, 900, "real", "signed", items=[ITEM])
    assert await _signed_by(server) == ["real"]


async def test_why_says_it_of_what_was_asked_about(server: Server) -> None:
    """Also where nothing is above it."""
    answer = await server.get(f"why/tactic/{ITEM['id']}")
    assert answer["paths"] == []
    assert [(each["node"]["key"], each["increment"]["key"]) for each in answer["signed_by"]] == [("t", "real")]


async def test_links_that_say_covers_push_out_no_signature(server: Server) -> None:
    for number in range(100, 101 + MANY):
        await _increment(server, number, f"i-{number}", "signed")
        ends = {"source": {"kind": "increment", "id": _id(number)}, "target": ITEM}
        await _write(server, LINK, _id(500 + number), type="covers", state="active", **ends)
    assert await _signed_by(server) == ["real"]


async def test_drafts_that_hold_it_push_out_no_signature(server: Server) -> None:
    for number in range(100, 101 + MANY):
        await _increment(server, number, f"i-{number}", "draft", items=[ITEM])
    assert await _signed_by(server) == ["real"]
