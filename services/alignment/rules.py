"""What alignment refuses of its own facts, and what it writes into them: pure, as the rules of the owners are."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

from shared.contracts.alignment import ACTS, Acknowledgement, Baseline, RulePack, Setting, Waiver
from shared.contracts.refusals import one_of
from shared.contracts.rule_packs import PackRule
from shared.errors import Fault
from shared.rules import Facts, Lookup, Rules

EFFECT = timedelta(seconds=1)
"""After its making a setting begins to count: by then whoever judges knows of it."""
_TICK = timedelta(microseconds=1)
MOST_CHANGES = 100
"""Of what is set of one rule: each has a part in how all of the past is judged."""
MOST_PACKS = 100
"""Packs of rules that are active together: everything is judged by all of their rules."""
LONGEST_WAIVER = timedelta(days=366)
"""Nobody waives for ever."""


def has_been(new: Baseline, _: Facts) -> Iterator[Fault]:
    if new.at and new.at > new.updated_at:
        detail = "A baseline names a moment of the past: leave at out to name this one."
        yield Fault(pointer="/at", code="in-the-future", detail=detail)


def is_now(new: Baseline, _: Facts) -> Mapping[str, Any]:
    """Whoever names no moment means this one."""
    return {"at": new.at or new.created_at}


def ends_within_a_year(new: Waiver, facts: Facts) -> Iterator[Fault]:
    if facts.old is not None or new.state != "active":
        return
    begins = max(new.created_at, new.valid_from or new.created_at)
    if new.valid_to <= begins:
        yield Fault(pointer="/valid_to", code="invalid-interval", detail="It would have ended before it begins.")
    elif new.valid_to - new.created_at > LONGEST_WAIVER:
        detail = f"A waiver ends after {LONGEST_WAIVER.days} days at most: then somebody decides again."
        yield Fault(pointer="/valid_to", code="beyond-a-year", detail=detail)


def says_why(new: Waiver | Setting, _: Facts) -> Iterator[Fault]:
    if new.state == "active" and not new.reason.strip():
        yield Fault(pointer="/reason", code="reason-missing", detail="Say why.")


def is_the_only_setting(new: Setting, facts: Facts) -> Iterator[Fault]:
    others = [each for each in facts.others(new.kind) if each.state == "active"]
    if new.state == "active" and others:
        detail = f"The rule {new.rule} is set already, by {others[0].key}: change that one, or withdraw it first."
        yield Fault(pointer="/rule", code="duplicate", detail=detail)


def is_set_now_and_then(new: Setting, facts: Facts) -> Iterator[Fault]:
    """It can still be withdrawn after that."""
    number = sum(each.version for each in facts.others(new.kind)) + (facts.old.version if facts.old else 0)
    if new.state == "active" and number >= MOST_CHANGES:
        detail = f"The rule {new.rule} has been set {number} times, and more than {MOST_CHANGES} are not told apart."
        yield Fault(pointer="/rule", code="too-many-changes", detail=detail)


def is_the_only_pack(new: RulePack, facts: Facts) -> Iterator[Fault]:
    others = [each for each in facts.others(new.kind) if each.prefix == new.prefix]
    if new.state == "active" and others:
        detail = f"The pack {others[0].key} has this prefix: change that one, or take another prefix."
        yield Fault(pointer="/prefix", code="duplicate", detail=detail)


def is_among_few_packs(new: RulePack, facts: Facts) -> Iterator[Fault]:
    others = {each.id for each in facts.others(new.kind)}
    begins = facts.old is None or facts.old.state != new.state
    if new.state == "active" and begins and len(others) >= MOST_PACKS:
        detail = f"There are {MOST_PACKS} active packs, and no more are judged by: retire one, or put rules into one."
        yield Fault(pointer="/state", code="too-many-packs", detail=detail)


def counts_in_a_moment(new: Setting, facts: Facts) -> Mapping[str, Any]:
    """From when on it does; it stays where nothing that counts has changed, and never goes back."""
    old = facts.old
    if old is not None and all(getattr(old, name) == getattr(new, name) for name in _COUNTS):
        return {"effective_at": old.effective_at}
    soon = new.updated_at + EFFECT
    before = old.effective_at if old is not None else None
    return {"effective_at": max(soon, before + _TICK) if before else soon}


_COUNTS = ("state", "off", "severity", "limits")


def is_the_only_one(new: Acknowledgement, facts: Facts) -> Iterator[Fault]:
    if new.state == "active" and (others := facts.others(new.kind)):
        detail = f"The finding is acknowledged already, by {others[0].key}: change that one, or close it first."
        yield Fault(pointer="/finding_id", code="duplicate", detail=detail)


def ends_with_its_state(new: Any, _: Facts) -> Mapping[str, Any]:
    return {"ended_at": None if new.state == "active" else new.ended_at or new.updated_at}


PackFaults = Callable[[str, Sequence[PackRule]], Iterable[tuple[str, str]]]
"""What is wrong with the rules of a pack of a prefix, by pointers."""


def rules(catalogue: Mapping[str, Mapping[str, int]], wrong: PackFaults) -> Rules:
    """``catalogue`` has the limits of each rule that can be set; ``wrong`` judges packs."""

    def is_judged(new: RulePack, facts: Facts) -> Iterator[Fault]:
        """Also by its examples. What has been judged by before need not be looked at again to be retired."""
        if new.state != "active" or (facts.old is not None and facts.old.rules == new.rules):
            return
        for pointer, message in wrong(new.prefix, new.rules):
            yield Fault(pointer=pointer, code="invalid-rule", detail=f"{message[:1].upper()}{message[1:]}.")

    def is_of_a_rule(new: Setting, _: Facts) -> Iterator[Fault]:
        """Also where a release has another catalogue than the one before: what was set stays, and can be withdrawn."""
        if new.state != "active":
            return
        if (known := catalogue.get(new.rule)) is None:
            yield Fault(pointer="/rule", code="unknown-value", detail=f"Must be {one_of(new.rule, catalogue)}")
            return
        for name in new.limits.keys() - known.keys():
            allowed = f"Must be {one_of(name, known)}" if known else f"The rule {new.rule} goes by no numbers."
            yield Fault(pointer=f"/limits/{name}", code="unknown-value", detail=allowed)
        if not (new.off or new.severity or new.limits):
            detail = "It sets nothing: turn the rule off, or give a severity or limits; or withdraw the setting."
            yield Fault(pointer="", code="one-of", detail=detail)

    return Rules(
        always={
            "baseline": (has_been,),
            "waiver": (ends_within_a_year, says_why),
            "acknowledgement": (is_the_only_one,),
            "setting": (is_of_a_rule, says_why, is_the_only_setting, is_set_now_and_then),
            "rule_pack": (is_among_few_packs, is_judged, is_the_only_pack),
        },
        fill={("baseline", "active"): is_now},
        keep={**{kind.name: ends_with_its_state for kind in ACTS}, "setting": counts_in_a_moment},
        lookups={
            **{name: (_active(name, member),) for name, member in _ALONE.items()},
            "rule_pack": (
                _active("rule_pack", "prefix"),
                Lookup("rule_pack", "state", of="state", alone=True, states=("active",), when=("state",)),
            ),
            "setting": (Lookup("setting", "rule", of="rule"),),  # also those of before, which are counted
        },
    )


_ALONE = {"acknowledgement": "finding_id"}
"""Kinds of which one is active at a time, of what they are about."""


def _active(kind: str, member: str) -> Lookup:
    return Lookup(kind, member, of=member, states=("active",), when=("state",))
