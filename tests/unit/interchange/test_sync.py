from pathlib import Path
from typing import Any

import httpx
import pytest

from shared.client import Client, Unauthorized, Unreachable
from shared.contracts import NODE_KINDS
from shared.interchange import merge
from shared.interchange.formats.archimate.exchange import read
from shared.interchange.formats.archimate.mapping import to_batch
from shared.interchange.outcome import Report
from shared.interchange.records import Batch, Origin, Record, canonical
from shared.interchange.sync import sync
from tests.unit.fake_owner import FakeOwner

FERRY = read(Path(__file__).with_name("ferry.xml").read_bytes())
ID = "11111111-1111-4111-8111-111111111111"


def one(**members: Any) -> Batch:
    kind = NODE_KINDS["process"]
    origin = Origin("archimate", "b1", "BusinessProcess")
    return Batch([[Record(kind, ID, "b1", canonical(kind, members), origin, "found")]], read=1)


async def bring(owner: FakeOwner, batch: Batch, dry_run: bool = False) -> Report:
    owner.log.clear()
    async with owner.client() as client:
        return await sync(client, batch, dry_run=dry_run)


def state(owner: FakeOwner) -> dict[str, Any]:
    return owner.states["process", ID]


@pytest.fixture
def owner() -> FakeOwner:
    return FakeOwner()


async def test_a_model_arrives_whole_and_a_second_time_changes_nothing(owner: FakeOwner) -> None:
    report = await bring(owner, to_batch(FERRY, "ferry.xml"))
    assert (report.read, report.count("created"), len(report.refused)) == (44, 36, 2)
    assert report.accounted
    before = {key: dict(value) for key, value in owner.states.items()}
    again = await bring(owner, to_batch(FERRY, "renamed.xml"))
    assert (again.count("unchanged"), again.accounted, owner.writes) == (36, True, [])
    assert owner.states == before


async def test_what_is_created_says_where_it_came_from(owner: FakeOwner) -> None:
    await bring(owner, to_batch(FERRY, "ferry.xml"))
    crew = owner.by_name("Crew")
    assert (crew["state"], crew["state_reason"]) == ("active", "registered as found in ferry.xml")
    wrote = {"name": "Crew", "state": "active"}
    assert crew["provenance"] == [
        {"source": "archimate:BusinessActor", "id": "x1", "type": "BusinessActor", "model": "id-ferry", "wrote": wrote}
    ]


async def test_a_dry_run_tells_all_and_writes_nothing(owner: FakeOwner) -> None:
    report = await bring(owner, one(name="Board", purpose="p"), dry_run=True)
    assert (report.count("created"), owner.writes, owner.states) == (1, [], {})
    await bring(owner, one(name="Board", purpose="p"))
    report = await bring(owner, one(name="Board", purpose="q"), dry_run=True)
    assert report.outcomes[0].fields == {"purpose": ("p", "q")}
    assert (owner.writes, state(owner)["version"]) == ([], 1)


async def test_only_members_that_differ_are_written(owner: FakeOwner) -> None:
    await bring(owner, one(name="Board", purpose="p"))
    owner.edit("process", ID, trigger="A bell")
    report = await bring(owner, one(name="Board", purpose="q"))
    assert report.outcomes[0].fields == {"purpose": ("p", "q")}
    assert (state(owner)["purpose"], state(owner)["trigger"], state(owner)["version"]) == ("q", "A bell", 3)
    assert state(owner)["provenance"][0]["wrote"] == {"name": "Board", "purpose": "q"}


async def test_a_value_that_a_person_changed_stays_and_is_reported(owner: FakeOwner) -> None:
    await bring(owner, one(name="Board", purpose="p"))
    owner.edit("process", ID, purpose="hers")
    same = await bring(owner, one(name="Board", purpose="p"))
    assert (same.outcomes[0].action, same.outcomes[0].kept) == ("unchanged", {"purpose": ("hers", "p")})
    newer = await bring(owner, one(name="Embark", purpose="q"))
    assert newer.outcomes[0].fields == {"name": ("Board", "Embark")}
    assert newer.outcomes[0].kept == {"purpose": ("hers", "q")}
    assert (state(owner)["name"], state(owner)["purpose"]) == ("Embark", "hers")
    owner.edit("process", ID, purpose="p")
    back = await bring(owner, one(name="Embark", purpose="q"))
    assert back.outcomes[0].fields == {"purpose": ("p", "q")}


