"""Many lines at once come to what the same PUTs come to one after the other: states, versions, answers and changes."""

import json
from collections.abc import Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

import httpx
import pytest

from shared.contracts import KINDS, LINKS, NODE_KINDS
from tests.backends.databases import chosen
from tests.platform import Platform, running, settings_for
from tests.service.api import State, conditions
from tests.service.conftest import BACKENDS

LINES = 200
_STAMPS = {"created_at", "updated_at"}


def lines(random: Random) -> Iterator[State]:
    """What people and programs send: new things and changed ones, names and keys twice, what rests on what comes later,
    what is wrong."""
    ids = [str(UUID(int=random.getrandbits(128), version=4)) for _ in range(12)]
    for _ in range(LINES):
        kind = random.choice(["party", "role", "process", "activity", "role_assignment", "policy", "link", "link", "x"])
        line: State = {"kind": kind, "id": random.choice(ids), "body": _body(random, kind, ids)}
        if random.random() < 0.3:
            line["if_match"] = random.choice([1, 2])
        yield line


def _body(random: Random, kind: str, ids: list[str]) -> State:
    if kind == "link":
        ends = {
            end: {"kind": random.choice(["party", "role"]), "id": random.choice(ids)} for end in ("source", "target")
        }
        return {"type": random.choice(["relates_to", "part_of"]), **ends}
    name = f"Crew {random.randrange(1000)}" if random.random() < 0.9 else random.choice(["Crew", "", "crew"])
    body: State = {"name": name, "description": random.choice([None, "a", "b"])}
    if random.random() < 0.1:
        body["key"] = random.choice(["crew", "deck", "galley-2"])
    if random.random() < 0.3:
        body["owner"] = {"kind": "party", "id": random.choice(ids)}
    if kind == "party" and random.random() < 0.5:
        body["parent_id"] = random.choice(ids)
    if kind == "activity":
        body["process_id"] = random.choice(ids)
    if kind == "process" and random.random() < 0.5:
        body["state"] = random.choice(["defined", "operational"])
    if kind == "role_assignment":
        body |= {"party_id": random.choice(ids), "role_id": random.choice(ids)}
        body |= {"scope": {"kind": "process", "id": random.choice(ids)}, "state": "active"}
    if kind == "role":
        body["type"] = "process_owner"
    return body


async def one_by_one(platform: Platform, asked: list[State]) -> list[State]:
    answers = []
    for line in asked:
        kind = LINKS["roles"] if line["kind"] == "link" else NODE_KINDS.get(line["kind"])
        if kind is None:
            answers.append({"status": 422})
            continue
        given = conditions({"if_match": str(line["if_match"])}) if "if_match" in line else {}
        path = f"/roles/v1/{kind.collection}/{line['id']}"
        answer = await platform.http.put(path, json=line["body"], headers=given)
        answers.append(_told(answer.status_code, answer))
    return answers


def _told(status: int, answer: httpx.Response) -> State:
    if status >= 400:
        return {"status": status, "problem": answer.json()}
    state = answer.json()
    return {"status": status, "version": state["version"], "event": answer.headers["plumbline-event"]}


async def at_once(platform: Platform, asked: list[State], atomic: bool) -> list[State]:
    raw = "\n".join(map(json.dumps, asked))
    headers = {"Content-Type": "application/x-ndjson"}
    answer = await platform.http.post(f"/roles/v1/bulk?atomic={atomic}".lower(), content=raw, headers=headers)
    assert answer.status_code == 200, answer.text
    told = [json.loads(line) for line in answer.text.splitlines()]
    return [{n: v for n, v in each.items() if n in ("status", "version", "event", "problem")} for each in told]


async def everything(platform: Platform) -> Any:
    """States without times, and the changes in the order of each entity."""
    states = [
        {name: value for name, value in state.items() if name not in _STAMPS}
        for kind in KINDS["roles"]
        async for state in platform.client.list(kind)
    ]
    await platform.caught_up()
    page = await platform.client.changes("roles", 0, 1000)
    told = sorted((event["id"], event["type"], event["data"]["changed"]) for event in page["items"])
    return states, told


@pytest.mark.long
@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("seed", [2])
async def test_at_once_is_as_one_by_one(
    backend: str, seed: int, request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.resource.bulk.MOST_ERRORS", 10**6)  # a PUT tells of its own, a line of what is left
    asked = list(lines(Random(seed)))
    async with AsyncExitStack() as stack:
        pair = []
        for name in ("one", "two"):
            database = await stack.enter_async_context(chosen(backend, request))
            pair.append(await stack.enter_async_context(running(settings_for(tmp_path / name, **database))))
        expected, got = await one_by_one(pair[0], asked), await at_once(pair[1], asked, atomic=False)
        assert [_short(each) for each in got] == [_short(each) for each in expected]
        assert {each["status"] for each in got} >= {200, 201, 412, 422, 428}
        assert await everything(pair[1]) == await everything(pair[0])


def _short(answer: State) -> State:
    """An unknown kind has no address to be asked at."""
    problem = answer.get("problem", {})
    known = answer["status"] != 422 or problem.get("errors", [{}])[0].get("code") not in (None, "unknown-kind")
    told = {name: value for name, value in answer.items() if name != "problem"}
    return told | ({"problem": {name: problem.get(name) for name in ("type", "detail", "errors")}} if known else {})
