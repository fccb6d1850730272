"""The examples are what a visitor meets first: they load, they hold together, and their gaps are the ones they name."""

import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from shared.contracts import NODE_KINDS
from shared.contracts.reference import parse
from shared.contracts.relations import RELATIONS
from shared.interchange import bundle, bundle_files
from shared.interchange.bundle_files import Document
from shared.interchange.sync import sync
from tests.unit.fake_owner import FakeOwner

EXAMPLES = Path(__file__).parents[2] / "examples"
LEVELS = ("operational", "tactical", "strategic")
ROW = re.compile(r"^\| (?P<first>[^|]+) \| (?P<second>[a-z_]+/[^ |]+) \| [^|]+ \|$", re.MULTILINE)

Link = tuple[str, str, str]
"""Source, type and target."""


@cache
def read(example: str) -> dict[str, Document]:
    """The documents of an example by kind/key."""
    return {document.ref: document for document in bundle_files.read([EXAMPLES / example])}


def table(example: str) -> list[tuple[str, str]]:
    """The first two columns of the rows of a README that name an entity in the second."""
    text = (EXAMPLES / example / "README.md").read_text("utf-8")
    return [(row["first"], row["second"]) for row in ROW.finditer(text)]


def links(example: str) -> list[Link]:
    return [(ref, link["type"], link["to"]) for ref, document in read(example).items() for link in document.links]


def mentioned(example: str) -> set[str]:
    """Everything that links or members refer to."""
    targets = {target for _, _, target in links(example)}
    return targets | {ref for document in read(example).values() for ref in _references(document)}


def _references(document: Document) -> Iterator[str]:
    for reference in document.kind.references:
        yield from _texts(document.spec, reference.path.split("."))


def _texts(value: Any, steps: list[str]) -> Iterator[str]:
    if not steps:
        yield value
        return
    name, chosen = parse(steps[0])
    member = value.get(name)
    for item in filter(chosen, member or ()) if chosen else [member]:
        if item is not None:
            yield from _texts(item, steps[1:])


def misfits(example: str) -> list[Link]:
    """Links whose two kinds their type does not allow."""
    return [
        (source, type, target)
        for source, type, target in links(example)
        if not RELATIONS[type].allows(source.partition("/")[0], target.partition("/")[0])
    ]


def gaps(rule: str) -> Counter[str]:
    return Counter(subject for known, subject in table("organisation") if known == rule)


async def test_the_organisation_comes_in_whole_and_a_second_time_changes_nothing() -> None:
    owner, documents = FakeOwner(), list(read("organisation").values())
    for action in ("created", "unchanged"):
        async with owner.client() as client:
            report = await sync(client, await bundle.to_batch(client, documents))
        assert report.refused == []
        assert report.count(action) == len(documents) + len(links("organisation"))


def test_the_organisation_has_some_of_every_kind() -> None:
    counts = Counter(document.kind.name for document in read("organisation").values())
    assert counts.total() >= 200
    assert set(counts) == set(NODE_KINDS)


@pytest.mark.parametrize("example", ["organisation", "archisurance-overlay"])
def test_everything_is_registered_as_found_and_every_link_says_why(example: str) -> None:
    signed_here = {"increment/dependable-first-slice"}  # it comes as a draft, and its signers sign it
    for ref, document in read(example).items():
        if document.spec and ref not in signed_here:
            assert document.spec["state"] in document.kind.lifecycle.states, ref
            assert document.spec["state_reason"], ref
        assert all(link["rationale"] for link in document.links), ref


@pytest.mark.parametrize("example", ["organisation", "archisurance-overlay"])
def test_a_lower_objective_has_its_parent_on_its_own_side_and_no_lower(example: str) -> None:
    documents = read(example)
    objectives = [document.spec for document in documents.values() if document.kind.name == "objective"]
    for child in objectives:
        if "parent_id" in child:
            parent = documents[child["parent_id"]].spec
            assert parent["side"] == child["side"]
            assert LEVELS.index(parent["level"]) >= LEVELS.index(child["level"])
    assert {(spec["side"], spec["level"]) for spec in objectives} >= {("business", "strategic"), ("it", "strategic")}


def test_known_gaps_are_of_what_is_there() -> None:
    known = table("organisation")
    assert len(set(known)) == len(known)
    assert {subject for _, subject in known} <= read("organisation").keys()
    rules = (
        "C04 D01 D03 F01 F02 F03 F05 F07 F10 G04 K01 K05 O08 O14 P01 P03 P04 P06 P12 R07 R12 R13 S01 S07 "
        "V01 V02 V04 V07 V08 V10 V11 V18 X01 X02 X03 X04 X07"
    )
    assert {rule for rule, _ in known} == set(rules.split())
    assert {subject.partition("/")[0] for subject in gaps("V04")} == {"policy", "process"}


def test_nothing_but_the_known_gap_points_at_what_is_not_there() -> None:
    absent = mentioned("organisation") - read("organisation").keys()
    assert gaps("D01") == Counter(source for source, _, target in links("organisation") if target in absent)
    assert gaps("D01").total() == len(absent)


def test_no_link_but_the_known_gap_joins_kinds_that_its_type_does_not_allow() -> None:
    assert gaps("D03") == Counter(source for source, _, _ in misfits("organisation"))


def test_the_overlay_only_links_allowed_kinds() -> None:
    assert misfits("archisurance-overlay") == []


def test_the_overlay_lists_what_it_needs_of_the_model() -> None:
    documents = read("archisurance-overlay")
    bare = {ref for ref, document in documents.items() if not document.spec}
    needed = bare | (mentioned("archisurance-overlay") - documents.keys())
    listed = table("archisurance-overlay")
    assert {key for _, key in listed} == needed
    for element, key in listed:
        assert re.sub(r"[^a-z0-9]+", "-", element.lower()) == key.partition("/")[2]


async def test_the_overlay_comes_in_over_the_model() -> None:
    """Each element of the model is stood in for by one of the same name, under an id that the overlay cannot derive."""
    owner = FakeOwner()
    documents = read("archisurance-overlay")
    async with owner.client() as client:
        for number, (element, key) in enumerate(table("archisurance-overlay")):
            id = f"00000000-0000-5000-8000-{number:012}"
            await client.put(key.partition("/")[0], id, {"key": key.partition("/")[2], "name": element})
        before = len(owner.states)
        report = await sync(client, await bundle.to_batch(client, list(documents.values())))
    described = [document for document in documents.values() if document.spec]
    assert report.refused == []
    assert len(owner.states) == before + len(described) + len(links("archisurance-overlay"))
