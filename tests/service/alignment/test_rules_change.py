"""A release brings a rule, or a relation: what nobody touches is judged by it as well, once the process starts anew."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from services.alignment.follow import follower, rebuild
from services.alignment.judge import known
from services.alignment.judge.catalogue import RULES
from services.alignment.judge.fingerprint import FINGERPRINT, fingerprint
from services.alignment.judge.in_force import InForce
from services.alignment.view import projection
from shared.contracts.relations import RELATIONS
from tests.platform import Platform, running, settings_for
from tests.service.api import eventually


@contextmanager
def older_release(rule: str = "", relation: str = "") -> Iterator[None]:
    """One that knows all rules but this one, and all relations but this one."""
    rules = [each for id, each in RULES.items() if id != rule]
    relations = {name: row for name, row in RELATIONS.items() if name != relation}
    of = fingerprint(rules, relations.values())
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(known, "CATALOGUE", InForce(rules))
        patched.setattr(projection, "RELATIONS", relations)
        patched.setattr(follower, "FINGERPRINT", of)
        patched.setattr(rebuild, "FINGERPRINT", of)
        yield


async def found(platform: Platform) -> set[tuple[str, str]]:
    answer = await platform.client.get_json("/alignment/v1/findings", limit=200)
    return {(each["rule"], each["subject"]["name"]) for each in answer["items"]}


async def generation(platform: Platform) -> int:
    return int((await platform.client.get_json("/alignment/v1/status"))["generation"])


async def create(platform: Platform, path: str, **body: Any) -> dict[str, Any]:
    answer = await platform.http.post(path, json=body)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def test_what_was_there_before_is_judged_by_a_new_rule(tmp_path: Path) -> None:
    settings, wrong = settings_for(tmp_path, settle_seconds=0), ("V02", "Nobody knows why")
    with older_release(rule="V02"):
        async with running(settings) as platform:
            await create(platform, "/strategy/v1/tactics", name="Nobody knows why", state="in_force")
            await platform.caught_up()
            assert wrong not in await found(platform)
            before = await generation(platform)
    async with running(settings) as platform:

        async def judged() -> Any:
            return wrong in await found(platform) and await generation(platform)

        after = await eventually(judged)
        assert after == before + 1, "it was built beside the one that answered"
    async with running(settings) as platform:
        await platform.caught_up()
        status = await platform.client.get_json("/alignment/v1/status")
        assert (status["generation"], status["building"]) == (after, None), "once"


async def test_what_was_there_before_is_joined_by_a_new_relation(tmp_path: Path) -> None:
    settings, wrong = settings_for(tmp_path, settle_seconds=0), ("P01", "Ruled")
    with older_release(relation="governs"):
        async with running(settings) as platform:
            process = await create(platform, "/roles/v1/processes", name="Ruled", state="operational")
            policy = await create(platform, "/roles/v1/policies", name="Rules", state="published")
            ends = {
                "source": {"kind": "policy", "id": policy["id"]},
                "target": {"kind": "process", "id": process["id"]},
            }
            await create(platform, "/roles/v1/links", type="governs", **ends)
            await platform.caught_up()
            assert wrong in await found(platform), "nothing governs it, as far as that release knows"
    async with running(settings) as platform:

        async def judged() -> bool:
            return wrong not in await found(platform)

        assert await eventually(judged)


def test_what_a_rule_a_relation_or_a_kind_says_of_itself_tells_it_from_another() -> None:
    rules, relations = list(RULES.values()), list(RELATIONS.values())
    known = fingerprint()
    assert fingerprint(rules, relations) == known
    assert fingerprint(rules[1:]) != known
    assert fingerprint(rules, relations[1:]) != known
    assert fingerprint(kinds=()) != known
    assert fingerprint(version=1) != known


def test_every_process_tells_the_same_of_the_rules() -> None:
    """In whatever order sets come: else a restart would begin a rebuild."""
    code = "from services.alignment.judge.fingerprint import FINGERPRINT; print(FINGERPRINT)"
    told = {
        subprocess.run(
            [sys.executable, "-c", code], env=os.environ | {"PYTHONHASHSEED": seed}, capture_output=True
        ).stdout
        for seed in ("1", "2", "3", "4")
    }
    assert told == {f"{FINGERPRINT}\n".encode()}
