"""Documents of every kind as owners answer them, with all that a member may hold: for properties of forms and words."""

from datetime import UTC, date, datetime
from typing import Any

from hypothesis import strategies as st

from shared.clock import rfc3339
from shared.contracts.base import SERVER_FIELDS, Kind
from shared.contracts.members import Member, members
from shared.contracts.model import Model

_TRAPS = ("=1+1", "a;b", 'e"f, g', "h\ni", "007", "yes", "-5", "1e3", "null", "2026-01-31", "a.b.0", "Ärger NO")
_WORD = st.sampled_from(("a b", "Mon-Fri 8-18", "0", "x,y"))
_ID = st.uuids().map(str)
_MOMENT = st.floats(-2e9, 7e9).map(lambda at: rfc3339(datetime.fromtimestamp(at, UTC)))
_MIDNIGHT = st.dates(date(1900, 1, 2), date(2200, 1, 1)).map(
    lambda day: rfc3339(datetime(day.year, day.month, day.day, tzinfo=UTC))
)
_BY_WORD: dict[str, st.SearchStrategy[Any]] = {
    "text": st.sampled_from(_TRAPS),
    "true or false": st.booleans(),
    "whole number": st.integers(0, 5),
    "number": st.floats(-1e9, 1e9) | st.integers(-9, 9).map(float),
    "id": _ID,
    "date": st.dates().map(str),
    "date or time": _MOMENT | _MIDNIGHT,
    "anything": st.none(),
}


def documents(kind: Kind) -> st.SearchStrategy[dict[str, Any]]:
    """What is required and any of the rest."""
    known = {name: member for name, member in members(kind.model).items() if name not in SERVER_FIELDS | {"provenance"}}
    return _of(known)


def _of(known: dict[str, Member]) -> st.SearchStrategy[dict[str, Any]]:
    always = {name: _value(member) for name, member in known.items() if member.required}
    others = {name: _value(member) for name, member in known.items() if not member.required}
    return st.fixed_dictionaries(always, optional=others)


def _value(member: Member) -> st.SearchStrategy[Any]:
    if member.word.startswith("mapping"):
        return st.dictionaries(_WORD, st.sampled_from([*_TRAPS, 5, 1.5, True, [1, "a"], {"b": "c"}]), max_size=3)
    one = _one(member)
    return st.lists(one, max_size=3) if member.many else one


def _one(member: Member) -> st.SearchStrategy[Any]:
    if member.models:
        return st.one_of(*(_nested(model) for model in member.models))
    if member.choices:
        return st.sampled_from(member.choices)
    short = any(each in ("at most 200 characters", "at most 120 characters") for each in member.bounds)
    return _WORD if member.word == "text" and short else _BY_WORD[member.word]


def _nested(model: type[Model]) -> st.SearchStrategy[dict[str, Any]]:
    known = dict(members(model))
    if {*known} == {"kind", "id"}:
        kinds = known["kind"].choices or ("service", "tactic")
        return st.fixed_dictionaries({"kind": st.sampled_from(kinds), "id": _ID})
    return _of(known)
