"""One change to many things of a kind: a member that gets one value, or a state that they move to. Their owner says
what it would come to, and it is written for all of them or for none."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from services.web.editing.filling import Filled, fields_for, picked
from services.web.filters import words
from services.web.forms.fields import Field
from services.web.forms.reading import gathered
from services.web.pages import Form
from services.web.texts import counted
from services.web.visit import Visit
from shared import typed
from shared.contracts.base import SERVER_FIELDS, Kind, looks_like_an_id
from shared.contracts.views.scenario import Outcome
from shared.refused import NotFound, Refused

Json = dict[str, Any]
Groups = Sequence[tuple[str, Sequence[tuple[str, str]]]]
MOST = 100
_SCENARIOS = "/alignment/v1/scenarios"
_SINGLE = frozenset({"text", "number", "choice", "truth", "day", "moment", "reference", "lines"})
_OF_ONE = frozenset({"name", "key", "subject", "order", "supersedes_id"})
"""Members in which no two things are alike."""
_LINES = (("add", "add to"), ("take", "take off"), ("set", "replace all"))


@dataclass(frozen=True)
class Change:
    """``verb`` is ``move``, to the state of this name, or what is done to the ``field``: ``set``, or to its lines
    ``add`` or ``take``."""

    verb: str
    name: str
    field: Field | None = None

    @property
    def text(self) -> str:
        return f"{self.verb}:{self.name}"

    @property
    def title(self) -> str:
        if self.field is None:
            return f"Move to {words(self.name)}"
        return self.field.label if self.field.shape != "lines" else f"{self.field.label}: {dict(_LINES)[self.verb]}"

    def of(self, before: Any, value: Any) -> Any:
        """What becomes of a member."""
        if self.verb == "set":
            return value
        old = before or []
        return [*old, *(v for v in value if v not in old)] if self.verb == "add" else [v for v in old if v not in value]


@dataclass(frozen=True)
class Row:
    """One of those that were ticked. ``seen`` is the version that somebody looked at, ``now`` its state, None where it
    is gone, ``after`` what it would come to, and ``wrong`` what keeps it from that."""

    id: str
    seen: int
    on: bool = True
    now: Json | None = None
    after: Json | None = None
    wrong: Sequence[str] = ()

    @property
    def is_met(self) -> bool:
        """Whether somebody else has saved it meanwhile."""
        return self.now is not None and self.now["version"] != self.seen

    @property
    def changes(self) -> bool:
        return self.now is not None and self.after is not None and self.now["version"] != self.after["version"]


def changes(visit: Visit, kind: Kind) -> list[Change]:
    """All that can be done to many of a kind: members with one value for all, then states that something leads to."""
    fields = [each for each in fields_for(visit, kind, new=False) if each.shape in _SINGLE and each.name not in _OF_ONE]
    made = [
        Change(verb, each.name, each)
        for each in fields
        if each.constant is None
        for verb in (dict(_LINES) if each.shape == "lines" else ("set",))
    ]
    reached = {to for some in kind.lifecycle.moves.values() for to in some}
    return [*made, *(Change("move", state) for state in kind.lifecycle.states if state in reached)]


def grouped(kind: Kind, given: Iterable[Change]) -> Groups:
    """As a form offers them: what ends a life stands by itself."""
    groups: dict[str, list[tuple[str, str]]] = {
        "Change": [],
        "Move to": [],
        "Retire: none of these comes back from": [],
    }
    change, move, end = groups
    for each in given:
        title = change if each.field else end if kind.lifecycle.is_terminal(each.name) else move
        groups[title].append((each.text, each.title if each.field else words(each.name)))
    return [(title, some) for title, some in groups.items() if some]


def marks(texts: Iterable[str]) -> list[tuple[str, int]]:
    """``id@version``, each id once; anything else is left out."""
    found = [text.partition("@") for text in texts]
    known = {id: seen for id, _, text in found if looks_like_an_id(id) and (seen := counted(text)) is not None}
    return [*known.items()]


async def rows(visit: Visit, kind: Kind, given: Sequence[tuple[str, int]], on: Iterable[str]) -> list[Row]:
    ticked = {*on}

    async def one(id: str, seen: int) -> Row:
        try:
            return Row(id, seen, id in ticked, await visit.client.get(kind, id))
        except NotFound:
            return Row(id, seen, on=False, wrong=["It is not there any more."])

    return list(await asyncio.gather(*(one(*each) for each in given)))


async def value_of(visit: Visit, kind: Kind, change: Change, form: Form) -> Filled:
    """The one field of the form, with what was typed; a choice that was made counts as typed."""
    if change.field is None:
        return Filled(kind, [], {}, {}, {}, reason=form.get("reason"))
    given = [(name.removesuffix("-choice"), value) for name, value in form.fields]
    tree = gathered([change.field], given)
    picks = await picked(visit, [change.field])
    return Filled(kind, [change.field], tree, {}, picks, reason=form.get("reason"))


def _line(kind: Kind, change: Change, value: Any, row: Row, reason: str) -> Json:
    """As ``POST /bulk`` takes it, on top of what is there."""
    now = row.now or {}
    line = {"kind": kind.name, "id": row.id, "if_match": now["version"]}
    if change.verb == "move":
        return line | {"transition": {"to": change.name, "reason": reason or None}}
    body = {name: each for name, each in now.items() if name not in SERVER_FIELDS | kind.kept}
    body[change.name] = change.of(now.get(change.name), value)
    return line | {"body": body | ({"state_reason": reason} if reason else {})}


def _asks(change: Change, row: Row) -> bool:
    return row.on and row.now is not None and not (change.verb == "move" and row.now["state"] == change.name)


async def foreseen(
    visit: Visit, kind: Kind, change: Change, value: Any, given: Sequence[Row], reason: str
) -> tuple[list[Row], Outcome | None]:
    """What each row would come to, or why not; and what all that can be written would do to findings and score. What is
    refused is no longer ticked."""
    asked = [each for each in given if _asks(change, each)]
    lines = [_line(kind, change, value, each, reason) for each in asked]
    answers = await visit.client.bulk(kind.service, lines, preview=True) if lines else []
    told = {row.id: _told(row, answer) for row, answer in zip(asked, answers, strict=True)}
    found = [told.get(row.id, row) for row in given]
    steps = [{"action": "put", "state": row.after} for row in found if row.changes]
    if not steps:
        return found, None
    raw = await visit.client.send("POST", _SCENARIOS, {"steps": steps}, safe=True)
    return found, typed.of(Outcome, _SCENARIOS, raw).value


def _told(row: Row, answer: Mapping[str, Any]) -> Row:
    if "problem" not in answer:
        return replace(row, after=answer["state"])
    error = Refused(answer["status"], answer["problem"])
    faults = [*(error.problem.get("missing") or ()), *error.errors]
    return replace(row, on=False, wrong=[*dict.fromkeys(str(each.get("detail")) for each in faults)] or [error.detail])


async def save(visit: Visit, kind: Kind, change: Change, value: Any, given: Sequence[Row], reason: str) -> bool:
    """Writes all that are ticked, or none, and says whether there was anything to write. Raises Refused."""
    lines = [_line(kind, change, value, each, reason) for each in given if _asks(change, each)]
    answers = await visit.client.bulk(kind.service, lines, atomic=True) if lines else []
    written = [answer for answer, line in zip(answers, lines, strict=True) if answer["version"] != line["if_match"]]
    if written:
        visit.client.event = written[-1]["event"]
    return bool(written)
