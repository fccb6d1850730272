"""What a model says that has left here once: which entity each element is, and what ArchiMate has no word for."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from shared.contracts import NODE_KINDS
from shared.contracts.relations import RELATIONS
from shared.contracts.scalars import looks_like_an_id
from shared.interchange.formats.archimate.model import Element, Item, Model, Relation, Values
from shared.interchange.formats.archimate.tables import ELEMENTS

PREFIX = "plumbline:"
IS, KEY, STATE, TYPE, CUSTOM, EXACT, FIELD, HELD = (
    f"{PREFIX}{name}" for name in ("is", "key", "state", "type", "custom", "exact", "field", "held")
)
"""Properties: the entity or link as ``kind/id``, its key, state and type, members of the organisation's own that are no
text, texts with spaces that files of models have not, the field that a relationship stands for, and the assignments
that one from a party to a role is, by what each is for."""
WAS = "ArchiMate 3 type"
"""Property with the type of ArchiMate 3 that an element had, in a model of ArchiMate 4."""
NO_TYPE = "-"
HELD_MEMBERS = ("key", "name", "state")
_IS = re.compile(r"([a-z_]+)/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})")
_INVERSE = {row.inverse: row.name for row in RELATIONS.values()}


@dataclass(frozen=True)
class Said:
    """The entity that an element is, and the members that its properties give."""

    kind: str
    id: str
    members: Mapping[str, Any] = field(default_factory=dict)


def restored(model: Model) -> Model:
    """The model with the types of ArchiMate 3 where it still knows them."""
    elements = [_as_it_was(element) for element in model.elements]
    return replace(model, elements=elements)


def _as_it_was(element: Element) -> Element:
    was = element.properties.get(WAS)
    if not isinstance(was, str) or was not in ELEMENTS:
        return element
    rest = {name: value for name, value in element.properties.items() if name != WAS}
    return replace(element, type=was, properties=rest)


def entities(model: Model) -> dict[str, Said]:
    """By the identifier of an element. Of two that say the same, as after copying, the first is it."""
    found: dict[str, Said] = {}
    taken: set[str] = set()
    for element in model.elements:
        said = _said(element.properties)
        if said and said.id not in taken:
            taken.add(said.id)
            found[element.identifier] = said
    return found


def _said(properties: Values) -> Said | None:
    told = _IS.fullmatch(str(properties.get(IS)))
    if not told or told[1] not in NODE_KINDS:
        return None
    members: dict[str, Any] = {}
    for name, property in (("key", KEY), ("state", STATE), ("type", TYPE)):
        if isinstance(value := properties.get(property), str):
            members[name] = None if value == NO_TYPE else value
    return Said(told[1], told[2], members)


def theirs(item: Item) -> Values:
    """Properties that are not of this kind."""
    return {name: value for name, value in item.properties.items() if not name.startswith(PREFIX)}


def custom(item: Item) -> dict[str, Any]:
    """Members of the organisation's own that are no text; nothing where they cannot be read."""
    return _json(item, CUSTOM)


def exact(item: Item, members: Mapping[str, Any]) -> dict[str, Any]:
    """Members whose text had other spaces here, unless it was edited."""
    kept = _json(item, EXACT)
    found: dict[str, Any] = {
        name: text
        for name, text in kept.items()
        if isinstance(text, str) and _spaced(name, text) == _spaced(name, members.get(name) or "")
    }
    custom, told = kept.get("custom"), members.get("custom") or {}
    if isinstance(custom, dict):
        same = {name: value for name, value in custom.items() if _single(value) == _single(told.get(name)) is not None}
        found["custom"] = {**told, **same}
    return found


def held(relation: Relation, scope: str, members: Mapping[str, Any]) -> tuple[dict[str, Any], str | None]:
    """The members and the id of the assignment that a relationship is for a ``kind/id``: its own where it says them."""
    told = _json(relation, HELD).get(scope)
    if not isinstance(told, dict) or not looks_like_an_id(str(told.get("id"))):
        return dict(members), None
    said = {name: told[name] for name in HELD_MEMBERS if isinstance(told.get(name), str)}
    return {**members, **said}, str(told["id"])


def around(members: Mapping[str, str | None], custom: Mapping[str, Any] | None = None) -> str | None:
    """Those of some texts, and of members of the organisation's own, that files of models have with other spaces, for
    the property that keeps them."""
    kept: dict[str, Any] = {name: text for name, text in members.items() if text and text != _spaced(name, text)}
    if own := {name: value for name, value in (custom or {}).items() if _single(value) not in (value, None)}:
        kept["custom"] = own
    return packed(kept) if kept else None


def _spaced(name: str, text: str) -> str:
    """A text as files of models have it: without spaces around it, and in a name with single ones."""
    return " ".join(text.split()) if name == "name" else text.strip()


def _single(value: Any) -> Any:
    """A text, or several, with single spaces, as tools have properties; None for what is none."""
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return [" ".join(each.split()) for each in value]
    return " ".join(value.split()) if isinstance(value, str) else None


def packed(members: Mapping[str, Any]) -> str:
    """Members in the text of a property, in which tools make one space of several."""
    return json.dumps(members, ensure_ascii=False, sort_keys=True).replace("  ", " \\u0020").replace("  ", " \\u0020")


def _json(item: Item, property: str) -> dict[str, Any]:
    try:
        found = json.loads(str(item.properties.get(property, "{}")))
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def link_of(relation: Relation) -> tuple[str, bool] | None:
    """The type of a link that a relationship says it is, and whether its ends change places: then it has the name of
    the inverse."""
    told = str(relation.properties.get(TYPE))
    if not str(relation.properties.get(IS)).startswith("link/"):
        return None
    if told in RELATIONS:
        return told, False
    return (_INVERSE[told], True) if told in _INVERSE else None


def rationale(relation: Relation) -> str:
    """Why a relationship is there; the name of one that left here is only that of its relation."""
    if link_of(relation) is None:
        return ": ".join(filter(None, (relation.name, relation.documentation)))
    told = {"rationale": relation.documentation or ""}
    return str({**told, **exact(relation, told)}["rationale"])


def is_part(relation: Relation) -> bool:
    """Whether a relationship is no link but a part of something else: a field, or an entity that is told as one."""
    told = _IS.fullmatch(str(relation.properties.get(IS)))
    return FIELD in relation.properties or bool(told and told[1] in NODE_KINDS)
