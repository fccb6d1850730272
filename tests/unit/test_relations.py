"""The relation table: every row, what leads up, what is hit, and that every reference's relation fits its ends."""

import re

import pytest

from shared.contracts import KIND_OWNERS, KINDS, NODE_KINDS
from shared.contracts.base import Kind
from shared.contracts.reference import Reference
from shared.contracts.relations import DECOMPOSITION, RELATIONS, allowed_relations

ENDS = """
supports s t s              decomposes s t s           realizes s t s            serves s t s
justified_by s t s          delivers s t s             depends_on t s t          influences - - t
parallels - - both          measured_by t - both       governs - - t             performs s t s
provides s t s              requires t s t             exchangeable_with - - both
optional_with - - both      precedes - t both          part_of s both s          specializes - - both
supersedes - - both         owned_by - s -             offers s s both           covers s s both
signed_by - - s             targets - t s              valued_by - t s           represents - s s
agreed_with - t both        designed_with - s s        lists - - s               assigns - s both
assigned_as - t both        assigned_in - t both       responsible - s s         accountable - s s
consulted - - s             informed - - s             guides s t s              produced_by - s both
consumed_by - t both        hands_over - t both        relates_to - - both
overseen_by - s s           evidenced_by - s s
"""
"""Relation, which end is justified by the other one, which is at risk with it, which is to be reviewed after it."""
WORDS = ENDS.split()
ROWS = [tuple(WORDS[place : place + 4]) for place in range(0, len(WORDS), 4)]
MEANING: dict[str, set[str]] = {"-": set(), "s": {"source"}, "t": {"target"}, "both": {"source", "target"}}
SYMMETRIC = {"parallels", "exchangeable_with", "optional_with", "relates_to"}
REFERENCES = [
    pytest.param(kind, reference, id=f"{kind.name}-{reference.path}")
    for kind in NODE_KINDS.values()
    for reference in kind.references
]


@pytest.mark.parametrize("name", RELATIONS)
def test_a_row_is_whole(name: str) -> None:
    relation = RELATIONS[name]
    assert relation.name == name
    assert (relation.inverse == name) == (name in SYMMETRIC)
    assert relation.pairs or relation.same_kind
    assert all(kinds and kinds <= set(KIND_OWNERS) for pair in relation.pairs for kinds in pair)
    assert relation.bearers <= set(KIND_OWNERS)


def test_every_inverse_names_one_relation() -> None:
    inverses = [relation.inverse for relation in RELATIONS.values()]
    assert len(set(inverses)) == len(RELATIONS)
    assert not (set(inverses) & set(RELATIONS)) - SYMMETRIC


def test_every_row_has_its_ends() -> None:
    assert sorted(name for name, *_ in ROWS) == sorted(RELATIONS)


@pytest.mark.parametrize(("name", "up", "risk", "review"), ROWS)
def test_which_ends_it_justifies_puts_at_risk_and_calls_to_review(name: str, up: str, risk: str, review: str) -> None:
    relation = RELATIONS[name]
    assert {relation.up or ""} == (MEANING[up] or {""})
    assert set(relation.risk) == MEANING[risk]
    assert set(relation.review) == MEANING[review]


def test_only_a_contract_rests_on_what_it_covers() -> None:
    covers = RELATIONS["covers"]
    assert covers.justified("contract") == "source"
    assert covers.justified("increment") is None
    assert covers.at_risk("contract") == {"source"}
    assert covers.at_risk("increment") == set()


