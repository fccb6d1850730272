"""What an entity says, in words: a sentence for each kind of nesting, never keys and values. Pure."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from services.web.filters import capitalize, compared, day, moment, words
from shared.contracts import agreement, base, catalog, design, process, roles
from shared.contracts.base import Kind
from shared.contracts.instant import moment as read
from shared.contracts.members import Member, members
from shared.contracts.model import Model
from shared.contracts.reference import parse
from shared.contracts.strategy import execution, signing
from shared.contracts.told import references, said
from shared.contracts.views.nodes import Node

Part = str | Node
Told = Sequence[Part]
"""A sentence: texts, and things that it names."""
Names = Mapping[str, Node]
"""By ``kind/id``."""

SENTENCES: Mapping[type[Model], tuple[str, ...]] = {
    base.ExternalRef: ("{id} in {system}", " ({url})"),
    base.Review: ("{cadence}", ", next on {next_due}", ", last on {last_at}", " by {last_by}", ": {comment}"),
    base.Provenance: ("from {model}", " ({source})", " as {id}", ", a {type}", ", no longer there since {left_at}"),
    agreement.ServiceLevelTarget: (
        "{metric} {comparator} {value}", " {unit}", " each {window}", ", {hours}", ", measured by {kpi_id}",
    ),
    agreement.ContractItem: ("{offering_id}", "{service_id}", ", from {start}", ", until {end}"),
    agreement.Signatory: ("{name} for the {side}", ", signed on {signed_at}"),
    agreement.Period: ("from {start}", ", until {end}"),
    catalog.Goods: ("they keep {item}", ", {quantity} of them", ": {product_id}", ", delivered by {service_id}"),
    catalog.Access: (
        "they may use {resource}", " ({terms})", ", up to {limits}", ": {product_id}", ", through {service_id}",
    ),
    catalog.Action: (
        "when they ask: {trigger}", ", by {channel}", ", within {target_time}", ", with {product_id}",
        ", by {service_id}",
    ),
    design.DesignElement: (
        "{type}: {ref}", ", version {version}", ", who can {competence}", "{not_applicable?}no {type} needed",
        ": {reason}", " Look again on {review_due}.",
    ),
    process.Raci: ("{letter} {role_id}", ": {note}"),
    roles.RequiredSkill: ("{name}", ", level {level} of 7"),
    roles.Skill: ("{name}", ", level {level} of 7", ", proven until {valid_to}"),
    execution.PlanStep: ("{action} {ref}", " {type} {to}", " as {state}", ": {members}", ", on {on}"),
    signing.FrozenLink: (
        "{type} {target}", " with confidence {confidence}", ", from {valid_from}", ", until {valid_to}",
    ),
    signing.Frozen: ("{id} as version {version}",),
    signing.SignOff: (
        "{name} ({subject})", " {decision}", " on {at}", ", sent by {by}", ", to {delegated_to}", ": {comment}",
    ),
}  # fmt: skip
"""By nested type: pieces of its sentence. A piece is left out where a member is that it names; one with ``?`` has to be
true and is not said."""
_WORDS = {
    "comparator": {"<": "<", "<=": "≤", "=": "=", ">=": "≥", ">": ">"},
    "letter": {"R": "responsible:", "A": "accountable:", "C": "consulted:", "I": "informed:"},
    "unit": {"percent": "%"},
    "cadence": {"semi_annual": "twice a year", "annual": "yearly"},
    "decision": {
        "requested": "has been asked", "approved": "approved", "rejected": "rejected", "delegated": "delegated",
        "no_longer_required": "is no longer asked",
    },
}  # fmt: skip
_REFERS = {"kpi_id": "kpi", "offering_id": "service_offering", "service_id": "service", "product_id": "product"}
_REFERS |= {"role_id": "role", "delegated_to": "stakeholder", "stakeholder_id": "stakeholder"}
_MEMBER = re.compile(r"\{(\w+)(\??)\}")
_DAY = timedelta(days=1)
_SAID_ELSEWHERE = frozenset({"name", "state", "state_reason", "owner", "criticality", "type"})


class Detail(NamedTuple):
    """A member and what it says, in one sentence or several."""

    label: str
    told: Sequence[Told]


@dataclass(frozen=True)
class Turn:
    """What a version changed of a member: word by word where both are texts, else what is gone and what is new."""

    label: str
    gone: Sequence[Told]
    new: Sequence[Told]
    text: Sequence[Any] = ()


def details(kind: Kind, state: Mapping[str, Any], names: Names, apart: frozenset[str] = frozenset()) -> list[Detail]:
    """What it says of itself, but for what stands ``apart`` on the page, or is there for machines."""
    left_out = _SAID_ELSEWHERE | apart
    shown = ((name, member) for name, member in said(kind).items() if name not in left_out)
    told = (Detail(_label(name), sentences(kind, member, state.get(name), names)) for name, member in shown)
    return [each for each in told if each.told]


def turn(kind: Kind, name: str, before: Any, after: Any, names: Names) -> Turn:
    member = members(kind.model).get(name)
    if isinstance(before, str) and isinstance(after, str) and member and member.word == "text":
        return Turn(_label(name), (), (), [*compared(before, after)])
    old, new = (sentences(kind, member, value, names) for value in (before, after))
    return Turn(_label(name), [each for each in old if each not in new], [each for each in new if each not in old])


def sentences(kind: Kind, member: Member | None, value: Any, names: Names) -> list[Told]:
    """A sentence for each item of a list, or for the value; none where there is nothing."""
    if value in (None, "", [], {}):
        return []
    if member is None:
        return [[_plain(value)]]
    if member.word.startswith("mapping"):
        return [[f"{name}: {_plain(each)}"] for name, each in value.items()]
    items = value if isinstance(value, list) else [value]
    return [told for each in items if (told := _item(kind, member, each, names))]


def _item(kind: Kind, member: Member, value: Any, names: Names) -> list[Part]:
    if isinstance(value, dict) and {*value} == {"kind", "id"}:
        return [_named(f"{value['kind']}/{value['id']}", names)]
    if isinstance(value, dict) and member.models:
        return sentence(_model(member, value), value, names)
    kinds = references(kind).get(member.name)
    if kinds and isinstance(value, str):
        return [_named(f"{kinds[0]}/{value}", names)]
    return [_said(member, value)]


def _model(member: Member, value: Mapping[str, Any]) -> type[Model]:
    fitting = (each for each in member.models if value.get("type") in members(each)["type"].choices) if len(
        member.models
    ) > 1 else iter(member.models)  # fmt: skip
    return next(fitting, member.models[0])


def sentence(model: type[Model], value: Mapping[str, Any], names: Names) -> list[Part]:
    """What a nested value says. Without a word of its own it says nothing."""
    parts: list[Part] = []
    for piece in SENTENCES[model]:
        named = _MEMBER.findall(piece)
        if all(value.get(name) not in ((None, "", False) if asked else (None, "")) for name, asked in named):
            parts += _pieces(piece, members(model), value, names)
    return _joined(parts)


def _pieces(piece: str, known: Mapping[str, Member], value: Mapping[str, Any], names: Names) -> Iterator[Part]:
    at = 0
    for each in _MEMBER.finditer(piece):
        yield piece[at : each.start()]
        at = each.end()
        if not each[2]:
            yield _member(known[each[1]], value[each[1]], value, names)
    yield piece[at:]


def _member(member: Member, value: Any, beside: Mapping[str, Any], names: Names) -> Part:
    if isinstance(value, dict) and {*value} == {"kind", "id"}:
        return _named(f"{value['kind']}/{value['id']}", names)
    if member.name == "type":
        return words(value)
    if member.word == "id":
        return _named(f"{_REFERS.get(member.name) or beside.get('kind')}/{value}", names)
    return _WORDS.get(member.name, {}).get(str(value)) or _said(member, value)


def _said(member: Member, value: Any) -> str:
    if member.word == "date":
        return day(datetime.fromisoformat(str(value)))
    if member.word == "date or time":
        return date(str(value), ends=member.ends)
    if member.choices:
        return _WORDS.get(member.name, {}).get(str(value)) or words(value)
    return _plain(value)


def date(text: str, *, ends: bool = False) -> str:
    """A moment as people say it: midnight is a day, of what ends the day before."""
    at = read(text)
    whole = at == datetime(at.year, at.month, at.day, tzinfo=UTC) and at.year > 1
    return day(at - _DAY * ends) if whole else moment(at)


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return f"{value:,.10g}"
    if isinstance(value, list):
        return ", ".join(map(_plain, value))
    if isinstance(value, dict):
        return ", ".join(f"{words(name)} {_plain(each)}" for name, each in value.items())
    return "nothing" if value is None else str(value)


def _named(ref: str, names: Names) -> Part:
    return names.get(ref, ref)


def _joined(parts: Sequence[Part]) -> list[Part]:
    """Neighbouring texts as one; what would follow on nothing begins the sentence."""
    found: list[Part] = []
    for each in parts:
        if isinstance(each, str) and found and isinstance(found[-1], str):
            found[-1] += each
        elif each != "":
            found.append(each)
    if found and isinstance(found[0], str):
        found[0] = found[0].lstrip(" ,:")
    if found and isinstance(found[-1], str):
        found[-1] = found[-1].rstrip()
    return [each for each in found if each != ""]


def named(kind: Kind, state: Mapping[str, Any]) -> set[str]:
    """Each ``kind/id`` that a state refers to, also where what it holds is of an earlier version."""
    found = {f"{of}/{id}" for each in kind.references for _, of, id in each.targets(_known(kind, state))}
    return found | {f"stakeholder/{each['stakeholder_id']}" for each in state.get("sign_offs") or ()}


def _known(kind: Kind, state: Mapping[str, Any]) -> dict[str, Any]:
    first = {parse(each.path.split(".")[0])[0] for each in kind.references}
    return {name: value for name, value in state.items() if name in first}


def _label(name: str) -> str:
    text = words(name)
    return {"external refs": "Elsewhere", "custom": "Of our own"}.get(text, capitalize(text))
