"""A file is a source: nothing of another one is retired because both are of one format, or have one name."""

import json
from collections.abc import Callable, Iterable
from dataclasses import replace
from itertools import permutations
from typing import Any

import pytest

from shared.contracts import NODE_KINDS
from shared.interchange import formats, inventory
from shared.interchange.bring import bring
from shared.interchange.endings import is_over
from shared.interchange.formats import File
from shared.interchange.incoming import to_batch
from shared.interchange.outcome import Report
from shared.interchange.records import derived_id, model_of
from tests.unit.fake_owner import FakeOwner
from tests.unit.interchange.models import exchange

Make = Callable[[Iterable[str]], bytes]


def catalog(names: Iterable[str], owner: str = "team-a") -> bytes:
    return "".join(
        f"---\napiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: {{name: {name}}}\n"
        f"spec: {{type: service, lifecycle: production, owner: {owner}}}\n"
        for name in names
    ).encode()


def group(name: str) -> bytes:
    return (
        f"apiVersion: backstage.io/v1alpha1\nkind: Group\nmetadata: {{name: {name}, title: The {name}}}\n"
        "spec: {type: team, children: []}\n"
    ).encode()


def resources(names: Iterable[str]) -> bytes:
    party = {"role": "Owner", "partyOrPartyRole": {"id": "p", "name": "team-a", "@referredType": "Organization"}}
    kind = "CustomerFacingServiceSpecification"
    return json.dumps([{"id": n, "@type": kind, "name": n, "relatedParty": [party]} for n in names]).encode()


def table(names: Iterable[str]) -> bytes:
    return "\n".join(["Name,Owner", *(f"{name},Team A" for name in names)]).encode()


def rows(names: Iterable[str]) -> bytes:
    return json.dumps([{"kind": "service", "name": name} for name in names]).encode()


MAKES: dict[str, Make] = {"backstage": catalog, "tmf": resources, "csv": table, "json": rows}

COLUMNS = {"kind": "service", "columns": {"Name": "name", "Owner": "owner:party+"}}


async def take(
    owner: FakeOwner, content: bytes, place: str | None, *, prunes: bool = True, source: str | None = None,
    above: tuple[str, ...] = (),
) -> Report:  # fmt: skip
    name = (place or "x").rpartition("/")[2]
    said: dict[str, Any] = COLUMNS if content.startswith(b"Name") else {}
    async with owner.client() as client:
        batch = await to_batch(client, File(name, content, source=source, place=place, above=above, **said))
        report = await bring(client, batch, prunes=prunes)
    assert not report.refused
    return report


def live(owner: FakeOwner) -> set[str]:
    entities = [(NODE_KINDS[kind], state) for (kind, _), state in owner.states.items() if kind != "link"]
    return {state["name"] for kind, state in entities if not is_over(kind, state["state"])}


@pytest.mark.parametrize("format", MAKES)
@pytest.mark.parametrize("places", [("a/one.x", "a/two.x"), ("a/same.x", "b/same.x")], ids=["names", "folders"])
@pytest.mark.parametrize("said", [("ab", "cd"), ("abc", "cd"), ("ab", "abc"), ("abc", "bc")], ids="-".join)
async def test_two_files_of_a_format_retire_nothing_of_each_other(
    format: str, places: tuple[str, str], said: tuple[str, str]
) -> None:
    make = MAKES[format]
    files = [(make(names), place) for names, place in zip(said, places, strict=True)]
    for order in permutations(files):
        owner = FakeOwner()
        for file in (*order, *order):  # and once more, since both are there by then
            report = await take(owner, *file)
            assert (report.count("pruned"), report.left) == (0, [])
        assert live(owner) >= {*"".join(said)}


