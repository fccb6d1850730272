"""Graphs as one line of text: what the examples of rules are written in. Pure.

``kind:name state type +member=value with p:name, ...; name relation name ended, ...``; the first node is the subject,
and a member without a value says something. A value is text, a number, ``true``, a day (its start), a list in brackets
with bars between (``[a|b]``) or an object (``name:value/name:value``); a member of a member is ``review.next_due``. An
element of a design may end with its competence. A relation may have a confidence (``~0.4``), be ``against`` its target,
say ``because``, and cover what has ``changed`` since. An end that is no node is written ``kind:name``. Each relation is
a link, but those that only fields make, which are held by their source.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, get_args

from services.alignment.judge.catalogue import RULES
from services.alignment.judge.catalogue.words import END, GOAL
from services.alignment.judge.clocks import instant
from services.alignment.judge.findings import Finding
from services.alignment.judge.graph import Edge, Node
from services.alignment.judge.judging import Judge
from services.alignment.judge.plan import Plan, plan
from services.alignment.judge.rule import Rule
from services.alignment.judge.standing import Said, Version
from services.alignment.judge.survey import survey
from services.alignment.judge.whole import Besides, plain
from shared.contracts import NODE_KINDS
from shared.contracts.design import FOUR_PS
from shared.contracts.refusals import one_of
from shared.contracts.relations import RELATIONS

START = datetime(2026, 1, 1, tzinfo=UTC)
LATER = START + timedelta(days=400)
"""When what has to be done in time is overdue."""
LONGEST, _DEEPEST = 2000, 8
"""Characters of an example, and how deep its values are nested."""
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_NUMBER = re.compile(r"[0-9]{1,15}([.][0-9]{1,15})?")
_GRADE = re.compile(r"[1-5]")
_BEHIND = re.compile(r"ended|against|because|changed|~[0-9]([.][0-9]{1,15})?")


class Unreadable(ValueError):
    """What a part of an example should be."""


@cache
def types_of(kind: str) -> frozenset[str]:
    """The types that a kind may be of."""
    field = NODE_KINDS[kind].model.model_fields.get("type")
    allowed = get_args(field.annotation) if field else ()
    return frozenset(each for some in allowed for each in (some, *get_args(some)) if isinstance(each, str))


def value(text: str, depth: int = 0) -> Any:
    """What a word says. Raises Unreadable."""
    if depth > _DEEPEST:
        raise Unreadable(f"has a value that is nested more than {_DEEPEST} deep")
    if text.startswith("["):
        return [value(item, depth + 1) for item in text[1:-1].split("|")]
    if ":" in text:
        return {name: value(said, depth + 1) for name, _, said in (part.partition(":") for part in text.split("/"))}
    if _DAY.fullmatch(text):
        return f"{text}T00:00:00Z"
    if _NUMBER.fullmatch(text):
        return float(text) if "." in text else int(text)
    return True if text == "true" else text


def members_of(words: Iterable[str]) -> dict[str, Any]:
    """What the words with a plus say. Raises Unreadable."""
    members: dict[str, Any] = {}
    for path, _, said in (word[1:].partition("=") for word in words if word.startswith("+")):
        *outer, last = path.split(".")
        place = members
        for name in outer:
            place = place.setdefault(name, {})
            if not isinstance(place, dict):
                raise Unreadable(f"{path} is a member of {name}, which has a value of its own")
        place[last] = value(said) if said else ["something"]
    return members


@dataclass
class Text:
    """A graph that text is added to; each addition is a later minute."""

    settle: timedelta = timedelta(0)
    rules: Iterable[Rule] = ()
    by: Plan | None = None
    names: dict[str, str] = field(default_factory=dict)
    said: dict[str, list[str]] = field(default_factory=dict)
    links: dict[str, int] = field(default_factory=dict)
    minute: int = 0
    held: dict[str, list[Said]] = field(default_factory=dict)
    confidence: dict[str, float] = field(default_factory=dict)
    opposed: set[str] = field(default_factory=set)
    signed: dict[str, dict[str, bool]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        by = self.by or plan(list(self.rules or RULES.values()), (GOAL, END))
        self.judge = Judge(by, settle=self.settle)
        self.first = ""

    def add(self, text: str, at: datetime | None = None) -> None:
        """Nodes before the semicolon, relations after it; a node that is there gets what is said in addition."""
        self.minute += 1
        when = at or START + timedelta(minutes=self.minute)
        nodes, _, edges = text.partition(";")
        versions = [v for part in nodes.split(",") if part.strip() for v in self._node(part.split(), when)]
        versions += [v for part in edges.split(",") if part.strip() for v in self._link(part.split(), when)]
        self.judge.take(versions)
        self.judge.flush()

    def _node(self, words: list[str], when: datetime) -> list[Version]:
        if ":" in words[0] and not words[0].startswith(("with", "+")):
            kind, _, name = words.pop(0).partition(":")
            check_node(kind, words)
            self.names[name] = f"{kind}/{name}"
            self.first = self.first or f"{kind}/{name}"
            ref = f"{kind}/{name}"
            self.said[ref] = words
        else:
            ref = self.first
            if not ref:
                raise Unreadable(f"begins with its subject, as kind:name state, and not with {words[0]}")
            check_words(ref.partition("/")[0], words)
            self.said[ref] = [*self.said[ref], *words]
        return [self._version(ref, when)]

    def _version(self, ref: str, when: datetime) -> Version:
        state, *words = self.said[ref]
        kind = NODE_KINDS[ref.partition("/")[0]]
        deleted = state == "deleted"
        self.links[ref] = version = self.links.get(ref, 0) + 1
        members = members_of(words)
        if elements := [w.split(":") for w in words if w.split(":")[0] in FOUR_PS and ":" in w]:
            members["elements"] = [
                {
                    "type": p,
                    "ref": {"kind": FOUR_PS[p], "id": name},
                    "not_applicable": False,
                    "competence": " ".join(more),
                }
                for p, name, *more in elements
            ]
        begins, ends = (_instant(members, name) for name in ("valid_from", "valid_to"))
        return Version(
            ref, (1, version), when, next((w for w in words if w in types_of(kind.name)), None),
            kind.lifecycle.initial if deleted else state, not deleted and kind.is_live(state),
            deleted, next((int(w) for w in words if _GRADE.fullmatch(w)), None), begins, ends,
            tuple(self.held.get(ref, ())), members,
        )  # fmt: skip

    def _link(self, words: list[str], when: datetime) -> list[Version]:
        if len(words) < 3 or not all(_BEHIND.fullmatch(word) for word in words[3:]):
            allowed = "name relation name, with ended, ~0.5, against, because or changed behind it"
            raise Unreadable(f"has a relation as {allowed}, and not {' '.join(words)}")
        source, relation, target, *state = words
        if relation not in RELATIONS:
            raise Unreadable(f"{relation} must be {one_of(relation, RELATIONS)}")
        for end in (source, target):
            if end not in self.names and end.partition(":")[0] not in NODE_KINDS:
                raise Unreadable(f"{end} must be {one_of(end, self.names) if self.names else 'a name'}, or kind:name")
        ends = [self.names.get(end) or end.replace(":", "/") for end in (source, target)]
        kinds = [end.partition("/")[0] for end in ends]
        if relation == "covers":
            self.signed.setdefault(ends[1], {})[ends[0]] = "changed" in state
        if not RELATIONS[relation].allows(kinds[0], kinds[1]) and _is_field(kinds[0], relation):
            self.held.setdefault(ends[0], []).append(Said(relation, ends[0], ends[1], ends[0], in_force=True))
            return [self._version(ends[0], when)]
        ref = f"link/{source} {relation} {target}"
        for doubted in (word for word in state if word.startswith("~")):
            self.confidence[ref] = float(doubted[1:])
        self.opposed |= {ref} if "against" in state else set()
        self.links[ref] = version = self.links.get(ref, 0) + 1
        said = Said(relation, ends[0], ends[1], ends[0], in_force="ended" not in state)
        return [Version(ref, (1, version), when, None, "active", False, False, None, None, None, (said,), {})]

    def open(self) -> list[Finding]:
        """What is wrong now."""
        things: list[Node | Edge] = [*self.judge.graph.nodes.values(), *self.judge.graph.links.values()]
        return [each.finding for thing in things for each in (thing.open or {}).values()]

    def survey(self) -> None:
        """Ask the rules about the whole; everything that has a name is told with it."""
        said = {ref: members_of(words).get("name") for ref, words in self.said.items()}
        names = {ref: plain(name) for ref, name in said.items() if name}
        drifted = {item: (next(iter(by)), 1) for item, by in self.signed.items() if all(by.values())}
        survey(self.judge, Besides(names, self.confidence, frozenset(self.opposed), drifted))
        self.judge.flush()

    def of(self, rule: str, subject: str = "") -> list[Finding]:
        return [f for f in self.open() if f.rule == rule and f.subject == (subject or self.first)]


def check_node(kind: str, words: list[str]) -> None:
    """Raises Unreadable."""
    if kind not in NODE_KINDS:
        raise Unreadable(f"{kind} must be {one_of(kind, NODE_KINDS)}")
    states = (*NODE_KINDS[kind].lifecycle.states, "deleted")
    if not words or words[0] not in states:
        said = words[0] if words else None
        raise Unreadable(f"behind {kind}:name stands its state, {one_of(said, states)}")
    check_words(kind, words[1:])


def check_words(kind: str, words: list[str]) -> None:
    """What else is said of a node. Raises Unreadable."""
    for word in words:
        is_element = word.partition(":")[0] in FOUR_PS and ":" in word
        is_known = _GRADE.fullmatch(word) or word == "with" or word in types_of(kind)
        if not (word.startswith("+") or is_known or is_element):
            types = f"a type ({', '.join(sorted(types_of(kind)))}), " if types_of(kind) else ""
            raise Unreadable(f"{word} must be {types}a criticality or +member=value")


def _instant(members: dict[str, Any], name: str) -> datetime | None:
    said = members.get(name)
    found = instant(said) if isinstance(said, str) else None
    if said is not None and found is None:
        raise Unreadable(f"{name} must be a day, as {name}=2027-03-01")
    return found


def finds(rules: Iterable[Rule], text: str, id: str) -> bool:
    """Whether a rule finds the subject wrong, more than a year later. Raises Unreadable."""
    return bool(_later(rules, text).of(id))


def mends(rules: Iterable[Rule], text: str, more: str, id: str) -> bool:
    """Whether it finds nothing any more once more has been added. Raises Unreadable."""
    made = _later(rules, text)
    made.add(more, LATER + timedelta(days=1))
    return not made.of(id)


def _later(rules: Iterable[Rule], text: str) -> Text:
    made = Text(rules=rules)
    made.add(text)
    made.judge.turn_to(LATER)
    made.judge.flush()
    return made


def _is_field(kind: str, relation: str) -> bool:
    return any(reference.relation == relation for reference in NODE_KINDS[kind].references)
