"""An organisation sets rules: off, how grave, by which numbers. It counts from a second after it was said, is told with
its reason, and leaves what was found before as it was."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
import pytest_asyncio

from services.alignment import rules
from services.alignment.judge.rule import Severity
from services.alignment.judge.settings import Setting
from shared import clock
from shared.clock import rfc3339
from shared.contracts.alignment import SETTING
from shared.storage.db import Database
from tests.backends.databases import chosen
from tests.platform import Platform, running, settings_for
from tests.service.alignment.setting import put
from tests.service.api import eventually
from tests.service.conftest import BACKENDS

pytestmark = pytest.mark.asyncio(loop_scope="module")
Json = dict[str, Any]
FINDINGS = "/alignment/v1/findings"


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=BACKENDS)
async def platform(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Platform]:
    home = tmp_path_factory.mktemp("settings")
    async with chosen(request.param, request) as given, running(settings_for(home, settle_seconds=0, **given)) as made:
        yield made


async def unfounded(platform: Platform) -> Json:
    """The finding of a tactic that nobody asked for."""
    made = await platform.client.post("tactic", {"name": f"Tactic {uuid4()}", "state": "in_force"})
    await platform.caught_up()
    [found] = await found_of(platform, made["id"])
    return found


async def found_of(platform: Platform, tactic: str, **at: str) -> list[Json]:
    asked = {"subject": f"tactic/{tactic}", "rule": "V02"}
    return [dict(each) async for each in platform.client.items(FINDINGS, **asked, **at)]


async def set_rule(platform: Platform, **body: Any) -> Json:
    """Once it counts, and everything has been judged by it."""
    made = dict(await platform.client.post(SETTING, {"reason": "We know why.", **body}))
    await counts(platform, made)
    return made


async def counts(platform: Platform, setting: Json) -> None:
    effective = datetime.fromisoformat(setting["effective_at"])

    async def judged() -> bool:
        answer = await platform.client.get_json(FINDINGS)
        return clock.now() > effective and not answer["provisional"]

    assert await eventually(judged)


async def withdrawn(platform: Platform, setting: Json) -> Json:
    now = await platform.client.get(SETTING, setting["id"])
    ended = await platform.client.transition(SETTING, now["id"], now["version"], "withdrawn", "It is over.")
    await counts(platform, ended)
    return dict(ended)


async def told(platform: Platform, rule: str, **at: str) -> Json:
    items = (await platform.client.get_json("/alignment/v1/rules", **at))["items"]
    return next(each for each in items if each["id"] == rule)


async def scored(platform: Platform, **at: str) -> set[str]:
    return {each["rule"] for each in (await platform.client.get_json("/alignment/v1/score", **at))["rules"]}


async def test_a_rule_that_is_off_finds_nothing_and_counts_nowhere(platform: Platform) -> None:
    finding = await unfounded(platform)
    tactic, before = finding["subject"]["id"], rfc3339(clock.now())
    setting = await set_rule(platform, rule="V02", off=True)
    assert await found_of(platform, tactic) == []
    assert "V02" not in await scored(platform)
    one = await platform.client.get_json(f"{FINDINGS}/{finding['id']}")
    assert (one["status"], one["resolved_at"]) == ("resolved", setting["effective_at"])
    assert [each["id"] for each in await found_of(platform, tactic, as_of=before)] == [finding["id"]]
    assert "V02" in await scored(platform, as_of=before)
    during = rfc3339(clock.now())
    ended = await withdrawn(platform, setting)
    [again] = await found_of(platform, tactic)
    assert (again["id"], again["since"]) == (finding["id"], ended["effective_at"])
    assert await found_of(platform, tactic, as_of=during) == []
    assert "V02" not in await scored(platform, as_of=during)


async def test_what_is_set_is_told_with_who_said_so_and_why(platform: Platform) -> None:
    before = rfc3339(clock.now())
    made = await set_rule(platform, rule="T02", limits={"days": 30}, severity="high")
    assert datetime.fromisoformat(made["effective_at"]) == (
        datetime.fromisoformat(made["created_at"]) + timedelta(seconds=1)
    )
    rule = await told(platform, "T02")
    assert (rule["severity"], rule["limits"], rule["off"]) == ("high", {"days": 30}, False)
    assert "for 30 days" in rule["condition"]
    assert rule["setting"] == {
        "key": made["key"], "since": made["effective_at"], "by": made["created_by"], "reason": "We know why.",
        "off": False, "severity": "high", "limits": {"days": 30},
    }  # fmt: skip
    assert (await told(platform, "T02", as_of=before))["setting"] is None
    assert (await told(platform, "T01"))["setting"] is None
    history = await platform.client.get_json(f"/alignment/v1/settings/{made['id']}/history")
    assert len(history["items"]) == 1


async def test_another_severity_leaves_the_finding_the_same_one(platform: Platform) -> None:
    finding = await unfounded(platform)
    setting = await set_rule(platform, rule="V02", severity="low")
    [now] = await found_of(platform, finding["subject"]["id"])
    assert (now["severity"], now["id"], now["since"]) == ("low", finding["id"], finding["since"])
    changed = await platform.client.patch(SETTING, setting["id"], setting["version"], {"severity": "critical"})
    assert changed["effective_at"] > setting["effective_at"]
    await counts(platform, changed)
    [now] = await found_of(platform, finding["subject"]["id"])
    assert (now["severity"], now["since"]) == ("critical", finding["since"])
    renamed = await platform.client.patch(SETTING, setting["id"], changed["version"], {"description": "Grave."})
    assert renamed["effective_at"] == changed["effective_at"], "nothing that counts has changed"
    await withdrawn(platform, renamed)


NOW = "2026-01-01T00:00:00Z"
WRONG: dict[str, tuple[Json, str, str]] = {
    "of no rule": ({"rule": "V99", "off": True}, "/rule", "unknown-value"),
    "of a number that it does not go by": ({"rule": "T02", "limits": {"weeks": 3}}, "/limits/weeks", "unknown-value"),
    "of none at all": ({"rule": "V02", "limits": {"days": 3}}, "/limits/days", "unknown-value"),
    "of nothing": ({"rule": "R05", "limits": {"roles": 0}}, "/limits/roles", "greater-than-equal"),
    "of very much": ({"rule": "R05", "limits": {"roles": 10_001}}, "/limits/roles", "less-than-equal"),
    "as grave as never": ({"rule": "V02", "severity": "deadly"}, "/severity", "literal-error"),
    "that sets nothing": ({"rule": "V02"}, "", "one-of"),
    "without a reason": ({"rule": "V02", "off": True, "reason": None}, "/reason", "string-type"),
    "without a word": ({"rule": "V02", "off": True, "reason": " "}, "/reason", "reason-missing"),
    "that counts when it likes": (
        {"rule": "V02", "off": True, "effective_at": NOW},
        "/effective_at",
        "extra-forbidden",
    ),
    "that ends by itself": ({"rule": "V02", "off": True, "valid_to": NOW}, "/valid_to", "extra-forbidden"),
}


@pytest.mark.parametrize("case", WRONG)
async def test_a_setting_that_makes_no_sense_is_refused(platform: Platform, case: str) -> None:
    body, pointer, code = WRONG[case]
    answer = await platform.answer("POST", "/alignment/v1/settings", json={"reason": "Why.", **body})
    assert (answer[0], answer[1]["errors"][0]["pointer"], answer[1]["errors"][0]["code"]) == (422, pointer, code)


async def test_of_one_rule_one_is_active_and_stays_of_that_rule(platform: Platform) -> None:
    made = dict(await platform.client.post(SETTING, {"rule": "R05", "off": True, "reason": "Why."}))
    again = {"rule": "R05", "off": True, "reason": "Again."}
    status, problem = await platform.answer("POST", "/alignment/v1/settings", json=again)
    assert (status, problem["errors"][0]["pointer"], problem["errors"][0]["code"]) == (422, "/rule", "duplicate")
    path, match = f"/alignment/v1/settings/{made['id']}", {"If-Match": "*"}
    status, problem = await platform.answer("PATCH", path, json={"rule": "R06"}, headers=match)
    assert (status, problem["errors"][0]["code"]) == (422, "immutable")
    await platform.client.transition(SETTING, made["id"], made["version"], "withdrawn")
    await platform.client.post(SETTING, {"rule": "R05", "severity": "info", "reason": "Another one."})


async def test_a_rule_is_set_a_bounded_number_of_times(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    """Changed or made anew; what is set can always be withdrawn."""
    monkeypatch.setattr(rules, "MOST_CHANGES", 3)
    body = {"rule": "R06", "severity": "info", "reason": "Why."}
    made = dict(await platform.client.post(SETTING, body))
    await platform.client.transition(SETTING, made["id"], made["version"], "withdrawn")  # the second version
    made = dict(await platform.client.post(SETTING, body))
    path = f"/alignment/v1/settings/{made['id']}"
    status, problem = await platform.answer("PATCH", path, json={"severity": "low"}, headers={"If-Match": "*"})
    assert (status, problem["errors"][0]["pointer"], problem["errors"][0]["code"]) == (422, "/rule", "too-many-changes")
    await platform.client.transition(SETTING, made["id"], made["version"], "withdrawn")
    status, problem = await platform.answer("POST", "/alignment/v1/settings", json=body)
    assert (status, problem["errors"][0]["code"]) == (422, "too-many-changes")


async def test_one_that_comes_too_late_builds_the_view_anew(platform: Platform) -> None:
    """As where a process was held up: what had been judged for that instant was judged by the rule before."""
    first = await unfounded(platform)
    await asyncio.sleep(0.05)
    instant = clock.now()
    await asyncio.sleep(0.05)
    second = await unfounded(platform)
    generation = (await platform.client.get_json("/alignment/v1/status"))["generation"]
    database = Database(platform.settings.database("alignment"))
    try:
        await put(database, Setting(instant, "V02", severity=Severity.info))
    finally:
        await database.close()

    async def built() -> bool:
        status = await platform.client.get_json("/alignment/v1/status")
        return bool(status["generation"] > generation and status["building"] is None)

    assert await eventually(built)
    [told] = await found_of(platform, second["subject"]["id"], as_of=second["since"])
    assert (second["severity"], told["severity"]) == ("high", "info")
    [told] = await found_of(platform, first["subject"]["id"], as_of=rfc3339(instant - timedelta(milliseconds=1)))
    assert told["severity"] == "high"
    [told] = await found_of(platform, first["subject"]["id"])
    assert (told["severity"], told["since"]) == ("info", first["since"])
