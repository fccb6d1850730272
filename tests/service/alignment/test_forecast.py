"""What will be wrong on a day to come, and what was on one that is past, with what is known today; the answers were
decided by hand."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from services.alignment.judge import forecast
from shared import clock
from tests.backends.databases import chosen
from tests.platform import running, settings_for
from tests.service.alignment.organised import Organisation, named
from tests.service.conftest import BACKENDS

pytestmark = pytest.mark.asyncio(loop_scope="module")
Json = dict[str, Any]

MODEL = """
{kind: outcome, key: fewer-leaks, spec: {name: Fewer leaks, state: agreed, valid_to: "2091-01-01T00:00:00Z"}}
{kind: objective, key: repair, spec: {name: Repair in a day, state: in_force, level: tactical}, links: [{type: serves, to: outcome/fewer-leaks}]}
{kind: process, key: repairing, spec: {name: Repairing, state: operational}, links: [{type: justified_by, to: objective/repair}]}
{kind: policy, key: on-paper, spec: {name: Permits on paper, state: published}, links: [{type: governs, to: process/repairing}, {type: justified_by, to: objective/repair, valid_from: "2092-01-01T00:00:00Z", valid_to: "2093-01-01T00:00:00Z"}]}
{kind: tactic, key: drones, spec: {name: Drones, state: in_force, valid_from: "2094-01-01T00:00:00Z"}, links: [{type: decomposes, to: objective/repair}]}
{kind: objective, key: one-map, spec: {name: One map, state: in_force, level: strategic}}
{kind: tactic, key: scan, spec: {name: Scan the plans, state: in_force}, links: [{type: decomposes, to: objective/one-map}]}
{kind: process, key: scanning, spec: {name: Scanning, state: operational}, links: [{type: justified_by, to: objective/one-map, valid_to: "2092-03-01T00:00:00Z"}]}
{kind: objective, key: idle, spec: {name: Nobody works on it, state: in_force, level: strategic}}
{kind: party, key: ann, spec: {name: Ann, state: active, type: person}}
{kind: party, key: bea, spec: {name: Bea, state: active, type: person, valid_to: "2096-01-01T00:00:00Z"}}
{kind: role, key: owner, spec: {name: Service owner, state: active, type: service_owner}}
{kind: service, key: maps, spec: {name: Maps, state: operational, type: application}}
{kind: service, key: pumps, spec: {name: Pumps, state: operational, type: application}}
{kind: role_assignment, key: ann-maps, spec: {party_id: party/ann, role_id: role/owner, scope: service/maps, state: active, valid_to: "2095-01-01T00:00:00Z"}}
{kind: role_assignment, key: bea-pumps, spec: {party_id: party/bea, role_id: role/owner, scope: service/pumps, state: proposed, valid_from: "2095-06-01T00:00:00Z"}}
{kind: role, key: fitter, spec: {name: Fitter, state: active, valid_to: "2098-01-01T00:00:00Z"}}
{kind: activity, key: dig, spec: {name: Dig, state: operational, process_id: process/repairing, raci: [{role_id: role/fitter, letter: A}, {role_id: role/fitter, letter: R}]}}
{kind: product, key: sensor, spec: {name: Sensor, state: in_use, valid_to: "2098-06-01T00:00:00Z"}}
{kind: design_package, key: maps-design, spec: {name: Design of maps, state: accepted, service_id: service/maps, elements: [{type: product, ref: product/sensor}]}}
{kind: role, key: boss, spec: {name: Process owner, state: active, type: process_owner}}
{kind: activity, key: fold, spec: {name: Fold, state: operational, process_id: process/scanning, raci: [{role_id: role/boss, letter: A}, {role_id: role/boss, letter: R}]}}
{kind: role_assignment, key: ann-scanning, spec: {party_id: party/ann, role_id: role/boss, scope: process/scanning, state: proposed, valid_from: "2085-01-01T00:00:00Z", valid_to: "2086-01-01T00:00:00Z"}}
{kind: kpi, key: hours, spec: {name: Hours to repair, state: active}}
{kind: contract, key: pipes, spec: {name: Pipes, state: active, type: uc, period: {end: "2097-01-01T00:00:00Z"}, service_level_targets: [{metric: hours, comparator: "<=", value: 24, kpi_id: kpi/hours}]}}
"""  # noqa: E501


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=BACKENDS)
async def organisation(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Organisation]:
    home: Path = tmp_path_factory.mktemp("forecast")
    async with chosen(request.param, request) as database, running(settings_for(home, **database)) as platform:
        organisation = Organisation(platform, home)
        await organisation.apply(MODEL)
        yield organisation


async def wrong(organisation: Organisation, valid_at: str | None = None) -> dict[str, Json]:
    """The open findings by rule and subject."""
    asked = {"valid_at": f"{valid_at}T00:00:00Z"} if valid_at else {}
    items = (await organisation.get("findings", limit=200, **asked))["items"]
    return {f"{each['rule']} {named(each['subject'])}": each for each in items}


def days(number: int) -> str:
    return clock.rfc3339(clock.now() + timedelta(days=number))[:10]


@pytest.mark.parametrize(
    ("what", "right", "is_wrong"),
    [
        ("V18 objective/repair", "2090-12-31", "2091-01-01"),  # the outcome that it serves ceases to be valid
        ("V04 policy/on-paper", "2092-01-01", "2091-12-31"),  # the relation that justifies it begins to hold
        ("V04 policy/on-paper", "2092-12-31", "2093-01-01"),  # and ends
        ("V04 process/scanning", "2092-02-29", "2092-03-01"),  # the same, where nothing around it turns
        ("V07 tactic/drones", "2094-03-31", "2094-04-01"),  # 90 days after it began to be valid; long in force before
        ("O02 process/scanning", "2085-01-01", "2084-12-31"),  # its owner is there, by the clock of the owner
        ("O02 process/scanning", "2085-12-31", "2086-01-01"),  # and no longer
        ("O01 service/maps", "2094-12-31", "2095-01-01"),  # who holds the seat holds it no longer
        ("O01 service/pumps", "2095-06-01", "2095-05-31"),  # who is to hold it does, by the clock of the owner
        ("O01 service/pumps", "2095-12-31", "2096-01-01"),  # and leaves
        ("V18 contract/pipes", "2097-01-01", "2096-12-31"),  # it has expired, by the clock of its owner
    ],
)
async def test_a_finding_comes_and_goes_with_what_turns(
    organisation: Organisation, what: str, right: str, is_wrong: str
) -> None:
    assert what not in await wrong(organisation, right)
    assert what in await wrong(organisation, is_wrong)


async def test_ages_are_reached(organisation: Organisation) -> None:
    ages = {"V06 objective/idle", "V07 tactic/scan"}
    assert not ages & (await wrong(organisation)).keys()
    assert not ages & (await wrong(organisation, days(89))).keys()
    then = await wrong(organisation, days(92))
    assert ages <= then.keys()
    assert "V06 objective/one-map" not in then, "there is a tactic for it"
    assert days(90) <= then["V07 tactic/scan"]["since"][:10] <= days(91), "since when it will be so"


async def test_since_is_the_instant_of_the_turn(organisation: Organisation) -> None:
    then = await wrong(organisation, "2099-01-01")
    assert then["V18 objective/repair"]["since"] == "2091-01-01T00:00:00.000000Z"
    assert then["O01 service/maps"]["since"] == "2095-01-01T00:00:00.000000Z"
    assert then["O01 service/pumps"]["since"] == "2096-01-01T00:00:00.000000Z"


async def test_a_day_that_is_past_is_judged_as_well(organisation: Organisation) -> None:
    """With what is known today: what is older than three months has reached no age then."""
    now, then = await wrong(organisation), await wrong(organisation, "2001-01-01")
    assert now.keys() == then.keys()


async def test_what_is_still_to_be_recorded_is_not_known(organisation: Organisation) -> None:
    """As it will be recorded it is as it is now, in what is live and in what is wrong alike."""

    async def cascade(**asked: str) -> Any:
        answer = await organisation.get("cascade", **asked)
        return answer["items"], answer["holes"], answer["left_out"]

    then = "2094-06-01T00:00:00Z"
    assert await cascade(as_of=then) == await cascade()
    assert await cascade(as_of=then, valid_at=then) == await cascade(valid_at=then) != await cascade()


async def test_nothing_is_written_and_today_stays(organisation: Organisation) -> None:
    before = await organisation.get("findings", limit=200)
    await wrong(organisation, "2099-01-01")
    assert (await organisation.get("findings", limit=200))["items"] == before["items"]


async def test_pages_and_filters(organisation: Organisation) -> None:
    whole = await organisation.get("findings", valid_at="2099-01-01T00:00:00Z", limit=200)
    found: list[Json] = []
    cursor: Json = {}
    while True:
        page = await organisation.get("findings", valid_at="2099-01-01T00:00:00Z", limit=2, **cursor)
        assert len(page["items"]) == 2 or page["next_cursor"] is None
        found += page["items"]
        if page["next_cursor"] is None:
            break
        cursor = {"cursor": page["next_cursor"]}
    assert found == whole["items"]
    of_rule = await organisation.get("findings", valid_at="2099-01-01T00:00:00Z", rule="O01")
    assert [named(each["subject"]) for each in of_rule["items"]] == [
        named(each["subject"]) for each in whole["items"] if each["rule"] == "O01"
    ]


async def test_an_entity_and_why_tell_of_the_same_day(organisation: Organisation) -> None:
    asked = {"valid_at": "2091-06-01T00:00:00Z"}
    node = await organisation.about("nodes", "objective/repair", **asked)
    why = await organisation.about("why", "objective/repair", **asked)
    assert "V18" in {each["rule"] for each in node["findings"]}
    assert [each["rule"] for each in why["findings"]] == ["V18"]
    assert [path["complete"] for path in why["paths"]] == []


async def test_the_score_of_a_day_to_come(organisation: Organisation) -> None:
    async def rules(day: str) -> dict[str, Json]:
        answer = await organisation.get("score", valid_at=f"{day}T00:00:00Z")
        return {each["rule"]: each for each in answer["rules"]}

    before, after = await rules("2090-12-31"), await rules("2091-01-01")
    # without the outcome the process leads nowhere
    assert before["V04"]["applicable"] == after["V04"]["applicable"]
    assert before["V04"]["passing"] - after["V04"]["passing"] == 3
    before, after = await rules("2096-12-31"), await rules("2097-01-01")
    assert before["V18"]["subjects"] - after["V18"]["subjects"] == 1, "a contract that has ended is not asked"
    before, after = await rules("2094-12-31"), await rules("2095-01-01")
    assert before["O01"]["passing"] - after["O01"]["passing"] == 3


async def test_what_is_too_much_is_refused(organisation: Organisation, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forecast, "MOST_READ", 3)
    for view in ("findings", "score"):
        answer = await organisation.platform.http.get(
            f"/alignment/v1/{view}", params={"valid_at": "2099-01-01T00:00:00Z"}
        )
        assert answer.status_code == 422
        assert [(each["pointer"], each["code"]) for each in answer.json()["errors"]] == [
            ("?valid_at", "too-much-turns")
        ]


async def test_holes_of_a_day_to_come(organisation: Organisation) -> None:
    """They are the findings of that day."""

    async def holes(day: str) -> set[str]:
        answer = await organisation.get("cascade", valid_at=f"{day}T00:00:00Z")
        return {f"{each['rule']} {named(each['node'])}" for each in answer["holes"]}

    assert "V18 objective/repair" not in await holes("2090-12-31")
    assert "V18 objective/repair" in await holes("2091-01-01")
    shown = {what for what in await wrong(organisation, "2099-01-01") if what[0] == "V"}
    kinds = ("strategy", "objective", "tactic", "operation")
    assert await holes("2099-01-01") == {what for what in shown if what.partition(" ")[2].startswith(kinds)}


async def test_violations_of_a_day_to_come(organisation: Organisation) -> None:
    """The only role that does it is there no longer."""
    process = await organisation.id("process/repairing")

    async def violations(day: str) -> list[str]:
        answer = await organisation.get(f"raci/{process}", valid_at=f"{day}T00:00:00Z")
        return [each["rule"] for row in answer["rows"] for each in row["violations"]]

    assert await violations("2097-12-31") == ["R09"], "nobody holds it"
    assert await violations("2098-01-01") == ["R01", "R03"]


@pytest.mark.parametrize(
    ("day", "held", "left_out", "carried", "state"),
    [
        (None, [], {"proposed": 1}, 0, "proposed"),
        ("2084-12-31", [], {"proposed": 1}, 0, "proposed"),
        ("2085-01-01", ["party/ann"], {}, 1, "active"),
        ("2085-12-31", ["party/ann"], {}, 1, "active"),
        ("2086-01-01", [], {"ended": 1}, 0, "ended"),
    ],
)
async def test_who_holds_a_role_on_a_day_to_come(
    organisation: Organisation, day: str | None, held: list[str], left_out: Json, carried: int, state: str
) -> None:
    """In every view; while the holding is to come, to whom it belongs is asked by nobody."""
    asked = {"valid_at": f"{day}T00:00:00Z"} if day else {}
    matrix = await organisation.get(f"raci/{await organisation.id('process/scanning')}", **asked)
    [column] = matrix["roles"]
    assert ([named(each) for each in column["parties"]], matrix["left_out"]) == (held, left_out)
    impact = await organisation.about("impact", "process/scanning", **asked)
    [who] = [each for each in impact["to_ask"] if named(each["node"]) == "role/boss"]
    assert [named(each) for each in who["holders"]] == held
    load = await organisation.get("load", **asked)
    [ann] = [each for each in load["items"] if named(each["party"]) == "party/ann"]
    assert ann["letters"]["A"] == carried
    assignment = await organisation.about("nodes", "role_assignment/ann-scanning", **asked)
    assert (assignment["state"], assignment["live"], assignment["version"]) == (state, state == "active", 1)
    assert assignment["state_data"]["state"] == "proposed", "what is recorded"
    listed = await organisation.get("nodes", kind="role_assignment", state=state, **asked)
    assert "role_assignment/ann-scanning" in {named(each) for each in listed["items"]}
    assert all(each["state"] == state for each in listed["items"])


async def test_a_contract_that_will_have_expired_is_no_risk(organisation: Organisation) -> None:
    async def of(day: str, **more: str) -> tuple[list[str], Json]:
        answer = await organisation.about("impact", "kpi/hours", valid_at=f"{day}T00:00:00Z", **more)
        rows = answer["at_risk"] + answer["to_review"]
        return [f"{named(each['node'])} {each['node']['state']}" for each in rows], answer["left_out"]

    assert await of("2096-12-31") == (["contract/pipes active"], {})
    assert await of("2097-01-01") == ([], {"expired": 1})
    assert await of("2097-01-01", include="all") == (["contract/pipes expired"], {})


async def test_what_a_design_lacks_on_a_day_to_come(organisation: Organisation) -> None:
    async def products(day: str) -> tuple[str, str | None]:
        items = (await organisation.get("coverage/design", valid_at=f"{day}T00:00:00Z"))["items"]
        [cell] = [item["product"] for item in items if named(item["service"]) == "service/maps"]
        return cell["status"], cell["finding"] and cell["finding"]["rule"]

    assert await products("2098-05-31") == ("covered", None)
    assert await products("2098-06-01") == ("missing", "X03")
