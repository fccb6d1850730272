"""The drawing of what is around an entity: it has what the trace has, and counts what it hides."""

from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

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
        ("consumer_group", "field-crews", "up down", {"depth": 3}),
    ],
)
async def test_it_has_what_the_trace_has_and_counts_what_leads_on(
    sampled: Platform, browser: httpx.AsyncClient, kind: str, key: str, ways: str, more: dict[str, Any]
) -> None:
    found = await sampled.client.find(kind, key)
    assert found
    ref, types = f"{kind}/{found['id']}", more.get("types", "").split(",") if "types" in more else []
    traces = {
        way: await sampled.client.get_json(f"/alignment/v1/trace/{ref}", direction=way, limit=24, **more)
        for way in ways.split()
    }
    query = {"depth": more["depth"], "direction": "both" if " " in ways else ways, "types": types}
    page = await shown(browser, f"/entity/{ref}?{httpx.QueryParams(query)}")

    edges = {_known(edge): edge for trace in traces.values() for edge in trace["edges"]}
    rows = page.xpath("//section[@id='around']//tbody/tr")
    told = [
        tuple(_id(row.xpath(f"string(td[{column}]//@href | td[{column}]/code)")) for column in (1, 3)) for row in rows
    ]
    keys = {node["id"]: node["key"] or node["id"] for trace in traces.values() for node in trace["nodes"]}
    ends = [tuple(keys[_id(edge[end])] for end in ("source", "target")) for edge in edges.values()]
    assert sorted(told) == sorted(ends)
    assert len(page.xpath("//*[starts-with(@class, 'line')]")) == len(edges)
    assert set(page.xpath("//fieldset//input[@checked]/@value")) == set(types)
    if not edges:
        return
    nodes = {f"{node['kind']}/{node['id']}" for trace in traces.values() for node in trace["nodes"]}
    assert len(page.xpath("//*[local-name()='rect']")) == len(nodes)
    hidden = 0
    for way, trace in traces.items():
        for node in (node for node in trace["nodes"] if "unseen" not in node):
            here = await sampled.client.get_json(f"/alignment/v1/nodes/{node['kind']}/{node['id']}")
            leading = [edge for edge in (*here["out"], *here["in"]) if not types or edge["type"] in types]
            leading = [edge for edge in leading if _begin(edge, way) == f"{node['kind']}/{node['id']}"]
            live = [edge for edge in leading if edge["live"] and edge["node"]["live"]]
            hidden += len([edge for edge in live if _known(edge) not in edges])
    caption = page.xpath("string(//figcaption)")
    assert f"{hidden} hidden" in caption if hidden else "Nothing is hidden" in caption
    counts = page.xpath("//*[contains(@class, 'more')]/text()")
    assert sum(int(count) for count in counts) == hidden


def _known(edge: dict[str, Any]) -> tuple[str, ...]:
    return edge["origin"], edge["type"], edge["source"], edge["target"]


def _begin(edge: dict[str, Any], way: str) -> str:
    """Up is from what is justified to what justifies it, else from source to target."""
    lower, upper = ("target", "source") if edge["justified"] == "target" else ("source", "target")
    return str(edge[lower if way == "up" else upper])


def _id(address: str) -> str:
    """What has never been seen has no page, and is told by its id."""
    return urlsplit(address).path.rpartition("/")[2]
