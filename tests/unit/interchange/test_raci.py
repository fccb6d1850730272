"""RACI grids: a row for each activity, a column for each role, in and out in the same form."""

import pytest

from shared.interchange import formats, inventory
from shared.interchange.formats import File, Unreadable
from shared.interchange.formats.format import Faulty
from shared.interchange.formats.raci import _sheets as sheets
from shared.interchange.formats.raci import grid, writing
from shared.interchange.incoming import to_batch
from shared.interchange.outcome import Report
from shared.interchange.sync import sync
from tests.unit.fake_owner import FakeOwner

GRID = """# Ferry boarding

Who does what.

- **PUR:** Purser
* **DH**: Deck hand

| Phase | Activity | PUR | DH | Captain |
|:------|----------|:---:|----|---------|
| | Held by | Ann; Bo | | Cid |
| Before | Count guests | R/A | - | I |
| Before | Open \\| close gate | a | R, C | |
| After | Cast off |  | AR | – |
"""


async def bring(owner: FakeOwner, content: bytes, name: str = "a.md", into: str | None = None) -> Report:
    async with owner.client() as client:
        report = await sync(client, await to_batch(client, File(name, content, into=into)))
    assert report.accounted
    return report


@pytest.fixture
async def boarding() -> FakeOwner:
    owner = FakeOwner()
    await bring(owner, GRID.encode())
    return owner


def letters(owner: FakeOwner, activity: str) -> set[tuple[str, str]]:
    names = {state["id"]: state["name"] for state in owner.states.values() if "name" in state}
    return {(names[cell["role_id"]], cell["letter"]) for cell in owner.by_name(activity)["raci"]}


async def test_a_grid_is_a_process_with_its_activities_and_roles(boarding: FakeOwner) -> None:
    process = boarding.by_name("Ferry boarding")
    assert (process["key"], process["state"]) == ("ferry-boarding", "operational")
    assert letters(boarding, "Count guests") == {("Purser", "R"), ("Purser", "A"), ("Captain", "I")}
    assert letters(boarding, "Open | close gate") == {("Purser", "A"), ("Deck hand", "R"), ("Deck hand", "C")}
    assert letters(boarding, "Cast off") == {("Deck hand", "R"), ("Deck hand", "A")}
    activity = boarding.by_name("Cast off")
    assert (activity["process_id"], activity["order"], activity["custom"]) == (process["id"], 3, {"category": "After"})
    held = [state for (kind, _), state in boarding.states.items() if kind == "role_assignment"]
    assert sorted((each["party_id"], each["role_id"]) for each in held) == sorted(
        (boarding.by_name(party)["id"], boarding.by_name(role)["id"])
        for party, role in (("Ann", "Purser"), ("Bo", "Purser"), ("Cid", "Captain"))
    )
    assert {each["scope"]["id"] for each in held} == {process["id"]}
    assert (await bring(boarding, GRID.encode())).count("unchanged") == 1 + 3 + 3 + 3 + 3


@pytest.mark.parametrize("encoding", ["md", "csv", "xlsx"])
async def test_it_goes_out_and_comes_back_unchanged(boarding: FakeOwner, encoding: writing.Encoding) -> None:
    activity = boarding.by_name("Cast off")
    raci = [*activity["raci"][1:], {**activity["raci"][0], "note": "with care"}]
    boarding.edit("activity", activity["id"], order=30, raci=raci, key="another-key")
    boarding.edit("role", boarding.by_name("Captain")["id"], key="master")
    for number, ((kind, id), state) in enumerate([*boarding.states.items()]):
        seat = {"key": f"seat-{number}"} if kind == "role_assignment" else {"key": state["key"]}
        boarding.edit(kind, id, provenance=[], **seat)
    async with boarding.client() as client:
        held = await inventory.read(client)
    made = writing.encode(writing.of_process(boarding.by_name("Ferry boarding"), held), encoding)
    report = await bring(boarding, made, f"a.{encoding}", into="process/ferry-boarding")
    assert (report.count("unchanged"), report.read) == (12, 12)
    assert writing.to_markdown(held).lost == {"activity.raci.note": 1}


LONG_AGO = "2001-01-01T00:00:00Z"


