"""A release brings a rule: what nobody touches is judged by it as well, once the process has started anew."""

from pathlib import Path
from typing import Any

import pytest

from services.alignment.judge import intervals
from services.alignment.judge.rules import RULES, fingerprint
from tests.platform import Platform, running, settings_for
from tests.service.api import eventually

NEW = "V02"


async def found(platform: Platform) -> list[str]:
    answer = await platform.client.get_json("/alignment/v1/findings", limit=200)
    return [each["rule"] for each in answer["items"]]


async def generation(platform: Platform) -> int:
    return int((await platform.client.get_json("/alignment/v1/status"))["generation"])


async def test_what_was_there_before_is_judged_by_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = settings_for(tmp_path)
    with monkeypatch.context() as patched:
        patched.delitem(RULES, NEW)
        intervals._rules_about.cache_clear()
        async with running(settings) as platform:
            body = {"name": "Nobody knows why", "state": "in_force"}
            assert (await platform.http.post("/strategy/v1/tactics", json=body)).status_code == 201
            await platform.caught_up()
            assert NEW not in await found(platform)
            before = await generation(platform)
    intervals._rules_about.cache_clear()
    async with running(settings) as platform:

        async def judged() -> Any:
            return NEW in await found(platform) and await generation(platform)

        after = await eventually(judged)
        assert after == before + 1, "it was built beside the one that answered"
    async with running(settings) as platform:
        await platform.caught_up()
        status = await platform.client.get_json("/alignment/v1/status")
        assert (status["generation"], status["building"]) == (after, None), "once"


def test_what_a_rule_says_of_itself_tells_it_from_another() -> None:
    rules = list(RULES.values())
    known = fingerprint(rules)
    assert fingerprint(rules) == known
    assert fingerprint(rules[1:]) != known
    assert fingerprint(rules, version=2) != known
