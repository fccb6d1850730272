"""What is wrong, by what brought it about, or one by one; a finding that is opened stands beside the list."""

import asyncio
from dataclasses import dataclass, fields
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Request, Response

from services.web.pages import AsOf, Pages, Screen, router
from services.web.people import people, with_owners
from services.web.rendering import Place
from services.web.screens.finding import opened
from services.web.visit import Visit
from shared.contracts import NODE_KINDS
from shared.contracts.instant import moment
from shared.contracts.views.catalogue import RuleList
from shared.contracts.views.findings import FindingGroup, FindingGroupPage, FindingPage
from shared.http.pagination import MAX_LIMIT
from shared.resource.listing import Word

SEVERITIES = ("critical", "high", "medium", "low", "info")
_GROUPS = 25
_KINDS = [kind.name for kind in NODE_KINDS.values() if kind.in_view]


@dataclass(frozen=True)
class Chosen:
    """Which findings, as the API knows them, and how they are listed: ``by`` cause, or each."""

    rule: Word | None = None
    severity: Word | None = None
    dimension: Word | None = None
    kind: Word | None = None
    subject: Word | None = None
    owner: Word | None = None
    source: Word | None = None
    tag: Word | None = None
    q: Word | None = None
    waived: Word | None = None
    mine: Word | None = None
    by: Literal["cause", "each", ""] = ""
    sort: Literal["severity", "gain", ""] = ""
    valid_at: AsOf = None

    @property
    def filters(self) -> dict[str, str | None]:
        """Those that are set; an empty field of a form is none."""
        apart = {"by", "sort", "valid_at"}
        return {each.name: getattr(self, each.name) or None for each in fields(self) if each.name not in apart}

    def but(self, place: Place, path: str = "/findings", **other: str | None) -> str:
        """The same list with something else chosen."""
        given = {each.name: getattr(self, each.name) for each in fields(self)}
        return place.to(path, **given | other)

    def of(self, group: FindingGroup, place: Place) -> str:
        """Every finding of the group's rule, as far as its cause is a filter."""
        cause = group.cause
        owner = cause.node.ref if cause.by == "owner" and cause.node else self.owner
        return self.but(place, rule=group.rule, by="each", owner=owner, source=cause.source or self.source)


Which = Annotated[Chosen, Depends()]


async def screen(visit: Visit, which: Chosen, cursor: str | None, id: str | None = None) -> Screen:
    """What the API refuses of ``which`` is said on the page."""
    each = which.by == "each"
    listed, rules, some, found = await asyncio.gather(
        _one_by_one(visit, which, cursor) if each else _by_cause(visit, which, cursor),
        visit.now(RuleList, "/alignment/v1/rules"),
        people(visit),
        opened(visit, id) if id else _nothing(),
    )
    held = found.get("held")
    named = await with_owners(visit, some, [held.owner if held else None])
    told: dict[str, Any] = {"which": which, "people": named, "valid_at": visit.valid_at, **listed, **found}
    told |= {"valid_on": moment(visit.valid_at) if visit.valid_at else None}
    told |= {"rules": sorted(rules.items, key=lambda each: each.id), "severities": SEVERITIES, "kinds": _KINDS}
    told |= {"dimensions": sorted({rule.dimension for rule in rules.items})}
    crumbs = [("Findings", which.but(visit.place) if id else None)]
    return Screen("findings", told, [*crumbs, *([(found["f"].subject.name, None)] if id else [])])


async def _nothing() -> dict[str, Any]:
    return {"f": None}


async def _by_cause(visit: Visit, which: Chosen, cursor: str | None) -> dict[str, Any]:
    given = {"limit": _GROUPS, "cursor": cursor, "sort": which.sort or None, **which.filters}
    page = await visit.view(FindingGroupPage, "/findings/groups", **given)
    return {"groups": page.items, "findings": [], "cursor": page.next_cursor, "unseen": page.more}


async def _one_by_one(visit: Visit, which: Chosen, cursor: str | None) -> dict[str, Any]:
    page = await visit.view(FindingPage, "/findings", limit=MAX_LIMIT, cursor=cursor, **which.filters)
    return {"groups": [], "findings": page.items, "cursor": page.next_cursor, "unseen": False}


def routes(pages: Pages) -> APIRouter:
    served = router()

    @served.get("/findings")
    async def findings(request: Request, which: Which, cursor: Word | None = None, as_of: AsOf = None) -> Response:
        return await pages.show(request, as_of, lambda visit: screen(visit, which, cursor), which.valid_at)

    @served.get("/findings/{id}")
    async def finding(
        request: Request, id: Word, which: Which, cursor: Word | None = None, as_of: AsOf = None
    ) -> Response:
        return await pages.show(request, as_of, lambda visit: screen(visit, which, cursor, id), which.valid_at)

    return served
