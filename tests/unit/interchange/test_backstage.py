"""Software catalogues of Backstage: who owns, depends on and belongs to whom, in and out."""

from collections import Counter

import pytest

from shared.interchange import formats, inventory
from shared.interchange.export import documents as exported
from shared.interchange.formats import File, Unreadable
from shared.interchange.formats.backstage import terms
from shared.interchange.formats.format import Faulty
from shared.interchange.incoming import to_batch
from shared.interchange.outcome import Report
from shared.interchange.records import Batch
from shared.interchange.sync import sync
from tests.unit.fake_owner import FakeOwner


def entity(kind: str, name: str, spec: str = "{}", metadata: str = "") -> str:
    return f"---\napiVersion: backstage.io/v1alpha1\nkind: {kind}\nmetadata: {{name: {name}{metadata}}}\nspec: {spec}\n"


CATALOG = "# made by a tool\n" + "".join(
    (
        entity("Domain", "harbour", "{owner: crew}"),
        entity("System", "boarding", "{owner: 'group:crew', domain: harbour}"),
        entity(
            "Component", "gate", "{type: service, lifecycle: production, owner: crew, system: boarding,"
            " dependsOn: ['component:default/scanner', 'resource:db'], providesApis: [a]}",
            ", title: The gate, tags: [iot], annotations: {a: b}, links: [{url: 'https://example.org', title: Docs}]",
        ),
        entity("Component", "Scanner", "{type: library, lifecycle: experimental, owner: user:ann}"),
        entity("Component", "scanner", "{lifecycle: production}"),
        entity("API", "a"),
        entity("Group", "crew", "{type: team, parent: fleet, children: [night-crew], members: [ann, bo]}"),
        entity("Group", "night-crew", "{type: team}"),
        entity("User", "ann", "{profile: {displayName: Ann}, memberOf: [crew, night-crew]}"),
    )
)  # fmt: skip


async def bring(owner: FakeOwner, *texts: str) -> Report:
    first, *others = [File(f"{n}.yaml", text.encode()) for n, text in enumerate(texts)]
    async with owner.client() as client:
        file = File(first.name, first.content, beside=tuple(others))
        report = await sync(client, await to_batch(client, file))
    assert report.accounted
    assert not report.refused
    return report


def links(owner: FakeOwner) -> set[tuple[str, str, str]]:
    names = {state["id"]: state.get("name", "") for state in owner.states.values()}
    found = [state for (kind, _), state in owner.states.items() if kind == "link"]
    return {(names[each["source"]["id"]], each["type"], names[each["target"]["id"]]) for each in found}


async def test_entities_are_what_they_are_here_with_owners_and_links() -> None:
    owner = FakeOwner()
    report = await bring(owner, CATALOG)
    kinds = Counter((kind, state.get("type")) for (kind, _), state in owner.states.items() if kind != "link")
    assert kinds == {
        ("strategy", "it"): 1, ("product", "service"): 1, ("service", "application"): 2, ("party", "team"): 2,
        ("party", "org_unit"): 1, ("party", "person"): 2,
    }  # fmt: skip
    gate, crew = owner.by_name("The gate"), owner.by_name("crew")
    assert gate["owner"] == {"kind": "party", "id": crew["id"]}
    assert (gate["state"], owner.by_name("Scanner")["state"]) == ("operational", "developed")
    assert (gate["tags"], gate["custom"]) == (["iot"], {"type": "service", "lifecycle": "production"})
    assert gate["external_refs"] == [{"system": "Backstage", "id": "Docs", "url": "https://example.org"}]
    assert (crew["parent_id"], owner.by_name("night-crew")["parent_id"]) == (owner.by_name("fleet")["id"], crew["id"])
    assert links(owner) == {
        ("boarding", "relates_to", "harbour"), ("The gate", "part_of", "boarding"),
        ("The gate", "depends_on", "Scanner"), ("Ann", "part_of", "crew"), ("Ann", "part_of", "night-crew"),
        ("bo", "part_of", "crew"),
    }  # fmt: skip
    assert (report.unmapped, report.duplicates) == ({"API": 1}, {"Component": 1})
    assert (report.read, report.beside) == (9, {"links": 6, "only named": 2})
    assert report.left_out == {"annotations": 1, "providesApis": 1, "profile": 1, "dependsOn of a resource": 1}
    assert (
        report.notes[0]
        == "component:default/scanner stands in 0.yaml, document 4 already; not taken: 0.yaml, document 5"
    )
    assert "2 are named and not described; made as unresolved: group:default/fleet, user:default/bo" in report.notes
    assert (await bring(owner, CATALOG)).count("unchanged") == report.count("created")


