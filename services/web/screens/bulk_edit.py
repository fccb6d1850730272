"""Many things of a list changed at once: what was ticked, what would be written, and writing it, all or nothing."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response

from services.web.editing import many
from services.web.editing.filling import Filled, read
from services.web.editing.many import Change, Row
from services.web.names import named, node_of
from services.web.pages import Done, Form, Pages, Screen, router
from services.web.screens.lists import GROUPS, title
from services.web.sessions import writes
from services.web.told import named as refers
from services.web.told import sentences, turn
from services.web.visit import Visit
from services.web.wrong import Error
from shared.contracts import NODE_KINDS
from shared.contracts.base import Kind, KindName
from shared.contracts.members import members
from shared.contracts.views.scenario import Outcome
from shared.errors import Forbidden, NotFound
from shared.refused import Refused

_BEGIN, _CHECK, _SAVE = "begin", "check", "save"
_LIST = "list."
"""Before the names of the list's filters, to which it goes back."""
_STATUSES = (400, 403, 404, 409, 410, 412, 422)


@dataclass(frozen=True)
class Sheet:
    """The form as it is shown; ``checked`` where it says what would be written."""

    form: Form
    rows: Sequence[Row] = ()
    change: Change | None = None
    field: Filled | None = None
    outcome: Outcome | None = None
    checked: bool = False
    errors: Sequence[Error] = ()
    status: int = 200
    choices: Sequence[Change] = ()


async def act(visit: Visit, name: str, form: Form) -> Done | Screen:
    """*Go on* comes from the list, *Preview* and a draft that is put back say what would be written, and *Save* writes
    it."""
    kind, press = _allowed(visit, name), form.get("act", _BEGIN)
    ticked = many.marks(form.every("here" if form.get("all") and press == _BEGIN else "row"))
    shown = ticked if press == _BEGIN else many.marks(form.every("here"))
    sheet = Sheet(form, choices=many.changes(visit, kind))
    if not ticked or len(shown) > many.MOST:
        few = f"Tick {many.MOST} rows at most: these are {len(shown)}." if ticked else "Tick at least one row."
        return await _shown(visit, kind, replace(sheet, errors=[(None, few)], status=422))
    change = next((each for each in sheet.choices if each.text == form.get("change")), None)
    sheet = replace(sheet, rows=await many.rows(visit, kind, shown, (id for id, _ in ticked)), change=change)
    if change is None:
        return await _shown(visit, kind, sheet)
    typed = await many.value_of(visit, kind, change, form)
    if press == _BEGIN and change.field:
        return await _shown(visit, kind, replace(sheet, field=typed))
    return await _acted(visit, kind, change, typed, sheet, writing=press == _SAVE)


async def _acted(
    visit: Visit, kind: Kind, change: Change, typed: Filled, sheet: Sheet, *, writing: bool
) -> Done | Screen:
    answer, filled = await read(visit, typed)
    sheet = replace(sheet, field=filled)
    if filled.errors:
        return await _shown(visit, kind, replace(sheet, errors=filled.listed, status=422))
    value, status = answer.document.get(change.name), 200
    errors: list[Error] = []
    if writing and not any(row.is_met for row in sheet.rows if row.on):
        try:
            saved = await many.save(visit, kind, change, value, sheet.rows, filled.reason)
            return Done(_back(kind, sheet.form), "saved-all" if saved else "unchanged")
        except Refused as error:
            if error.status not in _STATUSES:
                raise
            errors, status = [(None, "At least one row was refused, so none is saved.")], error.status
    elif writing:
        errors, status = [(None, "Others have saved some of these meanwhile. Look at them, then save again.")], 412
    try:
        rows, outcome = await many.foreseen(visit, kind, change, value, sheet.rows, filled.reason)
    except Refused as error:
        if error.status not in _STATUSES:
            raise
        return await _shown(visit, kind, replace(sheet, errors=[(None, str(error))], status=error.status))
    done = replace(sheet, rows=rows, outcome=outcome, checked=True, errors=errors, status=status)
    return await _shown(visit, kind, done)


def _allowed(visit: Visit, name: str) -> Kind:
    kind = NODE_KINDS[name]
    if not kind.in_view:
        raise NotFound("There is no list of these.")
    if not writes(visit.session.caller, kind.name):
        raise Forbidden(f"Changing them takes {kind.service}:write. Whoever runs this platform can give it to you.")
    return kind


def _back(kind: Kind, form: Form) -> str:
    """The list as it was filtered."""
    filters = {name.removeprefix(_LIST): value for name, value in form.fields if name.startswith(_LIST) and value}
    return f"/list/{kind.name}{'?' if filters else ''}{urlencode(filters)}"


async def _shown(visit: Visit, kind: Kind, sheet: Sheet) -> Screen:
    change = sheet.change
    words: dict[str, Any] = {}
    if change and change.field:
        states = [{change.name: s.get(change.name)} for row in sheet.rows for s in (row.now, row.after) if s]
        names = await named(visit, sorted({ref for state in states for ref in refers(kind, state)}))
        member = members(kind.model)[change.name]
        for row in sheet.rows:
            was = row.now.get(change.name) if row.now else None
            if row.changes and row.after:
                words[row.id] = turn(kind, change.name, was, row.after.get(change.name), names)
            else:
                words[row.id] = sentences(kind, member, was, names)
    told = {
        "kind": kind, "sheet": sheet, "words": words, "groups": many.grouped(kind, sheet.choices),
        "back": _back(kind, sheet.form), "reason": sheet.form.get("reason"),
        "kept": [(name, value) for name, value in sheet.form.fields if name.startswith(_LIST)],
        "was": {row.id: node_of(row.now) for row in sheet.rows if row.now},
        "then": {row.id: node_of(row.after) for row in sheet.rows if row.after},
        "writes": sum(row.changes for row in sheet.rows),
    }  # fmt: skip
    group = next(each for each, kinds in GROUPS if kind.name in kinds)
    crumbs = [(group, None), (title(kind.name), f"/list/{kind.name}"), ("Change several", None)]
    return Screen("bulk_edit", told, crumbs, sheet.status)


def routes(pages: Pages) -> APIRouter:
    served = router()

    @served.get("/list/{kind}/edit")
    async def nothing(request: Request, kind: KindName) -> Response:
        """What was ticked is in no address: it leads to where it is ticked, and a draft is put back here."""
        return await pages.show(request, None, lambda visit: _shown(visit, _allowed(visit, kind), Sheet(Form([]))))

    @served.post("/list/{kind}/edit")
    async def do(request: Request, kind: KindName) -> Response:
        return await pages.act(request, lambda visit, form: act(visit, kind, form))

    return served
