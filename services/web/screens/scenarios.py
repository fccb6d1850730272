"""What-if: changes are put together, and what would come of them is shown; kept, compared, and made a decision."""

import asyncio
from typing import Any

from fastapi import APIRouter, Request, Response

from services.web import wrong
from services.web.names import named
from services.web.pages import AsOf, Done, Form, Pages, Screen, router
from services.web.supposing import coming, composing, deciding
from services.web.supposing.meaning import Meant, meant
from services.web.visit import Visit
from services.web.wrong import Error
from shared import typed
from shared.client import path_of
from shared.clock import rfc3339
from shared.contracts import NODE_KINDS
from shared.contracts.alignment import SCENARIO, KeptScenario
from shared.contracts.relations import RELATIONS
from shared.contracts.views.departure import Departure
from shared.contracts.views.nodes import NodePage
from shared.contracts.views.scenario import Outcome
from shared.http.pagination import MAX_LIMIT
from shared.refused import NotFound, Refused
from shared.resource.listing import Word

_PATH = "/alignment/v1/scenarios"
_KEPT = "/alignment/v1/kept-scenarios"
_SIGNER = NODE_KINDS["stakeholder"]
_UP = "What-if"
_PICKED = ("service", "party", "service_offering", "contract")


async def kept(visit: Visit) -> Screen:
    page, _ = await asyncio.gather(
        visit.client.get_json(_KEPT, state="active", limit=MAX_LIMIT),
        visit.view(NodePage, "/nodes", limit=1),  # says how far the views are
    )
    items = [typed.of(KeptScenario, _KEPT, each).value for each in page["items"]]
    return Screen("scenarios", {"kept": items, "more": page["next_cursor"] is not None}, [(_UP, None)])


async def compose(visit: Visit, form: Form, errors: tuple[Error, ...] = (), status: int = 200) -> Screen:
    """The form with its rows, and beneath it what they would do as far as they can be understood."""
    rows = composing.acted(composing.rows(form), form.get("act")) or [composing.Row()]
    understood, lists = await asyncio.gather(meant(visit, rows), _lists(visit))
    steps = [each.step for each in understood if each.step]
    wrongs = [(f"what-{n}", each.wrong) for n, each in enumerate(understood) if each.wrong]
    outcome, refused = None, list(errors)
    if steps and not wrongs and not form.get("act"):
        try:
            outcome = await _outcome(visit, steps, form.get("on"))
        except Refused as error:
            refused += wrong.told(error, {"valid_at": "on"})
    told = {
        "rows": understood,
        "question": _question(understood),
        "typed": form,
        "lists": lists,
        "actions": [*composing.ACTIONS.items()],
        "relations": sorted(RELATIONS),
        "errors": [*refused, *(wrongs if not form.get("act") else [])],
        "fields": [*composing.typed_again(rows), *([("on", form.get("on"))] if form.get("on") else [])],
        **await _told(visit, steps if outcome else [], outcome),
    }
    return Screen("scenario_new", told, [(_UP, visit.place.to("/scenarios")), (_title(understood), None)], status)


def _title(rows: list[Meant]) -> str:
    first = next((each for each in rows if each.step and each.nodes), None)
    if first is None:
        return "New"
    name = first.nodes[0].name or first.nodes[0].id
    return {"retire": f"Retire {name}", "leave": f"{name} leaves"}.get(first.row.action, f"Change {name}")


def _question(rows: list[Meant]) -> str:
    title = _title(rows)
    if title == "New":
        return "What if?"
    return f"What if {title}?" if title.endswith(" leaves") else f"What if we {title[0].lower()}{title[1:]}?"


async def _lists(visit: Visit) -> list[tuple[str, str]]:
    pages = await asyncio.gather(*(visit.view(NodePage, "/nodes", kind=k, limit=MAX_LIMIT) for k in _PICKED))
    return [(f"{each.kind}/{each.key}", each.name or "") for page in pages for each in page.items if each.live]


async def _outcome(visit: Visit, steps: list[Any], on: str) -> Outcome:
    body = {"steps": steps, "as_of": visit.place.as_of, "valid_at": on or None}
    given = {name: value for name, value in body.items() if value}
    outcome = typed.of(Outcome, _PATH, await visit.client.send("POST", _PATH, given, safe=True)).value
    visit.answers.append(outcome)
    return outcome


async def _signers(visit: Visit) -> list[Any]:
    page = await visit.client.get_json(path_of(_SIGNER), state="active", sort="name", limit=MAX_LIMIT)
    return [each for each in page["items"] if each["signs"] and each["subject"]]