@pytest.mark.parametrize("format", MAKES)
async def test_two_files_of_one_name_in_folders_of_one_name_are_two(format: str) -> None:
    """Of which one is told from the other by what it describes, and from then on each by its own name."""
    make, owner = MAKES[format], FakeOwner()
    places = {"ab": ("here", "home"), "cd": ("there", "home"), "ef": ("there", "away")}
    for names, above in (*places.items(), *places.items()):
        report = await take(owner, make(names), "same/all.x", above=above)
        assert (report.count("pruned"), report.left) == (0, [])
    assert live(owner) >= {*"abcdef"}
    own = [{model_of(entry) for entry in owner.by_name(name)["provenance"]} for name in "ace"]
    assert own == [{"same/all.x"}, {"there/same/all.x"}, {"away/there/same/all.x"}]
    report = await take(owner, make("d"), "same/all.x", above=("there", "home"))
    assert report.count("pruned") == 1
    assert live(owner) & {*"abcdef"} == {*"abdef"}


@pytest.mark.parametrize("format", MAKES)
async def test_a_file_of_which_nothing_stayed_is_the_same_where_that_is_said(format: str) -> None:
    make, owner = MAKES[format], FakeOwner()
    await take(owner, make("a"), "same/all.x", above=("here",))
    notes = (await take(owner, make("b"), "same/all.x", above=("here",))).notes
    assert any("called here/same/all.x" in note and "--source same/all.x" in note for note in notes)
    assert live(owner) >= {*"ab"}
    ids = {id for _, id in owner.states}
    report = await take(owner, make("b"), "same/all.x", above=("here",), source="same/all.x")
    assert (report.count("pruned"), {id for _, id in owner.states}) == (1, ids)
    assert live(owner) & {*"ab"} == {"b"}


@pytest.mark.parametrize("format", MAKES)
async def test_what_a_file_has_no_more_is_retired_wherever_it_lies(format: str) -> None:
    owner, make = FakeOwner(), MAKES[format]
    await take(owner, make("abc"), "here/all.x")
    assert (await take(owner, make("abcd"), "there/all.x")).count("created") == 1  # the same file, in another folder
    report = await take(owner, make("abd"), "there/all.x")
    assert report.count("pruned") == 1
    assert live(owner) >= {*"abd"}
    assert "c" not in live(owner)


@pytest.mark.parametrize("format", MAKES)
async def test_what_an_earlier_release_brought_is_the_files_own(format: str) -> None:
    owner, make = FakeOwner(), MAKES[format]
    await take(owner, make("ab"), "here/all.x")
    former = {"backstage": "catalog", "tmf": "tmf"}.get(format, "all.x")
    for (kind, id), state in list(owner.states.items()):
        told = [
            {**entry, **({"model": former} if entry.get("model") else {"source": f"{format}:{former}"})}
            for entry in state["provenance"]
        ]
        owner.edit(kind, id, provenance=told)
    again = await take(owner, make("ab"), "here/all.x")
    assert {outcome.action for outcome in again.outcomes} == {"unchanged"}
    noted = [[model_of(entry) for entry in state["provenance"]] for state in owner.states.values()]
    assert noted == [["here/all.x"]] * len(noted)
    assert (await take(owner, make("a"), "here/all.x")).count("pruned") == 1
    assert "b" not in live(owner)


RELATED = {"productSpecificationRelationship": [{"id": "2", "name": "Two", "relationshipType": "beside"}]}
PRODUCTS = [{"id": n, "@type": "ProductSpecification", "name": n} for n in "12"]
IN = {
    "tmf": ("products.json", json.dumps([PRODUCTS[0] | RELATED, PRODUCTS[1]]).encode()),
    "backstage": ("catalog-info.yaml", catalog("ab")),
    "archimate": ("m.xml", exchange("p BusinessProcess Pick\nr BusinessRole Picker", "a Assignment r p")),
    "csv": ("tables/", b"Name,Owner\nA,Team A\n"),
    "raci": ("boarding.md", b"# Boarding\n\n| Activity | Purser |\n| --- | --- |\n| | Ann |\n| Count | A |\n"),
}
"""By format, where a file lies and what it says: as much as that two are related, which that format cannot say."""


