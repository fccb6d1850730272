"""If-Match and If-None-Match as RFC 9110 has them, on every verb."""

from typing import Any

import httpx
import pytest

from shared.contracts import NODE_KINDS
from tests.service.api import Api, is_problem, one_loop

pytestmark = one_loop
TACTIC = NODE_KINDS["tactic"]


async def ask(api: Api, method: str, id: str, *headers: tuple[str, str], **more: Any) -> httpx.Response:
    """One request with header lines as they are, also twice of one name."""
    step = "/transitions" if method == "POST" else ""
    bodies: dict[str, Any] = {
        "PUT": {"name": "Another"},
        "PATCH": {"description": "new"},
        "POST": {"to": "proposed"},
    }
    body = {"json": bodies[method]} if method in bodies else {}
    if method == "DELETE":
        more["params"] = {"reason": "a mistake"}
    return await api.platform.http.request(method, api.path(TACTIC, id) + step, headers=[*headers], **body, **more)


CHANGES = ["PUT", "PATCH", "POST", "DELETE"]


@pytest.mark.parametrize("method", CHANGES)
async def test_two_lines_are_one_list(api: Api, method: str) -> None:
    id = (await api.make(TACTIC))["id"]
    assert (await ask(api, method, id, ("If-Match", '"7"'), ("If-Match", '"8"'))).status_code == 412
    answer = await ask(api, method, id, ("If-Match", '"7"'), ("If-Match", '"1"'))
    assert answer.status_code in (200, 204), answer.text


@pytest.mark.parametrize("method", ["GET", *CHANGES])
@pytest.mark.parametrize("header", ["If-Match", "If-None-Match"])
async def test_a_tag_without_quotes_is_told_apart_from_a_stale_one(api: Api, method: str, header: str) -> None:
    id = (await api.make(TACTIC))["id"]
    for value in ("1", "", '"1" "2"', '*, "1"'):
        answer = await ask(api, method, id, (header, value))
        assert (answer.status_code, is_problem(answer)) == (400, True)
        assert f'{header} takes versions in quotes, such as "3"' in answer.json()["detail"]


@pytest.mark.parametrize("method", CHANGES)
async def test_if_none_match_keeps_a_change_from_the_version_it_names(api: Api, method: str) -> None:
    id = (await api.make(TACTIC))["id"]
    match = ("If-Match", "*")
    for named in ('"1"', 'W/"1"', '"5", "1"', "*"):
        answer = await ask(api, method, id, match, ("If-None-Match", named))
        assert (answer.status_code, answer.headers["etag"]) == (412, '"1"'), named
    assert (await ask(api, method, id, match, ("If-None-Match", '"5"'))).status_code in (200, 204)


async def test_if_none_match_holds_also_where_nothing_would_change(api: Api) -> None:
    made = await api.make(TACTIC, name="Same")
    path, given = api.path(TACTIC, made["id"]), {"If-None-Match": '"1"'}
    assert (await api.send("PUT", path, json={"name": "Same"}, headers=given)).status_code == 412
    assert (await api.send("PUT", path, json={"name": "Same"})).status_code == 200


async def test_a_read_obeys_both(api: Api) -> None:
    id = (await api.make(TACTIC))["id"]
    assert (await ask(api, "GET", id, ("If-Match", '"7"'))).status_code == 412
    assert (await ask(api, "GET", id, ("If-Match", '"1"'))).status_code == 200
    assert (await ask(api, "GET", id, ("If-None-Match", '"7"'), ("If-None-Match", '"1"'))).status_code == 304
    for wanted, status in ((1, 304), (2, 404)):
        answer = await ask(api, "GET", id, ("If-None-Match", '"1"'), params={"version": wanted})
        assert answer.status_code == status
