"""A form for one thing that is there, made from its contract: only what was changed is saved, and nothing of others is
lost."""

from dataclasses import replace
from typing import Any

from fastapi import APIRouter, Request, Response

from services.web.editing.filling import Filled, filled, read, trimmed, typed
from services.web.editing.remedies import remedied
from services.web.editing.saving import changed, foreseen, merged, refused, taken
from services.web.forms.reading import acted
from services.web.pages import Done, Form, Pages, Screen, router
from services.web.screens.entity import crumbs, found
from services.web.sessions import writes
from services.web.texts import counted
from services.web.versions import versions
from services.web.visit import Visit
from shared.contracts import NODE_KINDS
from shared.contracts.base import KindName
from shared.contracts.views.nodes import NodeView
from shared.errors import Forbidden
from shared.refused import PreconditionFailed, Refused
from shared.resource.listing import Word

SAVE, CHECK = "save", "check"
_TAKE = "take:"


async def edit(visit: Visit, ref: str, finding: str | None) -> Screen:
    """With what is there; ``finding`` fills in what mends it."""
    node = await found(visit, ref)
    kind = NODE_KINDS[node.kind]
    if not writes(visit.session.caller, kind.name):
        raise Forbidden(f"Editing it takes {kind.service}:write. Whoever runs this platform can give it to you.")
    state = await visit.client.get(kind, node.id)
    told = await remedied(visit, finding, f"{node.kind}/{node.id}") if finding else None
    form = await filled(visit, kind, told.applied(state) if told else state, new=False)
    return await _shown(visit, node, form, int(state["version"]), told=told)


async def _shown(visit: Visit, node: NodeView, form: Filled, version: int, status: int = 200, **more: Any) -> Screen:
    saved = (await versions(visit, form.kind, node.id))[:5] if form.merged else []
    address = f"/entity/{node.kind}/{node.key}"
    told = {
        "form": form, "node": node, "version": version, "kind": form.kind, "saved": saved, "links": (), "told": None,
        "states": (), "state": "", "checked": False, "address": address, "action": f"{address}/edit",
    }  # fmt: skip
    return Screen("edit", told | more, crumbs(visit, node, ("Edit", None)), status)


async def save(visit: Visit, ref: str, given: Form) -> Done | Screen:
    """What the buttons of the form do."""
    node = await found(visit, ref)
    kind = NODE_KINDS[node.kind]
    version = counted(given.get("version")) or node.version or 1
    state = await visit.client.get(kind, node.id, version=version)
    form, act = await typed(visit, kind, state, given, new=False), given.get("act", SAVE)
    if act not in (SAVE, CHECK):
        return await _shown(visit, node, replace(form, tree=acted(form.fields, form.tree, act)), version)
    chosen = {name.removeprefix(_TAKE): value for name, value in given.fields if name.startswith(_TAKE)}
    form = trimmed(taken(form, chosen, state))
    answer, form = await read(visit, form)
    if form.errors:
        return await _shown(visit, node, form, version, 422)
    patch = changed(form, state, answer)
    if act == CHECK:
        if patch:
            form = await foreseen(visit, form, {"action": "set", "ref": f"{node.kind}/{node.id}", "members": patch})
        return await _shown(visit, node, form, version, 422 if form.errors else 200, checked=True)
    if not patch:
        return Done(f"/entity/{node.kind}/{node.key}", "unchanged")
    try:
        after = await visit.client.patch(kind, node.id, version, patch | _because(form))
    except PreconditionFailed:
        form, version = await merged(visit, form, node.id, version)
        return await _shown(visit, node, form, version, 412)
    except Refused as error:
        return await _shown(visit, node, refused(form, error), version, error.status)
    return Done(f"/entity/{node.kind}/{after['key']}")


def _because(form: Filled) -> dict[str, str]:
    return {"state_reason": form.reason} if form.reason else {}


def routes(pages: Pages) -> APIRouter:
    served = router()

    @served.get("/entity/{kind}/{id}/edit")
    async def show(request: Request, kind: KindName, id: Word) -> Response:
        finding = request.query_params.get("from")
        return await pages.show(request, None, lambda visit: edit(visit, f"{kind}/{id}", finding))

    @served.post("/entity/{kind}/{id}/edit")
    async def do(request: Request, kind: KindName, id: Word) -> Response:
        return await pages.act(request, lambda visit, form: save(visit, f"{kind}/{id}", form))

    return served
