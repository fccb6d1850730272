"""What moves a thing through its life: to another state, out of the way as a draft, or reviewed. What is missing is
said before anything is done."""

import asyncio
from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter, Request, Response

from services.web.pages import AsOf, Done, Form, Pages, Screen, router
from services.web.screens.entity import crumbs, found, head
from services.web.screens.entity import screen as overview
from services.web.texts import counted
from services.web.visit import Visit
from shared import typed
from shared.client import path_of
from shared.contracts import NODE_KINDS
from shared.contracts.base import KindName
from shared.contracts.views.nodes import NodeView
from shared.contracts.views.scenario import GateAnswer
from shared.refused import Json, Refused
from shared.resource.listing import Word

_ASKED = frozenset(
    {"rejected", "withdrawn", "retired", "terminated", "cancelled", "declined", "ended", "closed", "left"}
)
"""States that nobody comes to for nothing: a reason is asked for, and not demanded where the owner does not."""
_STATUSES = (400, 403, 409, 412, 422)
_AGAINST = (403, 409, 422)


async def move(
    visit: Visit, ref: str, to: str, reason: str = "", missing: Sequence[Json] = (), wrong: str = "", status: int = 200
) -> Screen:
    """What would be wrong after it, by the rules that judge it; ``missing`` is what its owner asks for besides, said
    before it is tried."""
    node = await found(visit, ref)
    content = head(visit, node, "")
    gate, against = None, ""
    if to in content["moves"]:
        path = f"/alignment/v1/gates/{node.kind}/{node.id}"
        raw, problem = await asyncio.gather(visit.client.send("POST", path, {"to": to}), _refused(visit, node, to))
        gate = typed.of(GateAnswer, path, raw).value
        if problem and not (missing or wrong):
            missing = problem.get("missing") or problem.get("errors") or ()
            against = "" if missing else Refused(0, problem).detail
    content |= {"to": to, "gate": gate, "reason": reason, "missing": missing, "wrong": wrong, "against": against}
    content["asks_why"] = to in _ASKED
    return Screen("entity_move", content, crumbs(visit, node, ("Move", None)), status)


async def _refused(visit: Visit, node: NodeView, to: str) -> Json | None:
    """Why its owner would not move it; None where it would, or knows a newer version than was looked at."""
    line = {
        "kind": node.kind,
        "id": node.id,
        "if_match": node.version,
        "transition": {"to": to, "reason": "A preview."},
    }
    [answer] = await visit.client.bulk(NODE_KINDS[node.kind].service, [line], preview=True)
    problem: Json | None = answer.get("problem")
    return problem if answer["status"] in _AGAINST else None


async def moved(visit: Visit, ref: str, form: Form) -> Done | Screen:
    node = await found(visit, ref)
    to, reason, version = form.get("to"), form.get("reason"), _version(form, node)
    try:
        await visit.client.transition(node.kind, node.id, version, to, reason or None)
    except Refused as error:
        if error.status not in _STATUSES:
            raise
        missing = error.problem.get("missing") or ()
        return await move(visit, ref, to, reason, missing, "" if missing else str(error), error.status)
    return Done(_address(node), "moved")


async def removal(visit: Visit, ref: str, wrong: str = "", status: int = 200, reason: str = "") -> Screen:
    node = await found(visit, ref)
    content = head(visit, node, "") | {"wrong": wrong, "reason": reason}
    return Screen("entity_delete", content, crumbs(visit, node, ("Delete", None)), status)


async def removed(visit: Visit, ref: str, form: Form) -> Done | Screen:
    node = await found(visit, ref)
    reason = form.get("reason")
    if not reason:
        return await removal(visit, ref, "Say why it is deleted.", 422)
    try:
        await visit.client.delete(node.kind, node.id, _version(form, node), reason)
    except Refused as error:
        if error.status not in _STATUSES:
            raise
        return await removal(visit, ref, str(error), error.status, reason)
    return Done(f"/list/{node.kind}", "deleted")


async def reviewed(visit: Visit, ref: str, form: Form) -> Done | Screen:
    node = await found(visit, ref)
    path = f"{path_of(NODE_KINDS[node.kind], node.id)}/reviews"
    body: dict[str, Any] = {"comment": form.get("comment") or None}
    try:
        await visit.client.send("POST", path, body, {"If-Match": f'"{_version(form, node)}"'})
    except Refused as error:
        if error.status not in _STATUSES:
            raise
        return await overview(visit, f"{node.kind}/{node.key}", form.get("comment"), str(error), error.status)
    return Done(_address(node), "reviewed")


async def back(visit: Visit, ref: str) -> Done:
    """From an address that has no page of its own to what it is about."""
    return Done(visit.place.entity(await found(visit, ref)))


def _version(form: Form, node: NodeView) -> int:
    """The one that was looked at."""
    return counted(form.get("version")) or node.version or 0


def _address(node: NodeView) -> str:
    return f"/entity/{node.kind}/{node.key}"


def routes(pages: Pages) -> APIRouter:
    served = router()

    @served.get("/entity/{kind}/{id}/move")
    async def show_move(request: Request, kind: KindName, id: Word, to: Word = "") -> Response:
        ref = f"{kind}/{id}"
        return await pages.show(request, None, lambda visit: move(visit, ref, to) if to else back(visit, ref))

    @served.post("/entity/{kind}/{id}/move")
    async def do_move(request: Request, kind: KindName, id: Word) -> Response:
        return await pages.act(request, lambda visit, form: moved(visit, f"{kind}/{id}", form))

    @served.get("/entity/{kind}/{id}/delete")
    async def show_removal(request: Request, kind: KindName, id: Word) -> Response:
        return await pages.show(request, None, lambda visit: removal(visit, f"{kind}/{id}"))

    @served.post("/entity/{kind}/{id}/delete")
    async def do_remove(request: Request, kind: KindName, id: Word) -> Response:
        return await pages.act(request, lambda visit, form: removed(visit, f"{kind}/{id}", form))

    @served.get("/entity/{kind}/{id}/review")
    async def leave_review(request: Request, kind: KindName, id: Word, as_of: AsOf = None) -> Response:
        return await pages.show(request, as_of, lambda visit: back(visit, f"{kind}/{id}"))

    @served.post("/entity/{kind}/{id}/review")
    async def review(request: Request, kind: KindName, id: Word) -> Response:
        return await pages.act(request, lambda visit, form: reviewed(visit, f"{kind}/{id}", form))

    return served
