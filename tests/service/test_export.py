"""``export`` and what ``apply`` makes of it again; what ``--prune`` retires."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from shared.client import path_of
from shared.contracts import LINKS
from shared.interchange import bundle, bundle_files
from shared.interchange.export import export
from shared.interchange.outcome import Report
from shared.interchange.prune import prune
from shared.interchange.records import Origin
from shared.interchange.sync import sync
from shared.interchange.yaml_documents import text
from tests.platform import Platform, running, settings_for

BOATS = """
{kind: party, key: crew, spec: {name: Crew}}
---
{kind: role, key: purser, spec: {name: Purser, owner: party/crew}}
---
{kind: service, key: boats, spec: {name: Boats, state: operational, owner: party/crew},
 links: [{type: serves, to: party/crew, confidence: 1}, {type: depends_on, to: service/pier}]}
---
{kind: service, key: pier, spec: {name: Pier}}
"""


@pytest.fixture
async def platform(tmp_path: Path) -> AsyncIterator[Platform]:
    async with running(settings_for(tmp_path / "one")) as platform:
        yield platform


async def apply(platform: Platform, *paths: Path, prunes: bool = False, source: str | None = None) -> Report:
    batch = await bundle.to_batch(platform.client, bundle_files.read(paths), source)
    report = await sync(platform.client, batch)
    if prunes:
        report.add(await prune(platform.client, batch, Origin(bundle.FORMAT, "", name=source), dry_run=False))
    return report


async def exported(platform: Platform, file: Path) -> Path:
    made = await export(platform.client)
    write(file, "".join(text(each) for documents in made.documents.values() for each in documents))
    return file


def write(file: Path, text: str) -> None:
    file.write_text(text)


def counts(report: Report) -> dict[str, Any]:
    told = {name: report.count(name) for name in ("created", "changed", "unchanged", "pruned") if report.count(name)}
    return told | ({"refused": [refusal.reason for refusal in report.refused]} if report.refused else {})


async def state_of(platform: Platform, kind: str, key: str) -> str:
    found = await platform.client.find(kind, key)
    return found["state"] if found else "nowhere"


async def test_what_refers_to_something_retired_arrives_elsewhere_too(platform: Platform, tmp_path: Path) -> None:
    (tmp_path / "boats.yaml").write_text(BOATS)
    await apply(platform, tmp_path / "boats.yaml")
    for kind, key in (("service", "pier"), ("party", "crew")):
        there = await platform.client.find(kind, key)
        assert there
        for step in {"pier": ("retired",), "crew": ("leaving", "left")}[key]:
            there = await platform.client.transition(kind, there["id"], there["version"], step, "gone")
    file = await exported(platform, tmp_path / "first.yaml")
    async with running(settings_for(tmp_path / "two")) as other:
        assert counts(await apply(other, file)) == {"created": 6}
        assert (await exported(other, tmp_path / "second.yaml")).read_text() == file.read_text()


async def test_who_owns_each_other_arrives_all_the_same(platform: Platform, tmp_path: Path) -> None:
    file = tmp_path / "circle.yaml"
    file.write_text(BOATS.replace("{name: Crew}", "{name: Crew, owner: role/purser}"))
    assert counts(await apply(platform, file)) == {"created": 6}
    crew, purser = await platform.client.find("party", "crew"), await platform.client.find("role", "purser")
    assert crew
    assert purser
    assert (crew["owner"]["id"], purser["owner"]["id"]) == (purser["id"], crew["id"])
    assert counts(await apply(platform, file)) == {"unchanged": 6}


async def test_what_left_the_bundle_is_retired_and_may_come_back(platform: Platform, tmp_path: Path) -> None:
    file = tmp_path / "boats.yaml"
    file.write_text(BOATS)
    await apply(platform, file)
    await platform.client.post("party", {"name": "Made by hand", "key": "by-hand"})
    without = BOATS.partition("{kind: service, key: boats")[0].rstrip().removesuffix("---")
    file.write_text(without)
    assert counts(await apply(platform, file)) == {"unchanged": 2}
    assert counts(await apply(platform, file, prunes=True)) == {"unchanged": 2, "pruned": 4}
    assert await state_of(platform, "service", "boats") == "retired"
    assert await state_of(platform, "service", "pier") == "nowhere"  # it never was live
    assert await state_of(platform, "party", "by-hand") == "active"
    assert counts(await apply(platform, file, prunes=True)) == {"unchanged": 2}


async def test_a_link_that_left_and_comes_back_is_active_again(platform: Platform, tmp_path: Path) -> None:
    file = tmp_path / "boats.yaml"
    file.write_text(BOATS)
    await apply(platform, file)
    file.write_text(BOATS.replace(", {type: depends_on, to: service/pier}", ""))
    assert counts(await apply(platform, file, prunes=True)) == {"unchanged": 5, "pruned": 1}
    file.write_text(BOATS)
    assert counts(await apply(platform, file)) == {"unchanged": 5, "changed": 1}
    [link] = [each async for each in platform.client.list(LINKS["catalog"], type="depends_on")]
    assert link["state"] == "active"
    moves = [each["action"] async for each in platform.client.items(f"{path_of(LINKS['catalog'], link['id'])}/history")]
    assert moves == ["created", "transitioned", "changed", "transitioned", "changed"]


async def test_a_link_that_somebody_ended_stays_ended(platform: Platform, tmp_path: Path) -> None:
    file = tmp_path / "boats.yaml"
    file.write_text(BOATS)
    await apply(platform, file)
    [link] = [each async for each in platform.client.list(LINKS["catalog"], type="depends_on")]
    await platform.client.transition(LINKS["catalog"], link["id"], link["version"], "ended", "It floats.")
    report = await apply(platform, file)
    assert [kept for _, kept in report.kept] == [{"state": ("ended", "active")}]


async def test_a_bundle_prunes_what_is_its_own_only(platform: Platform, tmp_path: Path) -> None:
    one, two = tmp_path / "one.yaml", tmp_path / "two.yaml"
    one.write_text(BOATS)
    two.write_text("{kind: role, key: mate, spec: {name: Mate}}\n---\n{kind: role, key: cook, spec: {name: Cook}}")
    await apply(platform, one, source="boats")
    await apply(platform, two, source="crew")
    two.write_text("{kind: role, key: mate, spec: {name: Mate}}")
    assert counts(await apply(platform, two, source="crew", prunes=True)) == {"unchanged": 1, "pruned": 1}
    # what moves to another bundle is that one's as soon as the first one lets it go
    two.write_text("{kind: role, key: mate, spec: {name: Mate}}\n---\n{kind: service, key: pier, spec: {name: Pier}}")
    assert counts(await apply(platform, two, source="crew")) == {"unchanged": 2}
    one.write_text(
        BOATS.replace(", {type: depends_on, to: service/pier}", "").partition("---\n{kind: service, key: p")[0]
    )
    assert counts(await apply(platform, one, source="boats", prunes=True)) == {"unchanged": 4, "pruned": 1}
    assert await state_of(platform, "service", "pier") == "requirements"


async def test_what_may_not_go_yet_is_told_with_the_reason(platform: Platform, tmp_path: Path) -> None:
    """An activity that hands over goes with its process, and a process that somebody must follow stays."""
    file = tmp_path / "step.yaml"
    rest = "{kind: party, key: crew, spec: {name: Crew}}"
    step = "{kind: activity, key: step, spec: {name: Step, state: operational, process_id: process/boarding}}"
    file.write_text(
        f"{rest}\n---\n{step}\n---\n{{kind: process, key: boarding, spec: {{name: Boarding, state: operational}}}}"
    )
    await apply(platform, file)
    process = await platform.client.find("process", "boarding")
    assert process
    mine = {"provenance": [*process["provenance"], {"source": "mine", "id": "x"}]}
    await platform.client.patch("process", process["id"], process["version"], mine)
    file.write_text(rest)
    report = await apply(platform, file, prunes=True)
    assert counts(report) == {"unchanged": 1, "pruned": 1}
    assert await state_of(platform, "activity", "step") == "retired"
    assert await state_of(platform, "process", "boarding") == "operational", "another source has it too"
