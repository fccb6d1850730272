"""The relations of one thing: all of them with why and how certain; add one, end one."""

import asyncio
from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter, Request, Response

from services.web.forms.reading import Meant
from services.web.meaning import has_left, understood
from services.web.pages import AsOf, Done, Form, Pages, Screen, router
from services.web.relations import Choice, choices
from services.web.screens.entity import crumbs, found, head
from services.web.texts import number
from services.web.visit import Visit
from shared.contracts import LINKS, NODE_KINDS
from shared.contracts.base import KindName
from shared.contracts.views.nodes import Node, NodePage, NodeView, Relation
from shared.refused import Refused
from shared.resource.listing import Word

Errors = Sequence[tuple[str | None, str]]
_OFFERED = 50
"""Names of each kind that it may be related to; others can be typed."""


async def screen(
    visit: Visit,
    ref: str,
    typed: Form | None = None,
    errors: Errors = (),
    meant: Sequence[Node] = (),
    status: int = 200,
) -> Screen:
    """``typed`` comes back with what is wrong, and what may be ``meant``."""
    node = await found(visit, ref)
    kind = NODE_KINDS[node.kind]
    content: dict[str, Any] = head(visit, node, "relations")
    may = content["may"]
    offered = choices(kind) if may else []
    kinds = dict.fromkeys(each for choice in offered for each in choice.kinds)
    pages = await asyncio.gather(*(visit.view(NodePage, "/nodes", kind=each, limit=_OFFERED) for each in kinds))
    content |= {
        "rows": [*node.out, *node.in_],
        "ref": f"{node.kind}/{node.id}",
        "choices": [(each.name, each.reads) for each in offered],
        "things": [_option(each) for page in pages for each in page.items if each.id != node.id and not has_left(each)],
        "typed": typed or Form([]),
        "errors": errors,
        "meant": [_option(each) for each in meant],
        "ends": _ends,
    }
    return Screen("entity_relations", content, crumbs(visit, node, ("Relations", None)), status)


def _option(node: Node) -> tuple[str, str]:
    return f"{node.kind}/{node.key}", node.name or node.id


def _ends(relation: Relation) -> bool:
    """Whether it is a link, which can end; another one follows from a member."""
    return relation.origin.startswith("link/") and relation.live


async def add(visit: Visit, ref: str, form: Form) -> Done | Screen:
    node = await found(visit, ref)
    choice = next((each for each in choices(NODE_KINDS[node.kind]) if each.name == form.get("type")), None)
    if choice is None:
        return await screen(visit, ref, form, [("type", "Choose how the two are related.")], status=422)
    try:
        confidence = number(form.get("confidence")) / 100 if form.get("confidence") else None
    except ValueError as error:
        return await screen(visit, ref, form, [("confidence", f"It {error}.")], status=422)
    if confidence is not None and not 0 <= confidence <= 1:
        return await screen(visit, ref, form, [("confidence", "It is from 0 to 100.")], status=422)
    name = form.get("to-choice") or form.get("to")
    if not name:
        return await screen(visit, ref, form, [("to", "Name what it is related to.")], status=422)
    asked: Meant = (choice.kinds, name)
    clear = await understood(visit, [asked], {})
    if not (other := clear.refs[asked]):
        near = clear.choices[asked]
        text = "Several are called like that: choose one." if near else "Nothing here is called like that."
        return await screen(visit, ref, form, [("to", text)], near, 422)
    try:
        await _linked(visit, node, choice, other, form.get("rationale"), confidence)
    except Refused as error:
        if error.status not in (400, 403, 409, 422):
            raise
        return await screen(visit, ref, form, [(_FIELDS.get(_first(error)), str(error))], status=error.status)
    return Done(f"/entity/{node.kind}/{node.key}/relations", "linked")


_FIELDS = {"type": "type", "target": "to", "source": "to", "rationale": "rationale", "confidence": "confidence"}


def _first(error: Refused) -> str:
    return str(error.errors[0].get("pointer", "")).strip("/").partition("/")[0] if error.errors else ""


async def _linked(
    visit: Visit, node: NodeView, choice: Choice, other: str, rationale: str, confidence: float | None
) -> None:
    """The link is kept by the service of its source."""
    type, kind = choice.name.removeprefix("<"), other.partition("/")[0]
    ends = [{"kind": node.kind, "id": node.id}, {"kind": kind, "id": other.partition("/")[2]}]
    source, target = ends[::-1] if choice.name.startswith("<") else ends
    body: dict[str, Any] = {"type": type, "source": source, "target": target}
    body |= {"rationale": rationale} if rationale else {}
    body |= {} if confidence is None else {"confidence": confidence}
    await visit.client.post(LINKS[NODE_KINDS[source["kind"]].service], body)


async def end(visit: Visit, ref: str, form: Form) -> Done | Screen:
    """Ends the version of a link that is there; whoever ended it before has done the same."""
    node = await found(visit, ref)
    relation = next((each for each in (*node.out, *node.in_) if each.origin == f"link/{form.get('link')}"), None)
    if relation is None or not _ends(relation):
        return await screen(visit, ref, None, [(None, "This link has ended already.")], status=409)
    kind = LINKS[NODE_KINDS[relation.source.partition("/")[0]].service]
    id = relation.origin.partition("/")[2]
    state = await visit.client.get(kind, id)
    try:
        await visit.client.transition(kind, id, state["version"], "ended", form.get("reason") or None)
    except Refused as error:
        if error.status not in (400, 403, 409, 412, 422):
            raise
        return await screen(visit, ref, None, [(None, str(error))], status=error.status)
    return Done(f"/entity/{node.kind}/{node.key}/relations", "ended")


def routes(pages: Pages) -> APIRouter:
    served = router()

    @served.get("/entity/{kind}/{id}/relations")
    async def all_of_them(request: Request, kind: KindName, id: Word, as_of: AsOf = None) -> Response:
        return await pages.show(request, as_of, lambda visit: screen(visit, f"{kind}/{id}"))

    @served.post("/entity/{kind}/{id}/relations")
    async def changed(request: Request, kind: KindName, id: Word) -> Response:
        async def did(visit: Visit, form: Form) -> Done | Screen:
            return await (end if form.get("link") else add)(visit, f"{kind}/{id}", form)

        return await pages.act(request, did)

    return served
