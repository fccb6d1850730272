"""A model that leaves and comes back: nothing changes here, and elsewhere the same comes to be."""

import re
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from shared.interchange import bundle, bundle_files, formats, inventory
from shared.interchange.bring import bring
from shared.interchange.formats import archimate
from shared.interchange.outcome import Report
from shared.interchange.records import Batch
from shared.interchange.sync import sync
from tests.unit.fake_owner import FakeOwner

FERRY = Path(__file__).with_name("ferry.xml").read_bytes()
N = "{http://www.opengroup.org/xsd/archimate/3.0/}"
HERE = """
kind: strategy
key: full-boats
spec: {name: Full boats, type: business, state: in_force}
---
kind: objective
key: nine-in-ten
spec: {name: Nine in ten, state: in_force, parent_id: objective/whole}
links: [{type: decomposes, to: strategy/full-boats, rationale: Whole seats.}]
---
kind: objective
key: whole
spec: {name: Whole, state: draft}
---
kind: service
key: booking
spec: {name: Booking, state: operational, owner: role/purser, custom: {port: 80, ports: ["80", "443"], deep: {a: [1]}}}
links:
- {type: depends_on, to: service/hosting, rationale: "It runs there. "}
- {type: serves, to: objective/nine-in-ten}
---
kind: service
key: hosting
spec: {name: " Moorings ", description: "Where they lie.\\n", type: supporting, state: designed}
links: [{type: part_of, to: service/booking}]
---
kind: role
key: purser
spec: {name: Purser}
---
kind: process
key: boarding
spec: {name: Boarding, state: operational}
---
kind: process
key: boarding-night
spec: {name: Boarding at night, state: operational}
links: [{type: part_of, to: process/boarding}]
---
kind: activity
key: scan
spec: {name: Scan, process_id: process/boarding, raci: [{role_id: role/purser, letter: A}]}
---
kind: policy
key: log
spec: {name: Log it, type: rule, state: published}
links: [{type: governs, to: process/boarding}]
"""


@pytest.fixture
async def owner(tmp_path: Path) -> FakeOwner:
    """With what was written here, and a model beside it."""
    owner = FakeOwner()
    (tmp_path / "here.yaml").write_text(HERE)
    async with owner.client() as client:
        report = await sync(client, await bundle.to_batch(client, bundle_files.read([tmp_path])))
        assert not report.refused, report.refused
        assert not (await _in(client, FERRY)).refused[2:]
    return owner


async def _in(client: Any, content: bytes, *, dry_run: bool = False) -> Report:
    batch = formats.read(formats.File("model.xml", content))
    assert isinstance(batch, Batch)
    return await bring(client, batch, dry_run=dry_run)


async def _out(owner: FakeOwner) -> bytes:
    async with owner.client() as client:
        held = await inventory.read(client)
    assert archimate.EXCHANGE.write
    [content] = archimate.EXCHANGE.write(held).files.values()
    return content


async def test_what_comes_back_changes_nothing(owner: FakeOwner) -> None:
    """The first time the model is noted as one more that has what was written here."""
    content = await _out(owner)
    for dry_run in (True, False, False):
        before = dict(owner.states)
        async with owner.client() as client:
            report = await _in(client, content, dry_run=dry_run)
        assert [
            (each.action, each.record.label, each.fields) for each in report.outcomes if each.action != "unchanged"
        ] == []
        assert (report.refused, report.unmapped, report.kept) == ([], {}, [])
        assert report.accounted
        assert report.left == []
    assert owner.states == before


async def test_of_two_models_everything_comes_back_as_it_was(owner: FakeOwner) -> None:
    """What leaves is a model of its own then, which knows every assignment of both."""
    [assigned] = [state for (kind, _), state in owner.states.items() if kind == "role_assignment"]
    owner.edit("role_assignment", assigned["id"], state="active", name="Crew on board")
    async with owner.client() as client:
        await _in(client, FERRY.replace(b'identifier="id-ferry"', b'identifier="id-ferry-2"'))
        count, content = len(owner.states), await _out(owner)
        for dry_run in (True, False, False):
            report = await _in(client, content, dry_run=dry_run)
            assert [each.record.label for each in report.outcomes if each.action != "unchanged"] == []
            assert (report.refused, report.left, len(owner.states)) == ([], [], count)
    assert owner.states["role_assignment", assigned["id"]]["name"] == "Crew on board"


