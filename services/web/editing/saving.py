"""Saving what was typed: only what was changed, and where somebody else saved meanwhile, merged with theirs."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from services.web.editing.filling import Filled, names_in, pointed, read
from services.web.forms import merging, writing
from services.web.forms.reading import Read, document, gathered, references
from services.web.visit import Visit
from shared import typed
from shared.contracts.views.scenario import Outcome
from shared.refused import Refused

Json = dict[str, Any]
STATUSES = (400, 403, 409, 422)
_SCENARIOS = "/alignment/v1/scenarios"


def changed(form: Filled, state: Mapping[str, Any], answer: Read) -> Json:
    """The merge patch from what the form showed to what was typed."""
    before = _untouched(form, state, form.names)
    return merging.patch(_document(form, before, form.names), answer.document)


def _untouched(form: Filled, state: Mapping[str, Any], names: Mapping[str, str]) -> writing.Tree:
    """What a browser sends of a form that nobody has typed into: line breaks and blanks may differ from the state."""
    return gathered(form.fields, writing.sent(writing.tree(form.fields, state, names)))


def _document(form: Filled, tree: writing.Tree, names: Mapping[str, str]) -> Json:
    """What a tree says in which everything is called as the page calls it."""
    refs = {text: ref for ref, text in names.items()}
    meant = {each: refs.get(each[1], each[1]) for each in references(form.fields, tree)}
    return document(form.fields, tree, meant).document


def refused(form: Filled, error: Refused) -> Filled:
    """What an owner does not take, at the fields that it is about. Raises it again where that is nothing to mend."""
    if error.status not in STATUSES:
        raise error
    faults = [*(error.problem.get("missing") or ()), *error.errors]
    errors: dict[str, str] = {}
    for each in faults:
        name = pointed(form, str(each.get("pointer", "")))
        errors[name] = " ".join(dict.fromkeys([*filter(None, [errors.get(name)]), str(each.get("detail"))]))
    return replace(form, errors=errors or {"": error.detail})


async def merged(visit: Visit, form: Filled, id: str, version: int) -> tuple[Filled, int]:
    """Mine on top of what is there now, and the number of that version. What both changed waits to be chosen."""
    kind = form.kind
    base, now = await asyncio.gather(visit.client.get(kind, id, version=version), visit.client.get(kind, id))
    answer, checked = await read(visit, form)
    names = {**form.names, **await names_in(visit, kind, [base, now])}
    mine, trees = form.tree, [_untouched(form, each, names) for each in (base, now)]
    if not checked.errors:
        mine = _again(form, answer.document, names)
        trees = [_again(form, _document(form, each, names), names) for each in trees]
    came = merging.merged(form.fields, trees[0], mine, trees[1])
    return replace(form, tree=came.tree, names=names, merged=came), int(now["version"])


def _again(form: Filled, said: Json, names: Mapping[str, str]) -> writing.Tree:
    """What means the same has to read the same."""
    return writing.tree(form.fields, said, names)


def taken(form: Filled, chosen: Mapping[str, str], state: Mapping[str, Any]) -> Filled:
    """With theirs where they were chosen, by the path of the field."""
    theirs = _untouched(form, state, form.names)
    paths = [path for path, whose in chosen.items() if whose == "theirs"]
    return replace(form, tree=merging.chosen(form.fields, form.tree, theirs, paths)) if paths else form


async def foreseen(visit: Visit, form: Filled, step: Json) -> Filled:
    """With what it would do to findings and score."""
    try:
        raw = await visit.client.send("POST", _SCENARIOS, {"steps": [step]})
    except Refused as error:
        return refused(form, error)
    return replace(form, outcome=typed.of(Outcome, _SCENARIOS, raw).value)
