"""Files against the real owners: what the in-memory ones of the unit tests promise must hold here too."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from shared.client import Refused
from shared.contracts import LINKS
from shared.interchange import bundle, bundle_files
from shared.interchange.bring import bring
from shared.interchange.export import export
from shared.interchange.formats.archimate.exchange import read
from shared.interchange.formats.archimate.mapping import to_batch
from shared.interchange.outcome import Report
from shared.interchange.sync import sync
from shared.interchange.yaml_documents import text
from tests.platform import Platform, running, settings_for
from tests.unit.interchange import models

FERRY = Path(__file__).parents[1] / "unit" / "interchange" / "ferry.xml"
CREW = (
    "{kind: party, key: crew, spec: {name: Crew, valid_from: '2026-01-01T01:00:00+01:00', custom: {a: {x: 1, y: 2}}}}"
)
BOATS = """
{kind: service, key: boats, spec: {name: Boats, state: operational, owner: party/crew},
 links: [{type: serves, to: party/crew, confidence: 1}]}
"""


@pytest.fixture
async def platform(tmp_path: Path) -> AsyncIterator[Platform]:
    async with running(settings_for(tmp_path)) as platform:
        yield platform


async def positions(platform: Platform) -> list[int]:
    return [(await platform.client.changes(service, 0, 1))["head"]["position"] for service in LINKS]


async def import_(platform: Platform, source: str | None = None) -> Report:
    report = await sync(platform.client, to_batch(read(FERRY.read_bytes()), FERRY.name, source))
    await platform.caught_up()
    return report


async def apply(platform: Platform, folder: Path, *documents: str) -> Report:
    file = folder / "ferry.yaml"
    file.write_text("\n---\n".join(documents))
    report = await sync(platform.client, await bundle.to_batch(platform.client, bundle_files.read([file])))
    await platform.caught_up()
    return report


def shown(report: Report) -> dict[str, Any]:
    return {name: report.count(name) for name in ("created", "changed", "unchanged") if report.count(name)}


async def test_a_model_arrives_whole_and_a_second_time_makes_no_version(platform: Platform) -> None:
    first = await import_(platform)
    assert (shown(first), first.accounted, len(first.refused)) == ({"created": 36}, True, 2)
    before = await positions(platform)
    again = await import_(platform)
    assert (shown(again), again.accounted) == ({"unchanged": 36}, True)
    assert await positions(platform) == before == [7, 12, 17]


async def test_what_a_person_changed_stays(platform: Platform) -> None:
    await import_(platform)
    desk = await platform.client.find("product", "booking-desk")
    assert desk
    mine = {"name": "Ticket desk", "custom": {"City": "Bergen", "Floor": 2}}
    desk = await platform.client.patch("product", desk["id"], desk["version"], mine)
    report = await import_(platform)
    assert [kept for _, kept in report.kept] == [
        {"name": ("Ticket desk", "Booking desk"), "custom/City": ("Bergen", "Oslo")}
    ]
    assert await platform.client.get("product", desk["id"]) == desk


async def test_a_bundle_arrives_and_then_only_its_changes(platform: Platform, tmp_path: Path) -> None:
    assert shown(await apply(platform, tmp_path, BOATS, CREW)) == {"created": 3}
    before = await positions(platform)
    assert shown(await apply(platform, tmp_path, BOATS, CREW)) == {"unchanged": 3}
    assert await positions(platform) == before
    changed = CREW.replace("x: 1, y: 2", "x: 3").replace("2026-01-01T01", "2026-02-01T01")
    assert shown(await apply(platform, tmp_path, BOATS.replace("operational", "retired"), changed)) == {
        "changed": 2,
        "unchanged": 1,
    }
    crew, boats = await platform.client.find("party", "crew"), await platform.client.find("service", "boats")
    assert crew
    assert boats
    assert (crew["custom"], crew["valid_from"]) == ({"a": {"x": 3}}, "2026-02-01T00:00:00Z")
    assert (boats["state"], boats["state_reason"]) == ("retired", "registered as found in ferry.yaml")
    assert shown(await apply(platform, tmp_path, BOATS.replace("operational", "retired"), changed)) == {"unchanged": 3}


async def test_a_link_of_the_same_ends_is_that_link_whatever_its_id(platform: Platform, tmp_path: Path) -> None:
    await apply(platform, tmp_path, BOATS.partition("links")[0].rstrip(", \n") + "}", CREW)
    boats, crew = await platform.client.find("service", "boats"), await platform.client.find("party", "crew")
    assert boats
    assert crew
    ends = {end: {"kind": state["kind"], "id": state["id"]} for end, state in (("source", boats), ("target", crew))}
    await platform.client.post(LINKS["catalog"], {"type": "serves", **ends})
    assert shown(await apply(platform, tmp_path, BOATS, CREW)) == {"changed": 1, "unchanged": 2}
    [link] = [each async for each in platform.client.list(LINKS["catalog"])]
    assert link["confidence"] == 1


async def test_the_view_tells_by_model_and_what_a_relation_was_there(platform: Platform, tmp_path: Path) -> None:
    await import_(platform)
    await apply(platform, tmp_path, BOATS, CREW.replace("key: crew", "key: crew, links: []"))
    view = "/alignment/v1"

    async def found(path: str, **asked: str) -> list[Any]:
        return [each async for each in platform.client.items(f"{view}/{path}", **asked)]

    of_model, rest = await found("nodes", source="id-ferry"), await found("nodes", q="boats", kind="service")
    assert (len(of_model), [each["key"] for each in rest]) == (21, ["boats"])
    assert [each["key"] for each in await found("nodes", source="id-ferry", q="boats")] == ["full-boats"]
    with pytest.raises(Refused, match="there are id-ferry; did you mean id-ferry"):
        await found("nodes", source="ferry")
    subjects = {each["subject"]["key"] for each in await found("findings", source="id-ferry")}
    assert subjects
    assert "boats" not in subjects
    seat = next(each for each in of_model if each["key"] == "seat-reservation")
    node = await platform.client.get_json(f"{view}/nodes/service/{seat['id']}")
    assert {(each["type"], each["came_as"]) for each in node["out"]} == {
        ("realizes", "Realization"),
        ("relates_to", "Realization"),
    }


async def edition(platform: Platform, elements: str, relations: str = "", *, prunes: bool = False) -> dict[str, int]:
    """A dry run and the real one of a model, which must tell the same."""
    content = models.exchange(elements, relations)
    foreseen = await bring(platform.client, models.batch(content), dry_run=True, prunes=prunes)
    report = await bring(platform.client, models.batch(content), prunes=prunes)
    assert models.counts(foreseen) == models.counts(report)
    assert report.accounted
    return models.counts(report)


STEPS = "a BusinessProcess Pick\nb BusinessProcess Pack\nx {} Rota"
JOINS = "r Triggering a b\ns Serving x a"


async def test_editions_of_a_model_against_the_real_owners(platform: Platform) -> None:
    client, tool, service = platform.client, STEPS.format("ApplicationComponent"), STEPS.format("ApplicationService")
    assert await edition(platform, tool, JOINS) == {"created": 5}
    rota = await client.find("product", "rota")
    assert rota
    assert await edition(platform, service, JOINS) == {"retyped": 1, "changed": 1, "unchanged": 3}
    assert (await client.get("product", rota["id"]))["state"] == "retired"
    assert await edition(platform, service, JOINS) == {"unchanged": 5}
    assert await edition(platform, service, "r Triggering b a\ns Serving x a") == {"changed": 1, "unchanged": 4}
    less = service.partition("\n")[2]
    assert await edition(platform, less) == {"unchanged": 2, "left": 3}
    assert await edition(platform, less, prunes=True) == {"unchanged": 2, "pruned": 3}
    pick = await client.find("process", "pick")
    assert pick
    assert pick["state"] == "retired"
    assert await edition(platform, service, JOINS) == {"returned": 1, "created": 2, "unchanged": 2}
    again = await client.find("process", "pick")
    assert again
    assert (again["state"], again["id"] != pick["id"]) == ("operational", True)
    assert (await client.get("process", pick["id"]))["key"] == "pick.1"
    assert await edition(platform, tool, JOINS) == {"retyped": 1, "changed": 1, "unchanged": 3}
    assert await edition(platform, tool, JOINS, prunes=True) == {"unchanged": 5}
    parts = f"{tool}\nv BusinessProcess Ship\nw BusinessProcess Load"
    assert await edition(platform, parts, f"{JOINS}\nt Composition v w") == {"created": 2, "unchanged": 5, "joined": 1}
    assert await edition(platform, parts, f"{JOINS}\nt Composition a w") == {"retyped": 1, "unchanged": 6, "joined": 1}


APART = """
{kind: process, key: pay, spec: {name: Pay}}
---
{kind: activity, key: enter, spec: {name: Enter, process_id: process/pay, segregated_from_ids: [activity/release]}}
---
{kind: activity, key: release, spec: {name: Release, process_id: process/pay, segregated_from_ids: [activity/enter]}}
---
{kind: party, key: team, spec: {name: Team, owner: role/lead}}
---
{kind: role, key: lead, spec: {name: Lead, owner: party/team}}
"""


async def test_what_refers_to_each_other_arrives_and_its_export_applies_elsewhere(
    platform: Platform, tmp_path: Path
) -> None:
    report = await apply(platform, tmp_path, APART)
    assert (shown(report), report.read, report.refused) == ({"created": 5}, 5, [])
    assert shown(await apply(platform, tmp_path, APART)) == {"unchanged": 5}
    exported = await export(platform.client)
    documents = [text(each) for some in exported.documents.values() for each in some]
    (tmp_path / "elsewhere").mkdir()
    async with running(settings_for(tmp_path / "elsewhere")) as other:
        assert shown(await apply(other, tmp_path, *documents)) == {"created": 5}
        release = await other.client.find("activity", "release")
        enter = await other.client.find("activity", "enter")
        assert release
        assert enter
        assert (release["segregated_from_ids"], enter["segregated_from_ids"]) == ([enter["id"]], [release["id"]])
