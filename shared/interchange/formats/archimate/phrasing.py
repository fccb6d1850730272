"""How what is here is said in ArchiMate: relations by the words that it has and allows, members as texts."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from shared.contracts.relations import RELATIONS
from shared.interchange.formats.archimate.legal import is_legal
from shared.interchange.formats.archimate.mapping import FORMAT
from shared.interchange.formats.archimate.model import chosen
from shared.interchange.formats.archimate.ours import CUSTOM
from shared.interchange.formats.archimate.tables import relation_of
from shared.interchange.formats.archimate.writing import Concept
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


def origins(state: State) -> list[Mapping[str, Any]]:
    """Entries of models that it came from."""
    return [entry for entry in state["provenance"] if entry["source"].partition(":")[0] == FORMAT]


def texts(custom: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """A property has a text, and lists of texts are several of one name; what is neither goes out in one, as JSON."""
    rest = {}
    for name, value in custom.items():
        values = value if isinstance(value, list) and len(value) > 1 else [value]
        if all(isinstance(each, str) and each.strip() == each != "" for each in values):
            yield from ((name, each) for each in values)
        else:
            rest[name] = value
    if rest:
        yield CUSTOM, json.dumps(rest, ensure_ascii=False, sort_keys=True)


def languages(told: Any, text: str | None) -> Mapping[str, str]:
    """A text by language: in those that its model had it in, as it is now in the one that counts."""
    if not isinstance(told, dict) or not all(isinstance(each, str) for each in told.values()) or not text:
        return {"": text} if text else {}
    counts = chosen(told)
    return {language: text if each == counts else each for language, each in told.items()}


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
