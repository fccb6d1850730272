"""Sign-off: what waits for whom, what precisely is signed, and the decision on it."""

import asyncio
from collections.abc import Sequence
from typing import Any

import orjson
from fastapi import APIRouter, Request, Response

from services.web import told, wrong
from services.web.names import keyed, named
from services.web.pages import AsOf, Done, Form, Pages, Screen, router
from services.web.signing import asking, deciding, proving
from services.web.told import Names
from services.web.visit import Visit
from services.web.wrong import Error
from shared import typed
from shared.client import path_of
from shared.contracts import NODE_KINDS
from shared.contracts.answers.lists import page_model
from shared.contracts.answers.sign_off import ComparedItem, Comparison, Drift, DriftItem, LinkChanges, Proposal
from shared.contracts.strategy.signing import FrozenLink, Increment
from shared.contracts.views.me import Me
from shared.contracts.views.nodes import NodePage, NodeView
from shared.contracts.views.scenario import Outcome
from shared.http.pagination import MAX_LIMIT
from shared.refused import Refused
from shared.resource.listing import Word

_KIND = NODE_KINDS["increment"]
_SIGNER = NODE_KINDS["stakeholder"]
_SCENARIOS = "/alignment/v1/scenarios"
_ANYBODY: dict[str, Any] = {"state": "active", "sort": "name", "limit": MAX_LIMIT}


async def every(visit: Visit, errors: Sequence[Error] = (), typed_in: Form | None = None) -> Screen:
    """By whom they wait for. Of a past moment only the names and states are known here."""
    if visit.place.as_of:
        found = await visit.view(NodePage, "/nodes", kind="increment", limit=MAX_LIMIT)
        return Screen("increments", {"past": found.items, "groups": []}, [("Sign-off", None)])
    me, proposal, page, signers, _ = await asyncio.gather(
        visit.now(Me, "/alignment/v1/me"),
        visit.now(Proposal, f"{path_of(_KIND)}/proposal"),
        visit.client.get_json(path_of(_KIND), sort="-updated_at", limit=MAX_LIMIT),
        visit.client.get_json(path_of(_SIGNER), **_ANYBODY),
        visit.view(NodePage, "/nodes", kind="increment", limit=1),  # waits for what was saved last
    )
    increments: Sequence[Increment] = _several(page)
    content = {
        "past": None,
        "groups": asking.groups(increments, visit.session.caller.subject, {each.id for each in me.decisions}),
        "more": page["next_cursor"] is not None,
        "proposal": proposal,
        "signers": [each for each in signers["items"] if each["signs"] and each["subject"]],
        "errors": errors,
        "typed": typed_in or Form([]),
    }
    return Screen("increments", content, [("Sign-off", None)], status=422 if errors else 200)


def _several(page: dict[str, Any]) -> Any:
    return typed.of(page_model(_KIND), path_of(_KIND), page).value.items  # type: ignore[attr-defined]  # made per kind


async def one(
    visit: Visit,
    key: str,
    errors: Sequence[Error] = (),
    typed_in: Form | None = None,
    status: int = 200,
    *,
    foresees: bool = False,
) -> Screen:
    """``foresees`` what a signature would do to findings and score, which takes its time."""
    node = await visit.view(NodeView, f"/nodes/increment/{key}")
    increment = typed.of(Increment, visit.place.path, node.state_data).value
    path = path_of(_KIND, node.id)
    compared, drift, signers = await asyncio.gather(
        visit.whole(Comparison, f"{path}/comparison"),
        visit.whole(Drift, f"{path}/drift"),
        visit.client.get_json(path_of(_SIGNER), **_ANYBODY),
    )
    known = keyed(edge.node for edge in (*node.out, *node.in_))
    # a package that is frozen is compared as it is; another one only as it is now
    is_frozen = increment.package_hash is not None and compared.package_hash == increment.package_hash
    is_told = is_frozen or not visit.place.as_of
    names = known | await named(visit, _mentioned(compared, drift) - known.keys()) if is_told else known
    subject = visit.session.caller.subject
    content = {
        "node": node,
        "increment": increment,
        "way": asking.way(increment),
        "items": asking.items(compared.items, names, drift.items) if is_told else None,
        "hidden": compared.hidden,
        "package_hash": compared.package_hash,
        "names": names,
        "asked": asking.asked_of(increment, subject),
        "why_not": asking.why_not(increment, subject),
        "people": {each["id"]: each for each in signers["items"]},
        "others": asking.could_decide(signers["items"], increment),
        "moves": deciding.offered(increment),
        "foreseen": await _foreseen(visit, increment, known) if foresees else None,
        "errors": errors,
        "typed": typed_in or Form([]),
    }
    crumbs = [("Sign-off", visit.place.to("/increments")), (node.name or key, None)]
    return Screen("increment", content, crumbs, status)


