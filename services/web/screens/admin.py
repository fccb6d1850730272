"""Running it: how far the view is, building it anew, what was put aside, how others follow, the signature log."""

import asyncio
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, NamedTuple

from fastapi import APIRouter, Request, Response

from services.web.pages import AsOf, Done, Form, Pages, Screen, router
from services.web.texts import counted
from services.web.visit import Visit
from shared import clock
from shared.config import SERVICES
from shared.contracts.answers.changes import Head
from shared.contracts.answers.signature_log import LogHead
from shared.contracts.events import topic
from shared.contracts.views.status import DeadLetterPage, Status
from shared.refused import ClientError, NotFound, Refused
from shared.resource.listing import Word

_STATUS, _LETTERS, _REBUILDS = "/alignment/v1/status", "/alignment/v1/dead-letters", "/alignment/v1/rebuilds"
RIGHT = "alignment:admin"
_PAGE = 20
_BEYOND = 2**53
"""After it there is no change, so the answer says how far a service is and nothing else."""
_UP = "Administration"
_READERS = "reader-"


class Far(NamedTuple):
    """How far a service is, and the view of it; None where that is not known, as of what the view does not follow."""

    service: str
    head: Head | None
    position: int | None
    watermark: datetime | None
    lag: float | None

    @property
    def behind(self) -> int | None:
        return None if self.head is None or self.position is None else max(0, self.head.position - self.position)


async def screen(visit: Visit, cursor: str | None) -> Screen:
    status, letters, log, keys, *heads = await asyncio.gather(
        visit.now(Status, _STATUS),
        _letters(visit, cursor),
        _log(visit),
        _keys(visit),
        *(_head(visit, service) for service in SERVICES),
    )
    far = [_far(service, head, status) for service, head in zip(SERVICES, heads, strict=True)]
    told: dict[str, Any] = {"state_of": status, "far": far, "letters": letters, "log": log, "keys": keys}
    told |= {"topics": {service: topic(service) for service in SERVICES}, "readers": _READERS}
    return Screen("admin", told, [(_UP, None)])


def _far(service: str, head: Head | None, status: Status) -> Far:
    mark, lag = status.watermark.get(service), status.lag_seconds.get(service)
    return Far(service, head, status.positions.get(service), mark, lag)


async def _head(visit: Visit, service: str) -> Head | None:
    """None where the service does not answer."""
    try:
        return Head.model_validate((await visit.client.changes(service, _BEYOND, 1))["head"])
    except ClientError:
        return None


async def _letters(visit: Visit, cursor: str | None) -> DeadLetterPage | None:
    """None for whoever may not see them: nobody vouches for what is in them."""
    may = visit.session.caller.may(RIGHT)
    return await visit.now(DeadLetterPage, _LETTERS, limit=_PAGE, cursor=cursor) if may else None


async def _log(visit: Visit) -> LogHead | None:
    """None where nothing has been entered, or strategy does not answer."""
    with suppress(ClientError):
        return await visit.now(LogHead, "/strategy/v1/signature-log")
    return None


async def _keys(visit: Visit) -> list[dict[str, Any]]:
    """Those that sign proofs, the newest first, with when each began and ends; none where strategy does not answer."""
    keys: list[dict[str, Any]] = []
    with suppress(ClientError):
        keys = (await visit.client.get_json("/strategy/v1/keys"))["keys"]
    return [
        {"kid": each["kid"], "began": _instant(each.get("iat")), "ends": _instant(each.get("exp"))} for each in keys
    ]


def _instant(seconds: int | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(min(seconds, clock.FOREVER.timestamp()), UTC)


async def confirm(visit: Visit, wrong: str = "", reason: str = "", status: int = 200) -> Screen:
    """What building it anew means, before anybody does so."""
    told = {"state_of": await visit.now(Status, _STATUS), "wrong": wrong, "reason": reason}
    return Screen("admin_rebuild", told, [(_UP, visit.place.to("/admin")), ("Build the view anew", None)], status)


async def rebuild(visit: Visit, form: Form) -> Done | Screen:
    reason = form.get("reason")
    if not reason:
        return await confirm(visit, "Say why it is built anew.", status=422)
    try:
        await visit.client.send("POST", _REBUILDS, reason=reason)
    except Refused as error:
        if error.status not in (403, 409, 422):
            raise
        return await confirm(visit, str(error), reason, error.status)
    return Done("/admin", "rebuilding")


async def forget(visit: Visit, form: Form) -> Done | Screen:
    """One that is gone already is forgotten as well."""
    with suppress(NotFound):
        why = form.get("reason") or "It was dealt with."
        await visit.client.send("DELETE", f"{_LETTERS}/{counted(form.get('letter')) or 0}", reason=why)
    return Done("/admin#letters", "forgotten")


def routes(pages: Pages) -> APIRouter:
    served = router()

    @served.get("/admin")
    async def admin(request: Request, letters: Word | None = None, as_of: AsOf = None) -> Response:
        return await pages.show(request, as_of, lambda visit: screen(visit, letters))

    @served.post("/admin")
    async def drop(request: Request) -> Response:
        return await pages.act(request, forget)

    @served.get("/admin/rebuild")
    async def ask(request: Request) -> Response:
        return await pages.show(request, None, confirm)

    @served.post("/admin/rebuild")
    async def build(request: Request) -> Response:
        return await pages.act(request, rebuild)

    return served
