"""The page: whoever signs in can go everywhere by links alone, now and in the past; nothing that is typed is markup."""

from collections import Counter
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, urljoin, urlsplit

import httpx
import pytest

from shared.contracts import LINKS, NODE_KINDS, OWNERS
from shared.http import pagination
from tests.platform import Platform
from tests.service.web.browsing import shown

pytestmark = pytest.mark.asyncio(loop_scope="session")
_OF_EACH = 2
_STEPS = {
    "admin", "audit", "rebuild", "rules",
    *NODE_KINDS, "begin", "cascade", "changes", "coverage", "entity", "findings", "history", "increments", "list",
    "load", "map", "me", "mend", "processes", "proof", "raci", "relations", "scenarios", "score", "search",
}  # fmt: skip
MARKUP = "<script>alert(1)</script>"


def links(page: Any, at: str) -> set[str]:
    return {urljoin(at, link) for link in page.xpath("//a[not(@download)]/@href") if not link.startswith("#")}


def shape(path: str) -> tuple[str, ...]:
    """What pages have in common that are made alike: all but the thing that they are of, and the values of filters."""
    parts = urlsplit(path)
    steps = [part for part in parts.path.split("/") if part in _STEPS]
    return *steps, *sorted(name for name, _ in parse_qsl(parts.query))


@pytest.mark.long
@pytest.mark.parametrize("moment", ["", "?as_of=2999-01-01T00:00"])
async def test_every_link_leads_somewhere_and_everything_is_reached(
    sampled: Platform, browser: httpx.AsyncClient, moment: str
) -> None:
    lists = [f"/list/{kind.name}{moment}" for kind in NODE_KINDS.values() if kind.in_view]
    waiting, seen = [f"/{moment}", *lists], {f"/{moment}", *lists}
    walked, most = Counter[tuple[str, ...]](), 1 if moment else _OF_EACH
    while waiting:
        path = waiting.pop()
        walked[shape(path)] += 1
        if walked[shape(path)] > most and path not in lists:
            continue
        answer = await browser.get(path)
        if led := answer.headers.get("location"):
            found = {led}
        else:
            page = await shown(browser, path, 410 if answer.status_code == 410 else 200)  # of what was deleted
            found = {link for link in links(page, path) if not link.endswith("/docs")}
        if "as_of=" in path:
            here = urlsplit(path).path
            assert not {link for link in found if urlsplit(link).path != here and "as_of=" not in link}, path
        waiting += {link for link in found - seen if "?as_of=2026" not in link}  # while it was loaded half was there
        seen |= found
    assert set(walked) >= {("entity", kind.name) for kind in NODE_KINDS.values() if kind.in_view} or moment
    if moment:
        return
    reached = {urlsplit(path).path.removeprefix("/entity/") for path in seen if path.startswith("/entity/")}
    for kind in (kind for kind in NODE_KINDS.values() if kind.in_view):
        async for state in sampled.client.list(kind):
            assert f"{kind.name}/{state['key']}" in reached


async def test_an_entity_says_who_signed_which_version_of_it(sampled: Platform, browser: httpx.AsyncClient) -> None:
    """Signed here, and attested from elsewhere; the way up says it of what lies on it."""
    for kind, key, said in (
        ("objective", "critical-services-hold", "It was signed by Chair of the board (maeve.stroud), Director of"),
        ("objective", "one-live-view", "It was attested, not proven, under"),
        ("tactic", "second-hosting-site", "signed by Chair of the board (maeve.stroud)"),
    ):
        page = await shown(browser, f"/entity/{kind}/{key}")
        text = " ".join(page.text_content().split())
        assert said in text, key
        assert "(version 1)" in text


async def test_every_kind_can_be_looked_through(browser: httpx.AsyncClient) -> None:
    page = await shown(browser, "/search")
    kinds = page.xpath("//select[@id='kind']/option/@value")
    assert set(page.xpath("//div[@id='results']//a/@href")) == {f"/list/{kind}" for kind in kinds if kind}


async def test_what_is_typed_is_text(sampled: Platform, browser: httpx.AsyncClient) -> None:
    made = await sampled.client.post("tactic", {"name": MARKUP, "description": MARKUP, "custom": {MARKUP: MARKUP}})
    await sampled.caught_up()
    for path in (f"/entity/tactic/{made['key']}", "/cascade", "/search?q=%3Cscript%3E"):
        assert MARKUP in (await shown(browser, path)).text_content()
        assert MARKUP not in (await browser.get(path)).text
    await sampled.client.delete("tactic", made["id"], made["version"], "a test")
    await sampled.caught_up()
    assert (await shown(browser, f"/entity/tactic/{made['id']}", 410)).findtext(".//h1") == "Deleted"


