"""The versions of one thing, what each changed and why; and the way back to one of them."""

import asyncio
from typing import Any

from fastapi import APIRouter, Request, Response

from services.web.names import keyed, named
from services.web.pages import AsOf, Done, Form, Pages, Screen, router
from services.web.restoring import restoring
from services.web.screens.entity import crumbs, found, head
from services.web.texts import counted
from services.web.versions import mentioned, told, versions
from services.web.visit import Visit
from shared.contracts import NODE_KINDS
from shared.contracts.base import KindName
from shared.refused import Refused
from shared.resource.listing import Word

_PAGE = 50


async def screen(visit: Visit, ref: str, before: int | None = None, wrong: str = "", status: int = 200) -> Screen:
    """The newest, or those ``before`` a version."""
    node = await found(visit, ref)
    kind = NODE_KINDS[node.kind]
    past = await versions(visit, kind, node.id)
    older = [each for each in past if before is None or each.version < before]
    shown = older[:_PAGE]
    names = keyed([each.node for each in (*node.out, *node.in_)])
    names |= await named(visit, mentioned(kind, shown) - {*names})
    content: dict[str, Any] = head(visit, node, "history", len(past))
    content |= {"past": [told(kind, each, names) for each in shown], "wrong": wrong}
    content["older"] = shown[-1].version if len(older) > len(shown) else None
    return Screen("entity_history", content, crumbs(visit, node, ("History", None)), status)


async def restore(visit: Visit, ref: str, form: Form) -> Done | Screen:
    """What an earlier version said, as a new version on top of the one that was looked at. It changes no state."""
    node = await found(visit, ref)
    kind = NODE_KINDS[node.kind]
    version, seen = counted(form.get("to")), counted(form.get("version"))
    if version is None or seen is None:
        return await screen(visit, ref, wrong="Choose a version.", status=422)
    try:
        then, now = await asyncio.gather(
            visit.client.get(kind, node.id, version), visit.client.get(kind, node.id, seen)
        )
        patch = restoring(kind, then, now) | {"state_reason": form.get("reason") or f"Back to version {version}."}
        await visit.client.patch(kind, node.id, seen, patch)
    except Refused as error:
        if error.status not in (400, 403, 404, 409, 412, 422):
            raise
        return await screen(visit, ref, wrong=str(error), status=error.status)
    return Done(f"/entity/{node.kind}/{node.key}", "restored")


def routes(pages: Pages) -> APIRouter:
    served = router()

    @served.get("/entity/{kind}/{id}/history")
    async def history(
        request: Request, kind: KindName, id: Word, before: int | None = None, as_of: AsOf = None
    ) -> Response:
        return await pages.show(request, as_of, lambda visit: screen(visit, f"{kind}/{id}", before))

    @served.post("/entity/{kind}/{id}/history")
    async def back(request: Request, kind: KindName, id: Word) -> Response:
        return await pages.act(request, lambda visit, form: restore(visit, f"{kind}/{id}", form))

    return served
