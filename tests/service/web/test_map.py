"""The map of what is around an entity: it draws and lists what the trace has, and counts what leads on."""

from typing import Any

import httpx
import pytest

from services.web.drawing.levels import PEOPLE, level_of
from shared.contracts.views.nodes import Node
from tests.platform import Platform
from tests.service.web.browsing import shown

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.mark.parametrize(
    ("kind", "key", "ways", "more"),
    [
        ("service", "live-network-map", "up down", {"depth": 1}),
        ("service", "live-network-map", "up", {"depth": 3}),
        ("service", "live-network-map", "up down", {"depth": 2, "types": "serves,offers"}),
        ("service", "live-network-map", "down", {"depth": 1, "types": "performs"}),
        ("activity", "approve-change", "up down", {"depth": 1}),
        ("consumer_group", "field-crews", "up down", {"depth": 2}),
    ],
)
@pytest.mark.usefixtures("settled")
async def test_it_has_what_the_trace_has(
    sampled: Platform, browser: httpx.AsyncClient, kind: str, key: str, ways: str, more: dict[str, Any]
) -> None:
    types = more.get("types", "").split(",") if "types" in more else []
    traces = [
        await sampled.client.get_json(f"/alignment/v1/trace/{kind}/{key}", direction=way, limit=60, **more)
        for way in ways.split()
    ]
    query = {"depth": more["depth"], "direction": "both" if " " in ways else ways, "types": types}
    page = await shown(browser, f"/entity/{kind}/{key}/map?{httpx.QueryParams(query)}")
    edges = {
        (each["origin"], each["type"], each["source"], each["target"]): each
        for trace in traces
        for each in trace["edges"]
    }
    nodes = {f"{each['kind']}/{each['id']}": each for trace in traces for each in trace["nodes"]}
    rows = page.xpath("//section[@id='listed']//tbody/tr")
    told = [tuple(row.xpath(f"string(td[{column}]//a/@href)") for column in (1, 3)) for row in rows]
    ends = [
        tuple(f"/entity/{nodes[each[end]]['kind']}/{nodes[each[end]]['key']}" for end in ("source", "target"))
        for each in edges.values()
    ]
    assert sorted(told) == sorted(ends)
    assert set(page.xpath("//fieldset//input[@checked]/@value")) == set(types)
    if not edges:
        assert "Nothing is around it by these relations" in page.text_content()
        return
    drawn = [Node.model_validate(each, extra="ignore") for each in nodes.values()]
    boxes = page.xpath("//*[local-name()='g'][contains(@class, 'nd') and not(contains(@class, 'more'))]")
    if kind != "activity" and len(nodes) <= 9:
        assert len(boxes) == len([each for each in drawn if level_of(each) != PEOPLE])
    assert 1 <= len(boxes) <= 40
    hidden = sum(trace["hidden"] for trace in traces)
    assert (f"{hidden} relations more" if hidden else "Nothing more leads on") in page.text_content()
