from pathlib import Path
from typing import Any

import pytest

from shared.contracts import NODE_KINDS
from shared.interchange import bundle, bundle_files, export, inventory, yaml_documents
from shared.interchange.faults import BadBundle
from shared.interchange.outcome import Report
from shared.interchange.records import derived_id
from shared.interchange.sync import sync
from tests.unit.fake_owner import FakeOwner

FERRY = """
kind: service_offering
key: summer-crossing
spec:
  name: Summer crossing
  owner: role/purser
  service_ids: [service/boarding, service/payment]
  components:
    - {type: action, trigger: A traveller books, service_id: service/boarding}
links:
  - {type: realizes, to: outcome/on-time, rationale: boarding decides punctuality, confidence: 0.75}
---
kind: service
key: boarding
spec: {name: Boarding, state: operational, owner: party/crew}
links:
  - {type: depends_on, to: service/payment}
---
kind: service
key: payment
spec: {name: Payment}
---
kind: outcome
key: on-time
spec: {name: Travellers arrive on time}
---
kind: party
key: deck
spec: {name: Deck crew, parent_id: party/crew, owner: role/purser}
---
kind: party
key: crew
spec: {name: Crew}
---
kind: role
key: purser
spec: {name: Purser}
---
kind: objective
key: full
spec: {name: Full boats, due: 2026-06-01, side: business}
"""


@pytest.fixture
def owner() -> FakeOwner:
    return FakeOwner()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "ferry.yaml"


def write(file: Path, text: str) -> None:
    file.write_text(text)


async def apply(owner: FakeOwner, *paths: Path, dry_run: bool = False) -> Report:
    owner.log.clear()
    async with owner.client() as client:
        return await sync(client, await bundle.to_batch(client, bundle_files.read(paths)), dry_run=dry_run)


async def refusal(owner: FakeOwner, file: Path, text: str) -> str:
    write(file, text)
    with pytest.raises(BadBundle) as caught:
        await apply(owner, file)
    assert owner.writes == []
    return str(caught.value)


async def test_documents_come_in_any_order_and_a_second_time_change_nothing(owner: FakeOwner, file: Path) -> None:
    write(file, FERRY)
    report = await apply(owner, file)
    assert (report.count("created"), report.refused, report.accounted) == (10, [], True)
    again = await apply(owner, file)
    assert (again.count("unchanged"), owner.writes) == (10, [])


async def test_references_become_ids(owner: FakeOwner, file: Path) -> None:
    write(file, FERRY)
    await apply(owner, file)
    offering, boarding = owner.by_name("Summer crossing"), derived_id("service/boarding")
    assert offering["owner"] == {"kind": "role", "id": derived_id("role/purser")}
    assert offering["service_ids"] == [boarding, derived_id("service/payment")]
    assert offering["components"][0]["service_id"] == boarding
    assert owner.by_name("Deck crew")["parent_id"] == derived_id("party/crew")
    assert owner.by_name("Full boats")["due"] == "2026-06-01"


async def test_a_state_registers_as_found(owner: FakeOwner, file: Path) -> None:
    write(file, FERRY)
    await apply(owner, file)
    boarding = owner.by_name("Boarding")
    assert (boarding["state"], boarding["state_reason"]) == ("operational", "registered as found in ferry.yaml")
    assert owner.by_name("Payment")["state_reason"] is None


async def test_links_are_written_at_their_source(owner: FakeOwner, file: Path) -> None:
    write(file, FERRY)
    await apply(owner, file)
    links = [state for (kind, _), state in owner.states.items() if kind == "link"]
    assert {(link["type"], link["source"]["id"], link["target"]["id"], link["confidence"]) for link in links} == {
        ("realizes", derived_id("service_offering/summer-crossing"), derived_id("outcome/on-time"), 0.75),
        ("depends_on", derived_id("service/boarding"), derived_id("service/payment"), None),
    }


