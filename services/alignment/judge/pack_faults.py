"""What is wrong with the rules of a pack, beyond the form of their contract, and what is allowed instead. Pure."""

import string
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from services.alignment.judge.examples import LONGEST, Unreadable, finds, mends
from services.alignment.judge.meaning import ends_of
from services.alignment.judge.packs import rules_of, step
from shared.contracts import NODE_KINDS
from shared.contracts.members import at as member_at
from shared.contracts.members import members
from shared.contracts.refusals import one_of
from shared.contracts.relations import RELATIONS
from shared.contracts.rule_packs import AfterCheck, BeforeCheck, Check, HasCheck, JoinedCheck, PackRule

Faults = Iterator[tuple[str, str]]
_DEEPEST = 6
_WHOLE = ("leads_up_to", "anything_above", "after")
"""What stands for a subject as a whole: no part of something else."""


def faults(prefix: str, rules: Sequence[PackRule]) -> Faults:
    """Of all rules; examples are played where nothing else is wrong with a rule."""
    first: dict[str, int] = {}
    for number, rule in enumerate(rules):
        at, found = f"/rules/{number}", False
        if not rule.id.startswith(f"{prefix}-"):
            yield f"{at}/id", f"must begin with the prefix of its pack: {prefix}-"
        if rule.id in first:
            yield f"{at}/id", f"is the id of /rules/{first[rule.id]} already"
        first.setdefault(rule.id, number)
        for pointer, message in chain(_about(rule), _words(rule), _checks(rule)):
            found = True
            yield f"{at}{pointer}", message
        if not found:
            yield from ((f"{at}{pointer}", message) for pointer, message in _examples(rule))


def _about(rule: PackRule) -> Faults:
    for number, kind in enumerate(rule.kinds):
        if not NODE_KINDS[kind].in_view:
            yield f"/kinds/{number}", f"a {kind} is nothing that rules are about"
    yield from _typed("", rule.kinds, rule.types, rule.states)


def _typed(at: str, kinds: Sequence[str], types: Sequence[str] | None, states: Sequence[str] | None) -> Faults:
    known = {
        "types": list(dict.fromkeys(str(each) for kind in kinds for each in _types(kind))),
        "states": list(dict.fromkeys(each for kind in kinds for each in NODE_KINDS[kind].lifecycle.states)),
    }
    for name, given in (("types", types), ("states", states)):
        for number, each in enumerate(given or ()):
            if each not in known[name]:
                allowed = f"must be {one_of(each, known[name])}" if known[name] else "none of these kinds has types"
                yield f"{at}/{name}/{number}", allowed


def _types(kind: str) -> Iterable[object]:
    member = members(NODE_KINDS[kind].model).get("type")
    return (each for each in member.choices if each is not None) if member else ()


def _words(rule: PackRule) -> Faults:
    try:
        fields = [each[1:] for each in string.Formatter().parse(rule.says) if each[1] is not None]
    except ValueError as error:
        yield "/says", f"its braces cannot be read: {error}"
        return
    for name, form, conversion in fields:
        # a name with a dot would be looked up in the number, and a form may ask for a text without end
        if name not in rule.limits or not name.isidentifier() or form or conversion:
            yield "/says", f"in braces stand limits of the rule{_of(rule)}"


def _of(rule: PackRule) -> str:
    return f": {', '.join(rule.limits)}" if rule.limits else ", and it has none"


def _checks(rule: PackRule) -> Faults:
    if rule.given is not None:
        yield from _check(rule, "/given", rule.given, 1)
    yield from _check(rule, "/check", rule.check, 0)


def _check(rule: PackRule, at: str, check: Check, depth: int) -> Faults:
    [(name, value)] = check.parts()
    at = f"{at}/{name}"
    if depth and name in _WHOLE:
        yield at, "stands alone, as the check of a rule" if name == "after" else "stands alone, or in after"
    if depth > _DEEPEST:
        yield at, f"is nested more than {_DEEPEST} deep"
        return
    match value:
        case HasCheck():
            yield from _has(rule, f"{at}/member", value.member)
        case BeforeCheck():
            yield from _before(rule, at, value)
        case JoinedCheck():
            yield from _joined(rule, at, value)
        case AfterCheck():
            yield from _number(rule, f"{at}/days", value.days)
            whole = next(value.check.parts())[0] in _WHOLE[:-1]
            yield from _check(rule, f"{at}/check", value.check, 0 if whole else depth + 1)
        case list():
            yield from _members(rule, at, value) if name == "says" else _several(rule, at, value, depth)