async def test_what_is_only_named_is_unresolved_until_it_is_described() -> None:
    owner = FakeOwner()
    component = entity("Component", "gate", "{owner: crew}")
    await bring(owner, component)
    assert owner.by_name("crew")["tags"] == ["unresolved"]
    group = entity("Group", "crew", "{type: team}", ", title: The crew")
    await bring(owner, group)
    assert owner.by_name("The crew")["tags"] == []
    assert (await bring(owner, component)).count("changed") == 0
    assert owner.by_name("The crew")["type"] == "team"
    together = FakeOwner()
    assert (await bring(together, component, group)).notes == []


async def test_a_catalogue_goes_out_and_comes_back_unchanged() -> None:
    owner = FakeOwner()
    await bring(owner, CATALOG)
    for kind, id in list(owner.states):
        owner.edit(kind, id, provenance=[])
    owner.edit("service", owner.by_name("The gate")["id"], state="tested", utility="Lets people in")
    async with owner.client() as client:
        held = await inventory.read(client)
    made = formats.writer("backstage")(held)
    assert made.lost == {
        "service.utility": 1, "service.custom": 2, "service.external_refs": 1, "party.custom": 2,
    }  # fmt: skip
    text = made.files["catalog-info.yaml"].decode()
    report = await bring(owner, text)
    assert (report.count("unchanged"), report.read) == (len(owner.states), 9)
    elsewhere = FakeOwner()
    await bring(elsewhere, text)
    assert elsewhere.states.keys() == owner.states.keys()
    async with elsewhere.client() as client:
        copy = exported(await inventory.read(client)).documents
    assert [each["key"] for each in copy["party"]] == [each["key"] for each in exported(held).documents["party"]]


async def test_what_has_no_place_there_is_told() -> None:
    owner = FakeOwner()
    await bring(owner, CATALOG)
    owner.edit("service", owner.by_name("Scanner")["id"], state="retired", owner=None)
    owner.edit("strategy", owner.by_name("harbour")["id"], type="business")
    async with owner.client() as client:
        lost = formats.writer("backstage")(await inventory.read(client)).lost
    assert lost["service that is over"] == lost["strategy"] == lost["link depends_on"] == lost["link relates_to"] == 1


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Crew", "group:default/crew"), ("user:ann", "user:default/ann"), ("group:night/crew", "group:night/crew"),
        ("night/crew", "group:night/crew"),
    ],
)  # fmt: skip
def test_references_may_leave_out_kind_and_namespace(text: str, name: str) -> None:
    assert str(terms.parse(text, "group")) == name


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("apiVersion: backstage.io/v1\nmetadata: &a {name: x}\nspec: *a\n", "line 3, column 7: an alias"),
        ("apiVersion: backstage.io/v1\nkind: [\n", "line"),
        ("apiVersion: backstage.io/v1\nkind: Group\n", "0.yaml, document 1: must be an entity"),
        (entity("Group", "[1]"), "document 1, /metadata/name: must be text"),
    ],
)
def test_what_cannot_be_read_is_told_by_its_place(text: str, says: str) -> None:
    with pytest.raises((Unreadable, Faulty), match=says):
        formats.read(File("0.yaml", text.encode()), "backstage")


def test_a_catalogue_is_found_by_what_it_holds() -> None:
    assert formats.recognise(File("a", CATALOG.encode())).name == "backstage"
    assert isinstance(formats.read(File("a", CATALOG.encode())), Batch)