async def _told(visit: Visit, steps: list[Any], outcome: Outcome | None) -> dict[str, Any]:
    """What the part of the page that tells of an outcome needs."""
    refs = [ref for step in steps for ref in (step.get("ref"), step.get("source"), step.get("target")) if ref]
    names, departures = await asyncio.gather(
        named(visit, (ref for ref in refs if not ref.startswith("link/"))),
        asyncio.gather(*(_departure(visit, step["ref"]) for step in steps if step["action"] == "leave")),
    )
    ceasing = outcome.ceasing if outcome else []
    return {
        "steps": steps,
        "outcome": outcome,
        "names": names,
        "departures": [each for each in departures if each],
        "customers": coming.customers(ceasing),
        "contracts": coming.contracts(ceasing),
        "ask": coming.to_ask(ceasing),
        "bars": coming.bars(outcome.before, outcome.after) if outcome else [],
    }


async def _departure(visit: Visit, ref: str) -> Departure | None:
    """What is left open by who leaves; nothing of who is gone by then anyway."""
    try:
        return await visit.view(Departure, f"/departures/{ref.removeprefix('party/')}")
    except NotFound:
        return None


async def _there(visit: Visit, key: str) -> KeptScenario:
    return await visit.now(KeptScenario, f"{_KEPT}/by-key/{key}")


def _steps(scenario: KeptScenario) -> list[Any]:
    return [each.model_dump(mode="json") for each in scenario.steps]


def _day(scenario: KeptScenario) -> str:
    return rfc3339(scenario.at) if scenario.at else ""


async def one(visit: Visit, key: str, against: str | None, errors: tuple[Error, ...] = (), status: int = 200) -> Screen:
    found, page = await asyncio.gather(
        _there(visit, key), visit.client.get_json(_KEPT, state="active", limit=MAX_LIMIT)
    )
    other = await _there(visit, against) if against else None
    outcomes = await asyncio.gather(*(_outcome(visit, _steps(each), _day(each)) for each in (found, other) if each))
    steps = _steps(found)
    rows = [composing.row_of(each) for each in steps]
    told = {
        "kept": found,
        "others": [(each["key"], each["name"]) for each in page["items"] if each["id"] != str(found.id)],
        "against": other,
        "second": outcomes[1] if other else None,
        "compared": coming.compared(*outcomes) if other else None,
        "again": composing.typed_again(row for row in rows if row) if all(rows) else None,
        "errors": errors,
        "signers": await _signers(visit),
        **await _told(visit, steps, outcomes[0]),
    }
    return Screen("scenario", told, [(_UP, visit.place.to("/scenarios")), (found.name, None)], status)


async def keep(visit: Visit, form: Form) -> Done | Screen:
    """Under a name, as it is understood now."""
    understood = await meant(visit, composing.rows(form))
    steps = [each.step for each in understood if each.step]
    if not form.get("name") or len(steps) != len(understood):
        return await compose(visit, form, (("name", "Give it a name, under which it is found again."),), 422)
    given = {"name": form.get("name"), "steps": steps} | ({"at": form.get("on")} if form.get("on") else {})
    try:
        made = await visit.client.post(SCENARIO, given)
    except Refused as error:
        return await compose(visit, form, tuple(wrong.told(error, {"name": "name", "at": "on"})), error.status)
    return Done(f"/scenarios/{made['key']}", "kept")


async def act(visit: Visit, form: Form, key: str) -> Done | Screen:
    """Make it a decision, or let go of it."""
    found = await _there(visit, key)
    try:
        if form.get("do") == "retire":
            await visit.client.transition(SCENARIO, str(found.id), found.version, "retired", None)
            return Done("/scenarios", "deleted")
        increment = await deciding.decision(visit.client, found, form)
    except Refused as error:
        told = tuple(wrong.told(error, {"name": "name", "due": "due", "signers": "signers"}))
        return await one(visit, key, None, told, error.status)
    except deciding.NotPlannable as error:
        return await one(visit, key, None, ((None, str(error)),), 422)
    return Done(f"/increments/{increment['key']}", "drafted")


def routes(pages: Pages) -> APIRouter:
    served = router()

    @served.get("/scenarios")
    async def scenarios(request: Request, as_of: AsOf = None) -> Response:
        return await pages.show(request, as_of, kept)

    @served.post("/scenarios")
    async def made(request: Request) -> Response:
        return await pages.act(request, keep)

    @served.get("/scenarios/new")
    async def new(request: Request, as_of: AsOf = None) -> Response:
        form = Form(request.query_params.multi_items())
        return await pages.show(request, as_of, lambda visit: compose(visit, form))

    @served.get("/scenarios/{key}")
    async def scenario(request: Request, key: Word, against: Word | None = None, as_of: AsOf = None) -> Response:
        return await pages.show(request, as_of, lambda visit: one(visit, key, against or None))

    @served.post("/scenarios/{key}")
    async def acted(request: Request, key: Word) -> Response:
        return await pages.act(request, lambda visit, form: act(visit, form, key))

    return served