async def test_a_key_that_is_there_already_is_that_entity(owner: FakeOwner, file: Path) -> None:
    write(file, FERRY)
    await apply(owner, file)
    old = owner.states.pop(("party", derived_id("party/crew")))
    id = "22222222-2222-4222-8222-222222222222"
    owner.states["party", id] = old | {"id": id, "provenance": []}
    write(
        file,
        "{kind: party, key: crew, spec: {name: The crew}}\n---\n"
        "{kind: party, key: galley, spec: {name: Galley, parent_id: party/crew}}\n",
    )
    report = await apply(owner, file)
    assert [outcome.action for outcome in report.outcomes] == ["changed", "created"]
    assert owner.states["party", id]["name"] == "The crew"
    assert owner.by_name("Galley")["parent_id"] == id


async def test_a_reference_may_name_what_only_the_server_knows(owner: FakeOwner, file: Path) -> None:
    write(file, FERRY)
    await apply(owner, file)
    write(file, "{kind: service, key: meals, spec: {name: Meals, owner: party/crew}}")
    assert (await apply(owner, file)).count("created") == 1
    assert owner.by_name("Meals")["owner"]["id"] == derived_id("party/crew")


async def test_another_services_entity_may_be_unknown_only_by_id(owner: FakeOwner, file: Path) -> None:
    id = "33333333-3333-4333-8333-333333333333"
    write(file, f"{{kind: service, key: meals, spec: {{name: Meals, owner: party/{id}}}}}")
    assert (await apply(owner, file)).count("created") == 1
    said = await refusal(owner, file, "{kind: service, key: tea, spec: {name: Tea, owner: party/nobody}}")
    assert "document 1 (service/tea), /spec/owner: party/nobody is neither in this bundle nor on the server" in said


_APART = """
{kind: process, key: pay, spec: {name: Pay}}
---
{kind: activity, key: enter, spec: {name: Enter, process_id: process/pay, segregated_from_ids: [activity/release]}}
---
{kind: activity, key: release, spec: {name: Release, process_id: process/pay, segregated_from_ids: [activity/check]}}
---
kind: activity
key: check
spec: {name: Check, process_id: process/pay, segregated_from_ids: [activity/enter, activity/release]}
---
{kind: party, key: team, spec: {name: Team, owner: role/lead}}
---
{kind: role, key: lead, spec: {name: Lead, owner: party/team}}
"""


async def test_what_refers_to_each_other_is_written_in_two_steps_and_counts_once(owner: FakeOwner, file: Path) -> None:
    write(file, _APART)
    planned = await apply(owner, file, dry_run=True)
    report = await apply(owner, file)
    for each in (planned, report):
        assert (each.read, each.count("created"), each.count("changed"), each.accounted) == (6, 6, 0, True)
    apart = {key: {derived_id(f"activity/{other}") for other in others} for key, others in (
        ("Enter", ["release"]), ("Release", ["check"]), ("Check", ["enter", "release"]))}  # fmt: skip
    assert {name: set(owner.by_name(name)["segregated_from_ids"]) for name in apart} == apart
    assert owner.by_name("Team")["owner"] == {"kind": "role", "id": derived_id("role/lead")}
    assert owner.by_name("Lead")["owner"] == {"kind": "party", "id": derived_id("party/team")}
    again = await apply(owner, file)
    assert (again.count("unchanged"), owner.writes) == (6, [])


