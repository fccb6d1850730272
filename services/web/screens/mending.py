"""What mends a finding: the ways there are, what one of them would do, and doing it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request, Response

from services.web import steps
from services.web.pages import Done, Form, Pages, Screen, router
from services.web.screens.finding import PATH
from services.web.visit import Visit
from shared.contracts.views.remedy import RemedyView
from shared.contracts.views.scenario import Outcome, ScenarioBody, Step
from shared.interchange import making
from shared.refused import Refused
from shared.resource.listing import Word

Json = dict[str, Any]
_GONE = "This does not mend it any more: choose again."
_MEMBER = "member."
"""What the name of a field begins with that is filled in."""


@dataclass(frozen=True)
class Way:
    """One way to mend it that was settled on: an option by what it says, what is chosen, and what was filled in."""

    says: str
    chosen: str | None
    given: dict[str, str]


async def screen(visit: Visit, id: str, way: Way | None, wrong: str | None = None) -> Screen:
    """All ways, or with ``way`` what that one would do."""
    remedy = await _remedy(visit, id)
    found = remedy.finding
    told: Json = {"remedy": remedy, "f": found, "way": way, "wrong": wrong, "outcome": None, "made": []}
    nodes = [found.subject, *(each.node for option in remedy.options for each in option.candidates)]
    status = 422 if wrong else 200
    if way is not None and wrong is None:
        try:
            made = _made(remedy, way)
            told |= await _outcome(visit, made)
            rights = [f"{service}:write" for service in steps.services(made)]
            may = visit.session.caller.may_some
            told |= {"made": [steps.told(each) for each in made], "lacking": [each for each in rights if not may(each)]}
            nodes += [each.node for each in told["outcome"].suppositions if each.node]
        except (ValueError, Refused) as error:
            told, status = told | {"wrong": str(error)}, 422
    crumbs = [("Findings", "/findings"), (found.subject.name or found.subject.id, f"/findings/{id}"), ("Mend", None)]
    return Screen("mending", told | {"names": steps.names(nodes)}, crumbs, status)


async def _remedy(visit: Visit, id: str) -> RemedyView:
    return await visit.lately(RemedyView, f"{PATH}/{id}/remedy")


def _made(remedy: RemedyView, way: Way) -> list[Step]:
    """Raises ValueError where there is no such way any more, or what was filled in does not fit."""
    found = next((each for each in remedy.options if each.says == way.says), None)
    if found is None:
        raise ValueError(_GONE)
    if way.given:
        step = making.filled(remedy.finding.subject, found, way.given)
        return list(ScenarioBody.model_validate({"steps": [step]}).steps)
    if found.candidates:
        chosen = next((each for each in found.candidates if each.node.ref == way.chosen), None)
        if chosen is None:
            raise ValueError(_GONE)
        return chosen.steps
    if not found.steps:
        raise ValueError("Something has to be filled in.")
    return found.steps


async def _outcome(visit: Visit, made: Sequence[Step]) -> Json:
    body = {"steps": [step.model_dump(mode="json") for step in made]}
    answer = await visit.client.send("POST", "/alignment/v1/scenarios", body, safe=True)
    return {"outcome": Outcome.model_validate(answer)}


async def _apply(visit: Visit, id: str, form: Form) -> Done | Screen:
    way = _way_of(form)
    try:
        made = _made(await _remedy(visit, id), way)
        reason = form.get("reason") or "It mends a finding."
        async for _ in making.make(visit.client, [step.model_dump(mode="json") for step in made], reason):
            pass
    except (ValueError, Refused) as error:
        return await screen(visit, id, way, str(error))
    return Done(f"/findings/{id}", "mended")


def _way_of(form: Form) -> Way:
    given = {name.removeprefix(_MEMBER): value for name, value in form.fields if name.startswith(_MEMBER) and value}
    return Way(form.get("way"), form.get("with") or None, given)


def routes(pages: Pages) -> APIRouter:
    served = router()

    @served.get("/findings/{id}/mend")
    async def mend(request: Request, id: Word, way: Word | None = None) -> Response:
        settled = _way_of(Form(request.query_params.multi_items())) if way else None
        return await pages.show(request, None, lambda visit: screen(visit, id, settled))

    @served.post("/findings/{id}/mend")
    async def apply(request: Request, id: Word) -> Response:
        return await pages.act(request, lambda visit, form: _apply(visit, id, form))

    return served
