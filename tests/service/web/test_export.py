"""Drawings as files: each stands alone, and has what the page draws."""

import re
from typing import Any

import httpx
import pytest
from lxml import etree

from services.web.filters import moment
from shared import clock
from shared.clock import rfc3339
from tests.platform import Platform
from tests.service.web.browsing import shown, stranger

pytestmark = pytest.mark.asyncio(loop_scope="session")
SVG = {"s": "http://www.w3.org/2000/svg"}
MAP = "/entity/service/live-network-map/map"
CHARTS = ["/score/course", "/score/dimensions", "/coverage/services", "/coverage/offerings", "/changes/days"]


async def kept(browser: httpx.AsyncClient, path: str) -> Any:
    """A file that is what it says it is, and refers to nothing but itself."""
    answer = await browser.get(path)
    assert answer.status_code == 200, answer.text[:500]
    assert answer.headers["content-type"] == "image/svg+xml"
    assert answer.headers["content-disposition"].startswith("attachment; ")
    assert answer.headers["content-security-policy"].startswith("default-src 'none'; style-src 'self'")
    drawing: Any = etree.fromstring(answer.content, etree.XMLParser(resolve_entities=False))
    assert drawing.tag == "{http://www.w3.org/2000/svg}svg"
    names = {etree.QName(each).localname for each in drawing.iter()}
    assert names <= {"svg", "title", "desc", "style", "rect", "text", "path", "g", "circle"}
    attributes = {each for one in drawing.iter() for each in one.attrib}
    assert not {each for each in attributes if each.endswith("href") or each.startswith("on") or each == "style"}
    assert not re.search(r"url\(|@import|var\(|light-dark|https?:", answer.text.replace(SVG["s"], ""))
    assert drawing.get("aria-labelledby") == "title desc"
    assert drawing.xpath("string(s:title)", namespaces=SVG)
    assert "As recorded by" in drawing.xpath("string(s:desc)", namespaces=SVG)
    ids = drawing.xpath("//@id")
    assert len(ids) == len(set(ids))
    return drawing


def marks(page: Any, *names: str) -> list[str]:
    """Attributes of what is drawn, wherever it is drawn."""
    return [each.get(name) for each in page.xpath("//*[local-name()='path' or local-name()='rect']") for name in names
            if each.get("class") in ("box", "ed", "ed n", "l", "b")]  # fmt: skip


@pytest.mark.parametrize("query", ["", "?depth=1", "?depth=3&direction=up", "?types=serves&types=offers"])
async def test_a_map_has_the_boxes_and_lines_of_the_page(browser: httpx.AsyncClient, query: str) -> None:
    page = await shown(browser, f"{MAP}{query}")
    [link] = page.xpath("//a[@download]/@href")
    drawing = await kept(browser, link)
    assert marks(drawing, "x", "y", "d") == marks(page, "x", "y", "d")
    assert len(drawing.xpath("//s:rect[@class='box']", namespaces=SVG)) > 3
    names = "//*[local-name()='svg']/*[local-name()='svg']/*[local-name()='text']/text()"
    assert drawing.xpath(f"//s:g{names}", namespaces=SVG) == page.xpath(f"//*[@class='canvas']{names}")
    style = drawing.xpath("string(s:style)", namespaces=SVG)
    assert ".draw .box {fill: #ffffff; stroke: #7c8985;}" in style
    assert ":hover" not in style


async def test_charts_have_the_figures_of_the_page(browser: httpx.AsyncClient) -> None:
    now = f"as_of={rfc3339(clock.now())}"
    score = await shown(browser, f"/score?{now}")
    course = await kept(browser, f"/score/course.svg?{now}")
    assert marks(course, "d") == marks(score, "d") != []
    bars = await kept(browser, f"/score/dimensions.svg?{now}")
    values = [each.strip() for each in score.xpath("//ul[@class='bars']//span[@class='num']/text()")]
    assert bars.xpath("//s:text[@font-weight='600'][@x='512']/text()", namespaces=SVG) == values
    lengths = score.xpath("//ul[@class='bars']//*[local-name()='rect'][starts-with(@class, 'v')]/@width")
    assert bars.xpath("//s:rect[starts-with(@class, 'v')]/@width", namespaces=SVG) == lengths != []
    days = await kept(browser, f"/changes/days.svg?{now}")
    assert marks(days, "x", "height") == marks(await shown(browser, f"/changes?{now}"), "x", "height") != []


@pytest.mark.parametrize(("part", "number"), [("services", 0), ("offerings", 1)])
async def test_a_heat_map_has_the_words_of_the_page(browser: httpx.AsyncClient, part: str, number: int) -> None:
    table = (await shown(browser, "/coverage")).xpath("//table[@class='heat']")[number]
    words = [cell.text_content().strip() for cell in table.xpath("tbody//td")]
    drawing = await kept(browser, f"/coverage/{part}.svg")
    cells = drawing.xpath("//s:rect[@height='28']/following-sibling::s:text[1]/text()", namespaces=SVG)
    assert cells == words
    paper = {"missing": "#fbe3d6", "open": "#faf0c9", "not needed": "#dcefe4", "covered": "#b8e0cb"}
    fills = drawing.xpath("//s:rect[@height='28']/@fill", namespaces=SVG)
    assert fills == [paper[each] for each in words]


@pytest.mark.parametrize("path", [MAP, *CHARTS])
async def test_each_is_of_a_moment_and_for_who_has_signed_in(
    sampled: Platform, browser: httpx.AsyncClient, path: str
) -> None:
    at = clock.now()
    drawing = await kept(browser, f"{path}.svg?as_of={rfc3339(at)}")
    assert f"As recorded by {moment(at)} UTC." in drawing.xpath("string(s:desc)", namespaces=SVG)
    assert (await stranger(sampled).get(f"{path}.svg")).status_code != 200


async def test_a_name_stays_text(sampled: Platform, browser: httpx.AsyncClient) -> None:
    made = await sampled.client.post("driver", {"name": 'Rain <b> & "more" ]]> it\'s'})
    await sampled.caught_up()
    drawing = await kept(browser, f"/entity/driver/{made['key']}/map.svg")
    assert drawing.xpath("string(s:title)", namespaces=SVG) == 'Around Rain <b> & "more" ]]> it\'s'
    assert (await browser.get("/entity/driver/none-such/map.svg")).status_code == 404
    assert (await browser.get(f"{MAP}.svg?depth=9")).status_code == 422
    await sampled.client.delete("driver", made["id"], 1, "The test is over.")
    await sampled.caught_up()
