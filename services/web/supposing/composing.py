"""Changes as they are put together in a form, row by row. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.web.pages import Form
from services.web.texts import counted

Json = dict[str, Any]
ACTIONS: Mapping[str, str] = {
    "retire": "Retire",
    "leave": "Somebody leaves",
    "move": "Move to a state",
    "link": "Link",
    "end": "End a link",
}
MOST = 50
_TWO_ENDED = ("link", "end")
_MEMBERS = ("action", "what", "relation", "to")


@dataclass(frozen=True)
class Row:
    """A change as it is typed: ``what`` is a name or ``kind/key``; ``relation`` that of a link, and ``to`` where this
    leads, or the state that something moves to."""

    action: str = "retire"
    what: str = ""
    relation: str = ""
    to: str = ""

    @property
    def is_empty(self) -> bool:
        return not (self.what or self.relation or self.to)

    @property
    def lacks(self) -> str:
        """What is still to be typed, as a sentence; empty where nothing is."""
        if not self.what:
            return "Name what is changed."
        if self.action in _TWO_ENDED and not (self.relation and self.to):
            return "Name the relation, and where the link leads."
        return "Name the state that it moves to." if self.action == "move" and not self.to else ""


def rows(form: Form) -> list[Row]:
    """Those of a form; the shorter ways in are rows as well: ``retire=service/claims``, ``departure=party/ana``."""
    typed = [form.every(name) for name in _MEMBERS]
    number = min(len(typed[0]), MOST)
    filled = [[*column[:number], *[""] * (number - len(column))] for column in typed]
    found = [Row(*(value.strip() for value in values)) for values in zip(*filled, strict=True)]
    found += [Row("retire", what) for what in form.every("retire")]
    found += [Row("leave", what) for what in form.every("departure")]
    return [each if each.action in ACTIONS else Row("retire", each.what) for each in found][:MOST]


def acted(given: Sequence[Row], act: str) -> list[Row]:
    """What a button makes of rows: ``step.add``, ``step.up.1``, ``step.down.1``, ``step.remove.1``."""
    made = [*given]
    verb, _, number = act.removeprefix("step.").partition(".")
    if verb == "add" and len(made) < MOST:
        return [*made, Row()]
    if (at := counted(number)) is None:
        return made
    other = {"up": at - 1, "down": at + 1}.get(verb, at)
    if not (at < len(made) and 0 <= other < len(made)):
        return made
    if verb == "remove":
        del made[at]
    else:
        made[at], made[other] = made[other], made[at]
    return made


def typed_again(given: Iterable[Row]) -> list[tuple[str, str]]:
    """Rows as the fields of a form, for an address that shows them again."""
    return [(name, value) for row in given for name, value in zip(_MEMBERS, _values(row), strict=True)]


def _values(row: Row) -> tuple[str, ...]:
    return row.action, row.what, row.relation, row.to


def step(row: Row, what: str, to: str = "", link: str = "") -> Json:
    """As ``POST /scenarios`` takes it; ``what`` and ``to`` are ``kind/id``, and ``link`` is the one that ends."""
    if row.action == "link":
        return {"action": "link", "type": row.relation, "source": what, "target": to}
    if row.action == "end":
        return {"action": "end", "ref": link}
    return {"action": row.action, "ref": what, **({"to": row.to} if row.action == "move" else {})}


def row_of(given: Mapping[str, Any]) -> Row | None:
    """The row that makes a step again; None for what this form cannot say."""
    match given["action"]:
        case "retire" | "leave":
            return Row(given["action"], given["ref"])
        case "move":
            return Row("move", given["ref"], to=given["to"])
        case "link":
            return Row("link", given["source"], given["type"], given["target"])
    return None
