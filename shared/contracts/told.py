"""What a kind is, as plain data for people and programs: members, choices, nested types, lifecycle, relations."""

from collections.abc import Iterator, Mapping
from typing import Any

from shared.contracts import LINKS, NODE_KINDS, Kind
from shared.contracts.base import SERVER_FIELDS
from shared.contracts.members import Member, members
from shared.contracts.model import Model
from shared.contracts.reference import parse
from shared.contracts.relations import RELATIONS, Relation

Json = dict[str, Any]
Asks = Mapping[tuple[str, str], list[str]]
"""By kind and state, what a transition into it asks for."""
_FIRST = ("name", "type", "state", "state_reason", "description", "owner")
_OF_LINKS = ("type", "target", "rationale", "confidence", "sign", "valid_from", "valid_to", "state_reason")
_MANY = 8
"""Kinds that are listed; of more a reference may name any."""


def said(kind: Kind) -> dict[str, Member]:
    """The members that people write, what they look for first at the beginning and what every kind has at the end.
    ``state`` has the states as its choices."""
    known = members(kind.model)
    common = {*members(NODE_KINDS["driver"].model)} - {"kind", "type"}
    names = [name for name in known if name not in SERVER_FIELDS | kind.kept | {"provenance", "key"}]
    ordered = sorted(names, key=lambda name: _FIRST.index(name) if name in _FIRST else 50 + 50 * (name in common))
    return {name: _stated(kind, known[name]) for name in ordered}


def _stated(kind: Kind, member: Member) -> Member:
    if member.name != "state":
        return member
    states = tuple(each for each in kind.lifecycle.states if kind.registered is None or each in kind.registered)
    return Member("state", "Registers what exists already in the state that it has.", "choice", choices=states)


def references(kind: Kind) -> dict[str, tuple[str, ...]]:
    """What each member that refers to something may name, by its path (``components.service_id``); any kind where
    there is none."""
    found: dict[str, tuple[str, ...]] = {}
    for reference in kind.references:
        path = ".".join(parse(step)[0] for step in reference.path.split("."))
        found[path] = reference.kinds or _named(kind, path)
    return found


def _named(kind: Kind, path: str) -> tuple[str, ...]:
    member: Member | None = None
    for step in path.split("."):
        member = (member.nested() if member else members(kind.model))[step]
    choices = member.nested()["kind"].choices if member else ()
    return tuple(str(each) for each in choices)


def form(kind: Kind, path: str, member: Member) -> str:
    """What is written there, in a few words."""
    kinds = references(kind).get(path)
    if kinds is None:
        return member.told
    one = " or ".join(f"{each}/key" for each in kinds) if 0 < len(kinds) <= _MANY else "kind/key of anything"
    return f"list of {one}" if member.many else one


def is_reference(kind: Kind, path: str) -> bool:
    return path in references(kind)


def described(kind: Kind, asks: Asks) -> Json:
    """All of a kind."""
    return {
        "kind": kind.name,
        "service": kind.service,
        "meaning": " ".join((kind.model.__doc__ or "").partition("\n\n")[0].split()),
        "collection": f"/{kind.service}/v1/{kind.collection}",
        "members": [member_told(kind, name, member) for name, member in said(kind).items()],
        "lifecycle": [*_states(kind, asks)],
        "relations_from": [*_relations(kind, "source")],
        "relations_to": [*_relations(kind, "target")],
    }


def linking(kind: Kind) -> Json:
    """The links of a document, which stand at their source, as a member of it."""
    link = LINKS[kind.service]
    told = {name: member_told(link, name, member) for name, member in members(link.model).items()}
    told["type"] |= {"form": "a relation", "choices": [each["type"] for each in _relations(kind, "source")]}
    told["target"] |= {"name": "to", "form": "kind/key of what the relation may lead to", "members": []}
    return {
        "name": "links",
        "form": "list of link",
        "required": False,
        "meaning": "What it is joined to; they stand beside its spec.",
        "choices": [],
        "bounds": [],
        "default": None,
        "members": [told[name] for name in _OF_LINKS],
    }


def member_told(kind: Kind, path: str, member: Member) -> Json:
    """One member, with those of what it consists of."""
    told: Json = {
        "name": member.name,
        "form": form(kind, path, member),
        "required": member.required,
        "meaning": member.meaning,
        "choices": list(member.choices),
        "bounds": [*member.bounds, *_dates(member)],
        "default": member.default,
    }
    models = () if is_reference(kind, path) else member.models
    types = [_type(kind, path, model) for model in models]
    return told | ({"types": types} if len(types) > 1 else {"members": types[0]["members"] if types else []})


def _type(kind: Kind, path: str, model: type[Model]) -> Json:
    """A nested type; one of several is told by its ``type``."""
    parts = [member_told(kind, f"{path}.{name}", member) for name, member in members(model).items()]
    name = next((str(member.choices[0]) for member in members(model).values() if _tells(member)), "")
    return {"type": name, "meaning": " ".join((model.__doc__ or "").split()), "members": parts}


def _tells(member: Member) -> bool:
    """Whether it says which of several types something is."""
    return member.name == "type" and bool(member.choices)


def _dates(member: Member) -> Iterator[str]:
    if member.word == "date or time":
        yield f"a date such as 2026-01-31 is the {'end' if member.ends else 'start'} of that day in UTC"


def _states(kind: Kind, asks: Asks) -> Iterator[Json]:
    lifecycle = kind.lifecycle
    for state in lifecycle.states:
        moves = [{"to": to, "asks": asks.get((kind.name, to), [])} for to in lifecycle.moves[state]]
        by_itself = [f"becomes {timed.to} by itself at {timed.at}" for timed in kind.timed if timed.state == state]
        yield {
            "state": state,
            "initial": state == lifecycle.initial,
            "live": kind.is_live(state),
            "final": lifecycle.is_terminal(state),
            "moves": moves,
            "by_itself": by_itself,
        }


def _relations(kind: Kind, end: str) -> Iterator[Json]:
    for relation in RELATIONS.values():
        others = sorted(_others(kind, relation, end), key=[*NODE_KINDS].index)
        if others:
            name = relation.name if end == "source" else relation.inverse
            kinds = ["any kind"] if len(others) > len(NODE_KINDS) - 5 else others
            yield {"type": relation.name, "reads": name, "kinds": kinds}


def _others(kind: Kind, relation: Relation, end: str) -> set[str]:
    """What this kind may be joined to by a relation in which it stands at an end."""
    if not kind.in_view:
        return set()
    found = {kind.name} if relation.same_kind else set[str]()
    for sources, targets in relation.pairs:
        here, there = (sources, targets) if end == "source" else (targets, sources)
        found |= there if kind.name in here else set()
    return {name for name in found if NODE_KINDS[name].in_view}
