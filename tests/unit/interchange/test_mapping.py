from collections import Counter
from pathlib import Path

import pytest

from shared.contracts import KIND_OWNERS, NODE_KINDS
from shared.interchange.formats.archimate.exchange import read
from shared.interchange.formats.archimate.mapping import relation_of, to_batch
from shared.interchange.formats.archimate.model import Model
from shared.interchange.found import FOUND_IN
from shared.interchange.records import Batch, derived_id

FERRY = read(Path(__file__).with_name("ferry.xml").read_bytes())


@pytest.fixture
def batch() -> Batch:
    return to_batch(FERRY, "ferry.xml")


def test_every_element_becomes_its_kind_with_its_sub_kind(batch: Batch) -> None:
    entities = {record.origin.id: record for record in batch.layers[0]}
    kinds = Counter(record.kind.name for record in entities.values())
    assert kinds == {
        "driver": 1, "objective": 2, "outcome": 1, "policy": 2, "tactic": 1, "service": 3, "contract": 1, "product": 3,
        "process": 3, "role": 1, "party": 2,
    }  # fmt: skip
    types = {id: entities[id].members.get("type") for id in ("p1", "p2", "s1", "s2", "s3", "t1", "a1", "n1", "x1")}
    assert types == {
        "p1": "principle", "p2": "constraint", "s1": "business", "s2": "application", "s3": "technology",
        "t1": "service", "a1": "tool", "n1": "technology", "x1": None,
    }  # fmt: skip


def test_only_what_the_file_carries_is_carried(batch: Batch) -> None:
    described, plain = batch.layers[0][:2]
    assert described.members == {
        "name": "Full boats",
        "description": "Nine in ten places taken in summer.",
        "state": "in_force",
    }
    assert set(plain.members) == {"name", "state"}


def test_each_relation_becomes_the_first_link_that_fits(batch: Batch) -> None:
    ids = {record.id: record.origin.id for record in batch.layers[0]}
    *_, assigned, found = batch.layers
    links = {
        link.origin.id: (ids[link.members["source"]["id"]], link.members["type"], ids[link.members["target"]["id"]])
        for link in found
    }
    assert links == {
        "l01": ("c1", "decomposes", "g1"),
        "l02": ("s1", "realizes", "o1"),
        "l03": ("b1", "realizes", "s1"),
        "l04": ("s1", "relates_to", "b2"),
        "l05": ("s2", "serves", "b1"),
        "l06": ("r1", "performs", "b1"),
        "l08": ("b2", "precedes", "b1"),
        "l09": ("element-without-a-name", "part_of", "x1"),
        "l10": ("s2", "depends_on", "s3"),
        "l11": ("g2", "influences", "o1"),
        "l12": ("b3", "specializes", "b1"),
        "l13": ("s3", "relates_to", "r1"),
        "l14": ("p1", "governs", "b1"),
        "l15": ("b1", "relates_to", "r1"),
        "l16": ("p2", "realizes", "g2"),
    }
    assert batch.fallen == {
        ("Realization", "service", "process"): 1,
        ("Specialization", "service", "role"): 1,
        ("Flow", "process", "role"): 1,
    }
    [holds] = assigned
    party, role, process = (next(id for id, of in ids.items() if of == each) for each in ("x1", "r1", "b1"))
    assert holds.members == {
        "name": "Crew as Purser for Board passengers",
        "state": "proposed",
        "party_id": party,
        "role_id": role,
        "scope": {"kind": "process", "id": process},
    }


def test_a_link_is_owned_by_the_service_of_its_source(batch: Batch) -> None:
    owners = {link.kind.service == KIND_OWNERS[link.members["source"]["kind"]] for link in batch.layers[-1]}
    assert owners == {True}


