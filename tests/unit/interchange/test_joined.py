"""Relations that go through junctions and artifacts, steps of processes, and the names of ArchiMate 4."""

from collections.abc import Iterator

import pytest

from shared.interchange.formats.archimate import steps
from shared.interchange.records import Batch
from tests.unit.interchange.models import batch, exchange

STEPS = "a BusinessProcess A\nb BusinessProcess B\nc BusinessProcess C\nj AndJunction\nk OrJunction"


def links(found: Batch) -> Iterator[str]:
    names = {record.id: record.members["name"] for layer in found.layers[:-1] for record in layer}
    for link in found.layers[-1]:
        source, target = (names[link.members[end]["id"]] for end in ("source", "target"))
        yield f"{source} {link.members['type']} {target}"


def accounted(found: Batch) -> bool:
    counted = found.unmapped.total() + found.duplicates.total() + found.joined.total() + len(found.refused)
    return found.read + found.beside.total() == sum(map(len, found.layers)) + counted


@pytest.mark.parametrize(
    ("relations", "expected", "joined", "unmapped"),
    [
        ("r Triggering a j\ns Triggering j b", {"A precedes B"}, 3, 1),
        ("r Triggering a j\ns Triggering j b\nt Triggering j c", {"A precedes B", "A precedes C"}, 4, 1),
        ("r Triggering a j\nx Triggering j k\ns Triggering k b", {"A precedes B"}, 5, 0),
        ("r Triggering a j\nx Triggering j k\ny Triggering k j\ns Triggering k b", {"A precedes B"}, 6, 0),
        ("r Triggering a j\ns Triggering j a", set(), 0, 4),
        ("r Triggering a j", set(), 0, 3),
        ("r Triggering j b", set(), 0, 3),
        ("r Triggering a b\ns Triggering a j\nt Triggering j b", {"A precedes B"}, 3, 1),
        ("r Flow a j\ns Triggering j b", {"A precedes B"}, 3, 1),
    ],
)
def test_every_path_through_junctions_is_a_relation(
    relations: str, expected: set[str], joined: int, unmapped: int
) -> None:
    found = batch(exchange(STEPS, relations))
    assert set(links(found)) == expected
    assert (found.joined.total(), found.unmapped.total(), accounted(found)) == (joined, unmapped, True)


def test_an_artifact_is_a_step_of_realization_and_assignment_alone() -> None:
    elements = "n Node Server\nf Artifact War\nc ApplicationComponent Till\ns ApplicationService Pay"
    found = batch(exchange(elements, "r Assignment n f\ns1 Realization f c\nt Association f s"))
    assert list(links(found)) == ["Till depends_on Server"]
    assert (found.joined, found.unmapped) == ({"Artifact": 1, "Assignment": 1, "Realization": 1}, {"Association": 1})
    assert accounted(found)


def test_paths_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(steps, "MOST_PATHS", 2)
    found = batch(exchange(STEPS, "r Triggering a j\ns Triggering j b\nt Triggering j c\nu Triggering b j"))
    assert (found.beside.total(), len(found.layers[-1])) == (2, 2)
    assert "more than 2 relations" in found.notes[0]


PARTS = "w BusinessProcess Whole\na BusinessFunction Left\nb BusinessProcess Right\nc BusinessProcess Deep"


def test_a_leaf_by_composition_is_a_step_of_the_process_above_it() -> None:
    found = batch(exchange(PARTS, "r Composition w a\ns Composition w b\nt Composition b c\nu Triggering a c"))
    kinds = {record.members["name"]: record.kind.name for layer in found.layers[:2] for record in layer}
    assert kinds == {"Whole": "process", "Right": "process", "Left": "activity", "Deep": "activity"}
    ids = {record.members["name"]: record.id for layer in found.layers[:2] for record in layer}
    assert [record.members["process_id"] for record in found.layers[1]] == [ids["Whole"], ids["Right"]]
    assert list(links(found)) == ["Right part_of Whole", "Left precedes Deep"]
    assert (found.joined, accounted(found)) == ({"Composition": 2}, True)


def test_a_step_of_two_processes_is_one_of_the_first_and_that_is_told() -> None:
    found = batch(exchange(PARTS, "r Composition w a\ns Composition b a\nt Composition w a"))
    assert found.notes == ["Left is a part of Whole and of Right: a step of the first."]
    assert list(links(found)) == ["Left part_of Right"]
    assert (found.duplicates, accounted(found)) == ({"Composition": 1}, True)


def test_by_aggregation_and_in_a_circle_processes_stay_processes() -> None:
    found = batch(exchange(PARTS, "r Aggregation w a\ns Composition a b\nt Composition b a"))
    assert {record.kind.name for record in found.layers[0]} == {"process"}
    assert found.layers[1] == []
    assert [refusal.reason for refusal in found.refused] == ["makes something a part of itself"]
    assert accounted(found)


def test_a_party_is_proposed_for_what_its_role_performs() -> None:
    elements = "x BusinessActor Crew\nr BusinessRole Purser\np BusinessProcess Board\ns BusinessService Ferry"
    found = batch(exchange(elements, "l Assignment x r\nm Assignment r p\nn Assignment r s"))
    assert [(each.label, each.members["name"], each.members["state"]) for each in found.layers[2]] == [
        ("Assignment Crew -> Purser", "Crew as Purser for Board", "proposed"),
        ("Assignment Crew -> Purser", "Crew as Purser for Ferry", "proposed"),
    ]
    assert list(links(found)) == ["Purser performs Board", "Purser performs Ferry"]
    assert accounted(found)
    alone = batch(exchange(elements, "l Assignment x r"))
    assert list(links(alone)) == ["Crew relates_to Purser"]
    assert alone.fallen == {("Assignment", "party", "role"): 1}


def test_names_of_archimate_4_have_the_layer_of_what_stands_behind_them() -> None:
    elements = (
        "a Service Pay\nb Service Host\nc Service Ask\nd Service Lone\ne ApplicationComponent Till\nf Node Server\n"
        "g Process Answer\nh Role Clerk\ni Function Keep\nj Collaboration Team\nk Collaboration Bundle\nl Event Rain"
    )
    relations = (
        "1 Realization e a\n2 Realization i b\n3 Assignment f i\n4 Realization g c\n5 Assignment h g\n"
        '6 Aggregation k e\n7 Serving a g | sourceMultiplicity="1" targetMultiplicity="0..*"'
    )
    found = batch(exchange(elements, relations))
    types = {r.members["name"]: (r.kind.name, r.members.get("type")) for r in found.layers[0]}
    assert types == {
        "Pay": ("service", "application"), "Host": ("service", "technology"), "Ask": ("service", "business"),
        "Lone": ("service", "supporting"), "Till": ("product", "tool"), "Server": ("product", "technology"),
        "Answer": ("process", None), "Clerk": ("role", None), "Keep": ("process", None), "Team": ("party", None),
        "Bundle": ("product", "tool"),
    }  # fmt: skip
    assert found.unmapped == {"Event": 1}
    assert found.layers[0][0].members["custom"] == {"multiplicities": {"Serving Answer": "1 -> 0..*"}}
