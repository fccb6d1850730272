"""One thing: who answers for it, for whom it is, why it exists, what it rests on, and what a change would hit."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request, Response

from services.web.facts import facts, owner_of, promise_rows
from services.web.filters import capitalize, many
from services.web.names import keyed, named
from services.web.pages import AsOf, Done, Pages, Screen, router
from services.web.relations import groups
from services.web.rendering import Crumbs
from services.web.sessions import writes
from services.web.told import Names, Told, details, sentences
from services.web.told import named as refers
from services.web.versions import told, versions
from services.web.visit import Visit
from shared.contracts import NODE_KINDS
from shared.contracts.base import Kind, KindName, looks_like_an_id
from shared.contracts.design import FOUR_PS
from shared.contracts.instant import moment
from shared.contracts.members import members
from shared.contracts.views.departure import Departure
from shared.contracts.views.impact import Impact
from shared.contracts.views.nodes import Node, NodeView
from shared.contracts.views.promises import Promises
from shared.contracts.views.raci import Load, PartyLoad
from shared.contracts.views.why import Why
from shared.http.pagination import MAX_LIMIT
from shared.resource.listing import Word

_HIT, _PROMISES, _OFFERINGS, _RECENT, _PAGES = 50, 3, 6, 3, 5
_PATHS = 2
_CONTRACT = "contract"
_LISTS = {"service_offering": "Services and offerings", "party": "People and roles", "role": "People and roles"}
_LISTS |= {"service": "Services and offerings"}


async def found(visit: Visit, ref: str) -> NodeView:
    return await visit.view(NodeView, f"/nodes/{ref}")


def head(visit: Visit, node: NodeView, here: str, versions: int | None = None) -> dict[str, Any]:
    """What every page of one thing has: its tabs, and what may be done with it now."""
    kind = NODE_KINDS[node.kind]
    may = writes(visit.session.caller, kind.name) and not visit.place.as_of and not node.deleted
    address = f"/entity/{node.kind}/{node.id if node.deleted or not node.key else node.key}"
    number = len(node.out) + len(node.in_) + node.hidden.out + node.hidden.in_
    tabs = [
        ("Overview", visit.place.to(address), None, here == ""),
        ("Map", visit.place.to(f"{address}/map"), None, here == "map"),
        ("Relations", visit.place.to(f"{address}/relations"), number, here == "relations"),
        ("History", visit.place.to(f"{address}/history"), versions or node.version, here == "history"),
    ]
    moves = kind.lifecycle.moves.get(node.state or "", ()) if may else ()
    draft = may and node.state == kind.lifecycle.initial and not kind.is_live(kind.lifecycle.initial)
    return {
        "node": node,
        "tabs": tabs,
        "may": may,
        "moves": moves,
        "address": address,
        "draft": draft,
        "kind": kind,
        "changed": moment(node.state_data["updated_at"]),
    }


def crumbs(visit: Visit, node: Node, *more: tuple[str, str | None]) -> Crumbs:
    title = _LISTS.get(node.kind, capitalize(many(NODE_KINDS[node.kind])))
    name = (node.name or node.id, visit.place.entity(node) if more else None)
    return [(title, visit.place.to(f"/list/{node.kind}")), name, *more]


@dataclass(frozen=True)
class Designed:
    """The design package of a service, and what it has of each P."""

    package: NodeView
    elements: dict[str, list[dict[str, Any]]]
    names: dict[str, Node]


async def screen(visit: Visit, ref: str, comment: str = "", wrong: str = "", status: int = 200) -> Screen | Done:
    """``ref`` is ``kind/id`` or ``kind/key``; by an id one is led to the key. The ``comment`` of a review comes back
    with what is ``wrong``."""
    node = await found(visit, ref)
    if node.key and not node.deleted and looks_like_an_id(ref.partition("/")[2]):
        return Done(visit.place.entity(node))
    if node.kind == "increment" and not node.deleted:
        return Done(visit.place.to(f"/increments/{node.key}"))
    at = f"{node.kind}/{node.id}"
    why, hit, past, designed, offerings, party = await asyncio.gather(
        visit.view(Why, f"/why/{at}"),
        visit.view(Impact, f"/impact/{at}", limit=_HIT),
        versions(visit, NODE_KINDS[node.kind], node.id),
        _designed(visit, node),
        _offerings(visit, node),
        _party(visit, node),
    )
    promises = await _promises(visit, node, hit)
    kind = NODE_KINDS[node.kind]
    names = keyed([each.node for each in (*node.out, *node.in_)])
    missing = {each for each in refers(kind, node.state_data) if each not in names}
    targets = [each.target.model_dump(mode="json") for view in promises for each in view.promises]
    missing |= {f"kpi/{each['kpi_id']}" for each in targets if each["kpi_id"]}
    names |= await named(visit, missing)
    out, into = groups(node, _TOLD.get(node.kind, set()) | {("owned_by", "")})
    content = {
        **head(visit, node, "", len(past)),
        "owner": owner_of(node),
        "facts": facts(node, hit, promises, names),
        "why": why,
        "paths": why.paths[:_PATHS],
        "impact": hit,
        "lists": _lists(kind, node.state_data, names),
        "details": details(kind, node.state_data, names, frozenset({"description", "review", *_CARDS})),
        "review": node.state_data.get("review") or {},
        "left": [each for each in node.state_data.get("provenance") or () if each.get("left_at")],
        "out": out,
        "into": into,
        "promises": promise_rows(promises, names),
        "designed": designed,
        "four_ps": FOUR_PS,
        "offerings": offerings,
        "party": party,
        "recent": [told(kind, each, names) for each in past[:_RECENT]],
        "comment": comment,
        "wrong": wrong,
    }  # fmt: skip
    return Screen("entity", content, crumbs(visit, node), status)


_CARDS = {
    "components": "What it consists of", "commitments": "What is promised", "items": "What it is about",
    "service_level_targets": "What is promised", "signatories": "Who signs", "elements": "What it is designed with",
    "raci": "Who does what", "steps": "Steps", "skills": "Skills", "required_skills": "Required skills",
    "sign_offs": "Who was asked", "evidence_refs": "Evidence",
}  # fmt: skip
"""Members that are lists of sentences, and what stands above them."""


def _lists(kind: Kind, state: dict[str, Any], names: Names) -> list[tuple[str, Sequence[Told]]]:
    known = {name: member for name, member in members(kind.model).items() if member.models and member.many}
    told = (
        (title, sentences(kind, known[name], state.get(name), names)) for name, title in _CARDS.items() if name in known
    )
    return [(title, each) for title, each in told if each]


_TOLD: dict[str, set[tuple[str, str]]] = {
    "contract": {("covers", ""), ("provided_by", ""), ("agreed_with", "")},
    "party": {("owns", ""), ("signs", ""), ("represented_by", ""), ("assigned_by", "")},
    "service": {("offered_by", ""), ("has_part", "design_package"), ("covered_by", "contract")},
    "service_offering": {("targets", "")},
}
"""Relations that are told elsewhere on the page, by kind."""


async def _promises(visit: Visit, node: NodeView, hit: Impact) -> Sequence[Promises]:
    """Of a contract, or of those about a service or an offering."""
    if node.kind == _CONTRACT:
        contracts = [node.id]
    elif node.kind in ("service", "service_offering"):
        live = [each.node for each in hit.contracts if each.node.live]
        to_customers = [each for each in live if each.type == "sla"]
        contracts = [each.id for each in to_customers or live][:_PROMISES]
    else:
        return []
    return await asyncio.gather(*(visit.view(Promises, f"/promises/{each}") for each in contracts))


async def _designed(visit: Visit, node: NodeView) -> Designed | None:
    """By the package that counts, or else the newest draft."""
    packages = [each.node for each in node.in_ if each.node.kind == "design_package" and each.type == "part_of"]
    if node.kind != "service" or not packages:
        return None
    chosen = max(packages, key=lambda each: (each.live, each.version or 0))
    package = await visit.view(NodeView, f"/nodes/design_package/{chosen.id}")
    elements: dict[str, list[dict[str, Any]]] = {each: [] for each in FOUR_PS}
    for each in package.state_data.get("elements", ()):
        elements[each["type"]].append(each)
    return Designed(package, elements, keyed(each.node for each in package.out))


async def _offerings(visit: Visit, node: NodeView) -> list[tuple[Node, dict[str, Any]]]:
    """Of a service: how it is offered, with what each consists of."""
    offers = [each.node for each in node.in_ if each.type == "offers"][:_OFFERINGS] if node.kind == "service" else []
    states = await asyncio.gather(*(visit.view(NodeView, f"/nodes/{each.kind}/{each.id}") for each in offers))
    return [(each, state.state_data) for each, state in zip(offers, states, strict=True)]


@dataclass(frozen=True)
class Person:
    """What a party carries, and what it would leave open."""

    departure: Departure
    load: PartyLoad | None


async def _party(visit: Visit, node: NodeView) -> Person | None:
    if node.kind != "party":
        return None
    departure, load = await asyncio.gather(visit.view(Departure, f"/departures/{node.id}"), _load(visit, node.id))
    return Person(departure, load)


async def _load(visit: Visit, id: str) -> PartyLoad | None:
    """The answer has every party; one among them is looked for."""
    cursor = None
    for _ in range(_PAGES):
        page = await visit.view(Load, "/load", limit=MAX_LIMIT, cursor=cursor)
        mine = next((each for each in page.items if each.party.id == id), None)
        cursor = page.next_cursor
        if mine or not cursor:
            return mine
    return None


def routes(pages: Pages) -> APIRouter:
    served = router()

    @served.get("/entity/{kind}/{id}")
    async def entity(request: Request, kind: KindName, id: Word, as_of: AsOf = None) -> Response:
        return await pages.show(request, as_of, lambda visit: screen(visit, f"{kind}/{id}"))

    return served
