"""What the second file of a model must do: every element keeps its entity as long as it is the same."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from shared.interchange import bundle, bundle_files
from shared.interchange.bring import bring
from shared.interchange.export import export
from shared.interchange.faults import BadBundle
from shared.interchange.outcome import Report
from shared.interchange.yaml_documents import text
from tests.unit.fake_owner import FakeOwner
from tests.unit.interchange.models import batch, counts, exchange, import_, live

NOBODY = "33333333-3333-4333-8333-333333333333"
STEPS = "a BusinessProcess Pick\nb BusinessProcess Pack\nc BusinessProcess Count"
ROTA = "x {} Rota\np BusinessProcess Plan"


@pytest.fixture
def owner() -> FakeOwner:
    return FakeOwner()


async def test_a_relation_that_joins_others_is_another_link(owner: FakeOwner) -> None:
    await import_(owner, exchange(STEPS, "r Triggering a b"))
    report = await import_(owner, exchange(STEPS, "r Triggering c b"))
    assert counts(report) == {"unchanged": 3, "changed": 1}
    assert live(owner) == {"process Pick", "process Pack", "process Count", "Count precedes Pack"}
    assert counts(await import_(owner, exchange(STEPS, "r Triggering c b"))) == {"unchanged": 4}
    assert counts(await import_(owner, exchange(STEPS, "r Triggering a b"))) == {"unchanged": 3, "changed": 1}
    assert "Pick precedes Pack" in live(owner)
    assert len([state for state in owner.states.values() if state["kind"] == "link"]) == 2, "the first is back"


async def test_relations_that_change_places_change_nothing(owner: FakeOwner) -> None:
    await import_(owner, exchange(STEPS, "r Triggering a b\ns Triggering c b"))
    before = live(owner)
    assert counts(await import_(owner, exchange(STEPS, "s Triggering a b\nr Triggering c b"))) == {"unchanged": 5}
    assert live(owner) == before
    assert counts(await import_(owner, exchange(STEPS, "r Triggering c b"), prunes=True)) == {
        "unchanged": 4,
        "pruned": 1,
    }
    assert live(owner) == before - {"Pick precedes Pack"}


async def test_a_relation_drawn_anew_is_the_same_link_under_its_new_id(owner: FakeOwner) -> None:
    await import_(owner, exchange(STEPS, "r Triggering a b"))
    assert counts(await import_(owner, exchange(STEPS, "again Triggering a b"))) == {"unchanged": 4}
    [link] = [state for state in owner.states.values() if state["kind"] == "link"]
    assert [entry["id"] for entry in link["provenance"]] == ["again"]


async def test_an_element_of_another_kind_is_another_entity_that_supersedes_the_first(owner: FakeOwner) -> None:
    await import_(owner, exchange(ROTA.format("ApplicationComponent"), "r Serving x p"))
    product = owner.by_name("Rota")
    owner.edit("product", product["id"], key="rota")
    report = await import_(owner, exchange(ROTA.format("ApplicationService"), "r Serving x p"))
    assert counts(report) == {"retyped": 1, "unchanged": 1, "changed": 1}
    assert live(owner) == {"service Rota", "process Plan", "Rota serves Plan"}
    assert owner.states["product", product["id"]]["state"] == "retired"
    [service] = [state for state in owner.states.values() if state["kind"] == "service"]
    assert (service["key"], service["id"] != product["id"]) == ("rota", True)
    [link] = [state for state in owner.states.values() if state.get("type") == "supersedes"]
    assert (link["source"]["id"], link["target"]["id"]) == (service["id"], product["id"])
    assert counts(await import_(owner, exchange(ROTA.format("ApplicationService"), "r Serving x p"))) == {
        "unchanged": 3
    }
    back = await import_(owner, exchange(ROTA.format("ApplicationComponent"), "r Serving x p"))
    assert counts(back) == {"retyped": 1, "unchanged": 1, "changed": 1}
    assert live(owner) == {"product Rota", "process Plan", "Rota serves Plan"}


async def test_a_step_of_another_process_is_another_activity(owner: FakeOwner) -> None:
    parts = "v BusinessProcess Buy\nw BusinessProcess Sell\na BusinessProcess Pay"
    await import_(owner, exchange(parts, "r Composition v a"))
    report = await import_(owner, exchange(parts, "r Composition w a"))
    assert counts(report) == {"unchanged": 2, "retyped": 1, "joined": 1}
    states = {state["state"]: state for state in owner.states.values() if state.get("name") == "Pay"}
    assert states["operational"]["process_id"] == owner.by_name("Sell")["id"]
    assert states["retired"]["key"] == f"{states['operational']['key']}.1"
    assert counts(await import_(owner, exchange(parts, "r Composition w a"))) == {"unchanged": 3, "joined": 1}


async def test_what_takes_the_place_of_another_takes_its_links_and_owners_too(owner: FakeOwner) -> None:
    crew = "x {} Crew\ns BusinessService Ferry"
    await import_(owner, exchange(crew.format("BusinessActor")))
    party, service = owner.by_name("Crew"), owner.by_name("Ferry")
    owner.edit("service", service["id"], owner={"kind": "party", "id": party["id"]})
    link = {"type": "relates_to", "source": ref(service), "target": ref(party), "rationale": "hers"}
    async with owner.client() as client:
        await client.bulk("catalog", [{"kind": "link", "id": "11111111-1111-4111-8111-111111111111", "body": link}])
    await import_(owner, exchange(crew.format("BusinessRole")))
    role = next(state for state in owner.states.values() if state["kind"] == "role")
    assert owner.states["service", service["id"]]["owner"] == {"kind": "role", "id": role["id"]}
    [moved] = [s for s in owner.states.values() if s.get("type") == "relates_to" and s["state"] == "active"]
    assert (moved["target"]["id"], moved["rationale"]) == (role["id"], "hers")


def ref(state: dict[str, Any]) -> dict[str, str]:
    return {"kind": state["kind"], "id": state["id"]}


async def test_what_left_the_file_stays_until_it_is_pruned_and_says_so(owner: FakeOwner) -> None:
    await import_(owner, exchange(STEPS, "r Triggering a b"))
    report = await import_(owner, exchange("b BusinessProcess Pack\nc BusinessProcess Count"))
    assert counts(report) == {"unchanged": 2, "left": 2}
    key = owner.by_name("Pick")["key"]
    assert [leaving.record.label for leaving in report.left] == ["Pick precedes Pack", f"Pick (process/{key})"]
    assert owner.by_name("Pick")["state"] == "operational"
    [entry] = owner.by_name("Pick")["provenance"]
    since = entry["left_at"]
    assert since
    await import_(owner, exchange("b BusinessProcess Pack\nc BusinessProcess Count"))
    assert owner.by_name("Pick")["provenance"][0]["left_at"] == since
    assert counts(await import_(owner, exchange(STEPS, "r Triggering a b"))) == {"unchanged": 4}
    assert "left_at" not in owner.by_name("Pick")["provenance"][0]


async def test_what_rests_on_something_that_left_is_named(owner: FakeOwner) -> None:
    model = "x ApplicationComponent Bus\ns BusinessService Ferry"
    await import_(owner, exchange(model))
    bus, ferry = owner.by_name("Bus"), owner.by_name("Ferry")
    link = {"type": "depends_on", "source": ref(ferry), "target": ref(bus)}
    async with owner.client() as client:
        await client.bulk("catalog", [{"kind": "link", "id": "11111111-1111-4111-8111-111111111111", "body": link}])
    report = await import_(owner, exchange("s BusinessService Ferry"))
    assert [(leaving.record.label, leaving.resting) for leaving in report.left] == [
        (f"Bus (product/{bus['key']})", ["Ferry"])
    ]


async def test_prune_retires_what_left_and_what_comes_back_is_a_new_one(owner: FakeOwner) -> None:
    await import_(owner, exchange(STEPS, "r Triggering a b"))
    key = owner.by_name("Pick")["key"]
    less = exchange("b BusinessProcess Pack\nc BusinessProcess Count")
    assert counts(await import_(owner, less, prunes=True)) == {"unchanged": 2, "pruned": 2}
    assert live(owner) == {"process Pack", "process Count"}
    assert counts(await import_(owner, less, prunes=True)) == {"unchanged": 2}
    back = await import_(owner, exchange(STEPS, "r Triggering a b"))
    assert counts(back) == {"unchanged": 2, "returned": 1, "created": 1}
    assert live(owner) == {"process Pick", "process Pack", "process Count", "Pick precedes Pack"}
    states = {state["state"]: state for state in owner.states.values() if state.get("name") == "Pick"}
    assert (states["operational"]["key"], states["retired"]["key"]) == (key, f"{key}.1")
    assert counts(await import_(owner, exchange(STEPS, "r Triggering a b"), prunes=True)) == {"unchanged": 4}


async def test_nothing_is_retired_where_the_server_refused_something(owner: FakeOwner) -> None:
    await import_(owner, exchange(STEPS))
    more = exchange("b BusinessProcess Pack\nc BusinessProcess Count", "r Triggering b c")
    found = batch(more)
    found.layers[-1][0] = replace(
        found.layers[-1][0], members={**found.layers[-1][0].members, "target": {"kind": "process", "id": NOBODY}}
    )
    async with owner.client() as client:
        report = await bring(client, found, prunes=True)
    assert counts(report) == {"unchanged": 2, "refused": 1, "left": 1}
    assert report.notes == ["Nothing was retired: something was refused, and what left may belong to it."]
    assert owner.by_name("Pick")["state"] == "operational"


async def test_what_a_person_retired_stays_retired(owner: FakeOwner) -> None:
    await import_(owner, exchange(STEPS))
    owner.edit("process", owner.by_name("Pick")["id"], state="retired")
    assert counts(await import_(owner, exchange(STEPS))) == {"unchanged": 3, "kept": 1}


async def test_members_that_left_the_file_are_taken_back_unless_somebody_changed_them(owner: FakeOwner) -> None:
    told = "<documentation>Old</documentation><properties>{}</properties>"
    port = '<property propertyDefinitionRef="d-Port"><value>80</value></property>'
    city = '<property propertyDefinitionRef="d-City"><value>Leeds</value></property>'
    await import_(owner, exchange(f"a BusinessProcess Pick | {told.format(port + city)}"))
    owner.edit("process", owner.by_name("Pick")["id"], custom={"Port": "8080", "City": "Leeds", "own": 1})
    report = await import_(owner, exchange("a BusinessProcess Pick"))
    assert report.outcomes[0].fields == {"description": ("Old", None), "custom/City": ("Leeds", None)}
    assert report.outcomes[0].kept == {"custom/Port": ("8080", None)}
    assert owner.by_name("Pick")["custom"] == {"Port": "8080", "own": 1}
    assert counts(await import_(owner, exchange("a BusinessProcess Pick"))) == {"unchanged": 1, "kept": 1}


async def test_names_that_exist_from_elsewhere_are_told_or_joined(owner: FakeOwner) -> None:
    await import_(owner, exchange(STEPS))
    other = exchange("q BusinessProcess  PICK \nb BusinessProcess Ship", identifier="id-other")
    async with owner.client() as client:
        told = await bring(client, batch(other), dry_run=True)
    assert [record.label for record in told.doubles] == ["BusinessProcess PICK"]
    owner.edit("process", owner.by_name("Pick")["id"], state="under_review", description="Hers")
    report = await import_(owner, other, match=True)
    assert counts(report) == {"unchanged": 1, "created": 1, "kept": 1}
    assert len([state for state in owner.states.values() if state.get("name") == "Pick"]) == 1
    assert counts(await import_(owner, other)) == {"unchanged": 2, "kept": 1}
    assert [entry["model"] for entry in owner.by_name("Pick")["provenance"]] == ["id-m", "id-other"]
    assert counts(await import_(owner, exchange("b BusinessProcess Pack"), prunes=True)) == {
        "unchanged": 1,
        "pruned": 1,
        "released": 1,
    }
    assert "process Pick" in live(owner)


async def apply(owner: FakeOwner, folder: Path, name: str, *documents: str, prunes: bool = False) -> Report:
    file = folder / "b.yaml"
    file.write_text("\n---\n".join(documents))
    async with owner.client() as client:
        foreseen, report = [
            await bring(
                client, await bundle.to_batch(client, bundle_files.read([file]), name), prunes=prunes, dry_run=dry_run
            )
            for dry_run in (True, False)
        ]
    assert counts(foreseen) == counts(report)
    return report


async def test_a_bundle_lets_go_only_what_no_other_one_has(owner: FakeOwner, tmp_path: Path) -> None:
    mail, other = (f"{{kind: service, key: {k}, spec: {{name: {k}, state: operational}}}}" for k in ("mail", "o"))
    await apply(owner, tmp_path, "a", mail, prunes=True)
    assert counts(await apply(owner, tmp_path, "b", mail, other, prunes=True)) == {"unchanged": 1, "created": 1}
    assert counts(await apply(owner, tmp_path, "b", other, prunes=True)) == {"unchanged": 1, "released": 1}
    assert "service mail" in live(owner)
    assert counts(await apply(owner, tmp_path, "a", other, prunes=True)) == {"unchanged": 1, "pruned": 1}
    assert "service mail" not in live(owner)
    assert counts(await apply(owner, tmp_path, "a", mail, other)) == {"unchanged": 1, "returned": 1}
    assert owner.by_name("mail")["key"] == "mail.1"
    assert counts(await apply(owner, tmp_path, "a", mail, other)) == {"unchanged": 2}


async def test_a_member_that_left_a_bundle_is_taken_back(owner: FakeOwner, tmp_path: Path) -> None:
    one = "{kind: service, key: rm, spec: {name: R, description: Old, custom: {tier: gold, site: Leeds}, tags: [x]}}"
    await apply(owner, tmp_path, "a", one)
    await apply(owner, tmp_path, "b", "{kind: service, key: rm, spec: {name: R, tags: [x]}}")
    report = await apply(owner, tmp_path, "a", "{kind: service, key: rm, spec: {name: R, custom: {site: Leeds}}}")
    assert report.outcomes[0].fields == {"description": ("Old", None), "custom/tier": ("gold", None)}
    state = owner.by_name("R")
    assert (state["description"], state["custom"], state["tags"]) == (None, {"site": "Leeds"}, ["x"])
    await apply(owner, tmp_path, "b", "{kind: service, key: rm, spec: {name: R}}")
    assert owner.by_name("R")["tags"] == []


async def test_an_export_goes_on_elsewhere_with_the_same_imports(owner: FakeOwner, tmp_path: Path) -> None:
    model = exchange(f"{STEPS}\nd BusinessProcess Load | <documentation>How</documentation>", "r Triggering a b")
    await import_(owner, model)
    owner.edit("process", owner.by_name("Pick")["id"], description="Hers")
    file, other = tmp_path / "all.yaml", FakeOwner()
    async with owner.client() as client:
        made = await export(client)
    file.write_text("".join(text(each) for documents in made.documents.values() for each in documents))
    async with other.client() as client:
        for expected in ({"created": 5}, {"unchanged": 5}):
            report = await bring(client, await bundle.to_batch(client, bundle_files.read([file])))
            assert counts(report) == expected
        again = await export(client)
    assert again.documents == made.documents
    assert {id for _, id in other.states} >= {id for kind, id in owner.states if kind == "process"}
    assert counts(await import_(other, model)) == {"unchanged": 5}
    less = exchange("a BusinessProcess Pick\nb BusinessProcess Pack\nd BusinessProcess Load")
    assert counts(await import_(other, less, prunes=True)) == {"unchanged": 2, "changed": 1, "pruned": 2}
    assert (other.by_name("Pick")["description"], other.by_name("Load")["description"]) == ("Hers", None)


@pytest.mark.parametrize(
    ("member", "says"),
    [
        ("id: 7", "/id: must be a UUID"),
        ("provenance: x", "/provenance: must be a list of sources"),
        ("provenance: [{source: archimate}]", "/provenance/0/id: is missing"),
        ("links: [{type: serves, to: service/a, provenance: x}]", "/links/0/provenance: must be a list"),
    ],
)
async def test_where_a_document_came_from_is_checked(owner: FakeOwner, tmp_path: Path, member: str, says: str) -> None:
    with pytest.raises(BadBundle, match=says):
        await apply(owner, tmp_path, "a", f"{{kind: service, key: a, spec: {{name: A}}, {member}}}")
