"""Resources of TM Forum: catalogues, offerings, specifications and agreements, in and out."""

import json
from collections import Counter
from typing import Any

import pytest

from shared.interchange import formats, inventory
from shared.interchange.formats import File, Unreadable
from shared.interchange.incoming import to_batch
from shared.interchange.outcome import Report
from shared.interchange.sync import sync
from tests.unit.fake_owner import FakeOwner


def party(role: str, id: str, name: str) -> dict[str, Any]:
    return {"role": role, "partyOrPartyRole": {"id": id, "name": name, "@referredType": "Organization"}}


SPECIFICATION = {
    "id": "s1", "@type": "CustomerFacingServiceSpecification", "name": "Crossing", "lifecycleStatus": "Launched",
    "relatedParty": [party("Owner", "p1", "Fleet"), party("reviser", "p2", "Somebody")], "version": "2",
    "specCharacteristic": [
        {"name": "Speed", "characteristicValueSpecification": [{"value": 20}]},
        {"name": "Class", "characteristicValueSpecification": [{"value": "car"}, {"value": "foot"}]},
        {"name": "Notes", "valueType": "string"},
    ],
    "serviceSpecRelationship": [{"id": "s2", "name": "Harbour", "relationshipType": "dependency"}],
}  # fmt: skip
PRODUCT = {
    "id": "1", "@type": "FerryTicket", "@baseType": "ProductSpecification", "name": "Ticket",
    "lifecycleStatus": "In Test",
    "relatedParty": [{"id": "v1", "name": "Printer", "role": "Supplier"}],
    "serviceSpecification": [{"id": "s1"}], "bundledProductSpecification": [{"id": "2", "name": "Coupon"}],
}  # fmt: skip
OFFERING = {
    "id": "1", "@type": "ProductOffering", "name": "Commuter", "lifecycleStatus": "Launched", "isBundle": False,
    "productSpecification": {"id": "1", "name": "Ticket"}, "place": [{"id": "9"}], "href": "https://example.org/1",
    "productOfferingPrice": [{"id": "p", "name": "Fare"}], "channel": [{"id": "c", "name": "Pier"}],
    "productOfferingTerm": [{"name": "Monthly", "description": "runs a month"}],
    "validFor": {"startDateTime": "2026-01-01T00:00:00Z"}, "statusReason": "Board decided",
    "productOfferingRelationship": [{"id": "2", "name": "Tourist", "relationshipType": "exchangeableWith"}],
}  # fmt: skip
PRICE = {
    "id": "p", "@type": "ProductOfferingPrice", "name": "Fare", "priceType": "recurring",
    "price": {"taxIncludedAmount": {"unit": "NOK", "value": 500}},
}  # fmt: skip
SHELF = [
    {
        "id": "k",
        "@type": "Category",
        "name": "Tickets",
        "productOffering": [{"id": "1"}],
        "subCategory": [{"id": "k2"}],
    },
    {"id": "c", "@type": "ServiceCatalog", "name": "Web shop", "lifecycleStatus": "Active", "category": [{"id": "k"}]},
    {"id": "cand", "@type": "ServiceCandidate", "name": "Crossing for all", "serviceSpecification": {"id": "s1"}},
]
AGREEMENT = {
    "id": "a", "@type": "Agreement", "name": "Winter", "status": "inProcess", "agreementType": "SLA",
    "agreementPeriod": {"startDateTime": "2026-01-01T00:00:00Z"}, "agreementItem": [{"productOffering": [{"id": "1"}]}],
    "engagedParty": [party("provider", "p1", "Fleet"), party("customer", "p3", "Town")],
}  # fmt: skip
EVERYTHING = [SPECIFICATION, PRODUCT, OFFERING, PRICE, *SHELF, AGREEMENT]


async def bring(owner: FakeOwner, document: Any) -> Report:
    async with owner.client() as client:
        report = await sync(client, await to_batch(client, File("a.json", json.dumps(document).encode())))
    assert report.accounted
    assert not report.refused
    return report


