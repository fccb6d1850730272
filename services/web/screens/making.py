"""A form for something new, filled in from a finding or from an address, and linked where it is needed."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import uuid4

from fastapi import APIRouter, Request, Response

from services.web.editing.filling import Filled, filled, read, trimmed, typed
from services.web.editing.remedies import Remedied, begun, joining
from services.web.editing.saving import foreseen, refused
from services.web.filters import words
from services.web.forms.merging import bare
from services.web.forms.reading import acted
from services.web.names import node_of
from services.web.pages import Done, Form, Pages, Screen, router
from services.web.screens.editing import CHECK, SAVE
from services.web.screens.lists import GROUPS
from services.web.sessions import writes
from services.web.visit import Visit
from shared.contracts import LINKS, NODE_KINDS
from shared.contracts.base import Kind, KindName
from shared.contracts.relations import RELATIONS
from shared.contracts.views.nodes import Node
from shared.errors import Forbidden
from shared.refused import ClientError, Refused

_LINK, _LINKED = "link", "linked"
"""Parameters of an address: `TYPE:KIND/KEY`, where the new thing is the source, or where it is the target."""


async def new(visit: Visit, name: str, given: Form, finding: str | None) -> Screen:
    """Filled from parameters by the names of fields."""
    kind = _allowed(visit, name)
    told = await begun(visit, finding, name) if finding else None
    if told and not told.members and not (given.get(_LINK) or given.get(_LINKED)):
        subject = told.finding.subject
        if joined := joining(name, subject.kind):
            field = _LINK if joined[1] else _LINKED
            given = Form([*given.fields, (field, f"{joined[0]}:{subject.kind}/{subject.key}")])
    form = await filled(visit, kind, told.members if told else {}, new=True)
    simple = [each for each in form.fields if each.shape != "group" and each.plain]
    typed = {each.name: given.every(each.name) for each in simple if given.every(each.name)}
    many = {each.name for each in simple if each.shape == "rows"}
    tree = form.tree | {name: values if name in many else values[-1] for name, values in typed.items()}
    return await _shown(visit, replace(form, tree=tree), given, told=told)


def _allowed(visit: Visit, name: str) -> Kind:
    kind = NODE_KINDS[name]
    if not writes(visit.session.caller, kind.name):
        raise Forbidden(f"Making one takes {kind.service}:write. Whoever runs this platform can give it to you.")
    return kind


async def _shown(
    visit: Visit, form: Filled, given: Form, status: int = 200, told: Remedied | None = None, *, checked: bool = False
) -> Screen:
    kind = form.kind
    states = kind.lifecycle.states if visit.session.caller.may(f"{kind.service}:register") else ()
    group = next((title for title, names in GROUPS if kind.name in names), "New")
    content: dict[str, Any] = {
        "form": form, "node": None, "version": None, "kind": kind, "saved": [], "told": told, "checked": checked,
        "states": [each for each in states if kind.registered is None or each in kind.registered],
        "state": given.get("state"), "links": await _links(visit, given), "address": f"/list/{kind.name}",
        "action": f"/new/{kind.name}",
    }  # fmt: skip
    return Screen(
        "edit", content, [(group, visit.place.to(f"/list/{kind.name}")), (f"New {words(kind.name)}", None)], status
    )


async def _links(visit: Visit, given: Form) -> list[tuple[str, str, str, Node]]:
    """What it is going to be linked with: the field, what it brings, what that is called, and the thing."""
    wanted = [(field, value, *_parsed(value)) for field in (_LINK, _LINKED) for value in given.every(field)]
    wanted = [each for each in wanted if each[2] in RELATIONS and each[3].partition("/")[0] in NODE_KINDS]
    found: dict[str, Node] = {}
    for _, _, _, ref in wanted:
        kind, _, key = ref.partition("/")
        if state := await visit.client.find(kind, key):
            found[ref] = node_of(state)
    return [
        (field, value, words(type if field == _LINK else RELATIONS[type].inverse), found[ref])
        for field, value, type, ref in wanted
        if ref in found
    ]


def _parsed(value: str) -> tuple[str, str]:
    type, _, ref = value.partition(":")
    return type, ref


async def make(visit: Visit, name: str, given: Form) -> Done | Screen:
    """What the buttons of the form do."""
    kind, act = _allowed(visit, name), given.get("act", SAVE)
    form = await typed(visit, kind, {}, given, new=True)
    if act not in (SAVE, CHECK):
        return await _shown(visit, replace(form, tree=acted(form.fields, form.tree, act)), given)
    answer, form = await read(visit, trimmed(form))
    if form.errors:
        return await _shown(visit, form, given, 422)
    body = {name: value for name, value in bare(answer.document).items() if value != []}
    body |= {"state": given.get("state")} if given.get("state") else {}
    body |= {"state_reason": form.reason} if form.reason else {}
    if act == CHECK:
        form = await _foreseen(visit, form, body)
        return await _shown(visit, form, given, 422 if form.errors else 200, checked=True)
    links = await _links(visit, given)  # once it is made, nothing may fail any more
    try:
        made = await visit.client.post(kind, body)
    except Refused as error:
        return await _shown(visit, refused(form, error), given, error.status)
    said = "created" if await _linked(visit, made, links) else "unlinked"
    if not kind.in_view:
        return Done(f"/entity/kpi/{made['kpi_id']}", said)
    return Done(f"/entity/{kind.name}/{made['key']}{'/relations' if said == 'unlinked' else ''}", said)


async def _foreseen(visit: Visit, form: Filled, body: Mapping[str, Any]) -> Filled:
    """As its owner would make it."""
    line = {"kind": form.kind.name, "id": str(uuid4()), "body": dict(body)}
    try:
        [answer] = await visit.client.bulk(form.kind.service, [line], preview=True)
    except Refused as error:
        return refused(form, error)
    if answer["status"] >= 300:
        return refused(form, Refused(answer["status"], answer["problem"]))
    return await foreseen(visit, form, {"action": "put", "state": answer["state"]}) if form.kind.in_view else form


async def _linked(visit: Visit, made: Mapping[str, Any], links: Sequence[tuple[str, str, str, Node]]) -> bool:
    """Whether every link could be made; the thing itself is there in any case."""
    here = {"kind": made["kind"], "id": made["id"]}
    for field, value, _, node in links:
        other = {"kind": node.kind, "id": node.id}
        source, target = (here, other) if field == _LINK else (other, here)
        body = {"type": _parsed(value)[0], "source": source, "target": target}
        try:
            await visit.client.post(LINKS[NODE_KINDS[source["kind"]].service], body)
        except ClientError:
            return False
    return True


def routes(pages: Pages) -> APIRouter:
    served = router()

    @served.get("/new/{kind}")
    async def show(request: Request, kind: KindName) -> Response:
        given, finding = Form(request.query_params.multi_items()), request.query_params.get("from")
        return await pages.show(request, None, lambda visit: new(visit, kind, given, finding))

    @served.post("/new/{kind}")
    async def do(request: Request, kind: KindName) -> Response:
        return await pages.act(request, lambda visit, form: make(visit, kind, form))

    return served
