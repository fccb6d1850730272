"""How much stands and falls with what a chain ends at: on organisations whose answers were decided by hand."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from services.alignment.queries import resting
from tests.backends.databases import chosen
from tests.platform import running, settings_for
from tests.service.alignment.organised import Organisation, lines, named
from tests.service.conftest import BACKENDS

pytestmark = pytest.mark.asyncio(loop_scope="module")

MADE = """
process/chain-top operational
process/chain-middle operational; serves process/chain-top
process/chain-end operational; serves process/chain-middle
process/diamond-top operational
process/diamond-left operational; serves process/diamond-top
process/diamond-right operational; serves process/diamond-top
process/diamond-end operational; serves process/diamond-left, serves process/diamond-right
process/round-one operational; serves process/round-two
process/round-two operational; serves process/round-three
process/round-three operational; serves process/round-one
process/round-hangs operational; serves process/round-one
outcome/reason agreed
process/also-top operational
process/also-has-reason operational; serves process/also-top, serves outcome/reason
objective/above-outcome in_force
outcome/stands-alone agreed; realizes objective/above-outcome
process/under-outcome operational; serves outcome/stands-alone
process/under-objective operational; justified_by objective/above-outcome
process/gap-top operational
process/gap retired; serves process/gap-top
process/gap-end operational; serves process/gap
strategy/it in_force {type: it}
strategy/it-service in_force {type: it_service}; supports strategy/it
tactic/of-it in_force; decomposes strategy/it
tactic/of-nothing in_force
service/business operational {type: business}; realizes objective/above-outcome, depends_on product/needed
product/needed in_use
service/planned approved
process/for-planned operational; serves service/planned
"""
BY_HAND: dict[tuple[str, str], int | None] = {
    ("V04", "process/chain-top"): 2,
    ("V04", "process/diamond-top"): 3,  # its end once
    ("V04", "process/also-top"): 1,  # that has another reason as well
    ("V18", "objective/above-outcome"): 3,  # neither the outcome nor what is for that
    ("V04", "process/gap-top"): 0,
    ("V04", "process/gap-end"): 0,  # nothing live is between them
    ("V01", "strategy/it"): 2,
    ("V01", "strategy/it-service"): 0,
    ("V02", "tactic/of-nothing"): None,
    ("V08", "service/business"): 1,
    ("V08", "service/planned"): 0,  # what is not live carries nothing
    ("V04", "process/for-planned"): 0,
}
IN_CIRCLE = 3
Json = dict[str, Any]


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=BACKENDS)
async def organisation(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Organisation]:
    home: Path = tmp_path_factory.mktemp("affects")
    async with chosen(request.param, request) as database, running(settings_for(home, **database)) as platform:
        organisation = Organisation(platform, home)
        await organisation.apply(lines(MADE))
        yield organisation


async def affects(organisation: Organisation, **asked: Any) -> dict[tuple[str, str], Json | None]:
    items = (await organisation.get("findings", limit=200, **asked))["items"]
    return {(item["rule"], named(item["subject"])): item["affects"] for item in items}


@pytest.mark.parametrize(("finding", "number"), BY_HAND.items(), ids=lambda each: str(each))
async def test_it_is_as_many_as_rest_on_it(
    organisation: Organisation, finding: tuple[str, str], number: int | None
) -> None:
    expected = None if number is None else {"things": number, "at_least": False}
    assert (await affects(organisation))[finding] == expected


async def test_a_circle_is_blamed_once_for_all_that_is_in_it_and_hangs_on_it(organisation: Organisation) -> None:
    found = {key: told for key, told in (await affects(organisation, rule="V04")).items() if "round" in key[1]}
    assert list(found.values()) == [{"things": IN_CIRCLE, "at_least": False}]


async def test_wherever_a_finding_is_told_it_affects_as_much(organisation: Organisation) -> None:
    [listed] = (await organisation.get("findings", rule="V18"))["items"]
    told = {"things": 3, "at_least": False}
    assert listed["affects"] == told
    assert (await organisation.get(f"findings/{listed['id']}"))["affects"] == told
    for view in ("nodes", "why"):
        found = (await organisation.about(view, "objective/above-outcome"))["findings"]
        assert [each["affects"] for each in found if each["rule"] == "V18"] == [told]


async def test_what_was_not_read_is_not_counted_and_said_to_be_more(
    organisation: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resting, "MOST_READ", 1)
    chain = f"process/{(await organisation.id('process/chain-top'))}"
    [told] = [each["affects"] for each in (await organisation.get("findings", subject=chain, rule="V04"))["items"]]
    assert told == {"things": 1, "at_least": True}


async def test_a_past_moment_counts_what_rested_on_it_then(organisation: Organisation) -> None:
    await organisation.apply(
        lines("process/late-top operational\nprocess/late-end operational; serves process/late-top")
    )
    then = (await organisation.get("status"))["watermark"]["roles"]
    await organisation.apply(lines("process/late-second operational; serves process/late-top"))
    key = ("V04", "process/late-top")
    now, before = await affects(organisation), await affects(organisation, as_of=then)
    assert [now[key], before[key]] == [{"things": number, "at_least": False} for number in (2, 1)]
