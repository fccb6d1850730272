"""What each page is filled with: the answers of the views, put together."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from services.alignment import baselines
from services.alignment.judge.rule import Severity
from services.alignment.page.answered import answered
from services.alignment.page.neighbourhood import Wanted, neighbourhood
from services.alignment.page.sides import parts
from services.alignment.page.span import Span
from services.alignment.page.spark import spark
from services.alignment.queries import nodes
from services.alignment.queries.snapshot import Moment
from services.alignment.routes.reading import existing
from services.alignment.views import cascade as cascades
from services.alignment.views import coverage as coverages
from services.alignment.views import diff as diffs
from services.alignment.views import findings as finding_views
from services.alignment.views import groups as group_views
from services.alignment.views import impact as impacts
from services.alignment.views import raci as racis
from services.alignment.views import why as whys
from services.alignment.views.node import node as node_view
from services.alignment.views.score import with_fixes
from services.alignment.views.trend import trend
from shared import clock
from shared.contracts import NODE_KINDS
from shared.contracts.design import FOUR_PS
from shared.contracts.views.cascade import Cascade
from shared.contracts.views.coverage import DesignCoverage, OfferingCoverage
from shared.contracts.views.diff import Diff
from shared.contracts.views.findings import FindingGroup, FindingGroupPage, FindingPage
from shared.contracts.views.frame import View
from shared.contracts.views.impact import Impact
from shared.contracts.views.nodes import NodePage, NodeView
from shared.contracts.views.raci import Load, RaciMatrix
from shared.contracts.views.score import Score, Trend
from shared.contracts.views.why import Why
from shared.errors import Invalid
from shared.http.pagination import MAX_LIMIT

Content = dict[str, Any]
_WORST, _FOUND, _NAMED, _GROUPS, _POINTS, _WEEK = 12, 100, 10, 50, 9, timedelta(days=7)


async def frame(moment: Moment) -> Content:
    """What every page says of its moment, and from when to when another one can be chosen."""
    told = answered(moment, View, {})
    first = await nodes.first_recorded(moment)
    span = Span.over(first, clock.now(), moment.as_of) if first else None
    return {"provisional": told.provisional, "watermark": min(told.watermark.values(), default=None), "span": span}


async def overview(moment: Moment, grace: timedelta) -> Content:
    worst = answered(moment, FindingPage, await finding_views.page(moment, {}, _WORST, None, grace))
    score = answered(moment, Score, await with_fixes(moment, grace))
    points = answered(moment, Trend, await trend(moment, None, _POINTS, grace)).points
    told = {"score": score, "trend": points, "spark": spark(points)}
    return {**told, "findings": worst.items, "more": worst.next_cursor is not None}


async def search(moment: Moment, q: str, kind: str | None, cursor: str | None) -> Content:
    """By name or key, across kinds; without a word, what there is of a kind."""
    filters = {"q": q.strip() or None, "kind": kind}
    given = {name: value for name, value in filters.items() if value}
    items, more = await nodes.nodes(moment, given, _FOUND, cursor) if given else ([], None)
    found = answered(moment, NodePage, {"items": items, "next_cursor": more})
    told = {"items": found.items, "more": found.next_cursor, "full": len(found.items) == _FOUND}
    return {**told, "asked": bool(given), "kinds": sorted(NODE_KINDS)}


async def entity(moment: Moment, ref: str, wanted: Wanted, grace: timedelta) -> Content:
    """``ref`` is ``kind/id`` or ``kind/key``."""
    row = await existing(moment, ref)
    node = answered(moment, NodeView, await node_view(moment, row, grace))
    why = {**await whys.why(moment, row.ref), "findings": []}
    hit = await impacts.impact(moment, row, impacts.MAX_DEPTH, limit=50)
    return {
        "node": node,
        "members": _members(node.state_data),
        "names": {edge.node.id: edge.node for edge in (*node.out, *node.in_)},
        "around": await neighbourhood(moment, row, wanted),
        "types": sorted({edge.type for edge in (*node.out, *node.in_)} | set(wanted.types)),
        "why": answered(moment, Why, why),
        "impact": answered(moment, Impact, hit),
        "history": await nodes.versions(moment, row.ref),
    }


def _members(data: Content) -> list[tuple[str, Any]]:
    """What it says of itself; what is told elsewhere on the page, and bookkeeping, is left out."""
    told = {"id", "kind", "key", "name", "type", "state", "version", "owner", "criticality", "provenance"}
    told |= {"created_at", "created_by", "updated_at", "updated_by"}
    return [(name, value) for name, value in data.items() if name not in told and value not in (None, [], {}, "")]


async def findings(moment: Moment, given: dict[str, str | None], cursor: str | None, grace: timedelta) -> Content:
    """Raises Invalid for a rule or a severity that is none."""
    rules = moment.rules.shown
    severities = [severity.name for severity in reversed(Severity)]
    for name, known in (("rule", rules), ("severity", severities)):
        if given[name] is not None and given[name] not in known:
            raise Invalid.at(f"?{name}", "unknown-value", f"There is no such {name}.")
    filters = {name: value for name, value in given.items() if value is not None}
    found = answered(moment, FindingPage, await finding_views.page(moment, filters, MAX_LIMIT, cursor, grace))
    groups: list[FindingGroup] = []
    if cursor is None:
        page = await group_views.page(moment, filters, _GROUPS, None, grace)
        groups = answered(moment, FindingGroupPage, page).items
    told = {"groups": groups, "findings": found.items, "more": found.next_cursor}
    return {**told, "rules": list(rules.values()), "severities": severities}


async def cascade(moment: Moment) -> Content:
    """The holes are marked where they are, and listed as well."""
    answer = answered(moment, Cascade, await cascades.cascade(moment))
    return {"parts_of": parts(answer), "cascade": answer}


async def coverage(moment: Moment, since: Mapping[str, str | None]) -> Content:
    """``since`` are the cursors of the maps of ``services`` and of ``offerings``."""
    design = await coverages.design(moment, MAX_LIMIT, since["services"])
    offerings = await coverages.offerings(moment, MAX_LIMIT, since["offerings"])
    return {
        "design": answered(moment, DesignCoverage, design),
        "offerings": answered(moment, OfferingCoverage, offerings),
        "four_ps": list(FOUR_PS),
        "components": coverages.COMPONENTS,
    }


async def changes(moment: Moment, since: datetime | None, grace: timedelta) -> Content:
    """Of the last week, where no beginning is given. Raises Invalid."""
    start = since or moment.at - _WEEK
    if start >= (end := moment.as_of or moment.at):
        raise Invalid.at("?to", "invalid-interval", "The second moment must be later than the first.")
    diff = answered(moment, Diff, await diffs.diff(moment, start, MAX_LIMIT, None, grace))
    return {"diff": diff, "baselines": await baselines.named(moment.connection, end, _NAMED)}


async def processes(moment: Moment, parties: str | None) -> Content:
    found, hidden = await nodes.of_kind(moment, "process", MAX_LIMIT)
    load = answered(moment, Load, await racis.load(moment, MAX_LIMIT, parties))
    named = answered(moment, NodePage, {"items": [*found.values()], "next_cursor": None})
    carrying = [each for each in load.items if each.roles]
    return {"processes": named.items, "hidden": hidden, "load": carrying, "load_cursor": load.next_cursor}


async def raci(moment: Moment, ref: str) -> Content:
    return {"matrix": answered(moment, RaciMatrix, await racis.matrix(moment, await existing(moment, ref)))}
