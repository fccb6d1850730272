"""The rules: what each looks at, what it finds now, and what the organisation has set of it; settings are made here."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Request, Response

from services.web import wrong
from services.web.pages import AsOf, Done, Form, Pages, Screen, router
from services.web.people import people
from services.web.screens.findings import SEVERITIES
from services.web.texts import number
from services.web.told import turn
from services.web.versions import versions
from services.web.visit import Visit
from shared import clock
from shared.client import path_of
from shared.contracts import NODE_KINDS
from shared.contracts.alignment import RULE_PACK, SETTING
from shared.contracts.instant import moment
from shared.contracts.views.catalogue import RuleList, RuleView
from shared.contracts.views.findings import FindingPage
from shared.contracts.views.score import Score
from shared.errors import NotFound
from shared.http.pagination import MAX_LIMIT
from shared.refused import Json, PreconditionFailed, Refused
from shared.resource.listing import Word

_PATH = "/alignment/v1/rules"
_FIRST, _MOST_SETTINGS = 5, 20
_LIMIT = "limit."
"""What the name of a field begins with that is a number of the rule."""
_MOST = 10_000
_LISTED = frozenset(each.name for each in NODE_KINDS.values() if each.in_view)
_SAID = ("state", "off", "severity", "limits", "reason")
_UP = "Rules"


@dataclass(frozen=True)
class Chosen:
    """Which rules are listed; ``only`` those that are ``set``, ``off``, or find something."""

    dimension: Word = ""
    severity: Word = ""
    only: Literal["set", "off", "found", ""] = ""
    q: Word = ""

    def has(self, rule: RuleView, findings: int) -> bool:
        is_so = {"": True, "set": rule.setting is not None, "off": rule.off, "found": findings > 0}[self.only]
        said = f"{rule.id} {rule.title} {rule.condition}".casefold()
        fits = (not self.dimension or rule.dimension == self.dimension) and self.severity in ("", rule.severity)
        return is_so and fits and self.q.strip().casefold() in said


Which = Annotated[Chosen, Depends()]


async def screen(visit: Visit, which: Chosen) -> Screen:
    """By dimension; with the packs of rules that the organisation has written itself."""
    rules, score, packs = await asyncio.gather(
        visit.now(RuleList, _PATH, as_of=visit.place.as_of),
        visit.view(Score, "/score"),
        visit.client.get_json(path_of(RULE_PACK), limit=MAX_LIMIT, sort="name"),
    )
    found = {each.rule: each.findings for each in score.rules}
    shown = [each for each in rules.items if which.has(each, found.get(each.id, 0))]
    dimensions = [*dict.fromkeys(map(attrgetter("dimension"), rules.items))]
    told: dict[str, Any] = {"rules": rules, "found": found, "which": which, "severities": SEVERITIES}
    told |= {"families": [(d, [each for each in shown if each.dimension == d]) for d in dimensions]}
    told |= {"packs": packs["items"], "number": len(shown), "known": {each.id for each in rules.items}}
    return Screen("rules", told, [(_UP, None)])


async def one(visit: Visit, id: str, form: Form | None = None, errors: wrong.Errors = [], status: int = 200) -> Screen:  # noqa: B006
    """A rule with the form that sets it: as it is set, or as it was typed."""
    rules, settings, some = await asyncio.gather(
        visit.now(RuleList, _PATH, as_of=visit.place.as_of),
        visit.client.get_json(path_of(SETTING), rule=id, sort="-created_at", limit=_MOST_SETTINGS),
        people(visit),
    )
    rule = next((each for each in rules.items if each.id == id), None)
    if rule is None:
        raise NotFound("There is no rule with this id.")
    findings, pasts = await asyncio.gather(
        visit.view(FindingPage, "/findings", rule=id, limit=_FIRST),
        asyncio.gather(*(versions(visit, SETTING, each["id"]) for each in settings["items"])),
    )
    set_ = next((each for each in settings["items"] if each["state"] == "active"), None)
    told: dict[str, Any] = {"rule": rule, "findings": findings, "people": some, "errors": errors}
    told |= {"set": set_, "given": _typed(form) if form else _as_set(set_), "severities": SEVERITIES}
    told |= {"counts_from": _not_yet(visit, settings["items"]), "past": _past(pasts), "seen": _seen(set_)}
    told |= {"more": settings["next_cursor"] is not None, "listed": _LISTED}
    return Screen("rule", told, [(_UP, visit.place.to("/rules")), (f"{rule.id} {rule.title}", None)], status)


def _not_yet(visit: Visit, settings: Sequence[Json]) -> str | None:
    """When what was set or withdrawn last begins to count, where it does not yet."""
    last = max((each["effective_at"] for each in settings), default=None)
    return last if last and not visit.place.as_of and moment(last) > clock.now() else None


def _past(pasts: Sequence[Any]) -> list[Any]:
    """Who set what of it, newest first, each with what that changed."""
    every = sorted((each for past in pasts for each in past), key=attrgetter("at"), reverse=True)
    return [(each, [turn(SETTING, c.field, c.from_, c.to, {}) for c in each.changes if c.field in _SAID])
            for each in every]  # fmt: skip


def _as_set(set_: Json | None) -> Json:
    """Values of fields by their names."""
    if set_ is None:
        return {}
    limits = {f"{_LIMIT}{name}": value for name, value in set_["limits"].items()}
    return {"off": set_["off"], "severity": set_["severity"], **limits}


def _typed(form: Form) -> Json:
    return dict(form.fields)


def _seen(set_: Json | None) -> str:
    """Which version of the setting a form was made from: nobody writes over what they have not seen."""
    return f"{set_['id']}/{set_['version']}" if set_ else ""


async def _set(visit: Visit, rule: RuleView, set_: Json | None, form: Form) -> str:
    """Raises ValueError with the field and what is wrong there."""
    limits: dict[str, int | None] = {}
    for name in rule.default.limits:
        if text := form.get(f"{_LIMIT}{name}"):
            limits[name] = _within(f"{_LIMIT}{name}", text)
    body = {"off": bool(form.get("off")), "severity": form.get("severity") or None, "reason": form.get("reason")}
    if set_ is None:
        await visit.client.post(SETTING, {**body, "rule": rule.id, "limits": limits})
    else:
        # what is left out of a merge stays
        merge = {**body, "limits": {**dict.fromkeys(set_["limits"]), **limits}}
        await visit.client.patch(SETTING, set_["id"], set_["version"], merge)
    return "set"


def _within(field: str, text: str) -> int:
    try:
        value = int(number(text, whole=True))
    except ValueError:
        value = 0
    if not 1 <= value <= _MOST:
        raise ValueError(field, f"It must be a whole number from 1 to {_MOST:,}.")
    return value


async def _withdraw(visit: Visit, _: RuleView, set_: Json | None, form: Form) -> str:
    if set_ is not None:
        why = form.get("reason") or None
        await visit.client.transition(SETTING, set_["id"], set_["version"], "withdrawn", why)
    return "unset"


async def act(visit: Visit, id: str, form: Form) -> Done | Screen:
    rules, settings = await asyncio.gather(
        visit.now(RuleList, _PATH), visit.client.get_json(path_of(SETTING), rule=id, state="active", limit=1)
    )
    rule = next((each for each in rules.items if each.id == id), None)
    if rule is None:
        raise NotFound("There is no rule with this id.")
    set_ = next(iter(settings["items"]), None)
    try:
        if form.get("seen") != _seen(set_):
            raise PreconditionFailed(412, {"detail": wrong.CHANGED})
        do = _withdraw if form.get("act") == "withdraw" else _set
        return Done(f"/rules/{id}", await do(visit, rule, set_, form))
    except Refused as error:
        told = wrong.told(error, {name: name for name in ("reason", "severity", "off")})
        again = None if isinstance(error, PreconditionFailed) else form
        return await one(visit, id, again, told, error.status)
    except ValueError as error:
        return await one(visit, id, form, [error.args], 422)


def routes(pages: Pages) -> APIRouter:
    served = router()

    @served.get("/rules")
    async def rules(request: Request, which: Which, as_of: AsOf = None) -> Response:
        return await pages.show(request, as_of, lambda visit: screen(visit, which))

    @served.get("/rules/{id}")
    async def rule(request: Request, id: Word, as_of: AsOf = None) -> Response:
        return await pages.show(request, as_of, lambda visit: one(visit, id))

    @served.post("/rules/{id}")
    async def set_rule(request: Request, id: Word) -> Response:
        return await pages.act(request, lambda visit, form: act(visit, id, form))

    return served