def _several(rule: PackRule, at: str, checks: Sequence[Check], depth: int) -> Faults:
    for number, each in enumerate(checks):
        yield from _check(rule, f"{at}/{number}", each, depth + 1)


def _has(rule: PackRule, at: str, name: str) -> Faults:
    yield from _members(rule, at, [name])
    held = [each for kind in rule.kinds if (each := members(NODE_KINDS[kind].model).get(name))]
    if held and all(each.models for each in held):
        yield at, f"{name} is a {held[0].word}, which is no single value"


def _before(rule: PackRule, at: str, value: BeforeCheck) -> Faults:
    first, *others = value.member.split(".")
    name = first.removesuffix("[]")
    if strange := [*_members(rule, f"{at}/member", [name])]:
        yield from strange
    elif not any(_is_instant(kind, [name, *others], many=name != first) for kind in rule.kinds):
        yield (
            f"{at}/member",
            "must lead to a day or an instant, through each item of a list by [], as skills[].valid_to",
        )
    yield from _number(rule, f"{at}/days", value.days)


def _is_instant(kind: str, path: Sequence[str], *, many: bool) -> bool:
    model = NODE_KINDS[kind].model
    held = members(model).get(path[0])
    found, _ = member_at(model, path)
    return held is not None and held.many is many and found is not None and "date" in found.word.split()


def _members(rule: PackRule, at: str, names: Sequence[str]) -> Faults:
    for number, name in enumerate(names):
        known = dict.fromkeys(each for kind in rule.kinds for each in members(NODE_KINDS[kind].model))
        if name not in known:
            pointer = f"{at}/{number}" if at.endswith("/says") else at
            yield pointer, f"must be a member of {', '.join(rule.kinds)}: {one_of(name, known)}"


def _number(rule: PackRule, at: str, value: int | str | None) -> Faults:
    if isinstance(value, str) and value not in rule.limits:
        yield at, f"must be a whole number or one of the limits of the rule{_of(rule)}"


def _joined(rule: PackRule, at: str, value: JoinedCheck) -> Faults:
    yield from _number(rule, f"{at}/at_least", value.at_least)
    yield from _number(rule, f"{at}/at_most", value.at_most)
    yield from _typed(f"{at}/to", value.to.kinds, value.to.types, value.to.states)
    kinds = frozenset(rule.kinds)
    for number, text in enumerate(value.steps):
        way = step(text)
        if strange := [type for type in way.types if type not in RELATIONS]:
            yield f"{at}/steps/{number}", f"{strange[0]} must be {one_of(strange[0], RELATIONS)}"
            return
        far = ends_of(kinds, way.types, forward=way.forward)
        if not far:
            yield f"{at}/steps/{number}", f"leads nowhere from {', '.join(sorted(kinds))}"
            return
        kinds = far
    if not kinds & set(value.to.kinds):
        yield f"{at}/to/kinds", f"the steps lead to {', '.join(sorted(kinds))}"


def _examples(rule: PackRule) -> Faults:
    too_long = [name for name in ("passes", "fails", "mended") if len(getattr(rule, name) or "") > LONGEST]
    if too_long:
        yield f"/{too_long[0]}", f"is longer than {LONGEST:,} characters"
        return
    made = rules_of([rule], "")
    for name, text, found in (("passes", rule.passes, False), ("fails", rule.fails, True)):
        try:
            if finds(made, text, rule.id) is not found:
                yield f"/{name}", "the rule finds nothing in this example" if found else "the rule finds it wrong"
        except Unreadable as error:
            yield f"/{name}", str(error)
            return
    if rule.mended is not None:
        try:
            if not mends(made, rule.fails, rule.mended, rule.id):
                yield "/mended", "the rule still finds the failing example wrong"
        except Unreadable as error:
            yield "/mended", str(error)
