"""Who did what, when and by which means: the events of all services, the newest first."""

import asyncio
import re
from dataclasses import asdict, dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response

from services.web import acts
from services.web.pages import AsOf, Pages, Screen, router
from services.web.people import people
from services.web.visit import Visit
from shared.config import SERVICES
from shared.contracts import NODE_KINDS
from shared.contracts.instant import moment
from shared.contracts.means import MEANS
from shared.contracts.owners import OWN_KINDS
from shared.errors import Invalid
from shared.refused import ClientError, Json
from shared.resource.listing import Word

_LOOKED_AT = 200
"""Events for one page; of each service as many, since all of them may be of one."""
_ENDS = 2**53
_MOST_READS = 5
_PLACES = re.compile(rf"[0-9]{{1,16}}(\.[0-9]{{1,16}}){{{len(SERVICES) - 1}}}", re.ASCII)
_KINDS = [acts.AUDIT, *sorted({*NODE_KINDS, *OWN_KINDS["alignment"], "link"})]


@dataclass(frozen=True)
class Asked:
    """Of ``who``, by which ``means``, of a kind (``what``)."""

    who: Word = ""
    means: Word = ""
    what: Word = ""


Which = Annotated[Asked, Depends()]


async def screen(visit: Visit, asked: Asked, before: str | None) -> Screen:
    given = _places(before) if before else dict.fromkeys(SERVICES, _ENDS)
    found, some = await asyncio.gather(
        asyncio.gather(*(_events(visit, service, given[service]) for service in SERVICES)), people(visit)
    )
    away = [service for service, events in zip(SERVICES, found, strict=True) if events is None]
    events = {service: each or [] for service, each in zip(SERVICES, found, strict=True)}
    looked = acts.newest(events, given, _LOOKED_AT)
    told: dict[str, Any] = {"acts": acts.chosen(looked.acts, asked.who, asked.means, asked.what), "asked": asked}
    told |= {"older": _text(looked.before) if looked.before else None, "people": some, "away": away}
    told |= {"means": [*MEANS.items()], "kinds": _KINDS, "given": asdict(asked)}
    return Screen("audit", told, [("Audit", None)])


async def _events(visit: Visit, service: str, before: int) -> list[Json] | None:
    """The newest below a position, whatever a page has room for; None where the service does not answer."""
    try:
        head = await _last(visit, service) if before == _ENDS else before - 1
        after, found = max(0, head - _LOOKED_AT), list[Json]()
        for _ in range(_MOST_READS):
            page = await visit.client.changes(service, after, _LOOKED_AT)
            found += page["items"]
            after = page["next_after"]
            if after >= head:
                break
    except ClientError:
        return None
    return [each for each in found if each["position"] <= head]


async def _last(visit: Visit, service: str) -> int:
    """Where its newest event is, or at a past moment the newest until then: times go up with positions."""
    low, high = 0, int((await visit.client.changes(service, _ENDS, 1))["head"]["position"])
    if visit.place.as_of is None:
        return high
    while low < high:
        middle = (low + high + 1) // 2
        found = (await visit.client.changes(service, middle - 1, 1))["items"]
        if found and moment(found[0]["time"]) <= moment(visit.place.as_of):
            low = found[0]["position"]
        else:
            high = middle - 1
    return low


def _text(before: Any) -> str:
    return ".".join(str(before[service]) for service in SERVICES)


def _places(text: str) -> dict[str, int]:
    """Raises Invalid."""
    if not _PLACES.fullmatch(text):
        raise Invalid.at("?before", "invalid-cursor", "This is no place in what was done: begin with the newest.")
    return dict(zip(SERVICES, map(int, text.split(".")), strict=True))


def routes(pages: Pages) -> APIRouter:
    served = router()

    @served.get("/audit")
    async def audit(request: Request, which: Which, before: Word | None = None, as_of: AsOf = None) -> Response:
        return await pages.show(request, as_of, lambda visit: screen(visit, which, before))

    return served
