"""The year that the sample organisation has behind it: where it ends, what it leaves, and what it does not prove."""

import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from services import assembly
from services.cli import year
from shared import clock
from shared.changes.seeding import InUse
from shared.client import Client, Conflict, path_of
from shared.config import Settings
from shared.contracts import NODE_KINDS, OWNERS
from shared.interchange import bundle, bundle_files
from shared.interchange.sync import sync
from tests.platform import Platform, running, settings_for
from tests.service import sample
from tests.service.sample import SAMPLE

pytestmark = pytest.mark.long
_KNOWN = re.compile(r"^\| ([A-Z]\d\d) \| `?(\w+/[\w.-]+)`? \|", re.MULTILINE)


async def test_it_ends_in_what_the_files_say(tmp_path: Path) -> None:
    settings, now = settings_for(tmp_path), clock.now()
    await assembly.migrate(settings)
    assert await year.is_unused(settings)
    await year.begin(settings, now)
    await year.play(settings, now, SAMPLE)
    assert abs(clock.now() - now) < timedelta(minutes=10), "the clock is what it was"
    async with running(settings) as platform:
        await sample.load(platform)
        again = await sync(platform.client, await bundle.to_batch(platform.client, bundle_files.read([SAMPLE])))
        assert again.count("unchanged") == len(again.outcomes)
        await check_status(platform, now)
        await check_order(platform.client, now)
        await check_findings(platform.client)
        await check_course(platform.client, now)
        await check_proofs(platform.client)
    await check_that_it_is_played_once(settings)


async def check_status(platform: Platform, now: datetime) -> None:
    status = await platform.client.get_json("/alignment/v1/status")
    assert (status["seeded_until"], status["dead_letters"]) == (clock.rfc3339(now), 0)


async def check_order(client: Client, now: datetime) -> None:
    for service in OWNERS:
        told = [each["time"] async for each in _changes(client, service)]
        assert told == sorted(told)
        assert told[0] < clock.rfc3339(now - timedelta(days=363))


async def _changes(client: Client, service: str) -> Any:
    after = 0
    while (page := await client.changes(service, after))["items"]:
        for each in page["items"]:
            yield each
        after += len(page["items"])


async def check_findings(client: Client) -> None:
    """Besides the gaps that are left on purpose those that only time brings."""
    known, later = (SAMPLE / "README.md").read_text().split("## The year before")
    told = _KNOWN.findall(known) + _KNOWN.findall(later)
    items = [each async for each in client.items("/alignment/v1/findings")]
    assert sorted((f["rule"], f"{f['subject']['kind']}/{f['subject']['key']}") for f in items) == sorted(told)


async def check_course(client: Client, now: datetime) -> None:
    def ago(days: int) -> str:
        return clock.rfc3339(now - timedelta(days=days))

    trend = await client.get_json("/alignment/v1/score/trend", **{"from": ago(363)})
    named = [each["name"] for point in trend["points"] for each in point["baselines"]]
    assert named == ["A year ago", "First quarter", "Half a year", "Third quarter"]
    index = [point["index"] for point in trend["points"]]
    assert index[0] == 59.0 < index[-1], "somebody vital had no owner at first"

    async def of(rule: str, subject: str, **more: Any) -> list[Any]:
        items: list[Any] = (await client.get_json("/alignment/v1/findings", rule=rule, subject=subject, **more))[
            "items"
        ]
        return items

    async def waived(**more: Any) -> list[bool]:
        return [each["waiver"] is not None for each in await of("V02", "tactic/reservoir-drone-survey", **more)]

    assert (await waived(as_of=ago(200)), await waived()) == ([True], [False])
    assert await of("O05", "process/sending-tankers", as_of=ago(80))
    assert not await of("O05", "process/sending-tankers", as_of=ago(90))
    told = await client.find("increment", "told-in-time")
    assert told
    assert (told["state"], [each["decision"] for each in told["sign_offs"]]) == ("signed", ["approved", "approved"])


async def check_proofs(client: Client) -> None:
    """What was signed in a past that was made up proves nothing, and stands in no log."""
    made_up, real = [await client.find("increment", key) for key in ("told-in-time", "dependable-first-slice")]
    assert made_up
    assert real
    with pytest.raises(Conflict, match="made up"):
        await _proof(client, made_up)
    assert (await _proof(client, real))["log"]["head"]["size"] == 1


async def _proof(client: Client, increment: Any) -> Any:
    return await client.get_json(f"{path_of(NODE_KINDS['increment'], increment['id'])}/proof")


async def check_that_it_is_played_once(settings: Settings) -> None:
    assert not await year.is_unused(settings)
    with pytest.raises(InUse):
        await year.begin(settings, clock.now())
    async with running(settings) as platform:
        status = await platform.client.get_json("/alignment/v1/status")
        assert status["seeded_until"] < clock.rfc3339(clock.now())


async def test_a_database_that_is_in_use_gets_no_past(tmp_path: Path) -> None:
    """One of the four is enough."""
    settings = settings_for(tmp_path)
    async with running(settings) as platform:
        await platform.client.post("party", {"name": "Somebody", "type": "person"})
        await platform.caught_up()
    assert not await year.is_unused(settings)
    async with running(settings) as platform:
        assert (await platform.client.get_json("/alignment/v1/status"))["seeded_until"] is None
