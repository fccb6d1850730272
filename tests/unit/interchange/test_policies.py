"""Tables of policies: what a row says, by hand; and what goes out comes back unchanged."""

from typing import Any

import pytest

from shared.interchange import formats, inventory
from shared.interchange.bring import bring
from shared.interchange.formats import File
from shared.interchange.incoming import to_batch
from shared.interchange.outcome import Report
from tests.unit.fake_owner import FakeOwner

TABLE = """Instrument Type,Name,Section,Requirements,OPI,Contributors,Notes
Directive,Directive on Tides,4.1,Forecasts are kept for a year.,Tide desk,Harbour office + Ferry line,x
,,4.2,Forecasts are dated.,Tide desk,,
Principle,Ships first,,,,,
,,,,,,late
"""


async def imported(owner: FakeOwner, content: bytes, name: str = "register.csv", **options: Any) -> Report:
    async with owner.client() as client:
        return await bring(client, await to_batch(client, File(name, content)), **options)


def links(owner: FakeOwner) -> list[tuple[str, str, str]]:
    names = {id: state.get("name", "") for (_, id), state in owner.states.items()}
    found = (state for (kind, _), state in owner.states.items() if kind == "link")
    return sorted((names[each["source"]["id"]], each["type"], names[each["target"]["id"]]) for each in found)


async def test_a_row_is_a_requirement_of_its_instrument() -> None:
    owner = FakeOwner()
    assert formats.recognise(File("register.csv", TABLE.encode())).name == "policies"
    report = await imported(owner, TABLE.encode())
    assert report.accounted
    assert (report.read, report.refused, dict(report.left_out)) == (4, [], {"column Notes": 2})
    assert dict(report.beside) == {"links": 4, "only named": 3}
    directive, kept = owner.by_name("Directive on Tides"), owner.by_name("Forecasts are kept for a year.")
    assert (directive["type"], directive["custom"], directive["state"]) == (
        None, {"instrument_type": "Directive"}, "published",
    )  # fmt: skip
    assert kept["key"] == "directive-on-tides-4-1"
    assert (kept["type"], kept["statement"], kept["custom"]) == ("requirement", kept["name"], {"reference": "4.1"})
    assert kept["owner"] == {"kind": "party", "id": owner.by_name("Tide desk")["id"]}
    assert owner.by_name("Ships first")["type"] == "principle"
    assert links(owner) == [
        ("Forecasts are dated.", "part_of", "Directive on Tides"),
        ("Forecasts are kept for a year.", "part_of", "Directive on Tides"),
        ("Forecasts are kept for a year.", "relates_to", "Ferry line"),
        ("Forecasts are kept for a year.", "relates_to", "Harbour office"),
    ]


async def test_what_goes_out_comes_back_unchanged() -> None:
    owner = FakeOwner()
    await imported(owner, TABLE.encode())
    async with owner.client() as client:
        made = formats.writer("policies")(await inventory.read(client))
    [(name, content)] = made.files.items()
    assert (name, dict(made.lost)) == ("policies.xlsx", {})
    assert formats.recognise(File("x", content)).name == "policies"
    before = dict(owner.states)
    report = await imported(owner, content, name, dry_run=True)
    assert {each.action for each in report.outcomes} == {"unchanged"}
    assert report.count("unchanged") == len(before)


@pytest.mark.parametrize("header", ["Instrument Type,Name", "Name,Requirement", "Activity,Name,Requirement"])
def test_another_table_is_none_of_policies(header: str) -> None:
    assert formats.recognise(File("x.csv", f"{header}\na,b,c\n".encode())).name != "policies"