async def test_resources_are_what_they_are_here() -> None:
    owner = FakeOwner()
    report = await bring(owner, EVERYTHING)
    service, product, offering = owner.by_name("Crossing"), owner.by_name("Ticket"), owner.by_name("Commuter")
    assert (service["type"], service["state"]) == ("business", "operational")
    assert service["custom"] == {"version": "2", "Speed": 20, "Class": ["car", "foot"], "Notes": "string"}
    assert service["owner"]["id"] == owner.by_name("Fleet")["id"]
    assert (product["state"], product["partner_id"]) == ("planned", owner.by_name("Printer")["id"])
    assert owner.by_name("Printer")["type"] == "supplier"
    assert (offering["state"], offering["state_reason"], offering["bundle"]) == ("launched", "Board decided", False)
    assert (offering["service_ids"], offering["price_refs"]) == ([service["id"]], ["Fare: 500 NOK, recurring"])
    assert (offering["terms"], offering["channels"]) == ("Monthly: runs a month", ["Pier"])
    assert offering["valid_from"] == "2026-01-01T00:00:00Z"
    shelf, catalog = owner.by_name("Tickets"), owner.by_name("Web shop")
    assert (shelf["catalog_id"], shelf["offering_ids"]) == (catalog["id"], [offering["id"]])
    assert owner.by_name("Unnamed category k2")["parent_id"] == shelf["id"]
    assert owner.by_name("Crossing for all")["service_ids"] == [service["id"]]
    contract = owner.by_name("Winter")
    assert (contract["type"], contract["state"]) == ("sla", "in_process")
    assert contract["items"][0]["offering_id"] == offering["id"]
    assert (contract["provider"]["id"], contract["customer"]["id"]) == (
        service["owner"]["id"],
        owner.by_name("Town")["id"],
    )
    assert report.joined == {"ProductOfferingPrice": 1}
    assert report.left_out == {"place": 1, "related party as reviser": 1}
    assert (await bring(owner, EVERYTHING)).count("unchanged") == report.count("created")


async def test_relationships_are_links() -> None:
    owner = FakeOwner()
    await bring(owner, EVERYTHING)
    names = {state["id"]: state.get("name") for state in owner.states.values()}
    links = [state for (kind, _), state in owner.states.items() if kind == "link"]
    assert {(names[each["source"]["id"]], each["type"], names[each["target"]["id"]]) for each in links} == {
        ("Crossing", "depends_on", "Harbour"), ("Ticket", "depends_on", "Crossing"), ("Coupon", "part_of", "Ticket"),
        ("Commuter", "depends_on", "Ticket"), ("Commuter", "exchangeable_with", "Tourist"),
    }  # fmt: skip


@pytest.mark.parametrize(
    "document",
    [
        OFFERING,
        [OFFERING],
        {"one": {"value": OFFERING}, "two": {"summary": "s", "value": [OFFERING]}},
        {"components": {"examples": {"one": {"value": OFFERING}}}},
        {"eventType": "ProductOfferingCreateEvent", "event": {"productOffering": OFFERING}},
        {"eventType": "x", "event": {"productOffering": {k: v for k, v in OFFERING.items() if k != "@type"}}},
    ],
)
async def test_resources_stand_alone_in_arrays_examples_and_events(document: Any) -> None:
    owner = FakeOwner()
    await bring(owner, document)
    assert owner.by_name("Commuter")["state"] == "launched"


async def test_what_is_no_resource_or_stands_there_twice_is_counted() -> None:
    patch = [{"op": "add", "path": "/name", "value": "x"}]
    nameless = {"@type": "ProductOffering", "name": "without an id"}
    values = (OFFERING, patch, {"@type": "ImportJob", "id": "1"}, nameless, OFFERING)
    report = await bring(FakeOwner(), {f"example {number}": {"value": value} for number, value in enumerate(values)})
    assert report.unmapped == {"JSON patch": 1, "ImportJob": 1, "ProductOffering": 1}
    assert report.duplicates == {"ProductOffering": 1}


async def test_what_is_only_named_is_unresolved_until_it_is_described() -> None:
    owner = FakeOwner()
    await bring(owner, OFFERING)
    assert owner.by_name("Ticket")["tags"] == ["unresolved"]
    report = await bring(owner, PRODUCT)
    assert (owner.by_name("Ticket")["tags"], owner.by_name("Ticket")["state"]) == ([], "in_use")
    assert (
        "ProductSpecification Ticket was made as unresolved, and stays in_use; the file has it as planned"
        in report.notes
    )
    assert (await bring(owner, OFFERING)).count("changed") == 0


@pytest.mark.parametrize("format", ["tmf", "backstage"])
async def test_what_goes_out_in_a_format_of_others_comes_back_unchanged(full: FakeOwner, format: str) -> None:
    for kind, id in list(full.states):
        full.edit(kind, id, provenance=[])
    async with full.client() as client:
        held = await inventory.read(client)
        made = formats.writer(format)(held)
        [(name, content)] = made.files.items()
        report = await sync(client, await to_batch(client, File(name, content), format))
    assert report.accounted
    assert not report.refused
    changed = {outcome.record.label: outcome.fields for outcome in report.outcomes if outcome.action != "unchanged"}
    assert changed == {}
    kinds = Counter(outcome.record.kind.name for outcome in report.outcomes)
    assert kinds["service"] == kinds["product"] == kinds["party"] == 2


@pytest.mark.parametrize("document", [{"a": 1}, [], [{"@type": "ProductOffering"}], "x"])
def test_what_is_no_resource_is_told(document: Any) -> None:
    with pytest.raises(Unreadable, match="no resource of TM Forum"):
        formats.read(File("a.json", json.dumps(document).encode()), "tmf")


def test_a_resource_is_found_by_what_it_holds() -> None:
    assert formats.recognise(File("a", json.dumps([OFFERING]).encode())).name == "tmf"
    assert formats.recognise(File("a", b'[{"name": "Pay"}]')).name == "json"
