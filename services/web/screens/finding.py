"""One finding: what proves it, whose move it is, and what people have done about it."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from fastapi import APIRouter, Request, Response

from services.web.filters import final_date
from services.web.pages import Done, Form, Pages, Screen, router
from services.web.people import people, with_owners
from services.web.visit import Visit
from services.web.wrong import CHANGED
from shared import clock
from shared.client import path_of
from shared.contracts.alignment import ACKNOWLEDGEMENT, WAIVER
from shared.contracts.instant import moment
from shared.contracts.views.findings import FindingView
from shared.refused import PreconditionFailed, Refused
from shared.resource.listing import Word

PATH = "/alignment/v1/findings"
_MOST_WAIVERS = 20
_USUAL = timedelta(days=90)
"""For how long something is lived with, where nobody says otherwise."""


@dataclass(frozen=True)
class Held:
    """What an acknowledgement says, and which version of it that is: ``seen`` comes back with the form."""

    seen: str = ""
    owner: str | None = None
    note: str | None = None
    due: date | None = None


async def _held(visit: Visit, found: FindingView) -> Held:
    """All of one version, so that nothing of a later one is written over."""
    if found.acknowledgement is None:
        return Held(owner=found.subject.owner)
    state = await visit.client.get(ACKNOWLEDGEMENT, found.acknowledgement.id)
    owner, due = state["owner"], state["due"]
    return Held(
        f"{state['id']}/{state['version']}",
        f"{owner['kind']}/{owner['id']}" if owner else None,
        state["description"],
        final_date(moment(due)) if due else None,
    )


async def opened(visit: Visit, id: str) -> dict[str, Any]:
    """A finding ``f`` as it is now, with what is ``held`` of who acts on it, and ``past``: its waivers that hold no
    longer."""
    found, waivers = await asyncio.gather(
        visit.lately(FindingView, f"{PATH}/{id}"),
        visit.client.get_json(path_of(WAIVER), finding_id=id, limit=_MOST_WAIVERS),
    )
    visit.answers.append(found)
    over = [each for each in waivers["items"] if each["state"] != "active"]
    return {"f": found, "held": await _held(visit, found), "past": over, "until": (clock.now() + _USUAL).date()}


async def _form(visit: Visit, id: str, form: Form, error: Refused) -> Screen:
    """What was refused comes back with what is wrong with it, on a page of its own."""
    told, some = await asyncio.gather(opened(visit, id), people(visit))
    named = await with_owners(visit, some, [told["held"].owner])
    wrong = {each["pointer"].removeprefix("/"): each["detail"] for each in error.errors}
    given, said_no = dict(form.fields), str(error)
    if isinstance(error, PreconditionFailed):
        given, said_no = {}, " ".join([CHANGED, *([f"You wrote: {form.get('note')}"] if form.get("note") else [])])
    told |= {"people": named, "act": form.get("act"), "given": given, "wrong": wrong, "said_no": said_no}
    crumbs = [("Findings", "/findings"), (told["f"].subject.name, f"/findings/{id}"), ("Not saved", None)]
    return Screen("finding", told, crumbs, error.status)


def _owner(form: Form) -> dict[str, str] | None:
    kind, _, id = form.get("owner").partition("/")
    return {"kind": kind, "id": id} if id else None


async def _acknowledge(visit: Visit, id: str, form: Form) -> str:
    """Again, to change who acts on it, or until when. Raises PreconditionFailed if somebody else did so meanwhile."""
    body = {"owner": _owner(form), "description": form.get("note") or None, "due": form.get("due") or None}
    held = await _held(visit, await visit.now(FindingView, f"{PATH}/{id}"))
    if form.get("seen") != held.seen:
        raise PreconditionFailed(412, {"detail": CHANGED})
    if not held.seen:
        given = {name: value for name, value in body.items() if value}
        await visit.client.send("POST", f"{PATH}/{id}/acknowledgement", given)
    else:
        of, _, version = held.seen.partition("/")
        await visit.client.patch(ACKNOWLEDGEMENT, of, int(version), body)
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