@pytest.mark.parametrize(
    ("name", "source", "target", "allowed"),
    [
        ("supports", "strategy", "strategy", True),
        ("supports", "strategy", "objective", False),
        ("decomposes", "tactic", "objective", True),
        ("decomposes", "objective", "tactic", False),
        ("governs", "policy", "process", True),
        ("governs", "process", "policy", False),
        ("realizes", "process", "service", True),
        ("realizes", "policy", "service", False),
        ("parallels", "tactic", "tactic", True),
        ("parallels", "tactic", "operation", False),
        ("supersedes", "party", "party", True),
        ("supersedes", "party", "role", True),
        ("specializes", "party", "role", False),
        ("specializes", "party", "party", True),
        ("part_of", "activity", "process", True),
        ("part_of", "service", "service", True),
        ("part_of", "policy", "service", False),
        ("realizes", "activity", "objective", True),
        ("serves", "activity", "party", True),
        ("performs", "product", "process", True),
        ("performs", "product", "activity", False),
        ("relates_to", "party", "kpi", True),
        ("owned_by", "service", "role", True),
        ("owned_by", "service", "partner", False),
    ],
)
def test_which_kinds_it_may_join(name: str, source: str, target: str, allowed: bool) -> None:
    assert RELATIONS[name].allows(source, target) is allowed
    assert (name in allowed_relations(source, target)) is allowed


def ends(kind: Kind, reference: Reference) -> list[tuple[str, str]]:
    own: dict[str, tuple[str, ...]] = {
        "owner": ("party", "role"),
        "provider": ("partner", "party"),
        "customer": ("consumer_group", "party"),
        "scope": ("process", "service"),
        "elements[].ref": ("role", "process", "product", "partner"),
        "steps[].ref": tuple(NODE_KINDS),
        "steps[].to": tuple(NODE_KINDS),
        "items[]": tuple(kind.name for kind in NODE_KINDS.values() if kind.signed_as),
    }
    start = reference.start[1] if reference.start else kind.name
    pairs = [(start, target) for target in reference.kinds or own[reference.path]]
    return [(target, source) for source, target in pairs] if reference.swapped else pairs


@pytest.mark.parametrize(("kind", "reference"), REFERENCES)
def test_a_reference_makes_an_edge_that_its_relation_allows(kind: Kind, reference: Reference) -> None:
    """A part in the terms of the model, as a KPI of its CSF, needs no pair: what a field says always fits."""
    if reference.relation != "part_of":
        assert all(RELATIONS[reference.relation].allows(*pair) for pair in ends(kind, reference))


@pytest.mark.parametrize(("kind", "reference"), REFERENCES)
def test_a_reference_names_a_member(kind: Kind, reference: Reference) -> None:
    assert re.split(r"[.\[]", reference.path)[0] in kind.model.model_fields


@pytest.mark.parametrize("kind", NODE_KINDS.values(), ids=lambda kind: kind.name)
def test_every_id_among_the_members_is_a_reference(kind: Kind) -> None:
    ids = {name for name in kind.model.model_fields if name.endswith(("_id", "_ids"))}
    assert ids <= {reference.path.removesuffix("[]") for reference in kind.references}


@pytest.mark.parametrize(
    ("path", "state", "found"),
    [
        ("a_id", {"a_id": "1"}, [("/a_id", "service", "1")]),
        ("a_id", {"a_id": None}, []),
        ("a_id", {}, []),
        ("a_ids[]", {"a_ids": ["1", "2"]}, [("/a_ids/0", "service", "1"), ("/a_ids/1", "service", "2")]),
        ("a_ids[]", {"a_ids": None}, []),
        ("items[].a_id", {"items": [{"a_id": "1"}, {"a_id": None}, {}]}, [("/items/0/a_id", "service", "1")]),
        ("owner", {"owner": {"kind": "role", "id": "1"}}, [("/owner", "role", "1")]),
    ],
)
def test_a_reference_finds_what_it_holds(path: str, state: dict[str, object], found: list[object]) -> None:
    kinds = () if path == "owner" else ("service",)
    assert list(Reference(path, "relates_to", kinds).targets(state)) == found


def test_decompositions_lead_up() -> None:
    assert {"decomposes", "part_of"} == DECOMPOSITION
    assert all(RELATIONS[name].up for name in DECOMPOSITION)


def test_every_kind_is_of_the_service_that_owns_it() -> None:
    assert {kind.name: service for service, kinds in KINDS.items() for kind in kinds if not kind.is_link} == {
        name: KIND_OWNERS[name] for name in NODE_KINDS
    }
