"""A first start that is interrupted, wherever that is, is made up for by the next one."""

from pathlib import Path

import pytest

from services import assembly
from services.cli import sample, year
from services.cli.first_start import FirstStart
from shared.client import Client
from shared.config import Settings
from tests.platform import running, settings_for


class Killed(Exception):
    """As if the process ended here."""


async def somebody(settings: Settings, name: str) -> None:
    async with running(settings) as platform:
        await platform.client.post("party", {"name": name, "type": "person"})


async def uneventful(*_: object) -> None:
    """A year in which nothing happened."""


async def started(settings: Settings) -> FirstStart:
    """As ``plumbline up`` does it before it serves."""
    first = FirstStart(settings)
    first.clear()
    await assembly.migrate(settings)
    await first.begin()
    return first


async def test_a_year_that_was_not_played_to_its_end_begins_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = settings_for(tmp_path)

    async def killed_on_the_way(settings: Settings, *_: object) -> None:
        await somebody(settings, "Half of a year")
        raise Killed

    monkeypatch.setattr(year, "play", killed_on_the_way)
    with pytest.raises(Killed):
        await started(settings)
    assert not await year.is_unused(settings)
    monkeypatch.setattr(year, "play", uneventful)
    assert (await started(settings)).is_to_load
    async with running(settings) as platform:
        assert [each async for each in platform.client.list("party")] == []
        assert (await platform.client.get_json("/alignment/v1/status"))["seeded_until"]


async def test_what_is_recorded_while_the_sample_is_loaded_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The platform serves by then."""
    monkeypatch.setattr(year, "play", uneventful)
    settings = settings_for(tmp_path)
    assert (await started(settings)).is_to_load
    await somebody(settings, "Early")
    again = await started(settings)
    assert again.is_to_load
    again.end()
    assert not (await started(settings)).is_to_load
    async with running(settings) as platform:
        assert [each["name"] async for each in platform.client.list("party")] == ["Early"]


async def test_signatures_that_were_not_given_are_given_when_it_is_loaded_again(tmp_path: Path) -> None:
    async with running(settings_for(tmp_path)) as platform:

        def killed_before_the_second(subject: str, scope: str) -> Client:
            if subject == "tobias.oyelaran":
                raise Killed
            return platform.acting(subject, scope)

        async def state() -> str:
            found = await platform.client.find("increment", "dependable-first-slice")
            return str(found and found["state"])

        with pytest.raises(Killed):
            await sample.load(platform.client, killed_before_the_second)
        assert await state() == "partly_signed"
        for _ in range(2):
            await sample.load(platform.client, platform.acting)
            assert await state() == "signed"


@pytest.mark.parametrize("elsewhere", ["database_url", "bus_url"])
async def test_what_is_elsewhere_gets_no_past(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, elsewhere: str) -> None:
    """A database server has a clock of its own, and a bus keeps what was sent to it."""
    monkeypatch.setattr(year, "play", None)
    there = tmp_path / "elsewhere"
    there.mkdir()
    urls = {"database_url": f"sqlite+aiosqlite:///{there}/{{service}}.sqlite", "bus_url": f"log://{there}/log.sqlite"}
    settings = settings_for(tmp_path / "home", **{elsewhere: urls[elsewhere]})
    assert (await started(settings)).is_to_load
    assert await year.is_unused(settings)