def test_everything_else_is_counted_by_type_with_its_reason(batch: Batch) -> None:
    assert batch.unmapped == {"BusinessObject": 1, "Location": 1, "Junction": 1, "Access": 2}
    assert batch.duplicates == {"Assignment": 1}
    assert [(r.label, r.type, r.reason) for r in batch.refused] == [
        ("Flow Seat reservation -> Seat reservation", "Flow", "joins an element to itself (line 56)"),
        ("Association Crew -> l06", "Association", "ends on another relation (line 57)"),
    ]
    assert (batch.joined, batch.beside) == ({"Assignment": 1}, {"paths": 1})
    records, counted = sum(map(len, batch.layers)), (batch.unmapped, batch.duplicates, batch.joined)
    assert batch.read == 44
    assert batch.read + batch.beside.total() == records + sum(each.total() for each in counted) + len(batch.refused)


def test_an_element_without_a_name_is_taken_in_and_counted(batch: Batch) -> None:
    nameless = next(record for record in batch.layers[0] if record.origin.id == "element-without-a-name")
    assert nameless.members["name"] == "Unnamed BusinessActor t-a-name"
    assert batch.unnamed == {"BusinessActor": 1}


def test_ids_hang_on_the_model_or_on_the_given_source_never_on_the_file(batch: Batch) -> None:
    again = to_batch(FERRY, "renamed.xml")
    assert [r.id for r in again.layers[0]] == [r.id for r in batch.layers[0]]
    assert batch.layers[0][0].id == derived_id("archimate:id-ferry:g1")
    assert to_batch(FERRY, "ferry.xml", "other").layers[0][0].id == derived_id("archimate:other:g1")


def test_a_model_without_an_identifier_needs_a_source() -> None:
    with pytest.raises(ValueError, match="--source"):
        to_batch(Model(), "ferry.xml")
    assert to_batch(Model(), "ferry.xml", "mine").read == 0


def test_what_does_not_fit_the_contract_is_refused_and_its_relations_are_unmapped() -> None:
    long = FERRY.elements[0].__class__("g1", "Goal", "x" * 501, None, {})
    batch = to_batch(Model("m", "m", [long, FERRY.elements[6]], [FERRY.relations[0]]), "long.xml")
    assert [refusal.type for refusal in batch.refused] == ["Goal"]
    assert "/name" in batch.refused[0].reason
    assert batch.unmapped == {"Realization": 1}


def test_found_states_are_live() -> None:
    assert [kind for kind, state in FOUND_IN.items() if not NODE_KINDS[kind].is_live(state)] == ["increment"]
    assert FOUND_IN.keys() == NODE_KINDS.keys()


@pytest.mark.parametrize(
    ("type", "source", "target", "expected"),
    [
        ("Realization", "strategy", "strategy", ("supports", False)),
        ("Realization", "outcome", "objective", ("realizes", False)),
        ("Realization", "objective", "outcome", ("relates_to", False)),
        ("Serving", "product", "service", ("serves", False)),
        ("Serving", "role", "service", ("relates_to", False)),
        ("Serving", "partner", "service", ("depends_on", True)),
        ("Access", "process", "service", ("relates_to", False)),
        ("Access", "service", "product", ("depends_on", False)),
        ("Assignment", "process", "party", ("relates_to", False)),
        ("Assignment", "product", "product", ("depends_on", True)),
        ("Assignment", "product", "process", ("performs", False)),
        ("Realization", "product", "process", ("realizes", False)),
        ("Realization", "product", "party", ("relates_to", False)),
        ("Composition", "objective", "objective", ("part_of", True)),
        ("Composition", "objective", "tactic", ("decomposes", True)),
        ("Composition", "tactic", "objective", ("relates_to", False)),
        ("Aggregation", "product", "service", ("part_of", True)),
        ("Aggregation", "product", "contract", ("relates_to", False)),
        ("Association", "policy", "process", ("governs", False)),
        ("Association", "process", "policy", ("relates_to", False)),
        ("Association", "contract", "service", ("covers", False)),
        ("Specialization", "role", "role", ("specializes", False)),
        ("Association", "policy", "objective", ("relates_to", False)),
        ("Invented", "policy", "objective", ("relates_to", False)),
    ],
)
def test_relation_rows(type: str, source: str, target: str, expected: tuple[str, bool]) -> None:
    assert relation_of(type, source, target) == expected
