"""Who did what, when and by which means: in the events themselves, and on the page."""

from typing import Any

import httpx
import pytest

from shared.config import SERVICES
from shared.contracts.means import HEADER
from tests.platform import Platform
from tests.service.web.auditing import events
from tests.service.web.browsing import pressed, shown, visitor

pytestmark = pytest.mark.asyncio(loop_scope="session")


def rows(page: Any) -> list[list[str]]:
    return [[" ".join(cell.text_content().split()) for cell in row.xpath("td")] for row in page.xpath("//tbody/tr")]


async def test_who_signs_in_and_out_and_is_refused_is_told(sampled: Platform, browser: httpx.AsyncClient) -> None:
    """Each refusal at a place once, and nothing of where somebody came from."""
    here = await visitor(sampled, subject="sam.signs")
    for _ in range(2):
        refused = await shown(here, "/new/tactic", 403)
    assert refused.findtext(".//h1") == "You may not do this"
    page = await shown(here, "/")
    await pressed(here, page, "Sign out")
    told = await events(sampled, "sam.signs", 3)
    assert [each["type"].rpartition(".")[2] for each in told] == ["signed_in", "refused", "signed_out"]
    assert {each["means"] for each in told} == {"page"}
    assert told[1]["data"]["state"]["place"] == "/new/tactic"
    keys = {"kind", "id", "version", "at", "place", "right", "subject", "reason"}
    assert all(each["data"]["state"].keys() == keys for each in told)
    found = rows(await shown(browser, "/audit?who=sam.signs"))
    assert [row[2:] for row in found] == [
        ["signed out", "the page", "on the page"],
        ["was refused", "/new/tactic", "on the page"],
        ["signed in", "the page", "on the page"],
    ]
    assert all("sam.signs" in row[1] for row in found)


async def test_only_the_page_tells_who_signs_in(sampled: Platform) -> None:
    status, problem = await sampled.answer("POST", "/alignment/v1/audit", json={"action": "signed_in"})
    assert (status, problem["detail"].startswith("Only the page")) == (403, True)


async def test_a_change_says_by_which_means_it_was_made(sampled: Platform) -> None:
    """A token of the page tells it; one of the issuer is believed what its client says, if that is not the page."""
    writer = await visitor(sampled, "strategy:write", subject="mia.means")
    form = await shown(writer, "/new/tactic")
    assert (await pressed(writer, form, "Make it", name="By form")).status_code == 303
    for said in (None, "import", "page", "nonsense"):
        client = sampled.acting("mia.means", "strategy:write", "strategy:read")
        client.means = said or ""
        await client.post("tactic", {"name": f"Said {said}"})
    told = await events(sampled, "mia.means", 5, "tactic", "strategy")
    assert {each["data"]["state"]["name"]: each["means"] for each in told} == {
        "By form": "page", "Said None": "api", "Said import": "import", "Said page": "api", "Said nonsense": "api",
    }  # fmt: skip
    made = next(each["data"]["state"] for each in told if each["data"]["state"]["name"] == "By form")
    history = await sampled.client.get_json(f"/strategy/v1/tactics/{made['id']}/history")
    assert [each["means"] for each in history["items"]] == ["page"]
    assert HEADER == "Plumbline-Means"
    for each in told:
        state = each["data"]["state"]
        await sampled.client.delete("tactic", state["id"], state["version"], "a test")
    await sampled.caught_up()


@pytest.mark.usefixtures("settled")
async def test_everything_is_reached_page_by_page_and_once(sampled: Platform, browser: httpx.AsyncClient) -> None:
    path, seen = "/audit?what=strategy", list[str]()
    for _ in range(60):
        page = await shown(browser, path)
        seen += [row[3].partition(":")[0].partition("“")[0] for row in rows(page)]
        if not (more := page.xpath("//a[.='Look further']/@href")):
            break
        path = more[0]
    else:
        pytest.fail("it has no end")
    every = await sampled.client.get_json("/strategy/v1/changes", kind="strategy", limit=1000)
    assert every["next_after"] == every["head"]["position"]
    assert sorted(seen) == sorted(seen_of(each) for each in every["items"])


async def test_a_past_moment_shows_what_was_done_until_then(sampled: Platform, browser: httpx.AsyncClient) -> None:
    every = []
    for service in SERVICES:
        after, head = 0, 1
        while after < head:
            found = await sampled.client.changes(service, after, 1000)
            every += found["items"]
            after, head = found["next_after"], found["head"]["position"]
    done = sorted(each["time"] for each in every if each["subject"].partition("/")[0] not in ("finding", "score"))
    middle = done[len(done) // 3]
    shown_then = await shown(browser, f"/audit?as_of={middle}")
    times = shown_then.xpath("//tbody//time/@datetime")
    assert times[0] == middle
    assert len(times) == min(200, len([each for each in done if each <= middle]))
    assert not rows(await shown(browser, "/audit?as_of=2000-01-01T00:00:00Z"))
    last = max(each["time"] for each in every if each["subject"].startswith("link/"))
    linked = rows(await shown(browser, f"/audit?what=link&as_of={last}"))
    assert linked
    assert all(row[3].startswith("link ") for row in linked)


def seen_of(event: Any) -> str:
    return f"strategy {event['data']['state']['name']}"


async def test_what_is_no_place_is_refused(browser: httpx.AsyncClient) -> None:
    for given in ("1", "1.2.3", "1.2.3.x", "1.2.3.99999999999999999"):
        await shown(browser, f"/audit?before={given}", 422)
