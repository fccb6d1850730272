"""A form of a kind for somebody: its fields, what things are called in it, and what can be picked."""

import asyncio
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from services.web.filters import words
from services.web.forms import fields as contracts
from services.web.forms import writing
from services.web.forms.fields import Field
from services.web.forms.merging import Merged
from services.web.forms.reading import Meant, Read, document, gathered, references
from services.web.forms.writing import Tree, sent
from services.web.meaning import Understood, called, has_left, offered, understood
from services.web.names import named
from services.web.pages import Form
from services.web.told import named as refers
from services.web.visit import Visit
from shared.contracts.base import Kind
from shared.contracts.views.scenario import Outcome

Options = Sequence[tuple[str, str]]
_CHOICE = "-choice"


@dataclass(frozen=True)
class Filled:
    """What a form is drawn from. ``errors`` are by the names of fields, an empty one for what is about none;
    ``choices`` what may be meant where a name is unclear, ``picks`` what can be picked of some kinds."""

    kind: Kind
    fields: Sequence[Field]
    tree: Tree
    names: Mapping[str, str]
    picks: Mapping[tuple[str, ...], Options]
    errors: Mapping[str, str] = field(default_factory=dict)
    choices: Mapping[str, Options] = field(default_factory=dict)
    reason: str = ""
    merged: Merged | None = None
    outcome: Outcome | None = None

    @property
    def listed(self) -> list[tuple[str, str]]:
        """What is wrong, in the order of the form; the name of its field, or an empty one."""
        order = [name for name, _ in sent(self.tree)]
        known = {name: order.index(name) if name in order else -1 for name in self.errors}
        return sorted(self.errors.items(), key=lambda each: known[each[0]])

    @property
    def own(self) -> list[Field]:
        """The fields that matter most, in their order."""
        return [each for each in self.fields if each.name not in contracts.common(self.kind)]

    @property
    def others(self) -> list[Field]:
        return [each for each in self.fields if each.name in contracts.common(self.kind)]


def fields_for(visit: Visit, kind: Kind, *, new: bool) -> list[Field]:
    """Without what only those may say who appoint others."""
    may = visit.session.caller.may(f"{kind.service}:appoint")
    return [each for each in contracts.fields(kind, new=new) if may or each.name not in kind.appointed]


async def filled(visit: Visit, kind: Kind, state: Mapping[str, Any], *, new: bool) -> Filled:
    """With what is there."""
    fields = fields_for(visit, kind, new=new)
    names, picks = await asyncio.gather(names_in(visit, kind, [state]), picked(visit, fields))
    return Filled(kind, fields, writing.tree(fields, state, names), names, picks)


async def typed(visit: Visit, kind: Kind, state: Mapping[str, Any], form: Form, *, new: bool) -> Filled:
    """With what was typed over what was there; a choice that was made counts as typed."""
    before = await filled(visit, kind, state, new=new)
    made = {name.removesuffix(_CHOICE): value for name, value in form.fields if name.endswith(_CHOICE)}
    given = [(name, made.get(name, value)) for name, value in form.fields]
    return replace(before, tree=gathered(before.fields, given), reason=form.get("reason"))


async def names_in(visit: Visit, kind: Kind, states: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    found = await named(visit, sorted({ref for state in states for ref in refers(kind, state)}))
    return called(found.values())


async def picked(visit: Visit, fields: Sequence[Field]) -> dict[tuple[str, ...], Options]:
    """What can be picked. Each kind is asked for once, in however many fields it may stand."""
    wanted = list(dict.fromkeys(_kinds(fields)))
    single = list(dict.fromkeys(kind for kinds in wanted for kind in kinds))
    found = dict(zip(single, await asyncio.gather(*(offered(visit, (kind,)) for kind in single)), strict=True))
    made: dict[tuple[str, ...], Options] = {}
    for kinds in wanted:
        nodes = [node for kind in kinds for node in found[kind] if not has_left(node)]
        texts = called(nodes)
        made[kinds] = [(texts[node.ref], f"{words(node.kind)} {node.key}") for node in nodes]
    return made


def _kinds(fields: Iterable[Field]) -> Iterator[tuple[str, ...]]:
    for each in fields:
        if each.refers and each.kinds:
            yield each.kinds
        for parts in each.parts.values():
            yield from _kinds(parts)


async def read(visit: Visit, form: Filled) -> tuple[Read, Filled]:
    """The document that was typed, and the form with all that keeps it from being saved."""
    clear = await understood(visit, references(form.fields, form.tree), form.names)
    answer = document(form.fields, form.tree, clear.refs)
    errors = dict(answer.wrong) | {name: _unclear(clear, meant) for name, meant in answer.unclear.items()}
    choices = {
        name: [(f"{node.kind}/{node.key}", f"{node.name} ({words(node.kind)})") for node in clear.choices[meant]]
        for name, meant in answer.unclear.items()
    }
    return answer, replace(form, errors=errors, choices=choices)


def _unclear(clear: Understood, meant: Meant) -> str:
    kinds, text = meant
    what = " or ".join(map(words, kinds)) or "thing"
    if not clear.choices[meant]:
        return f"No {what} is called “{text}”."
    return f"“{text}” is not clear: choose what you mean."


def pointed(form: Filled, pointer: str) -> str:
    """The field that a JSON pointer leads to; an empty text where it leads to none."""
    known = {name for name, _ in sent(form.tree)} | {each.name for each in form.fields}
    steps = [step for step in pointer.strip("/").split("/") if step]
    while steps:
        name = ".".join(steps)
        if name in known:
            return name
        steps.pop()
    return ""


def trimmed(form: Filled) -> Filled:
    """Without rows in which nothing stands, so that the numbers of rows are those of what is saved."""
    plain = {each.name for each in form.fields if each.shape == "rows" and each.plain}
    kept = {name: [row for row in value if row] if name in plain else value for name, value in form.tree.items()}
    return replace(form, tree=kept)
