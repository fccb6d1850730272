"""Rules of an organisation's own are judged with those of the catalogue, and can be tried on the past before."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import pytest_asyncio

from services.alignment import rules as own_rules
from shared import clock
from shared.clock import rfc3339
from shared.contracts.alignment import RULE_PACK
from shared.contracts.rule_packs import PackFile
from shared.interchange.modelled import read
from tests.backends.databases import chosen
from tests.platform import Platform, running, settings_for
from tests.service.api import eventually
from tests.service.conftest import BACKENDS

pytestmark = pytest.mark.asyncio(loop_scope="module")
Json = dict[str, Any]
SAMPLE, _ = read(Path(__file__).parents[3] / "examples" / "rule-pack" / "acme.yaml", PackFile)
RULES = [rule.model_dump(mode="json") for rule in SAMPLE.rules]
PACK = {"key": "acme", "name": "House rules", "prefix": "ACME", "rules": RULES}


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=BACKENDS)
async def platform(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Platform]:
    home = tmp_path_factory.mktemp("packs")
    async with chosen(request.param, request) as given, running(settings_for(home, settle_seconds=0, **given)) as made:
        yield made


async def found(platform: Platform, rule: str) -> list[Json]:
    return [dict(each) async for each in platform.client.items("/alignment/v1/findings", rule=rule)]


async def told(platform: Platform) -> set[str]:
    answer = await platform.client.get_json("/alignment/v1/rules")
    return {each["id"] for each in answer["items"]}


async def test_what_they_find_is_found_and_counts_until_the_pack_is_retired(platform: Platform) -> None:
    product = {"name": f"Product {uuid4()}", "state": "in_use", "end_of_support": rfc3339(clock.now())}
    made = await platform.client.post("product", product)
    await platform.caught_up()
    assert "ACME-04" not in await told(platform)
    pack = await platform.client.post(RULE_PACK, PACK)

    async def judged() -> bool:
        return "ACME-04" in await told(platform)

    assert await eventually(judged)
    [finding] = [each for each in await found(platform, "ACME-04") if each["subject"]["id"] == made["id"]]
    assert (finding["title"], finding["severity"]) == ("Product whose support is about to end", "high")
    assert finding["since"] < pack["created_at"], "the past is judged by it as well"
    score = await platform.client.get_json("/alignment/v1/score")
    assert "ACME-04" in {each["rule"] for each in score["rules"]}
    groups = await platform.client.get_json("/alignment/v1/findings/groups", rule="ACME-04")
    assert [each["rule"] for each in groups["items"]] == ["ACME-04"]
    for about in ("", "/remedy"):
        assert await platform.client.get_json(f"/alignment/v1/findings/{finding['id']}{about}")

    async def is_told() -> bool:
        changes = await platform.client.changes("alignment", 0, 1000)
        return finding["id"] in {event["data"]["state"]["id"] for event in changes["items"]}

    assert await eventually(is_told), "whoever follows the events is told of it"
    later = dict(await platform.client.post("product", {**product, "name": f"Product {uuid4()}"}))
    await platform.caught_up()
    assert later["id"] in {each["subject"]["id"] for each in await found(platform, "ACME-04")}
    await platform.client.transition(RULE_PACK, pack["id"], pack["version"], "retired", "They did not help.")

    async def gone() -> bool:
        return "ACME-04" not in await told(platform)

    assert await eventually(gone)
    status, problem = await platform.answer("GET", "/alignment/v1/findings", params={"rule": "ACME-04"})
    assert (status, problem["errors"][0]["code"]) == (422, "unknown-value")


async def test_they_are_tried_on_the_past_without_being_kept(platform: Platform) -> None:
    before = rfc3339(clock.now())
    await asyncio.sleep(0.01)
    body = {"name": f"Product {uuid4()}", "state": "in_use", "end_of_support": rfc3339(clock.now())}
    product = await platform.client.post("product", body)
    mended = await platform.client.post("product", {**body, "name": f"Product {uuid4()}"})
    far = {"end_of_support": "2099-01-01T00:00:00Z"}
    await platform.client.patch("product", mended["id"], mended["version"], far)
    await platform.caught_up()
    asked = {"prefix": "ACME", "rules": RULES, "since": before}
    answer = await platform.client.send("POST", "/alignment/v1/trials", asked)
    tried = {each["rule"]: each for each in answer["rules"]}
    assert list(tried) == ["ACME-01", "ACME-02", "ACME-03", "ACME-04"]
    mine = {each["subject"]["id"]: each for each in tried["ACME-04"]["items"]}
    assert mine[product["id"]]["resolved_at"] is None
    assert mine[mended["id"]]["resolved_at"] is not None
    assert (tried["ACME-04"]["open"] < tried["ACME-04"]["found"], tried["ACME-01"]["found"]) == (True, 0)
    assert "ACME-04" not in await told(platform)


async def test_rules_that_cannot_be_judged_are_refused_with_their_place(platform: Platform) -> None:
    other = {**RULES[1], "check": {"says": ["purpos"]}}
    for path, body in (
        ("rule-packs", {**PACK, "key": "other", "rules": [RULES[0], other]}),
        ("trials", {"prefix": "ACME", "rules": [RULES[0], other], "since": rfc3339(clock.now())}),
    ):
        status, problem = await platform.answer("POST", f"/alignment/v1/{path}", json=body)
        error = problem["errors"][0]
        assert (status, error["pointer"], error["code"]) == (422, "/rules/1/check/says/0", "invalid-rule"), path
        assert "did you mean purpose?" in error["detail"]
    nested = {**RULES[1], "check": {"none_of": [{"after": {"days": 1}}]}}
    asked = {"prefix": "ACME", "rules": [nested], "since": rfc3339(clock.now())}
    status, problem = await platform.answer("POST", "/alignment/v1/trials", json=asked)
    assert (status, problem["errors"][0]["pointer"]) == (422, "/rules/0/check/none_of/0/after/check")


async def test_a_trial_is_about_the_past(platform: Platform) -> None:
    body = {"prefix": "ACME", "rules": RULES, "since": "2999-01-01T00:00:00Z"}
    status, problem = await platform.answer("POST", "/alignment/v1/trials", json=body)
    assert (status, problem["errors"][0]["pointer"], problem["errors"][0]["code"]) == (422, "/since", "in-the-future")


async def test_of_one_prefix_one_pack_is_active(platform: Platform) -> None:
    rules = [{**rule, "id": rule["id"].replace("ACME", "ONCE")} for rule in RULES[:1]]
    body = {"name": "Once", "prefix": "ONCE", "rules": rules}
    await platform.client.post(RULE_PACK, body)
    status, problem = await platform.answer("POST", "/alignment/v1/rule-packs", json={**body, "name": "Twice"})
    assert (status, problem["errors"][0]["pointer"], problem["errors"][0]["code"]) == (422, "/prefix", "duplicate")


async def test_so_many_packs_are_active_and_no_more(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that is active may still be changed, and one that is not be made active in the place of another."""
    there = [each async for each in platform.client.list(RULE_PACK, state="active")]
    monkeypatch.setattr(own_rules, "MOST_PACKS", len(there) + 1)

    def pack(prefix: str) -> Json:
        rules = [{**rule, "id": rule["id"].replace("ACME", prefix)} for rule in RULES[:1]]
        return {"name": f"Pack {prefix}", "prefix": prefix, "rules": rules}

    last = await platform.client.post(RULE_PACK, pack("LAST"))
    for _ in range(2):
        status, problem = await platform.answer("POST", "/alignment/v1/rule-packs", json=pack("MORE"))
        assert (status, problem["errors"][0]["pointer"], problem["errors"][0]["code"]) == (
            422, "/state", "too-many-packs",
        )  # fmt: skip
        last = await platform.client.patch(
            RULE_PACK, last["id"], last["version"], {"description": f"{last['version']}"}
        )
    await platform.client.transition(RULE_PACK, last["id"], last["version"], "retired", "It made room.")
    assert (await platform.client.post(RULE_PACK, pack("MORE")))["state"] == "active"