async def test_two_that_agree_have_no_conflict(owner: FakeOwner) -> None:
    await bring(owner, one(name="Board", purpose="p"))
    owner.edit("process", ID, purpose="q")
    report = await bring(owner, one(name="Board", purpose="q"))
    assert (report.outcomes[0].action, report.outcomes[0].kept) == ("unchanged", {})


async def test_custom_entries_are_compared_one_by_one(owner: FakeOwner) -> None:
    await bring(owner, one(name="Board", custom={"a": "1", "b": {"x": 1, "y": 2}}))
    mixed = {"a": "mine", "b": {"x": 1, "y": 2}, "c": "3"}
    owner.edit("process", ID, custom=mixed)
    report = await bring(owner, one(name="Board", custom={"a": "2", "b": {"x": 3}}))
    assert report.outcomes[0].kept == {"custom/a": ("mine", "2")}
    assert state(owner)["custom"] == {"a": "mine", "b": {"x": 3}, "c": "3"}
    again = await bring(owner, one(name="Board", custom={"a": "2", "b": {"x": 3}}))
    assert (again.outcomes[0].action, owner.writes) == ("unchanged", [])


async def test_another_sources_provenance_stays(owner: FakeOwner) -> None:
    await bring(owner, one(name="Board"))
    other: dict[str, Any] = {"source": "bundle", "id": "process/board", "type": None, "wrote": {}}
    owner.edit("process", ID, provenance=[other, *state(owner)["provenance"]])
    await bring(owner, one(name="Embark"))
    assert state(owner)["provenance"][0] == other
    assert len(state(owner)["provenance"]) == 2


async def test_a_state_is_written_with_its_reason(owner: FakeOwner) -> None:
    await bring(owner, one(name="Board", state="defined"))
    assert state(owner)["state_reason"] == "found"
    await bring(owner, one(name="Board", state="approved", state_reason="replaced"))
    assert (state(owner)["state"], state(owner)["state_reason"]) == ("approved", "replaced")


async def test_a_state_is_moved_by_a_transition_and_the_rest_before_it(owner: FakeOwner) -> None:
    await bring(owner, one(name="Board", state="defined"))
    report = await bring(owner, one(name="Boarding", state="approved"))
    assert [line.partition(" ")[0] for line in owner.writes] == ["PATCH", "POST", "PATCH"]
    assert report.outcomes[0].fields == {"name": ("Board", "Boarding"), "state": ("defined", "approved")}
    again = await bring(owner, one(name="Boarding", state="approved"))
    assert again.count("unchanged") == 1
    await bring(owner, one(name="Boarding", state="operational"))
    assert state(owner)["state"] == "operational", "it is this source that wrote the state before"


@pytest.mark.parametrize("dry_run", [True, False])
@pytest.mark.parametrize(
    ("start", "to", "reason"),
    [
        ("defined", "operational", "the way is defined -> approved -> operational"),
        (
            "approved",
            "draft",
            "no way leads there from approved. If that state was registered wrongly, a correction mends it",
        ),
        (
            "retired",
            "draft",
            "a comeback is a new one that supersedes it. If that state was registered wrongly, a correction",
        ),
    ],
)
async def test_what_no_single_transition_reaches_is_refused_whole(
    owner: FakeOwner, start: str, to: str, reason: str, dry_run: bool
) -> None:
    await bring(owner, one(name="Board", state=start))
    before = dict(state(owner))
    report = await bring(owner, one(name="Boarding", state=to), dry_run=dry_run)
    assert (report.outcomes[0].action, reason in report.outcomes[0].reason) == ("refused", True)
    assert state(owner) == before


