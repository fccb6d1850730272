"""What there is of a kind, as a table with filters; and search by name or key across all kinds."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request, Response

from services.web.editing.many import changes, grouped
from services.web.filters import capitalize, many
from services.web.meaning import offered, understood
from services.web.names import keyed, named, node_of
from services.web.pages import AsOf, Pages, Screen, router
from services.web.sessions import writes
from services.web.visit import Visit
from shared.client import path_of
from shared.contracts import KINDS, NODE_KINDS
from shared.contracts.base import KindName
from shared.contracts.views.nodes import Node, NodePage
from shared.errors import NotFound
from shared.resource.listing import Word

_PAGE, _FOUND = 50, 100
_PEOPLE = ("party", "role", "role_assignment")


def _of(service: str) -> tuple[str, ...]:
    return tuple(each.name for each in KINDS[service] if each.in_view and not each.is_link and each.name not in _PEOPLE)


GROUPS = (
    ("Strategy", _of("strategy")),
    ("Services and offerings", _of("catalog")),
    ("Processes", _of("roles")),
    ("People and roles", _PEOPLE),
)
"""Kinds as people look for them."""


@dataclass(frozen=True)
class Asked:
    """``owner`` as it was typed: a name, a key or an address."""

    q: str = ""
    state: str = ""
    owner: str = ""
    tag: str = ""

    def given(self) -> dict[str, str]:
        return {name: value for name, value in vars(self).items() if value}


async def listed(visit: Visit, name: str, asked: Asked, cursor: str | None) -> Screen:
    """Of now as its owner has it; of the past as the view had it, which knows no tags."""
    kind = NODE_KINDS[name]
    if not kind.in_view:
        raise NotFound("There is no list of these.")
    owner, unclear = await _owner(visit, asked.owner)
    items: Sequence[tuple[Node, dict[str, Any]]] = []
    further = None
    if not unclear:
        items, further = await (_as_was if visit.place.as_of else _now)(visit, name, asked, owner, cursor)
    owners = await named(visit, {each.owner for each, _ in items if each.owner})
    people, _ = await asyncio.gather(
        offered(visit, ("party", "role")),
        visit.view(NodePage, "/nodes", kind=name, limit=1),  # how far the view is
    )
    group, kinds = next((title, each) for title, each in GROUPS if name in each)
    told: dict[str, Any] = {
        "kind": kind, "asked": asked, "items": items, "owners": owners, "more": further, "unclear": unclear,
        "people": [(f"{each.kind}/{each.key}", each.name or each.id) for each in people],
        "group": group, "kinds": kinds, "may": writes(visit.session.caller, kind.name),
        "changes": grouped(kind, changes(visit, kind)),
    }  # fmt: skip
    return Screen("list", told, [(group, None), (title(name), None)])


def title(name: str) -> str:
    return capitalize(many(NODE_KINDS[name]))


async def _owner(visit: Visit, text: str) -> tuple[str | None, str]:
    """Whose, as ``kind/id``; or what is to be said where that is not clear."""
    if not text:
        return None, ""
    meant = (("party", "role"), text)
    clear = await understood(visit, [meant], {})
    if ref := clear.refs[meant]:
        return ref, ""
    near = ", ".join(f"{each.kind}/{each.key}" for each in clear.choices[meant])
    return None, f"Several people or roles may be meant: {near}." if near else "Nobody here is called like that."


Found = tuple[list[tuple[Node, dict[str, Any]]], str | None]


async def _now(visit: Visit, name: str, asked: Asked, owner: str | None, cursor: str | None) -> Found:
    given: dict[str, Any] = asked.given() | {"owner": None, "owner_id": owner.partition("/")[2] if owner else None}
    given.pop("owner")
    page = await visit.client.get_json(path_of(NODE_KINDS[name]), sort="name", limit=_PAGE, cursor=cursor, **given)
    return [(node_of(each), each) for each in page["items"]], page["next_cursor"]


async def _as_was(visit: Visit, name: str, asked: Asked, owner: str | None, cursor: str | None) -> Found:
    given = {"q": asked.q or None, "state": asked.state or None, "owner": owner}
    page = await visit.view(NodePage, "/nodes", kind=name, limit=_PAGE, cursor=cursor, **given)
    return [(each, {}) for each in page.items], page.next_cursor


async def search(visit: Visit, q: str, kind: str | None, cursor: str | None) -> Screen:
    given = {name: value for name, value in {"q": q.strip(), "kind": kind}.items() if value}
    told: dict[str, Any] = {"asked": bool(given), "groups": GROUPS, "items": [], "more": None, "owners": {}}
    if given:
        found = await visit.view(NodePage, "/nodes", limit=_FOUND, cursor=cursor, **given)
        owners = await named(visit, {each.owner for each in found.items if each.owner})
        told |= {"items": found.items, "more": found.next_cursor, "owners": keyed(owners.values())}
    told |= {"q": q, "kind": kind, "further": bool(cursor), "full": len(told["items"]) == _FOUND}
    told["kinds"] = sorted(name for name, each in NODE_KINDS.items() if each.in_view)
    return Screen("search", told, [("Search", None)])


def routes(pages: Pages) -> APIRouter:
    served = router()

    @served.get("/list/{kind}")
    async def of_kind(
        request: Request,
        kind: KindName,
        q: Word = "",
        state: Word = "",
        owner: Word = "",
        tag: Word = "",
        cursor: Word | None = None,
        as_of: AsOf = None,
    ) -> Response:
        asked = Asked(q.strip(), state, owner.strip(), tag.strip())
        return await pages.show(request, as_of, lambda visit: listed(visit, kind, asked, cursor))

    @served.get("/search")
    async def found(
        request: Request, q: Word = "", kind: KindName | None = None, cursor: Word | None = None, as_of: AsOf = None
    ) -> Response:
        return await pages.show(request, as_of, lambda visit: search(visit, q, kind, cursor))

    return served