async def test_a_model_alone_comes_back_as_it_went() -> None:
    owner = FakeOwner()
    async with owner.client() as client:
        await _in(client, FERRY)
        before = dict(owner.states)
        report = await _in(client, await _out(owner))
    assert (report.count("unchanged"), report.left, owner.states) == (len(before), [], before)


def archi(content: bytes) -> bytes:
    """What a model comes to in Archi, as its reader says: names and properties with single spaces, and of each text the
    first, since here none is in the language of whoever looks."""
    root: Any = etree.fromstring(content)
    for node in root.iter(f"{N}name", f"{N}value"):
        node.text = " ".join(filter(None, re.split("[ \t\r\n]+", node.text or "")))
    for node in list(root.iter(f"{N}name", f"{N}documentation")):
        if node.tag in (each.tag for each in node.itersiblings(preceding=True)):
            node.getparent().remove(node)
    return etree.tostring(root)


async def test_what_archi_makes_of_it_comes_back_as_it_was(owner: FakeOwner) -> None:
    """But for other languages, of which it keeps one."""
    custom: dict[str, Any] = {"plumbline:key": "x", "deep": {"gap": "a     b"}, "names": ["no language"]}
    custom |= {"Berths": "one\n two", "Days": ["Mon  day", "Friday"], "Deck": "two"}
    owner.edit("service", owner.by_name("Booking")["id"], name="Boo  king \n desk", custom=custom)
    async with owner.client() as client:
        await _in(client, await _out(owner))
        before = dict(owner.states)
        report = await _in(client, archi(await _out(owner)))
    changed = [(each.record.label, each.fields) for each in report.outcomes if each.action != "unchanged"]
    assert (changed, report.left) == ([], [])
    assert owner.states == before
    async with owner.client() as client:
        edited = (await _out(owner)).replace(b">two<", b">three<").replace(b"one\n two<", b"one<")
        await _in(client, edited)
    assert owner.by_name("Boo  king \n desk")["custom"] == {**custom, "Deck": "three", "Berths": "one"}


async def test_elsewhere_the_same_comes_to_be(owner: FakeOwner) -> None:
    """But for what ArchiMate has no place for: who owns what, and the letters of the activity."""
    elsewhere = FakeOwner()
    async with elsewhere.client() as client:
        report = await _in(client, await _out(owner))
    assert report.refused == []
    for ref in (("service", "booking"), ("service", "hosting"), ("activity", "scan"), ("strategy", "full-boats")):
        [there] = [state for (kind, _), state in owner.states.items() if (kind, state.get("key")) == ref]
        here = elsewhere.states[ref[0], there["id"]]
        told = ("id", "key", "name", "state", "type", "custom", "process_id")
        assert {name: here.get(name) for name in told} == {name: there.get(name) for name in told}
    links = {
        (state["type"], state["source"]["id"], state["target"]["id"], state["rationale"])
        for (kind, _), state in owner.states.items()
        if kind == "link" and state["state"] == "active"
    }
    found = {
        (state["type"], state["source"]["id"], state["target"]["id"], state["rationale"])
        for (kind, _), state in elsewhere.states.items()
        if kind == "link"
    }
    assert found == links


async def test_an_element_that_was_copied_is_another_one(owner: FakeOwner) -> None:
    root = etree.fromstring(await _out(owner))
    [elements] = root.iter(f"{N}elements")
    [booking] = [node for node in elements if node.findtext(f"{N}name") == "Booking"]
    copied = etree.fromstring(etree.tostring(booking))
    copied.set("identifier", "id-copy")
    next(copied.iter(f"{N}name")).text = "Booking by telephone"
    elements.append(copied)
    async with owner.client() as client:
        report = await _in(client, etree.tostring(root))
    [made] = [each.record for each in report.outcomes if each.action == "created"]
    assert made.members["name"] == "Booking by telephone"
    assert owner.by_name("Booking")["key"] == "booking"


async def test_what_was_edited_in_the_model_changes_here(owner: FakeOwner) -> None:
    content = (await _out(owner)).replace(b"> Moorings <", b"> Moorings, twice <")
    async with owner.client() as client:
        report = await _in(client, content)
    [changed] = [each for each in report.outcomes if each.action == "changed"]
    assert changed.fields == {"name": (" Moorings ", "Moorings, twice")}
    assert owner.by_name("Moorings, twice")["key"] == "hosting"
