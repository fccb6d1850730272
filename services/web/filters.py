"""What templates say of values: names as people write them, dates written out, faces, and what differs in a text."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime, timedelta
from difflib import SequenceMatcher
from typing import Any, NamedTuple
from zlib import crc32

from services.web import saves
from services.web.states import how, standing
from shared.clock import before, rfc3339
from shared.contracts import NODE_KINDS, Kind
from shared.contracts.relations import RELATIONS
from shared.contracts.views.nodes import Edge, Node

_COLOURS = 6
_WORDS = re.compile(r"\s*\S+\s*")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")

_LETTERS = {
    **{each: each.upper() for each in ("csf", "it", "kpi", "ola", "raci", "sla", "swot", "uc")},
    "csfs": "CSFs",
    "kpis": "KPIs",
}
"""What is said letter by letter."""
_SAID = {
    "decomposed_into": "is decomposed into",
    "part_of": "is part of",
    "has_part": "is made of",
    "depends_on": "depends on",
    "needed_by": "is needed by",
    "realizes": "realises",
    "realized_by": "is realised by",
    "parallels": "runs alongside",
}


class Stretch(NamedTuple):
    """A part of a text that is in both versions (`same`), in the earlier one (`gone`) or in the later one (`new`)."""

    kind: str
    text: str


def words(name: Any) -> str:
    """``service_offering`` as people write it; of ``parent_id`` they would say ``parent``."""
    return " ".join(_LETTERS.get(each, each) for each in str(name).removesuffix("_ids").removesuffix("_id").split("_"))


def many(kind: Kind) -> str:
    """What several of a kind are called."""
    return words(kind.collection.replace("-", "_"))


def capitalize(text: Any) -> str:
    """As a heading begins; what is written large stays so."""
    said = str(text)
    return said[:1].upper() + said[1:]


def initials(name: str) -> str:
    """Of the first and the last word; the first two letters of a single one."""
    parts = re.findall(r"\w+", name)
    return "".join(each[0] for each in (parts[0], parts[-1])).upper() if len(parts) > 1 else "".join(parts)[:2] or "?"


def colour(id: str) -> str:
    """Class of the colour of a face, ``c1`` to ``c6``; always the same for an id."""
    return f"c{crc32(id.encode()) % _COLOURS + 1}"


def day(at: datetime | date) -> str:
    """``14 October 2026``."""
    return f"{at.day} {at:%B %Y}"


def final_date(at: datetime) -> date:
    """The day with which something ends: at midnight that is the one before."""
    return before(at, timedelta(microseconds=1)).date()


def last_day(at: datetime) -> str:
    """The same, written out."""
    return day(final_date(at))


def moment(at: datetime | str) -> str:
    """``14 October 2026, 18:00``, also of a moment as the APIs write one."""
    instant = datetime.fromisoformat(at) if isinstance(at, str) else at
    return f"{day(instant)}, {instant:%H:%M}"


def written(text: str) -> str:
    """A text as it is, but a moment or a day as people write it."""
    if _DAY.fullmatch(text):
        with suppress(ValueError):
            return day(datetime.fromisoformat(text))
    return moment(text) if _MOMENT.fullmatch(text) else text


def figure(number: float) -> str:
    """``1,700,000``; no more digits behind the point than there are."""
    return f"{int(number):,}" if number == int(number) else f"{number:,}"


def said(edge: Edge, ref: str) -> str:
    """What a relation is called from one of its ends, which is ``kind/id``."""
    return relation(edge.type if edge.source == ref else RELATIONS[edge.type].inverse)


def relation(name: str) -> str:
    """As people say it where they do not say what the model does."""
    return _SAID.get(name) or words(name)


def compared(before: str, after: str) -> Iterator[Stretch]:
    """What differs between two texts, word by word."""
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    for kind, start, end, begin, stop in SequenceMatcher(a=old, b=new, autojunk=False).get_opcodes():
        if kind == "equal":
            yield Stretch("same", "".join(new[begin:stop]))
            continue
        if end > start:
            yield Stretch("gone", "".join(old[start:end]))
        if stop > begin:
            yield Stretch("new", "".join(new[begin:stop]))


def about(errors: Sequence[tuple[str | None, str]], name: str) -> str:
    """What is wrong with a field of a form; empty where nothing is."""
    return " ".join(text for field, text in errors if field == name)


def dimension(name: str) -> str:
    """A dimension of the score as people write it."""
    return capitalize(words(name))


def written_at(address: str) -> Kind | None:
    """What the form at an address makes or changes; None where that is no form of an entity."""
    match address.partition("?")[0].split("/"):
        case ["", "new", name] | ["", "entity", name, _, "edit"]:
            return NODE_KINDS[name]
        case ["", "raci", _, "edit"]:
            return NODE_KINDS["activity"]
    return None


def owners(of_ref: Mapping[str, Node], present: str | None = None) -> list[tuple[str, str]]:
    """Who may own something, as choices: those who still do, by name; and who does at present, whoever that is."""
    found = {ref: node.name or ref for ref, node in of_ref.items() if node.live or ref == present}
    found |= {present: present} if present and present not in found else {}
    return sorted(found.items(), key=lambda each: each[1].casefold())


FILTERS: Mapping[str, Callable[..., Any]] = {
    "words": words,
    "many": many,
    "capitalize": capitalize,
    "initials": initials,
    "colour": colour,
    "day": day,
    "last_day": last_day,
    "moment": moment,
    "written": written,
    "figure": figure,
    "said": said,
    "relation": relation,
    "compared": compared,
    "standing": standing,
    "how_far": lambda state, kind: how(kind, state),
    "about": about,
    "rfc3339": rfc3339,
    "dimension": dimension,
    "owners": owners,
    "written_at": written_at,
    "verb": saves.verb,
    "told_members": saves.told,
    "is_brief": saves.is_brief,
}
"""By the names that templates know them by."""
