"""However much is wrong, an answer says so in few words: at most 100 errors, in one document or over all lines."""

import json
from typing import Any

import httpx
import pytest

from shared.contracts import NODE_KINDS
from tests.service.api import SECRET, Api, State, is_problem, new_id, one_loop

pytestmark = one_loop
TACTIC = NODE_KINDS["tactic"]


async def test_of_many_errors_a_hundred_are_told_and_all_are_counted(api: Api) -> None:
    body = {"name": "x", **{f"m{number}": 1 for number in range(250)}}
    answer = await api.send("POST", "/strategy/v1/tactics", json=body)
    assert (answer.status_code, is_problem(answer)) == (422, True)
    assert (len(answer.json()["errors"]), answer.json()["error_count"]) == (100, 250)
    few = await api.send("POST", "/strategy/v1/tactics", json={"name": "x", "m": 1})
    assert "error_count" not in few.json()


async def test_a_long_name_is_not_repeated(api: Api) -> None:
    name = "n" * 300 + SECRET
    for body in ({"name": "x", name: 1}, {"name": "x", "owner": {name: {name: 1}}}):
        answer = await api.send("POST", "/strategy/v1/tactics", json=body)
        assert (answer.status_code, is_problem(answer)) == (422, True)
        assert len(answer.content) < 1500


async def test_many_unknown_parameters_are_as_well(api: Api) -> None:
    for path in ("/strategy/v1/tactics", "/alignment/v1/findings"):
        answer = await api.send("GET", f"{path}?" + "&".join(f"p{number}=1" for number in range(250)))
        assert (answer.status_code, is_problem(answer)) == (422, True)
        assert len(answer.json()["errors"]) <= 100


async def bulk(api: Api, raw: bytes, **params: Any) -> httpx.Response:
    headers = {"Content-Type": "application/x-ndjson"}
    return await api.send("POST", "/strategy/v1/bulk", content=raw, params=params, headers=headers)


def lines(*each: Any) -> bytes:
    return b"\n".join(json.dumps(line).encode() for line in each)


def wrong(members: int) -> State:
    """A line whose body has so many members that there are none of."""
    return {"kind": "tactic", "id": new_id(), "body": {"name": "x", **{f"m{number}": 1 for number in range(members)}}}


def misread(members: int) -> State:
    """A line that has them itself."""
    return {"kind": "tactic", "id": new_id(), "body": {}, **{f"m{number}": 1 for number in range(members)}}


async def test_over_all_lines_a_hundred_are_told(api: Api) -> None:
    good = {"kind": "tactic", "id": new_id(), "body": {"name": "Right"}}
    asked = [wrong(70), misread(20), wrong(70), misread(70), *(wrong(3) for _ in range(300)), good]
    told = [json.loads(line) for line in (await bulk(api, lines(*asked))).text.splitlines()]
    assert [each["line"] for each in told] == list(range(1, len(asked) + 1))
    problems = [each["problem"] for each in told if "problem" in each]
    assert [len(problem["errors"]) for problem in problems] == [70, 20, 10, 0, *[0] * 300]
    counts = [problem.get("error_count") for problem in problems]
    assert counts == [None, None, 70, 70, *[3] * 300]
    assert {each["status"] for each in told[:-1]} == {422}
    assert all(problem["type"] == "urn:plumbline:problem:invalid" for problem in problems)
    assert told[-1]["event"].startswith(f"tactic:{good['id']}:")


async def test_all_or_none_tells_of_the_first_line_alone(api: Api) -> None:
    answer = await bulk(api, lines(misread(150), *(misread(150) for _ in range(50))), atomic=True)
    assert (answer.status_code, answer.json()["line"]) == (422, 1)
    assert (len(answer.json()["errors"]), answer.json()["error_count"]) == (100, 150)


async def test_a_line_may_be_as_large_as_a_body(api: Api) -> None:
    largest = api.platform.settings.max_body_bytes
    large = {"kind": "tactic", "id": new_id(), "body": {"name": "x", "description": "d" * largest}}
    small = {"kind": "tactic", "id": new_id(), "body": {"name": "Small"}}
    told = [json.loads(line) for line in (await bulk(api, lines(large, small))).text.splitlines()]
    assert [each["status"] for each in told] == [413, 201]


@pytest.mark.parametrize("raw", [b"{}\n" * 5001, b"\n" * 16_000_000, b"\n" * 20_000 + b"{}\n" * 5001])
async def test_so_many_lines_and_no_more(api: Api, raw: bytes) -> None:
    answer = await bulk(api, raw)
    if raw.strip():
        assert (answer.status_code, is_problem(answer)) == (413, True)
    else:
        assert (answer.status_code, answer.content) == (200, b"")