@pytest.mark.parametrize("again", ["elsewhere", "in its place"])
@pytest.mark.parametrize("format", IN)
async def test_of_an_export_nothing_has_left(format: str, again: str) -> None:
    """Also what its format has no word for, and also where it is written over the file that it came from."""
    owner = FakeOwner()
    for each, (name, content) in IN.items():
        await take(owner, content, f"in/{name}" if each != "csv" else name)
    name = IN[format][0]
    place = "out/" if again == "elsewhere" else f"in/{name}" if format != "csv" else name
    async with owner.client() as client:
        made = formats.writer(format)(await inventory.read(client))
        first, *others = [File(name, content) for name, content in made.files.items()]
        batch = await to_batch(client, replace(first, place=place, beside=tuple(others)), format)
        report = await bring(client, batch, prunes=True, dry_run=True)
    assert {(each.action, each.record.label) for each in report.outcomes if each.action != "unchanged"} == set()
    assert (report.refused, report.left) == ([], [])


async def test_what_was_taken_out_of_an_export_has_left_it() -> None:
    owner, (name, content) = FakeOwner(), IN["tmf"]
    await take(owner, content, f"in/{name}")
    async with owner.client() as client:
        [out] = formats.writer("tmf")(await inventory.read(client)).files.values()
    rest = [each for each in json.loads(out) if each["name"] != "1"]
    first = owner.by_name("1")["key"]
    report = await take(owner, json.dumps(rest).encode(), f"in/{name}")
    assert [each.record.label for each in report.outcomes if each.action == "pruned"] == [f"product/{first}"]
    assert (live(owner), len(owner.states)) == ({"2"}, 3)
    assert {state["state"] for (kind, _), state in owner.states.items() if kind == "link"} == {"ended"}


async def test_files_with_names_of_their_own_mean_the_same_group() -> None:
    owner = FakeOwner()
    await take(owner, catalog("a", "team-b"), None, source="repo-a")
    await take(owner, catalog("b", "team-b"), None, source="repo-b")
    await take(owner, group("team-b"), None, source="people")
    parties = [state for (kind, _), state in owner.states.items() if kind == "party"]
    assert [(each["name"], each["tags"]) for each in parties] == [("The team-b", [])]
    assert {state["owner"]["id"] for (kind, _), state in owner.states.items() if kind == "service"} == {
        parties[0]["id"]
    }
    report = await take(owner, catalog("a", "team-c"), None, source="repo-a")
    assert report.count("pruned") == 0  # it is for who describes it


async def test_what_two_files_only_name_stays_while_one_of_them_does() -> None:
    owner = FakeOwner()
    await take(owner, catalog("a"), "a/x.yaml")
    await take(owner, catalog("b"), "b/x.yaml")
    assert (await take(owner, catalog("a", "team-c"), "a/x.yaml")).count("released") == 1
    assert "team-a" in live(owner)
    assert (await take(owner, catalog("b", "team-c"), "b/x.yaml")).count("pruned") == 1
    assert "team-a" not in live(owner)


async def test_what_a_source_made_when_ids_hung_on_it_keeps_its_id() -> None:
    owner = FakeOwner()
    await take(owner, catalog("a", "team-b"), None, source="repo-a")
    moved = {
        id: derived_id(f"backstage:repo-a:{state['provenance'][0]['id']}") for (_, id), state in owner.states.items()
    }
    text = json.dumps([[kind, id, state] for (kind, id), state in owner.states.items()])
    for new, old in moved.items():
        text = text.replace(new, old)
    before = FakeOwner()
    before.states.update({(kind, id): state for kind, id, state in json.loads(text)})
    report = await take(before, catalog("a", "team-b"), None, source="repo-a")
    assert {outcome.action for outcome in report.outcomes} == {"unchanged"}
    assert {id for _, id in before.states} == {*moved.values()}
