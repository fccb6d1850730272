"""Views and pages take a key wherever they take an id, at any moment."""

from pathlib import Path
from typing import Any

import httpx
import pytest

from shared.contracts import NODE_KINDS
from tests.platform import Platform, running, settings_for
from tests.service.api import Api
from tests.service.web.browsing import shown

_TURNING = ("watermark", "provisional")


async def asked(platform: Platform, path: str, **params: Any) -> tuple[int, dict[str, Any]]:
    answer = await platform.http.get(f"/alignment/v1/{path}", params=params)
    return answer.status_code, {name: value for name, value in answer.json().items() if name not in _TURNING}


@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.parametrize("view", ["nodes/service", "trace/service", "why/service", "impact/service"])
async def test_by_its_key_and_by_its_id_it_is_the_same(sampled: Platform, view: str) -> None:
    service = await sampled.client.find("service", "customer-portal")
    assert service
    status, by_key = await asked(sampled, f"{view}/customer-portal")
    assert (status, by_key) == (200, (await asked(sampled, f"{view}/{service['id']}"))[1])


@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.parametrize("view", ["findings", "findings/groups"])
async def test_findings_are_filtered_by_keys_as_by_ids(sampled: Platform, view: str) -> None:
    [worst, *_] = (await asked(sampled, "findings", limit=1))[1]["items"]
    subject = worst["subject"]
    by_key = await asked(sampled, view, subject=f"{subject['kind']}/{subject['key']}")
    assert by_key[1]["items"]
    assert by_key == await asked(sampled, view, subject=f"{subject['kind']}/{subject['id']}")
    for name, value, says in (
        ("subject", "service/nobody-has-this", "There is no service with this key."),
        ("subject", "customer-portal", "Must be kind/key or kind/id"),
        ("owner", "rol/service-desk", "did you mean role?"),
    ):
        status, problem = await asked(sampled, view, **{name: value})
        assert (status, problem["errors"][0]["pointer"], says in problem["detail"]) == (422, f"?{name}", True)


@pytest.mark.asyncio(loop_scope="session")
async def test_so_has_a_process(sampled: Platform) -> None:
    async for process in sampled.client.list("process"):
        assert await asked(sampled, f"raci/{process['key']}") == await asked(sampled, f"raci/{process['id']}")


@pytest.mark.asyncio(loop_scope="session")
async def test_a_key_that_nobody_has_is_not_found(sampled: Platform) -> None:
    for path in ("nodes/service/nobody-has-this", "nodes/party/customer-portal", "raci/nobody-has-this"):
        status, problem = await asked(sampled, path)
        assert (status, "id or key" in problem["detail"]) == (404, True)


@pytest.mark.asyncio(loop_scope="session")
async def test_pages_have_keys_in_their_addresses(sampled: Platform, browser: httpx.AsyncClient) -> None:
    page = await shown(browser, "/entity/service/customer-portal")
    assert page.xpath("string(//h1)").strip() == "Customer portal"
    assert "/entity/outcome/warned-in-time" in page.xpath("//a/@href")
    assert (await shown(browser, "/raci/incident-management")) is not None


async def test_a_key_means_who_had_it_at_that_moment(tmp_path: Path) -> None:
    async with running(settings_for(tmp_path)) as platform:
        api, kind = Api(platform), NODE_KINDS["tactic"]
        first = await api.make(kind, key="ours", name="First")
        await platform.caught_up()
        before = (await asked(platform, "status"))[1]["positions"]
        at = (await platform.http.get("/alignment/v1/status")).json()["watermark"]["strategy"]
        assert before
        await api.patch(kind, first["id"], {"key": "theirs"}, if_match="1")
        second = await api.make(kind, key="ours", name="Second")
        await api.delete(kind, first["id"])
        await platform.caught_up()
        assert (await asked(platform, "nodes/tactic/ours"))[1]["id"] == second["id"]
        assert (await asked(platform, "nodes/tactic/ours", as_of=at))[1]["id"] == first["id"]
        status, gone = await asked(platform, "nodes/tactic/theirs")
        assert (status, gone["last"]["id"]) == (410, first["id"])