async def test_a_circle_is_named(owner: FakeOwner, file: Path) -> None:
    said = await refusal(
        owner,
        file,
        "{kind: party, key: a, spec: {name: A, parent_id: party/b}}\n---\n"
        "{kind: party, key: b, spec: {name: B, parent_id: party/a}}",
    )
    assert "party/a -> party/b -> party/a" in said or "party/b -> party/a -> party/b" in said


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("just text", "document 1, /: must be a mapping of kind"),
        ("{kind: service, key: a, spec: {name: A}, colour: red}", "/colour: is no member"),
        ("{key: a}", "/kind: is missing"),
        ("{kind: servcie, key: a}", "/kind: must be one of"),
        ("{kind: service, key: [7], spec: {name: A}}", "/key: must be text"),
        ("{kind: service, spec: {name: A}}", "/key: is missing"),
        ("{kind: service, key: A b, spec: {name: A}}", "/key: must be a key: small letters"),
        ("{kind: service, key: a}", "/: has neither a spec nor links"),
        ("{kind: service, key: a, spec: {state: operational}}", "/spec/name: is missing"),
        (
            "{kind: service, key: a, links: [{type: serves, to: role/b}]}\n---\n{kind: role, key: b, spec: {name: B}}",
            "document 1 (service/a), /key: service/a is neither in this bundle nor on the server",
        ),
        ("{kind: service, key: a, spec: text}", "/spec: must be a mapping"),
        ("{kind: service, key: a, spec: {name: A, version: 3}}", "/spec/version: is not for a spec to say"),
        ("{kind: service, key: a, spec: {name: A, wings: 2}}", "/spec/wings: there is no such member"),
        ("{kind: service, key: a, spec: {name: A, criticality: 9}}", "/spec/criticality: must be at most 5"),
        ("{kind: service, key: a, spec: {name: A, state: flying}}", "/spec/state: must be one of "),
        (
            '{kind: service, key: a, spec: {name: A, valid_from: "20260401"}}',
            "/spec/valid_from: must be a date",
        ),
        ("{kind: objective, key: a, spec: {name: A, due: '20260601'}}", "/spec/due: must be a date"),
        ("{kind: service, key: a, spec: {name: A, custom: {x: .nan}}}", "not plain data"),
        ("{kind: service, key: a, spec: {name: A, custom: {x: !!set {b}}}}", "not plain data"),
        ("{kind: service, key: a, spec: {name: A, owner: crew}}", "/spec/owner: must be party/key or role/key"),
        ("{kind: party, key: a, spec: {name: A, parent_id: role/a}}", "/spec/parent_id: must be party/key"),
        ("{kind: service, key: a, spec: {name: A}, links: {}}\n---\n7", "document 2, /: must be a mapping"),
        ("{kind: service, key: a, spec: {name: A}, links: text}", "/links: must be a list"),
        ("{kind: service, key: a, spec: {name: A}, links: [{kind: x}]}", "/links/0/kind: is no member of a link"),
        ("{kind: service, key: a, spec: {name: A}, links: [{type: eats, to: service/a}]}", "/links/0/type: must be"),
        ("{kind: service, key: a, spec: {name: A}, links: [{type: serves}]}", "/links/0/to: must be kind/key"),
        (
            "{kind: service, key: a, spec: {name: A}, links: [{type: serves, to: service/a, confidence: 2}]}",
            "/links/0/confidence: must be at most 1",
        ),
        (
            "{kind: service, key: a, spec: {name: A}, links: [{type: serves, to: service/a}, "
            "{type: serves, to: service/a, rationale: again}]}",
            "/links/1: this link stands here twice",
        ),
        (
            "{kind: service, key: a, spec: {name: A}}\n---\n{kind: service, key: a, spec: {name: B}}",
            "document 2 (service/a), /key: service/a stands in",
        ),
        ("a: &x 1\nb: *x", "line 2, document 1, /: column 4: an alias"),
        ("{kind: service, kind: service}", "'kind' stands here twice"),
        ("{[a]: 1}", "must be text"),
        ("[" * 60, "nested deeper"),
        ("a: !!python/name:os.system x", "is not plain data"),
        ("a: \x01", "is not YAML"),
        ("a: [", "line 2"),
    ],
)
async def test_what_is_wrong_is_named_with_its_place(owner: FakeOwner, file: Path, text: str, says: str) -> None:
    said = await refusal(owner, file, text)
    assert says in said
    assert "ferry.yaml" in said


async def test_all_faults_are_told_at_once(owner: FakeOwner, file: Path) -> None:
    said = await refusal(owner, file, "{kind: service, key: a, spec: {name: [1], owner: party/x, criticality: 0}}")
    assert len(said.splitlines()) == 3


def test_folders_are_read_by_name_with_what_is_below(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    for name in ("b.yml", "a.yaml", "sub/c.yaml", "notes.txt"):
        (tmp_path / name).write_text(f"{{kind: role, key: {name[:1]}, spec: {{name: x}}}}\n---\n")
    assert [document.key for document in bundle_files.read([tmp_path])] == ["a", "b", "s"]


def test_a_path_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadBundle, match="no such file"):
        bundle_files.read([tmp_path / "missing.yaml"])