async def test_what_left_its_model_and_what_a_relation_was_there_is_said(
    sampled: Platform, browser: httpx.AsyncClient
) -> None:
    came = {"source": "archimate:Node", "id": "n", "type": "Node", "model": MARKUP}
    left = {"name": "Old", "provenance": [{**came, "left_at": "2026-01-02T03:04:05Z"}]}
    tactics = [await sampled.client.post("tactic", body) for body in (left, {"name": "New", "provenance": [came]})]
    source, target = ({"kind": "tactic", "id": each["id"]} for each in tactics)
    told = {"type": "relates_to", "source": source, "target": target, "provenance": [{**came, "type": "Flow"}]}
    link = await sampled.client.post(LINKS["strategy"], told)
    await sampled.caught_up()
    old, new = [(await shown(browser, f"/entity/tactic/{each['key']}")).text_content() for each in tactics]
    assert f"It is no longer in {MARKUP}. That was found on 2 January 2026, 03:04." in old
    assert "no longer in" not in new
    for each in tactics:
        related = (await shown(browser, f"/entity/tactic/{each['key']}/relations")).text_content()
        assert "relates to Flow" in " ".join(related.split())
    await sampled.client.transition(LINKS["strategy"], link["id"], link["version"], "ended", "a test")
    for each in tactics:
        await sampled.client.delete("tactic", each["id"], each["version"], "a test")
    await sampled.caught_up()


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/entity/tactic/7d4f0000-0000-4000-8000-000000000001", 404),
        ("/raci/nothing", 404),
        ("/entity/nonsense/7d4f0000-0000-4000-8000-000000000001", 404),
        ("/entity/tactic/7d4f0000-0000-4000-8000-000000000001/map?depth=4", 422),
        ("/entity/tactic/7d4f0000-0000-4000-8000-000000000001/map?types=loves", 422),
        ("/search?kind=nonsense", 422),
        ("/findings?rule=Z99", 422),
        ("/findings?severity=dreadful", 422),
        ("/?as_of=yesterday", 400),
        ("/changes?to=0001-01-01T00:00", 400),
        ("/?as_of=0001-01-01T00:00%2B14:00", 400),
        ("/?as_of=9999-12-31T23:59", 400),
    ],
)
async def test_what_cannot_be_shown_is_said_on_a_page(browser: httpx.AsyncClient, path: str, status: int) -> None:
    await shown(browser, path, status)


@pytest.mark.parametrize(
    ("path", "table", "kind"),
    [("/coverage", 1, "service"), ("/coverage", 2, "service_offering"), ("/raci", 2, "party")],
)
async def test_a_map_goes_on_until_everything_was_shown(
    sampled: Platform,
    browser: httpx.AsyncClient,
    monkeypatch: pytest.MonkeyPatch,
    path: str,
    table: int,
    kind: str,
) -> None:
    names = f"//section[{table}]//tbody/tr/*[1]//a/@href"
    whole = (await shown(browser, path)).xpath(names)
    assert len(whole) > 2
    assert all(f"/entity/{kind}/" in each for each in whole)
    for screen in ("coverage", "processes"):
        monkeypatch.setattr(f"services.web.screens.{screen}.MAX_LIMIT", 2)
    found, pages = list[str](), 0
    while path:
        page = await shown(browser, path)
        found += page.xpath(names)
        path, pages = next(iter(page.xpath(f"//section[{table}]//a[. = 'Look further']/@href")), ""), pages + 1
    assert (found, pages > 1) == (whole, True)


async def test_the_slider_goes_from_the_first_change_until_now(sampled: Platform, browser: httpx.AsyncClient) -> None:
    changes = [await sampled.client.changes(service, 0, 1) for service in OWNERS]
    first = min(datetime.fromisoformat(each["items"][0]["time"]) for each in changes)
    for path in ("/", "/changes"):
        [slider] = (await shown(browser, path)).xpath("//input[@type='range']")
        least, most, step, value = (int(slider.get(name)) for name in ("min", "max", "step", "value"))
        assert least == int(first.timestamp())
        assert value == most == least + step * round((most - least) / step)
        assert most - step <= datetime.now(UTC).timestamp() + 1
        assert slider.xpath("ancestor::*[@hidden]"), "it needs the script"
    [slider] = (await shown(browser, "/?as_of=2020-01-01T00:00")).xpath("//input[@type='range']")
    assert slider.get("value") == slider.get("min")


async def test_before_anything_was_recorded_every_page_is_empty(browser: httpx.AsyncClient) -> None:
    for path in ("/", "/findings", "/cascade", "/coverage", "/raci", "/search?q=water"):
        page = await shown(browser, f"{path}{'&' if '?' in path else '?'}as_of=2020-01-01T00:00")
        assert not page.xpath("//tbody/tr"), path


async def test_a_search_says_how_far_it_looked_and_goes_on(
    browser: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = "/search?q=telemetry"
    whole = await shown(browser, path)
    assert not whole.xpath("//a[text()='Look further']")
    monkeypatch.setattr(pagination, "MOST_LOOKED_AT", 30)
    found, told = list[str](), list[str]()
    while path:
        page = await shown(browser, path)
        found += page.xpath("//div[@id='results']//tbody//a/@href")
        told.append(page.xpath("string(//div[@id='results']/p)"))
        path = next(iter(page.xpath("//a[text()='Look further']/@href")), "")
    assert found == whole.xpath("//div[@id='results']//tbody//a/@href")
    assert "Nothing found so far." in told[:-1]
    assert all("so far" in each for each in told[:-1])
    assert "so far" not in told[-1]
