"""One finding: what proves it, whose move it is, and what people have done about it."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

from fastapi import APIRouter, Request, Response

from services.web.pages import Done, Form, Pages, Screen, router
from services.web.people import people
from services.web.visit import Visit
from shared import clock
from shared.client import path_of
from shared.contracts.alignment import ACKNOWLEDGEMENT, WAIVER
from shared.contracts.views.findings import FindingView
from shared.refused import Refused
from shared.resource.listing import Word

PATH = "/alignment/v1/findings"
_MOST_WAIVERS = 20
_USUAL = timedelta(days=90)
"""For how long something is lived with, where nobody says otherwise."""


async def opened(visit: Visit, id: str) -> dict[str, Any]:
    """A finding ``f`` as it is now, with ``past``: its waivers that hold no longer."""
    found, waivers = await asyncio.gather(
        visit.lately(FindingView, f"{PATH}/{id}"),
        visit.client.get_json(path_of(WAIVER), finding_id=id, limit=_MOST_WAIVERS),
    )
    visit.answers.append(found)
    over = [each for each in waivers["items"] if each["state"] != "active"]
    return {"f": found, "past": over, "until": (clock.now() + _USUAL).date()}


async def _form(visit: Visit, id: str, form: Form, error: Refused) -> Screen:
    """What was refused comes back with what is wrong with it, on a page of its own."""
    told, named = await asyncio.gather(opened(visit, id), people(visit))
    wrong = {each["pointer"].removeprefix("/"): each["detail"] for each in error.errors}
    told |= {"people": named, "act": form.get("act"), "given": dict(form.fields), "wrong": wrong, "said_no": str(error)}
    crumbs = [("Findings", "/findings"), (told["f"].subject.name, f"/findings/{id}"), ("Not saved", None)]
    return Screen("finding", told, crumbs, error.status)


def _owner(form: Form) -> dict[str, str] | None:
    kind, _, id = form.get("owner").partition("/")
    return {"kind": kind, "id": id} if id else None


async def _acknowledge(visit: Visit, id: str, form: Form) -> str:
    """Again, to change who acts on it, or until when."""
    body = {"owner": _owner(form), "description": form.get("note") or None, "due": form.get("due") or None}
    before = (await visit.now(FindingView, f"{PATH}/{id}")).acknowledgement
    if before is None:
        given = {name: value for name, value in body.items() if value}
        await visit.client.send("POST", f"{PATH}/{id}/acknowledgement", given)
    else:
        held = await visit.client.get(ACKNOWLEDGEMENT, before.id)
        await visit.client.patch(ACKNOWLEDGEMENT, before.id, held["version"], body)
    return "acknowledged"


async def _waive(visit: Visit, id: str, form: Form) -> str:
    body = {"reason": form.get("reason"), "valid_to": form.get("valid_to")}
    await visit.client.send("POST", f"{PATH}/{id}/waiver", body)
    return "waived"


async def _withdraw(visit: Visit, id: str, form: Form) -> str:
    """The finding counts again."""
    found = (await visit.now(FindingView, f"{PATH}/{id}")).waiver
    if found is not None:
        held = await visit.client.get(WAIVER, found.id)
        reason = form.get("reason") or None
        await visit.client.transition(WAIVER, found.id, held["version"], "withdrawn", reason)
    return "unwaived"


async def _comment(visit: Visit, id: str, form: Form) -> str:
    await visit.client.send("POST", f"{PATH}/{id}/comments", {"text": form.get("text")})
    return "commented"


ACTS: dict[str, Callable[[Visit, str, Form], Awaitable[str]]] = {
    "acknowledge": _acknowledge,
    "waive": _waive,
    "withdraw": _withdraw,
    "comment": _comment,
}
"""What a form at the address of a finding does, by its field ``act``; each says what was done."""


def routes(pages: Pages) -> APIRouter:
    served = router()

    @served.post("/findings/{id}")
    async def act(request: Request, id: Word) -> Response:
        async def do(visit: Visit, form: Form) -> Done | Screen:
            make = ACTS.get(form.get("act"), _comment)
            try:
                return Done(f"/findings/{id}", await make(visit, id, form))
            except Refused as error:
                if error.status in (401, 403, 404):
                    raise
                return await _form(visit, id, form, error)

        return await pages.act(request, do)

    return served