def test_size_is_bounded(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file.write_text(FERRY)
    monkeypatch.setattr(bundle_files, "MAX_DOCUMENTS", 3)
    with pytest.raises(BadBundle, match="at most 3"):
        bundle_files.read([file])
    monkeypatch.setattr("shared.interchange.yaml_documents.MAX_BYTES", 10)
    with pytest.raises(BadBundle, match="larger"):
        bundle_files.read([file])


async def test_what_the_keys_have_told_is_not_asked_again(owner: FakeOwner, file: Path) -> None:
    write(file, FERRY)
    await apply(owner, file)
    assert [line for line in owner.log if line.startswith("GET") and line.count("/") > 3] == []
    assert len(owner.writes) == 6, "one for what each service has in a layer"


async def test_an_entity_that_a_person_gave_another_key_is_found_by_its_id(owner: FakeOwner, file: Path) -> None:
    write(file, "{kind: role, key: purser, spec: {name: Purser}}")
    await apply(owner, file)
    owner.edit("role", derived_id("role/purser"), key="chief-purser")
    for dry_run in (True, False):
        report = await apply(owner, file, dry_run=dry_run)
        assert (report.outcomes[0].action, report.outcomes[0].kept) == (
            "unchanged",
            {"key": ("chief-purser", "purser")},
        )


async def test_a_document_without_a_spec_adds_links_to_what_is_there(owner: FakeOwner, file: Path) -> None:
    write(file, "{kind: service, key: meals, spec: {name: Meals}}\n---\n{kind: role, key: cook, spec: {name: Cook}}")
    await apply(owner, file)
    owner.edit("service", derived_id("service/meals"), name="Hot meals")
    link = "{kind: service, key: meals, links: [{type: serves, to: role/cook}]}"
    write(file, link)
    report = await apply(owner, file)
    assert (report.read, report.count("created"), len(owner.writes)) == (1, 1, 1)
    assert owner.by_name("Hot meals")["version"] == 2


async def test_links_may_stand_apart_from_the_spec_of_their_source(owner: FakeOwner, file: Path) -> None:
    link = "{kind: service, key: boarding, links: [{type: serves, to: role/purser}]}"
    write(file, f"{link}\n---{FERRY}")
    assert (await apply(owner, file)).count("created") == 11


async def test_what_another_source_brought_goes_out_and_comes_back_with_its_provenance(
    full: FakeOwner, file: Path
) -> None:
    other = {"source": "csv", "id": "x", "type": None, "model": None, "left_at": None, "wrote": {"name": "A"}}
    for kind, id in [*full.states]:
        full.edit(kind, id, provenance=[other])
    async with full.client() as client:
        told = (await export.export(client)).documents
    write(file, "---\n".join(yaml_documents.text(document) for documents in told.values() for document in documents))
    again = await apply(full, file)
    assert (again.read, again.count("unchanged")) == (again.read, 2 * len(NODE_KINDS) + 2)
    elsewhere = FakeOwner()
    assert (await apply(elsewhere, file)).count("created") == again.read
    assert {(*ref, *(each["source"] for each in state["provenance"])) for ref, state in elsewhere.states.items()} == {
        (*ref, "csv") for ref in full.states
    }


def test_what_was_signed_says_when_whatever_was_written_of_it_since() -> None:
    kind = NODE_KINDS["increment"]
    signed: dict[str, Any] = {
        name: info.get_default(call_default_factory=True) for name, info in kind.model.model_fields.items()
    }
    signed |= {"id": "22222222-2222-4222-8222-222222222222", "key": "slice", "name": "Slice", "state": "signed"}
    decided = [{"at": at} for at in ("2026-02-01T00:00:00Z", "2026-02-03T00:00:00Z", None)]
    signed |= {"provenance": [], "updated_at": "2026-05-01T00:00:00Z", "sign_offs": decided}
    [told] = export.documents(inventory.Inventory([(kind, signed)])).documents["increment"]
    assert (told["spec"]["state"], told["spec"]["state_reason"][:38]) == (
        "attested",
        "Signed elsewhere, 2026-02-03T00:00:00Z",
    )
