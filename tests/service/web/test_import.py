"""Files brought in on the page: first what they would do, then the same done; each answer decided by hand."""

import asyncio
import io
import zipfile
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
import pytest_asyncio
from lxml import html

from services.web.importing import store, work
from services.web.importing.asked import Asked
from services.web.importing.store import KEPT, KEPT_HOURS, Store
from shared import clock
from shared.client import Unreachable
from shared.contracts import OWNERS
from shared.interchange.formats.tables import xlsx_file
from shared.storage.db import Database
from tests.platform import Platform, running, settings_for
from tests.service.web.acting import words
from tests.service.web.browsing import shown, visitor

pytestmark = pytest.mark.asyncio(loop_scope="module")
MOST = 300_000
WRITES = tuple(f"{service}:{action}" for service in OWNERS for action in ("write", "register"))
ARCHIMATE = "http://www.opengroup.org/xsd/archimate/3.0/"
PORT = f"""<?xml version="1.0" encoding="UTF-8"?>
<model xmlns="{ARCHIMATE}" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" identifier="id-port">
<name>Port of Harwell</name><elements>
<element identifier="g" xsi:type="Goal"><name>Ships leave on time</name></element>
<element identifier="s" xsi:type="BusinessService"><name>Berth planning</name></element>
<element identifier="f" xsi:type="ApplicationComponent"><name>Fax gateway</name></element>
<element identifier="d" xsi:type="BusinessObject"><name>Berth plan</name></element></elements>
<relationships><relationship identifier="r" xsi:type="Realization" source="s" target="g"/></relationships></model>
"""
Files = dict[str, str | bytes]


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each has ended when its answer comes, on a busy machine as well."""
    monkeypatch.setattr(work, "_SOON", 60)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def platform(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Platform]:
    async with running(settings_for(tmp_path_factory.mktemp("imports"), max_bulk_bytes=MOST)) as platform:
        yield platform


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser(platform: Platform) -> httpx.AsyncClient:
    return await visitor(platform, *WRITES, subject="architect")


@pytest_asyncio.fixture(loop_scope="module")
async def kept(platform: Platform) -> AsyncIterator[Store]:
    database = Database(platform.settings.database("web"))
    yield Store(database)
    await database.close()


async def sent(browser: httpx.AsyncClient, files: Files, **said: str) -> httpx.Response:
    """The form of the page, with these files and what is typed."""
    [token] = (await shown(browser, "/import")).xpath("//main//input[@name='form']/@value")
    return await browser.post(
        "/import", data={"form": token, **said}, files=[("files", (name, content)) for name, content in files.items()]
    )


async def tried(browser: httpx.AsyncClient, files: Files, **said: str) -> str:
    """The address of what they would do."""
    answer = await sent(browser, files, **said)
    assert answer.status_code == 303, words(html.document_fromstring(answer.text).find(".//main"))
    return str(answer.headers["location"])


async def refused(browser: httpx.AsyncClient, files: Files, **said: str) -> Any:
    answer = await sent(browser, files, **said)
    assert answer.status_code == 422, answer.headers
    return html.document_fromstring(answer.text)


async def pressed(browser: httpx.AsyncClient, address: str, act: str) -> httpx.Response:
    page = await shown(browser, address)
    [token] = page.xpath("//main//form[.//button[@name='act']]/input[@name='form']/@value")
    return await browser.post(address, data={"form": token, "act": act})


async def done(browser: httpx.AsyncClient, files: Files, **said: str) -> Any:
    """The page of what was brought in, which has the numbers of the trial."""
    address = await tried(browser, files, **said)
    planned = numbers(await shown(browser, address))
    assert (await pressed(browser, address, "run")).status_code == 303
    page = await shown(browser, address)
    assert words(page.xpath("//h1")[0]) == "What was done"
    assert numbers(page) == planned
    return page


def numbers(page: Any) -> dict[str, int]:
    return {words(each.find("dt")): int(words(each.find("dd"))) for each in page.xpath("//dl[@class='facts']/div")}


def part(page: Any, title: str) -> list[str]:
    """The lines of a part of a report."""
    [card] = page.xpath(f"//main//section[header/h2 = '{title}']")
    return [words(each) for each in card.xpath(".//li | .//tbody/tr")]


def wrong(page: Any) -> dict[str, str]:
    """What stands at each field that is wrong."""
    return {each.get("id")[2:-6]: words(each) for each in page.xpath("//*[@class='err']")}


async def test_what_it_would_do_is_what_it_does(platform: Platform, browser: httpx.AsyncClient) -> None:
    address = await tried(browser, {"port.xml": PORT}, reason="The workshop of May.")
    page = await shown(browser, address)
    assert words(page.xpath("//h1")[0]) == "What it would do"
    told = {"Read": 5, "Created": 4, "Changed": 0, "Unchanged": 0, "Refused": 0, "Only counted": 1}
    assert numbers(page) == told
    created = [
        "Goal Ships leave on time objective",
        "BusinessService Berth planning service",
        "ApplicationComponent Fax gateway product",
        "Realization Berth planning -> Ships leave on time link",
    ]
    assert part(page, "Would be created") == created
    assert part(page, "Counted by type") == ["BusinessObject has no place here 1"]
    assert "objective 1, service 1, product 1, link 1" in words(page.xpath("//section[@id='created']")[0])
    assert [each async for each in platform.client.list("service")] == [], "nothing is written yet"
    answer = await pressed(browser, address, "run")
    assert "said=imported" in answer.headers["location"]
    page = await shown(browser, address)
    assert numbers(page) == told
    assert part(page, "Created") == created
    [service] = [each async for each in platform.client.list("service")]
    assert page.xpath(f"//main//a[@href='/entity/service/{service['id']}']")
    assert service["created_by"] == "architect"
    assert service["state_reason"] == "The workshop of May. (registered as found in port.xml)"
    foreign = await browser.post(address, data={"act": "run"})
    assert foreign.status_code == 403, "the form comes from no page"


async def test_the_report_is_a_document_for_who_made_it(platform: Platform, browser: httpx.AsyncClient) -> None:
    address = await tried(browser, {"port.xml": PORT}, source="id-port")
    answer = await browser.get(f"{address}.json")
    assert answer.headers["content-type"] == "application/json"
    told = answer.json()
    assert (told["state"], told["asked"]["names"], told["report"]["dry_run"]) == ("checked", ["port.xml"], True)
    assert told["report"]["came_to"]["unchanged"] == 4
    assert (await browser.get(address, headers={"Accept": "application/json"})).json() == told
    other = await visitor(platform, *WRITES, subject="somebody.else")
    assert [(await other.get(each)).status_code for each in (address, f"{address}.json")] == [404, 404]
    assert "port.xml" not in (await other.get("/import")).text
    assert "port.xml" in (await browser.get("/import")).text
    assert (await pressed(browser, address, "drop")).headers["location"] == "/import?said=dropped"
    assert (await browser.get(address)).status_code == 404


async def test_a_newer_release_changes_and_retires(platform: Platform, browser: httpx.AsyncClient) -> None:
    await done(browser, {"port.xml": PORT})
    newer = PORT.replace("Berth planning", "Berth planning and tides")
    newer = newer.replace(
        '<element identifier="f" xsi:type="ApplicationComponent"><name>Fax gateway</name></element>', ""
    )
    page = await shown(browser, await tried(browser, {"port.xml": newer}))
    assert part(page, "Would be changed") == [
        "BusinessService Berth planning and tides name Berth planning Berth planning and tides"
    ]
    [left] = part(page, "Not in it any more")
    assert left.startswith("Fax gateway (product/fax-gateway)")
    page = await done(browser, {"port.xml": newer}, prune="true", reason="The fax is gone.")
    assert numbers(page) == {"Read": 4, "Created": 0, "Changed": 1, "Unchanged": 2, "Refused": 0, "Only counted": 1} | {
        "Retired": 1
    }
    assert part(page, "Retired or ended") == ["product/fax-gateway product"]
    gateway = await platform.client.find("product", "fax-gateway")
    assert gateway
    assert gateway["state"] == "retired"
    assert gateway["state_reason"] == "The fax is gone. (It left the file that brought it.)"


def bomb() -> bytes:
    """A workbook of few bytes that would unpack to many."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("[Content_Types].xml", "<Types/>")
        packed.writestr("xl/workbook.xml", "<workbook/>")
        packed.writestr("xl/worksheets/sheet1.xml", b" " * 2_000_000)
    return held.getvalue()


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "There is nothing in it."),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "is in no format that can be read here"),
        (PORT[:400].encode(), "not well-formed XML"),
        (PORT.replace("UTF-8", "x-nothing").encode(), "is in no format that can be read here"),
        (f'<!DOCTYPE a [<!ENTITY b "c">]>{PORT.partition("?>")[2]}'.encode(), "DTD"),
        (bomb(), "unpacks to more than 0 MiB"),
    ],
    ids=["empty", "picture", "cut", "encoding", "entities", "bomb"],
)
async def test_what_is_no_model_is_said_at_the_field(
    browser: httpx.AsyncClient, content: bytes, says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(xlsx_file, "MAX_UNPACKED", 1_000_000)
    page = await refused(browser, {"none.xml": content}, source="harwell")
    assert says in wrong(page)["files"]
    assert page.xpath("//input[@id='f-source']/@value") == ["harwell"], "what was typed stays"
    assert "none.xml" not in (await browser.get("/import")).text, "and nothing is kept of it"


async def test_what_a_table_does_not_say_is_asked_at_its_field(platform: Platform, browser: httpx.AsyncClient) -> None:
    table = "Name,Boss\nTide desk,Ada\n"
    page = await refused(browser, {"x1.csv": table})
    assert wrong(page) == {"kind": "x1.csv: x1 names no kind: say it with “What the rows are”, such as service."}
    page = await refused(browser, {"x1.csv": table}, kind="party", columns="Boss")
    assert wrong(page) == {"columns": "Boss: write it as Their name=member."}
    page = await refused(browser, {"x1.csv": table, "y.csv": table}, kind="party")
    assert list(wrong(page)) == ["source"]
    page = await done(browser, {"x1.csv": table}, kind="party", columns="Name=name, Boss=custom.boss")
    assert part(page, "Created") == ["party/tide-desk party"]
    party = await platform.client.find("party", "tide-desk")
    assert party
    assert party["custom"] == {"boss": "Ada"}


async def test_several_files_and_bundles(platform: Platform, browser: httpx.AsyncClient) -> None:
    bundle = "kind: party\nkey: {0}\nspec:\n  name: {1}\n"
    files: Files = {"a.yaml": bundle.format("crew", "Crew"), "b.yaml": bundle.format("purser", "Purser")}
    page = await done(browser, files, source="ship", found="true")
    assert part(page, "Created") == ["party/crew party", "party/purser party"]
    purser = await platform.client.find("party", "purser")
    assert purser
    assert [(entry["source"], entry["model"]) for entry in purser["provenance"]] == [("bundle:ship", "ship")]
    page = await refused(browser, {"a.yaml": "kind: party\nkey: crew\nspec:\n  nmae: Crew\n"})
    assert "/spec/name: is missing" in wrong(page)["files"], "the first that is wrong stands at the field"
    assert "did you mean name" in words(page.xpath("//*[@id='refused']")[0]), "and all of them above"


async def test_what_somebody_may_not_write_is_refused_in_words(platform: Platform, browser: httpx.AsyncClient) -> None:
    reader = await visitor(platform, subject="reader")
    page = await shown(reader, "/import")
    assert not page.xpath("//main//form")
    assert "takes the right to write" in words(page.xpath("//main")[0])
    [token] = page.xpath("//form[@action='/signout']/input[@name='form']/@value")
    answer = await reader.post("/import", data={"form": token}, files={"files": ("port.xml", PORT)})
    assert answer.status_code == 403
    half = await visitor(platform, "strategy:write:objective", "strategy:register", subject="half")
    model = PORT.replace("id-port", "id-quay").replace("Fax gateway", "Telex")
    page = await shown(half, await tried(half, {"quay.xml": model}))
    assert numbers(page) | {"Created": 1, "Refused": 3} == numbers(page)
    assert any("BusinessService" in line and "catalog:" in line for line in part(page, "Refused"))


async def test_only_so_much_is_taken_and_kept(platform: Platform, browser: httpx.AsyncClient, kept: Store) -> None:
    answer = await sent(browser, {"port.xml": PORT + " " * MOST})
    assert answer.status_code == 413
    assert "The files may have 300,000 bytes together." in answer.text
    answer = await sent(browser, {f"{number}.xml": PORT for number in range(51)}, source="x")
    assert answer.status_code == 400
    addresses = [await tried(browser, {"port.xml": PORT}) for _ in range(KEPT + 1)]
    assert [(await browser.get(each)).status_code for each in addresses] == [404, *[200] * KEPT]
    lost = await kept.begin("gone.away", Asked(["a"], [1]), b"a")
    later = clock.now() + timedelta(hours=KEPT_HOURS, minutes=1)
    await Store(kept._database, lambda: later).begin("next.day", Asked(["a"], [1]), b"a")
    assert (await browser.get(addresses[-1])).status_code == 404, "whoever comes hours later clears up"
    assert await kept.find("gone.away", lost) is None, "and what nobody works on any more"


async def test_one_at_a_time_and_how_far_it_is(browser: httpx.AsyncClient, kept: Store) -> None:
    id = await kept.begin("architect", Asked(["slow.xml"], [1]), b"a")
    page = await shown(browser, f"/import/{id}")
    assert "The file is being read." in words(page.xpath("//main")[0])
    assert page.xpath("//noscript/meta[@http-equiv='refresh']")
    await kept.beat(id, 3, 7)
    page = await shown(browser, f"/import/{id}")
    assert "3 of 7 are compared." in words(page.xpath("//main")[0])
    assert page.xpath("//*[@data-again]")
    page = await refused(browser, {"port.xml": PORT})
    assert "is being brought in already" in words(page.xpath("//*[@id='refused']")[0])
    await kept.end(id, store.CHECKED)
    assert not (await shown(browser, f"/import/{id}")).xpath("//*[@data-again]")
    silent = Store(kept._database, lambda: clock.now() - timedelta(minutes=2))
    lost = await silent.begin("architect", Asked(["lost.xml"], [1]), b"a")
    assert "started anew" in words((await shown(browser, f"/import/{lost}")).xpath("//main")[0])
    await tried(browser, {"port.xml": PORT})


async def test_what_stops_says_why_and_goes_on(
    platform: Platform, browser: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = PORT.replace("id-port", "id-dock").replace("Fax gateway", "Crane")
    address = await tried(browser, {"dock.xml": model})
    for error, says in ((Unreachable("catalog cannot be reached"), "catalog cannot"), (ZeroDivisionError(), "Quote")):

        async def broken(*_: Any, error: Exception = error, **__: Any) -> Any:
            raise error

        with monkeypatch.context() as patched:
            patched.setattr(work, "bring", broken)
            await pressed(browser, address, "run")
        page = await shown(browser, address)
        assert words(page.xpath("//h1")[0]) == "It stopped before its end"
        assert says in words(page.xpath("//main")[0])
    started = asyncio.Event()

    async def endless(*_: Any, **__: Any) -> Any:
        started.set()
        await asyncio.sleep(60)

    with monkeypatch.context() as patched:
        patched.setattr(work, "bring", endless)
        patched.setattr(work, "_SOON", 0.01)
        await pressed(browser, address, "run")
        await started.wait()
        assert "data-again" in (await browser.get(address)).text
        for task in asyncio.all_tasks():
            if "Imports._work" in repr(task.get_coro()):
                task.cancel()
                await asyncio.wait({task})
    assert "is being stopped" in (await browser.get(address)).text
    assert (await pressed(browser, address, "run")).status_code == 303
    page = await shown(browser, address)
    assert words(page.xpath("//h1")[0]) == "What was done"
    assert "ApplicationComponent Crane product" in part(page, "Created")
