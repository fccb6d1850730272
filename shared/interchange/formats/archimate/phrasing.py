"""How what is here is said in ArchiMate: relations by the words that it has and allows, members as texts."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from shared.contracts.relations import RELATIONS
from shared.interchange.formats.archimate.legal import is_legal
from shared.interchange.formats.archimate.mapping import FORMAT
from shared.interchange.formats.archimate.model import chosen
from shared.interchange.formats.archimate.ours import CUSTOM, PREFIX, WAS, packed
from shared.interchange.formats.archimate.tables import relation_of
from shared.interchange.formats.archimate.writing import Concept, fit
from shared.interchange.inventory import State

_WORDS: dict[str, tuple[tuple[str, bool], ...]] = {
    "part_of": (("Composition", True),),
    "decomposes": (("Realization", False), ("Composition", True)),
    "depends_on": (("Serving", True),),
    "offers": (("Aggregation", False),),
    "responsible": (("Assignment", True),),
}
"""Relations that ArchiMate has a word for which is not the first of the relation's own, and whether its ends change
places."""

_TAG = re.compile("([A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*)?")
"""Languages as XML has them, and none."""
_SIGNS = {"positive": "+", "negative": "-"}


def origins(state: State) -> list[Mapping[str, Any]]:
    """Entries of models that it came from."""
    return [entry for entry in state["provenance"] if entry["source"].partition(":")[0] == FORMAT]


def texts(custom: Mapping[str, Any], **told: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """A property has a text, and lists of texts are several of one name; what is neither, or would be taken for one
    that is written here, goes out in one, as JSON. Members that are ``told`` in several languages are said already."""
    rest = {}
    for name, value in custom.items():
        if len(told.get(name, ())) > 1:
            continue
        values = value if isinstance(value, list) and len(value) > 1 else [value]
        free = _is_whole(name) and name != WAS and not name.startswith(PREFIX)
        if free and all(_is_whole(each) for each in values):
            yield from ((name, each) for each in values)
        else:
            rest[name] = value
    if rest:
        yield CUSTOM, packed(rest)


def _is_whole(text: Any) -> bool:
    return isinstance(text, str) and fit(text).strip() == text != ""


def languages(told: Any, text: str | None) -> Mapping[str, str]:
    """A text by language, in those that its model had it in: first, and as it is now, the one that counts, since a
    reader takes the first where it has none of its own."""
    if not isinstance(told, dict) or len(told) < 2 or not text:
        return {"": text} if text else {}
    if not all(_is_whole(each) and _TAG.fullmatch(language) for language, each in told.items()):
        return {"": text}
    counts = chosen(told)
    return {**{language: text for language, each in told.items() if each == counts},
            **{language: each for language, each in told.items() if each != counts}}  # fmt: skip


def attributes(type_: str, sign: str | None) -> Mapping[str, str]:
    """Those that a relationship of a type has. What accesses how is not kept, which is said: where nothing is, Archi
    takes it for writing."""
    if type_ == "Access":
        return {"accessType": "Access"}
    return {"modifier": _SIGNS[sign]} if type_ == "Influence" and sign in _SIGNS else {}


def came_as(link: State) -> tuple[str, bool] | None:
    """The ArchiMate relation that a link came from, and whether its ends changed places then."""
    kinds = link["source"]["kind"], link["target"]["kind"]
    for entry in origins(link):
        for turned in (False, True):
            if relation_of(entry.get("type") or "", *(reversed(kinds) if turned else kinds)) == (link["type"], turned):
                return entry["type"], turned
    return None


def word(relation: str, source: Concept, target: Concept) -> tuple[str, bool]:
    """The first word for a relation that ArchiMate allows between two elements, and whether they change places; else an
    association."""
    own = [(type_, False) for type_ in RELATIONS[relation].archimate]
    for type_, turned in (*_WORDS.get(relation, ()), *own):
        ends = (target.type, source.type) if turned else (source.type, target.type)
        if is_legal(type_, *ends):
            return type_, turned
    return "Association", False
