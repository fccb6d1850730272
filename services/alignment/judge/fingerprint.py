"""Tells one way of judging from another: rules, relations, kinds and the projection. What was judged by another one
holds no longer, and its generation is built anew."""

from collections.abc import Iterable
from hashlib import sha256

import orjson

from services.alignment.judge.catalogue import RULES
from services.alignment.judge.rule import Rule
from shared.contracts import NODE_KINDS
from shared.contracts.base import Kind
from shared.contracts.relations import RELATIONS, Relation

VERSION = 5
"""Raise it where a check or the projection does something else and what they say of themselves stays."""


def fingerprint(
    rules: Iterable[Rule] = tuple(RULES.values()),
    relations: Iterable[Relation] = tuple(RELATIONS.values()),
    kinds: Iterable[Kind] = tuple(NODE_KINDS.values()),
    version: int = VERSION,
) -> str:
    said = [[_rule(rule) for rule in rules], [_relation(row) for row in relations], [_kind(kind) for kind in kinds]]
    return f"{version}-{sha256(orjson.dumps(said)).hexdigest()[:16]}"


def _rule(rule: Rule) -> list[object]:
    about = [
        sorted(rule.kinds),
        sorted(map(str, rule.types or ())),
        sorted(rule.states or ()),
        [rule.stated, rule.planned],
        sorted(rule.limits.items()),
        [rule.where[0], *sorted(map(str, rule.where[1]))] if rule.where else [],
    ]
    examples = [rule.passes, rule.fails, rule.mended]
    return [
        rule.id,
        int(rule.severity),
        rule.condition,
        rule.population,
        rule.shown,
        rule.asked,
        rule.among,
        *about,
        *examples,
    ]


def _relation(row: Relation) -> list[object]:
    pairs = [[sorted(sources), sorted(targets)] for sources, targets in row.pairs]
    return [row.name, pairs, row.same_kind, row.up, sorted(row.risk), sorted(row.review), sorted(row.bearers)]


def _kind(kind: Kind) -> list[object]:
    fields = [[reference.path, reference.relation, sorted(reference.kinds)] for reference in kind.references]
    return [kind.name, list(kind.lifecycle.states), sorted(kind.lifecycle.live), fields]


FINGERPRINT = fingerprint()