async def _foreseen(visit: Visit, increment: Increment, names: Names) -> Outcome | None:
    """What would come of its signature; of what is signed nothing would any more."""
    if increment.state not in asking.TO_BE_SIGNED or visit.place.as_of:
        return None
    body = {"steps": asking.steps_of_signing(increment, names)}
    return typed.of(Outcome, _SCENARIOS, await visit.client.send("POST", _SCENARIOS, body, safe=True)).value


def _mentioned(compared: Comparison, drift: Drift) -> set[str]:
    """All that differences name."""
    found = set[str]()
    items: list[ComparedItem | DriftItem] = [*compared.items, *drift.items]
    for item in items:
        for change in item.changes:
            for value in (change.signed, change.now):
                found |= told.named(NODE_KINDS[item.kind], {change.member: value})
        found |= _ends(item.links)
    return found


def _ends(links: LinkChanges) -> set[str]:
    unchanged: list[FrozenLink] = [*links.added, *links.ended]
    return {str(each.target) for each in unchanged} | {str(each.target) for each in links.changed}


async def decide(visit: Visit, form: Form, key: str) -> Done | Screen:
    """Whatever a form of the page of an increment asks for."""
    do = deciding.ACTS.get(form.get("do"))
    if do is None:
        return await one(visit, key, [(None, "Choose what is to be done.")], form, 422)
    errors = do.check(form)
    if errors:
        return await one(visit, key, errors, form, 422)
    try:
        state = await do.make(visit.client, form)
    except Refused as error:
        return await one(visit, key, wrong.told(error, deciding.FIELDS), form, error.status)
    return Done(f"/increments/{state['key']}", do.said)


async def propose(visit: Visit, form: Form) -> Done | Screen:
    """A draft of the next slice, with those who are to sign it."""
    try:
        made = await deciding.draft(visit.client, form)
    except Refused as error:
        return await every(visit, wrong.told(error, deciding.FIELDS), form)
    return Done(f"/increments/{made['key']}", "drafted")


async def proof(visit: Visit, key: str) -> Screen:
    node = await visit.view(NodeView, f"/nodes/increment/{key}")
    checked = await proving.checked(visit.client, node.id)
    up = [("Sign-off", visit.place.to("/increments")), (node.name or key, visit.place.to(f"/increments/{key}"))]
    return Screen("proof", {"node": node, "checked": checked}, [*up, ("Proof", None)])


async def download(visit: Visit, key: str) -> Response:
    """The document as the service gives it, to be kept."""
    increment = await visit.client.get_json(f"{path_of(_KIND)}/by-key/{key}")
    found = await visit.client.get_json(f"{path_of(_KIND, increment['id'])}/proof")
    named_so = {"Content-Disposition": f'attachment; filename="{increment["key"]}.proof.json"'}
    return Response(orjson.dumps(found), media_type="application/json", headers=named_so)


def routes(pages: Pages) -> APIRouter:
    served = router()

    @served.get("/increments")
    async def increments(request: Request, as_of: AsOf = None) -> Response:
        return await pages.show(request, as_of, every)

    @served.post("/increments")
    async def proposed(request: Request) -> Response:
        return await pages.act(request, propose)

    @served.get("/increments/{key}")
    async def increment(request: Request, key: Word, foreseen: bool = False, as_of: AsOf = None) -> Response:
        return await pages.show(request, as_of, lambda visit: one(visit, key, foresees=foreseen))

    @served.post("/increments/{key}")
    async def decided(request: Request, key: Word) -> Response:
        return await pages.act(request, lambda visit, form: decide(visit, form, key))

    @served.get("/increments/{key}/proof")
    async def proven(request: Request, key: Word, as_of: AsOf = None) -> Response:
        return await pages.show(request, as_of, lambda visit: proof(visit, key))

    @served.get("/increments/{key}/proof.json")
    async def document(request: Request, key: Word) -> Response:
        return await pages.give(request, lambda visit: download(visit, key))

    return served