@pytest.mark.parametrize("encoding", ["md", "csv", "xlsx"])
@pytest.mark.parametrize(
    ("kind", "name", "changed", "why"),
    [
        ("party", "Ann", {"state": "left"}, "left"),
        ("party", "Ann", {"valid_to": LONG_AGO}, "expired"),
        ("role_assignment", "Ann", {"state": "ended"}, "ended"),
        ("role_assignment", "Ann", {"state": "proposed"}, "proposed"),
        ("role_assignment", "Ann", {"valid_from": "2990-01-01T00:00:00Z"}, "not yet valid"),
    ],
)
async def test_who_holds_a_role_no_longer_is_left_out_or_marked(
    boarding: FakeOwner, encoding: writing.Encoding, kind: str, name: str, changed: dict[str, str], why: str
) -> None:
    """And what is marked is passed over when it comes back."""
    party = boarding.by_name(name)
    held = [state for (of, _), state in boarding.states.items() if of == "role_assignment"]
    [seat] = [each for each in held if each["party_id"] == party["id"]]
    boarding.edit(kind, (party if kind == "party" else seat)["id"], **changed)
    async with boarding.client() as client:
        there = await inventory.read(client)
    process = boarding.by_name("Ferry boarding")
    assert writing.of_process(process, there).holders == [["Bo"], ["Cid"], []]
    made = writing.of_process(process, there, everything=True)
    assert made.holders == [[f"Ann [{why}]", "Bo"], ["Cid"], []]
    [again] = grids(writing.encode(made, encoding), f"a.{encoding}")
    assert again.holders == [["Bo"], ["Cid"], []]


@pytest.mark.parametrize(
    ("changed", "why"),
    [({"state": "retired"}, "retired"), ({"state": "operational", "valid_to": LONG_AGO}, "expired")],
)
async def test_an_activity_that_is_over_is_left_out_or_marked(
    boarding: FakeOwner, changed: dict[str, str], why: str
) -> None:
    boarding.edit("activity", boarding.by_name("Cast off")["id"], **changed)
    async with boarding.client() as client:
        there = await inventory.read(client)
    process = boarding.by_name("Ferry boarding")
    names = ["Count guests", "Open | close gate"]
    assert [row.activity for row in writing.of_process(process, there).rows] == names
    made = writing.of_process(process, there, everything=True)
    assert [row.activity for row in made.rows] == [*names, f"Cast off [{why}]"]
    [again] = grids(writing.encode(made, "md"), "a.md")
    assert [row.activity for row in again.rows] == names


def grids(content: bytes, name: str) -> list[grid.Grid]:
    return [grid.of_sheet(sheet) for sheet in sheets(File(name, content))[0] if grid.is_grid(sheet)]


async def test_a_grid_goes_into_the_process_that_is_named_and_finds_what_has_the_name(boarding: FakeOwner) -> None:
    other = b"Activity;Purser\nCount guests;C\nCoil ropes;R A\n"
    report = await bring(boarding, other, "b.csv", into="Ferry boarding")
    assert {outcome.record.label: outcome.action for outcome in report.outcomes} == {
        "role/pur": "unchanged",
        "activity/ferry-boarding-count-guests": "changed",
        "activity/ferry-boarding-coil-ropes": "created",
    }
    assert letters(boarding, "Count guests") == {("Purser", "C")}
    await bring(boarding, other, "Mooring.csv")
    assert len([state for state in boarding.states.values() if state.get("name") == "Count guests"]) == 2


@pytest.mark.parametrize(
    ("cell", "found"),
    [
        ("R/A", "RA"),
        ("A, R", "RA"),
        ("AR", "RA"),
        ("r", "R"),
        ("", ""),
        ("-", ""),
        ("–", ""),
        ("R R", "R"),
        ("x", None),
    ],
)
def test_letters(cell: str, found: str | None) -> None:
    assert grid.letters(cell) == found


def test_what_is_wrong_is_told_at_once_by_row_and_column() -> None:
    wrong = "| Task | Boss | Boss |\n|---|---|---|\n| Sail | R | X |\n| sail | A | R |\n| | C | |\n"
    with pytest.raises(Faulty) as told:
        formats.read(File("a.md", wrong.encode()), "raci")
    assert told.value.faults == [
        "a.md: two columns are called Boss.",
        "a.md, row 3, column Boss: must be R, A, C, I, several of them as R/A, or nothing, and is 'X'",
        "a.md, row 4: sail stands in row 3 already.",
        "a.md, row 5: has letters and names no activity.",
    ]


def test_a_grid_is_told_from_other_tables() -> None:
    for content in (GRID.encode(), b"Activity,Boss\nSail,A\n"):
        assert formats.recognise(File("a", content)).name == "raci"
    for content in (b"Activity,Deliverable\nSail,Log\n", b"Activity,Role,Letter,Note\nsail,mate,R,\nsail,boss,A,\n"):
        assert formats.recognise(File("a", content)).name == "csv"
    with pytest.raises(Unreadable, match="has no grid"):
        formats.read(File("a.csv", b"Name,Owner\nPay,x\n"), "raci")
    with pytest.raises(Unreadable, match="--into must be process/key, and is role/boss, such as process/incident"):
        formats.read(File("a.md", GRID.encode(), into="role/boss"))
    with pytest.raises(Unreadable, match="2 grids, and --into names one process"):
        formats.read(File("a.md", (GRID + "\n" + GRID).encode(), into="process/a"))
