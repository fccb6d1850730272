"""HTTP of what is wrong, by which rules, how much it weighs, and what closing it is worth."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import AfterValidator

from services.alignment.baselines import moment
from services.alignment.judge.catalogue import UNDECIDED
from services.alignment.judge.catalogue.view import OF_THE_VIEW
from services.alignment.queries.snapshot import Moment
from services.alignment.queries.sources import of_source
from services.alignment.routes.parameters import AtTimes, Cursor, Limit, Now, OfMoment, OfNow, given
from services.alignment.routes.reading import SCOPE, Make, Reader, meant
from services.alignment.view import generations
from services.alignment.views import findings as finding_views
from services.alignment.views import groups as group_views
from services.alignment.views import score as scores
from services.alignment.views import trend as trends
from services.alignment.views.foreseen import DIMENSIONS
from services.alignment.views.me import owners_of
from services.alignment.views.moves import moves_of
from shared import clock
from shared.contracts.base import KindName
from shared.contracts.instant import Instant
from shared.contracts.refusals import one_of
from shared.contracts.views.catalogue import RuleList
from shared.contracts.views.findings import FindingGroupPage, FindingPage, FindingView
from shared.contracts.views.score import Score, Trend
from shared.errors import Invalid
from shared.http import exchange
from shared.http.exchange import answering
from shared.http.pagination import DEFAULT_LIMIT
from shared.resource.listing import Word


def _known_dimension(name: str) -> str:
    if name not in DIMENSIONS:
        raise ValueError(f"must be {one_of(name, DIMENSIONS)}")
    return name


@dataclass(frozen=True)
class Chosen:
    """Which findings."""

    rule: Word | None = None
    severity: Literal["info", "low", "medium", "high", "critical"] | None = None
    kind: KindName | None = None
    subject: Annotated[Word | None, Query(description="`kind/id` or `kind/key`")] = None
    owner: Annotated[Word | None, Query(description="`party` or `role`, and behind a slash its id or key")] = None
    source: Annotated[Word | None, Query(description="Model or bundle that the subject came from")] = None
    dimension: Annotated[
        str | None, AfterValidator(_known_dimension), Query(description="Dimension of the score that they count in")
    ] = None
    tag: Annotated[Word | None, Query(description="Tag of the subject")] = None
    q: Annotated[
        Word | None, Query(description="Text in the name or key of the subject, or in what the rule calls its findings")
    ] = None
    waived: Annotated[bool | None, Query(description="`true`: only those that are; `false`: only others")] = None

    mine: Annotated[
        Literal["true"] | None, Query(description="Only where it is the caller's move: by themself, a role, or a team")
    ] = None

    async def at(self, now: Moment, caller: str) -> dict[str, Any]:
        """As filters of that moment, at which a key may be another's than today. Raises Invalid."""
        filters = given(vars(self))
        known = now.settings.base.shown
        if self.rule is not None and self.rule not in known:
            raise Invalid.at("?rule", "unknown-value", f"Must be {one_of(self.rule, known)}")
        if filters.pop("mine", None):
            owners = await owners_of(now, caller)
            filters["move"] = owners, await moves_of(now, owners)
        for name in ("subject", "owner"):
            if name in filters:
                filters[name] = await meant(now, name, filters[name])
        if self.source is not None:
            await of_source(now, self.source)
        return filters


Which = Annotated[Chosen, Depends()]


def _chosen(asked: OfNow, page: Callable[..., Awaitable[dict[str, Any]]], which: Chosen, *more: Any) -> Make:
    """A page of what was chosen."""
    caller = exchange.caller(asked.request, SCOPE)

    async def made(now: Moment) -> dict[str, Any]:
        return await page(now, await which.at(now, caller.subject), *more)

    return made


def router(reader: Reader) -> APIRouter:
    routes = APIRouter(prefix="/alignment/v1", dependencies=[Depends(exchange.no_strange_parameters)])
    grace = reader.grace

    @routes.get("/findings", summary="What is wrong, worst first", responses=answering(FindingPage))
    async def findings(asked: AtTimes, which: Which, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None) -> Response:
        return await reader.answer(asked, _chosen(asked, finding_views.page, which, limit, cursor, grace), settled=True)

    @routes.get(
        "/findings/groups",
        operation_id="finding_groups",
        summary="What is wrong by what brought it about, and what settling it is worth",
        responses=answering(FindingGroupPage),
    )
    async def groups(
        asked: AtTimes,
        which: Which,
        sort: Annotated[
            Literal["severity", "gain"], Query(description="The gravest first, or what is worth most")
        ] = "severity",
        limit: Limit = DEFAULT_LIMIT,
        cursor: Cursor = None,
    ) -> Response:
        page = partial(group_views.page, sort=sort)
        return await reader.answer(asked, _chosen(asked, page, which, limit, cursor, grace), settled=True)

    @routes.get("/findings/{id}", summary="One finding, open or resolved", responses=answering(FindingView))
    async def finding(asked: Now, id: Word) -> Response:
        return await reader.answer(asked, lambda now: finding_views.whole(now, id, grace), settled=True)

    @routes.get("/rules", summary="The rule catalogue", responses=answering(RuleList))
    async def rules(
        request: Request,
        as_of: Annotated[Instant | None, Query(description="The rules as they were set then; default now")] = None,
    ) -> Response:
        exchange.caller(request, SCOPE)
        async with reader.database.read() as connection:
            settings = await reader.known.settings(connection, await generations.active(connection))
        items = finding_views.catalogue(settings, as_of or clock.now())
        undecided = [each._asdict() for each in UNDECIDED]
        of_the_view = [each._asdict() | {"severity": each.severity.name} for each in OF_THE_VIEW]
        return exchange.answer({"items": items, "undecided": undecided, "of_the_view": of_the_view})

    @routes.get("/score", summary="How well things line up, and what to mend first", responses=answering(Score))
    async def score(
        asked: AtTimes,
        source: Annotated[
            Word | None, Query(description="Of what came from this model or bundle alone, as if there was nothing else")
        ] = None,
    ) -> Response:
        return await reader.answer(asked, lambda now: scores.with_fixes(now, grace, source), settled=True)

    @routes.get(
        "/score/trend",
        operation_id="score_trend",
        summary="How the score has gone, at equal steps and at baselines",
        responses=answering(Trend),
    )
    async def trend(
        asked: Now,
        since: Annotated[
            Word | None,
            Query(alias="from", description="A moment, or a baseline's key; default 90 days before the last one"),
        ] = None,
        until: Annotated[Word | None, Query(alias="to", description="The same; default now")] = None,
        points: Annotated[
            int, Query(ge=2, le=trends.MOST_POINTS, description="How many equal steps, ends included")
        ] = 13,
    ) -> Response:
        exchange.caller(asked.request, SCOPE)
        async with reader.database.read() as connection:
            start = await moment(connection, "from", since) if since else None
            end = await moment(connection, "to", until) if until else None
        now = clock.now()
        if end and end > now:
            detail = "It must not lie in the future: what will be wrong by then is told by /score with valid_at."
            raise Invalid.at("?to", "invalid-interval", detail)
        if start and start >= (end or now):
            raise Invalid.at("?from", "invalid-interval", "It must be earlier than the moment in to.")
        which = OfMoment(asked.request, asked.wait_for, end)
        return await reader.answer(which, lambda now: trends.trend(now, start, points, grace), settled=True)

    return routes