async def test_a_gate_that_refuses_leaves_the_state_and_says_so(owner: FakeOwner) -> None:
    await bring(owner, one(name="Board", state="defined"))
    owner.gate = "Not yet approved: no policy governs it."
    foreseen = await bring(owner, one(name="Boarding", state="approved"), dry_run=True)
    report = await bring(owner, one(name="Boarding", state="approved"))
    told = report.outcomes[0].reason
    assert foreseen.outcomes[0].reason == told
    assert told == f"It stays defined. {owner.gate} Its other members are written."
    owner.gate = ""
    report = await bring(owner, one(name="Boarding", state="approved"))
    assert (report.count("changed"), state(owner)["state"]) == (1, "approved")


def test_what_is_attested_elsewhere_may_be_signed_here() -> None:
    origin = Origin("bundle", "increment/first")
    members = {"name": "First", "type": "attested", "state": "attested", "state_reason": "x"}
    record = Record(NODE_KINDS["increment"], ID, "increment/first", members, origin, "found")
    there: dict[str, Any] = {
        "name": "First",
        "type": "sign_off",
        "state": "signed",
        "state_reason": None,
        "provenance": [],
    }
    assert merge.compare(record, there).fields == {}
    assert merge.compare(record, {**there, "state": "draft"}).to == "attested"


async def test_a_race_is_read_again_once(owner: FakeOwner) -> None:
    await bring(owner, one(name="Board", purpose="p"))
    report = await _racing(owner, one(name="Board", purpose="q"), races=1)
    assert (report.outcomes[0].action, state(owner)["purpose"]) == ("changed", "q")
    report = await _racing(owner, one(name="Board", purpose="r"), races=9)
    assert (report.outcomes[0].action, report.outcomes[0].reason) == ("refused", "It has changed since.")


async def _racing(owner: FakeOwner, batch: Batch, races: int) -> Report:
    left = [None] * races

    def answer(request: httpx.Request) -> httpx.Response:
        if request.method == "PATCH" and left:
            left.pop()
            owner.edit("process", ID, trigger=f"race {len(left)}")
        return owner.answer(request)

    async with Client("http://fake", "t", httpx.MockTransport(answer)) as client:
        return await sync(client, batch)


async def test_a_refusal_is_reported_and_the_rest_goes_on(owner: FakeOwner) -> None:
    batch = to_batch(FERRY, "ferry.xml")
    purser = next(record for record in batch.layers[0] if record.origin.id == "r1")
    batch.layers[0].remove(purser)
    report = await bring(owner, batch)
    refused = [outcome for outcome in report.outcomes if outcome.action == "refused"]
    assert [outcome.record.origin.id for outcome in refused] == ["l07/l06", "l06", "l15"]
    assert all("not there" in outcome.reason for outcome in refused)
    assert not report.accounted


@pytest.mark.parametrize(("status", "error"), [(401, Unauthorized), (500, Unreachable)])
async def test_what_would_meet_every_record_ends_the_run(status: int, error: type[Exception]) -> None:
    transport = httpx.MockTransport(lambda _: httpx.Response(status, json={"detail": "no"}))
    async with Client("http://fake", "t", transport) as client:
        with pytest.raises(error):
            await sync(client, to_batch(FERRY, "ferry.xml"))


async def test_progress_counts_to_the_end(owner: FakeOwner) -> None:
    seen: list[tuple[int, int]] = []
    async with owner.client() as client:
        await sync(client, to_batch(FERRY, "ferry.xml"), progress=lambda done, total: seen.append((done, total)))
    assert seen == [(n, 36) for n in range(1, 37)]


async def test_what_a_source_found_as_it_says_counts_as_written_once_it_writes(owner: FakeOwner) -> None:
    await bring(owner, one(name="Board", purpose="p"))
    owner.edit("process", ID, provenance=[])
    await bring(owner, one(name="Board", purpose="q"))
    owner.edit("process", ID, name="hers")
    report = await bring(owner, one(name="Board", purpose="q"))
    assert report.outcomes[0].kept == {"name": ("hers", "Board")}


async def test_what_another_source_wrote_is_not_what_this_one_wrote(owner: FakeOwner) -> None:
    await bring(owner, one(name="Board"))
    other: dict[str, Any] = {"source": "bundle", "id": "process/board", "type": None, "wrote": {"name": "Older"}}
    owner.edit("process", ID, provenance=[other])
    report = await bring(owner, one(name="Embark"))
    assert report.outcomes[0].fields == {"name": ("Board", "Embark")}
