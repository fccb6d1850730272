"""What a page that is looked at is told: until when something was recorded that it may show, and nothing else."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
import time_machine
from lxml import html

from services.web import live
from services.web.visits import AWAY, Visits
from shared import clock
from shared.client import Client
from shared.config import Settings
from shared.contracts.alignment import BASELINE
from shared.http.sign_in import mint_code
from shared.keys import load_ring
from shared.storage.db import Database
from tests.service.sockets import Served, served_from, until
from tests.service.web.browsing import press

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture(scope="module", autouse=True)
def quick() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(live, "LOOK_SECONDS", 0.05)
        patch.setattr(live, "TELL_SECONDS", 0.02)
        yield


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("live")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def served(home: Path) -> AsyncIterator[Served]:
    async with served_from(home, stream_seconds=60, max_streams=6) as found:
        async with Client(found.address, found.token) as client:
            await client.post("role", {"name": "Role there was before"})
        yield found


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def client(served: Served) -> AsyncIterator[Client]:
    async with Client(served.address, served.token) as client:
        yield client


@pytest_asyncio.fixture(loop_scope="module")
async def browser(served: Served, home: Path) -> AsyncIterator[httpx.AsyncClient]:
    async with signed_in(served, home) as browser:
        yield browser


@asynccontextmanager
async def signed_in(served: Served, home: Path) -> AsyncIterator[httpx.AsyncClient]:
    ring = load_ring(Settings(home=home, embedded=True).issuer_key_path)
    async with httpx.AsyncClient(base_url=served.address, timeout=20) as browser:
        assert (await press(browser, mint_code(ring, "reader", ()))).status_code == 303
        yield browser


class Listening:
    """A browser that listens, as server-sent events are read."""

    def __init__(self, response: httpx.Response) -> None:
        self.response, self._lines = response, response.aiter_lines()

    async def line(self) -> str:
        async with asyncio.timeout(20):
            return await anext(self._lines)

    async def told(self) -> Any:
        while True:
            if (line := await self.line()).startswith("data: "):
                return json.loads(line[6:])

    async def ends(self) -> None:
        async with asyncio.timeout(20):
            async for _ in self._lines:
                pass


def read(answer: httpx.Response) -> Any:
    return html.document_fromstring(answer.text)


def has(answer: httpx.Response) -> Any:
    """Until when a page has everything, by service; None where it does not listen."""
    text = read(answer).get_element_by_id("view").get("data-until")
    return json.loads(text) if text else None


async def test_what_is_recorded_is_told_once_a_page_that_is_loaded_then_has_it(
    served: Served, client: Client, browser: httpx.AsyncClient
) -> None:
    before = has(await browser.get("/list/role"))
    async with browser.stream("GET", "/live") as response:
        assert response.headers["content-type"].startswith("text/event-stream")
        listening = Listening(response)
        first = await listening.told()
        assert first["late"] is False
        made = await client.post("role", {"name": "Role made meanwhile"})
        said = await listening.told()
        [event] = (await client.changes("roles", 1))["items"]
        assert event["data"]["state"]["id"] == made["id"]
        assert said == {"at": {**first["at"], "roles": event["time"]}, "late": False}
        assert said["at"]["roles"] > before["roles"], "a page from before turns"
        page = await browser.get("/list/role")
        assert "Role made meanwhile" in page.text
        assert has(page)["roles"] >= said["at"]["roles"], "and then has it, so that it turns once"


async def test_of_what_alignment_records_only_what_people_do_is_told(
    served: Served, home: Path, client: Client, browser: httpx.AsyncClient
) -> None:
    async with browser.stream("GET", "/live") as response:
        listening = Listening(response)
        first = await listening.told()
        async with signed_in(served, home):
            pass  # which is recorded as well
        await client.post("role", {"name": "Role with findings"})
        assert (await listening.told())["at"].keys() == first["at"].keys() == {"roles"}
        await client.post(BASELINE, {"name": "Before the meeting", "at": "2026-01-01T00:00:00Z"})
        said = await listening.told()
        events = (await client.changes("alignment"))["items"]
        assert [each["time"] for each in events if ".baseline." in each["type"]] == [said["at"]["alignment"]]


async def test_no_stranger_listens_and_nobody_whose_session_has_ended(
    served: Served, client: Client, browser: httpx.AsyncClient
) -> None:
    async with httpx.AsyncClient(base_url=served.address) as nobody:
        answer = await nobody.get("/live")
        assert (answer.status_code, answer.headers["content-type"]) == (401, "application/problem+json")
        assert not answer.cookies, "nobody is led there"
    async with browser.stream("GET", "/live") as response:
        listening = Listening(response)
        await listening.told()
        [form] = read(await browser.get("/")).xpath("//form[@action='/signout']/input/@value")
        assert (await browser.post("/signout", data={"form": form})).status_code == 303
        await client.post("role", {"name": "Role that nobody hears of"})
        await listening.ends()


async def test_who_finds_no_room_is_told_once_and_comes_again(
    served: Served,
    browser: httpx.AsyncClient,
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(live, "MOST_OF_SESSION", 1)
    async with browser.stream("GET", "/live") as response:
        said = await Listening(response).told()
        second = await browser.get("/live")
        assert second.text.startswith("retry: 30000\n\n"), "a browser comes again after so many milliseconds"
        assert json.loads(second.text.partition("data: ")[2]) == said
        async with (
            signed_in(served, home) as other,
            other.stream("GET", "/live") as its,
        ):
            assert await Listening(its).line() == "retry: 2000", "another session has room of its own"
    await until(lambda: not served.server.server_state.tasks)
    async with browser.stream("GET", "/live") as response:
        assert await Listening(response).line() == "retry: 2000", "whoever has left makes room"


async def test_nothing_is_told_before_the_views_have_it_and_then_it_is_late(
    client: Client, browser: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with browser.stream("GET", "/live") as response:
        listening = Listening(response)
        first = await listening.told()
        assert not first["late"]
        monkeypatch.setattr(live, "rfc3339", lambda _: "")  # as if the views went no further than that
        monkeypatch.setattr(live, "LATE_SECONDS", 0.3)
        await client.post("role", {"name": "Role that is awaited"})
        assert await listening.told() == {**first, "late": True}
        monkeypatch.undo()
        said = await listening.told()
        assert not said["late"]
        assert said["at"]["roles"] > first["at"]["roles"]


async def test_only_what_is_looked_at_as_it_is_now_listens(browser: httpx.AsyncClient) -> None:
    assert has(await browser.get("/"))
    assert has(await browser.get("/?as_of=2026-01-01T00:00")) is None
    assert has(await browser.get("/raci/nothing")) is None
    page = await browser.get("/new/role")
    assert page.status_code == 403
    assert has(page) is None


async def test_streams_end_when_the_process_stops(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.cli.server._GRACE_SECONDS", 600)
    async with asyncio.timeout(20), AsyncExitStack() as later:
        async with served_from(tmp_path, stream_seconds=600) as served:
            browser = await later.enter_async_context(signed_in(served, tmp_path))
            listening = Listening(await later.enter_async_context(browser.stream("GET", "/live")))
            await listening.told()
        await listening.ends()


async def test_a_page_that_turns_by_itself_says_of_nobody_that_they_are_here(served: Served, home: Path) -> None:
    database = Database(Settings(home=home, embedded=True).database("web"))
    begin, moments = clock.now(), iter((timedelta(0), timedelta(minutes=20), AWAY + timedelta(minutes=1), AWAY * 2))
    visits = Visits(database, lambda: begin + next(moments))
    assert await visits.here("who.left") is None
    assert await visits.here("who.left", by_itself=True) is None, "the visit goes on"
    assert await visits.here("who.left", by_itself=True) == begin, "it has ended: this is what they will be shown"
    assert await visits.here("who.left") == begin
    await database.close()


async def test_a_page_says_of_which_service_it_shows_what_is_old(browser: httpx.AsyncClient) -> None:
    with time_machine.travel(clock.now() + timedelta(seconds=live.LATE_SECONDS + 20)):
        page = read(await browser.get("/list/role"))
    [note] = page.xpath("//main//*[contains(@class, 'warn-note')][not(ancestor::*[@hidden])]")
    assert "it shows what was recorded until" in note.text_content()
