"""The parts of the page with made-up data: one page that has them all, as the browser would get it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from jinja2 import ChoiceLoader, Environment, FileSystemLoader, PackageLoader, StrictUndefined
from lxml import html
from lxml.html import HtmlElement

from services.web.drawing.bars import Bar, sentence
from services.web.drawing.heat import heat
from services.web.drawing.layers import layers
from services.web.drawing.spark import Sample, spark
from services.web.filters import FILTERS
from services.web.rendering import Place
from shared.contracts import KIND_OWNERS, NODE_KINDS
from shared.contracts.relations import RELATIONS
from shared.contracts.views.nodes import Edge, Node

STATIC = Path(__file__).parents[3] / "services" / "web" / "static"
WEB = Environment(
    loader=ChoiceLoader([PackageLoader("services.web"), FileSystemLoader(Path(__file__).parent)]),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
WEB.filters.update(FILTERS)
AT = datetime(2026, 11, 29, 10, 2, tzinfo=UTC)
HERE = Place("/findings", form="token")


def node(kind: str, name: str, state: str | None = None, **more: Any) -> Node:
    """Live in its last live state, unless told otherwise."""
    lifecycle = NODE_KINDS[kind].lifecycle
    given = state or max(lifecycle.live, key=lifecycle.states.index)
    live = given in lifecycle.live
    told = {"kind": kind, "id": f"id-{name}", "key": name.lower().replace(" ", "-"), "name": name, "type": None}
    rest = {"version": 7, "owner": None, "criticality": None, "deleted": False, "why_not_live": None if live else given}
    return Node.model_validate({**told, "state": given, "live": live, **rest, **more})


def edge(type: str, source: Node, target: Node) -> Edge:
    assert type in RELATIONS
    told = {"type": type, "source": source.ref, "target": target.ref, "origin": "link/1", "field": None, "live": True}
    rest = {"why_not_live": None, "justified": "source", "rationale": None, "confidence": 1.0}
    return Edge.model_validate({**told, **rest})


@dataclass
class Visitor:
    name: str = "Amara Lindqvist"
    subject: str = "amara"
    party: Node | None = field(default_factory=lambda: node("party", "Amara Lindqvist", type="person"))

    def may(self, scope: str) -> bool:
        return scope != "roles:write"

    def writes(self, kind: str) -> bool:
        return self.may(f"{KIND_OWNERS[kind]}:write")

    def written(self, kinds: Sequence[str]) -> list[str]:
        return [kind for kind in kinds if self.writes(kind)]


def frame(**more: Any) -> SimpleNamespace:
    told = {
        "watermark": AT,
        "provisional": False,
        "stale": None,
        "until": {"catalog": "2026-11-29T10:02:00.000000Z"},
        "span": SimpleNamespace(first=1750291200, last=1764410400, step=70596, at=1764410400),
        "baselines": [SimpleNamespace(name="Board meeting of October", at=AT)],
        "findings": 14,
        "waiting": 2,
        "visitor": Visitor(),
        "theme": "system",
    }
    return SimpleNamespace(**{**told, **more})


def shown(place: Place = HERE, **more: Any) -> str:
    """The page of all parts."""
    about: dict[str, Any] = {"frame": frame(), "said": "Version 8 is saved.", "crumbs": [("Parts", "/"), ("All", None)]}
    made = {"node": node, "edge": edge, "at": AT, "kinds": [*NODE_KINDS]}
    given = about | drawings() | made | {"place": place} | more
    return WEB.get_template("gallery.html").render(given)


def drawings() -> dict[str, Any]:
    """A chart of each kind, and the map of a water company's hosting."""
    values = (81.9, 83.0, None, 82.5, 84.0, 86.4)
    months = [Sample(AT.replace(month=6 + each), value) for each, value in enumerate(values, start=0)]
    months[1] = months[1]._replace(names=["Board meeting"])
    scores = [Bar("Trace", 90, 88.8, "/score"), Bar("Process", 78, 79.4), Bar("Measurement", 68), Bar("Roles", None)]
    services = [node("service", name) for name in ("Outage information", "Hilltop radio")]
    told = {"Outage information": ("covered", "at risk"), "Hilltop radio": ("missing", "not needed")}
    columns = ("People", "Partner")
    covered = heat(
        services, columns, lambda row, each: told[str(row.name)][columns.index(each)], lambda row, _: f"/{row.key}"
    )
    centre, nodes, edges = hosting()
    return {
        "trend": spark(months),
        "bars": scores,
        "told": sentence(scores),
        "coverage": covered,
        "map": layers(centre, nodes, edges),
    }


def hosting() -> tuple[str, dict[str, Node], list[Edge]]:
    """The hub of a model, two steps around: what it is for, what it rests on, and whom it serves."""
    hub = node("service", "Application hosting", criticality=5)
    why = [
        node("outcome", name) for name in ("Colleagues keep working", "A bill that adds up", "Crews arrive prepared")
    ]
    tops = [
        node("strategy", "Dependable Services", type="it"),
        node("strategy", "Resilient Water 2030", type="business"),
    ]
    goal, plan = node("objective", "Critical services hold on the worst day"), node("plan", "Continuity plan", "draft")
    users = [
        node("service", name, criticality=each % 5 + 1)
        for each, name in enumerate(
            ("Customer portal", "Live network map", "Service desk", "Outage information", "Household billing",
             "Crew dispatch", "Meter reading", "Telemetry collection", "Wallboard feeds", "Works planning", "Payroll")
        )
    ]  # fmt: skip
    offers = [node("service_offering", f"Offering of {each.name}") for each in users[:5]]
    contracts = [node("contract", "Care of the hosts at Marlock"), node("contract", "Business account plus")]
    groups = [node("consumer_group", name) for name in ("Households", "Control room", "Field crews")]
    pairs = [
        *(("depends_on", each, hub) for each in users),
        ("realizes", hub, goal), ("decomposes", goal, tops[0]), ("supports", tops[0], tops[1]),
        ("realizes", plan, goal),
        *(("serves", each, why[0]) for each in users[:4]), ("serves", users[4], why[1]), ("serves", users[5], why[2]),
        *(("offers", offer, each) for offer, each in zip(offers, users, strict=False)),
        *(("targets", offer, groups[each % 3]) for each, offer in enumerate(offers)),
        ("covers", contracts[0], hub), ("covers", contracts[1], offers[0]),
    ]  # fmt: skip
    nodes = {each.ref: each for each in (hub, *why, *tops, goal, plan, *users, *offers, *contracts, *groups)}
    return hub.ref, nodes, [edge(*each) for each in pairs]


def read(text: str) -> HtmlElement:
    return html.document_fromstring(text)


def found(page: HtmlElement, path: str) -> list[Any]:
    """What an XPath selects: elements, or texts of attributes."""
    selected: Any = page.xpath(path)
    return list(selected)
