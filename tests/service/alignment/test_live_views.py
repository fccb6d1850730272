"""What is not live, in every view: expired, not yet valid, retired, draft, deleted, out of scope, left and closed; the
answers were decided by hand."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from shared.contracts.design import FOUR_PS
from tests.backends.databases import chosen
from tests.platform import running, settings_for
from tests.service.alignment.organised import Organisation, far, lines, named
from tests.service.conftest import BACKENDS

pytestmark = pytest.mark.asyncio(loop_scope="module")
Json = dict[str, Any]
BEFORE, LATER = "2020-06-01T00:00:00Z", "2100-06-01T00:00:00Z"


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=BACKENDS)
async def organisation(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Organisation]:
    home: Path = tmp_path_factory.mktemp("live")
    async with chosen(request.param, request) as database, running(settings_for(home, **database)) as platform:
        organisation = Organisation(platform, home)
        await organisation.apply("".join((HOST, CASCADE, PEOPLE, DESIGN)))
        yield organisation


HOST = """
{kind: service, key: host, spec: {name: Host, state: operational}}
{kind: service, key: portal, spec: {name: Portal, state: operational}, links: [{type: depends_on, to: service/host, valid_to: "2025-01-01T00:00:00Z"}]}
{kind: service, key: coming, spec: {name: Coming, state: operational}, links: [{type: depends_on, to: service/host, valid_from: "2090-01-01T00:00:00Z"}]}
{kind: service, key: former, spec: {name: Former, state: operational, valid_to: "2025-01-01T00:00:00Z"}, links: [{type: depends_on, to: service/host}]}
{kind: service, key: gone, spec: {name: Gone, state: retired}, links: [{type: depends_on, to: service/host}]}
{kind: service, key: built, spec: {name: Built, state: built}, links: [{type: depends_on, to: service/host}]}
{kind: service, key: using, spec: {name: Using, state: operational}, links: [{type: depends_on, to: service/host}]}
{kind: contract, key: over, spec: {name: Over, state: expired, items: [{service_id: service/host}]}}
{kind: contract, key: halted, spec: {name: Halted, state: suspended, items: [{service_id: service/host}]}}
{kind: contract, key: runs, spec: {name: Runs, state: active, items: [{service_id: service/host}]}}
"""  # noqa: E501
LEFT_OUT = {"built": 1, "expired": 3, "not yet valid": 1, "retired": 1, "suspended": 1}


async def test_impact_counts_what_is_live(organisation: Organisation) -> None:
    answer = await organisation.about("impact", "service/host")
    assert far(answer["at_risk"]) == {"service/using": 1, "contract/runs": 1}
    assert [named(row["node"]) for row in answer["contracts"]] == ["contract/runs"]
    assert answer["left_out"] == LEFT_OUT
    everything = await organisation.about("impact", "service/host", include="all")
    marks = {named(row["node"]): row["node"]["why_not_live"] for row in everything["at_risk"]}
    assert marks == {
        "service/portal": None,
        "service/coming": None,
        "service/former": "expired",
        "service/gone": "retired",
        "service/built": "built",
        "service/using": None,
        "contract/over": "expired",
        "contract/halted": "suspended",
        "contract/runs": None,
    }
    ways = {named(row["node"]): row["path"][0]["why_not_live"] for row in everything["at_risk"]}
    assert {name: why for name, why in ways.items() if why} == {
        "service/portal": "expired", "service/coming": "not yet valid",
    }  # fmt: skip
    assert [named(row["node"]) for row in everything["contracts"]] == ["contract/runs"]


async def test_impact_asks_about_another_valid_time(organisation: Organisation) -> None:
    then = await organisation.about("impact", "service/host", valid_at=BEFORE)
    assert set(far(then["at_risk"])) == {"service/using", "service/portal", "service/former", "contract/runs"}
    later = await organisation.about("impact", "service/host", valid_at=LATER)
    assert set(far(later["at_risk"])) == {"service/using", "service/coming", "contract/runs"}


async def test_a_trace_follows_what_is_live(organisation: Organisation) -> None:
    async def shown(**params: Any) -> tuple[set[str], Json]:
        answer = await organisation.about("trace", "service/host", direction="up", types="depends_on", **params)
        return {named(node) for node in answer["nodes"][1:]}, answer["left_out"]

    of_links = {"built": 1, "expired": 2, "not yet valid": 1, "retired": 1}
    assert await shown() == ({"service/using"}, of_links)
    assert (await shown(valid_at=LATER))[0] == {"service/using", "service/coming"}
    assert await shown(include="all") == (
        {f"service/{each}" for each in ("using", "portal", "coming", "former", "gone", "built")},
        {},
    )


CASCADE = """
{kind: strategy, key: fax, spec: {name: Fax first, type: business, state: retired}}
{kind: tactic, key: buy-fax, spec: {name: Buy fax, state: withdrawn}}
{kind: strategy, key: grow, spec: {name: Grow, type: business, state: in_force}}
{kind: objective, key: double, spec: {name: Double, state: in_force}, links: [{type: decomposes, to: strategy/grow}]}
{kind: tactic, key: hire, spec: {name: Hire, state: in_force}, links: [{type: decomposes, to: objective/double}]}
{kind: tactic, key: train, spec: {name: Train, state: in_force}, links: [{type: realizes, to: objective/double}]}
{kind: tactic, key: merge, spec: {name: Merge, state: draft}, links: [{type: decomposes, to: objective/double}]}
{kind: tactic, key: sold, spec: {name: Sold, state: in_force, valid_to: "2025-01-01T00:00:00Z"}, links: [{type: decomposes, to: objective/double}]}
{kind: tactic, key: begins, spec: {name: Begins, state: in_force, valid_from: "2090-01-01T00:00:00Z"}}
{kind: tactic, key: hangs, spec: {name: Hangs, state: in_force}, links: [{type: decomposes, to: strategy/fax}]}
{kind: operation, key: recruit, spec: {name: Recruit, state: in_force}, links: [{type: decomposes, to: tactic/hire}]}
{kind: operation, key: stopped, spec: {name: Stopped, state: retired}, links: [{type: decomposes, to: tactic/train}]}
{kind: operation, key: teach, spec: {name: Teach, state: draft}, links: [{type: decomposes, to: tactic/train}]}
"""  # noqa: E501


def below(tree: Json) -> Json:
    return {named(tree["node"]): [below(each) for each in tree["below"]]}


async def test_a_cascade_shows_what_is_planned_and_not_what_is_over(organisation: Organisation) -> None:
    answer = await organisation.get("cascade")
    trees = [below(tree) for tree in answer["items"]]
    hire: Json = {"tactic/hire": [{"operation/recruit": []}]}
    merge: Json = {"tactic/merge": []}
    train: Json = {"tactic/train": [{"operation/teach": []}]}
    assert trees == [
        {"strategy/grow": [{"objective/double": [hire, merge, train]}]},
        {"tactic/begins": []},
        {"tactic/hangs": []},
    ]
    assert answer["left_out"] == {"expired": 1, "retired": 2, "withdrawn": 1}
    holes = {(each["rule"], named(each["node"])) for each in answer["holes"]}
    # what is above it has ended, which V13 says, and nothing else is, which V02 says
    assert holes == {("V02", "tactic/hangs"), ("V13", "tactic/hangs")}, "the others are not yet 90 days old"
    everything = await organisation.get("cascade", include="all")
    assert {"strategy/fax": [{"tactic/hangs": []}]} in [below(tree) for tree in everything["items"]]
    assert (everything["left_out"], {(h["rule"], named(h["node"])) for h in everything["holes"]}) == ({}, holes)


async def test_why_has_complete_paths_first_and_those_that_end_short(organisation: Organisation) -> None:
    answer = await organisation.about("why", "operation/recruit")
    assert [(path["complete"], path["reaches"]) for path in answer["paths"]] == [
        (True, f"strategy/{await organisation.id('strategy/grow')}")
    ]
    await organisation.apply(SHORT)
    answer = await organisation.about("why", "process/sell")
    told = [
        (path["complete"], path["live"], path["reaches"].partition("/")[0], [named(s["node"]) for s in path["steps"]])
        for path in answer["paths"]
    ]
    assert told == [
        (True, True, "strategy", ["objective/double", "strategy/grow"]),
        (False, True, "objective", ["objective/alone"]),
    ]
    assert answer["left_out"] == {"missed": 1}
    everything = await organisation.about("why", "process/sell", include="all")
    assert [(path["complete"], path["live"]) for path in everything["paths"]] == [
        (True, True), (False, True), (True, False),
    ]  # fmt: skip


SHORT = """
{kind: objective, key: alone, spec: {name: Alone, state: in_force}}
{kind: objective, key: failed, spec: {name: Failed, state: missed}, links: [{type: decomposes, to: strategy/grow}]}
{kind: process, key: sell, spec: {name: Sell, state: operational}, links: [{type: justified_by, to: objective/double}, {type: justified_by, to: objective/alone, confidence: 0.9}, {type: justified_by, to: objective/failed}]}
"""  # noqa: E501

PEOPLE = """
{kind: role, key: owner, spec: {name: Owner, type: process_owner, state: active}}
{kind: role, key: helper, spec: {name: Helper, state: active}}
{kind: role, key: retired, spec: {name: Retired, state: retired}}
{kind: party, key: ann, spec: {name: Ann}}
{kind: party, key: ben, spec: {name: Ben}}
{kind: party, key: left, spec: {name: Left, state: left}}
{kind: party, key: late, spec: {name: Late}}
{kind: party, key: waits, spec: {name: Waits}}
{kind: party, key: serves, spec: {name: Serves}}
{kind: process, key: p, spec: {name: P, state: operational, owner: role/owner}}
{kind: process, key: q, spec: {name: Q, state: operational}}
{kind: activity, key: pa, spec: {name: Pa, order: 1, process_id: process/p, state: operational, raci: [{role_id: role/owner, letter: A}, {role_id: role/owner, letter: R}]}}
{kind: activity, key: pb, spec: {name: Pb, order: 2, process_id: process/p, state: operational, valid_from: "2090-01-01T00:00:00Z", raci: [{role_id: role/owner, letter: C}]}}
{kind: activity, key: pc, spec: {name: Pc, order: 3, process_id: process/p, state: retired, raci: [{role_id: role/owner, letter: I}]}}
{kind: activity, key: pd, spec: {name: Pd, order: 4, process_id: process/p, state: operational, raci: [{role_id: role/retired, letter: R}]}}
{kind: activity, key: qa, spec: {name: Qa, process_id: process/q, state: operational, raci: [{role_id: role/owner, letter: A}, {role_id: role/owner, letter: R}]}}
{kind: role_assignment, key: ap, spec: {party_id: party/ann, role_id: role/owner, scope: process/p, state: active}}
{kind: role_assignment, key: bq, spec: {party_id: party/ben, role_id: role/owner, scope: process/q, state: active}}
{kind: role_assignment, key: lp, spec: {party_id: party/left, role_id: role/retired, scope: process/p, state: active}}
{kind: role_assignment, key: tp, spec: {party_id: party/late, role_id: role/helper, scope: process/q, state: active, valid_from: "2090-01-01T00:00:00Z"}}
{kind: role_assignment, key: wp, spec: {party_id: party/waits, role_id: role/retired, scope: process/p, state: proposed}}
{kind: role_assignment, key: up, spec: {party_id: party/waits, role_id: role/owner, scope: process/p, state: proposed}}
{kind: role_assignment, key: sh, spec: {party_id: party/serves, role_id: role/retired, scope: service/host, state: active}}
"""  # noqa: E501


async def test_a_role_is_held_where_its_assignment_counts(organisation: Organisation) -> None:
    answer = await organisation.get(f"raci/{await organisation.id('process/p')}")
    assert [(named(row["activity"]), row["activity"]["live"]) for row in answer["rows"]] == [
        ("activity/pa", True), ("activity/pb", False), ("activity/pd", True),
    ]  # fmt: skip
    wrong = [[each["rule"] for each in row["violations"]] for row in answer["rows"]]
    assert wrong == [[], [], ["R01", "R03", "R10"]], "a role that is retired does nothing"
    parties = {named(column["role"]): [named(party) for party in column["parties"]] for column in answer["roles"]}
    assert parties == {"role/owner": ["party/ann"], "role/retired": []}
    assert answer["left_out"] == {"left": 1, "proposed": 2, "retired": 1}, (
        "an activity, and who would hold a role of it"
    )
    answer = await organisation.get(f"raci/{await organisation.id('process/q')}")
    assert [[named(party) for party in column["parties"]] for column in answer["roles"]] == [["party/ben"]]
    assert answer["left_out"] == {}, "who would hold the role elsewhere is nobody's business here"


async def test_a_party_carries_what_it_holds(organisation: Organisation) -> None:
    answer = await organisation.get("load", limit=200)
    carried = {named(each["party"]): (each["roles"], each["letters"]) for each in answer["items"]}
    none = dict.fromkeys("RACI", 0)
    assert carried == {
        "party/ann": (1, none | {"R": 1, "A": 1}),
        "party/ben": (1, none | {"R": 1, "A": 1}),
        "party/late": (0, none),
        "party/waits": (0, none),
        "party/serves": (0, none),
    }
    assert answer["left_out"] == {"left": 1, "not yet valid": 1, "proposed": 2, "retired": 1}
    later = await organisation.get("load", limit=200, valid_at=LATER)
    assert {named(each["party"]): each["roles"] for each in later["items"]}["party/late"] == 1


async def test_whom_to_ask_is_who_holds_the_role_there(organisation: Organisation) -> None:
    answer = await organisation.about("impact", "process/p")
    asked = {named(each["node"]): [named(party) for party in each["holders"]] for each in answer["to_ask"]}
    assert asked == {"role/owner": ["party/ann"]}


DESIGN = """
{kind: partner, key: ended, spec: {name: Ended, type: vendor, state: ended}}
{kind: product, key: sold, spec: {name: Sold, type: tool, state: in_use, valid_to: "2025-01-01T00:00:00Z"}}
{kind: product, key: ordered, spec: {name: Ordered, type: tool, state: planned}}
{kind: product, key: used, spec: {name: Used, type: tool, state: in_use}}
{kind: design_package, key: of-using, spec: {name: Of using, service_id: service/using, state: accepted, elements: [{type: people, ref: role/retired}, {type: process, ref: process/p}, {type: product, ref: product/ordered}, {type: product, ref: product/sold}, {type: partner, ref: partner/ended}]}}
{kind: design_package, key: of-built, spec: {name: Of built, service_id: service/built, state: draft, elements: [{type: people, ref: role/owner}, {type: product, ref: product/ordered}, {type: partner, not_applicable: true, reason: By hand}]}}
{kind: design_package, key: old, spec: {name: Old, service_id: service/built, state: outdated, elements: [{type: process, ref: process/p}]}}
{kind: service, key: thought, spec: {name: Thought, state: approved}}
{kind: design_package, key: of-thought, spec: {name: Of thought, service_id: service/thought, state: draft, elements: [{type: product, ref: product/ordered}]}}
{kind: design_package, key: old-thought, spec: {name: Old thought, service_id: service/thought, state: accepted, valid_to: "2025-01-01T00:00:00Z", elements: [{type: people, ref: role/owner}]}}
{kind: design_package, key: to-come, spec: {name: To come, service_id: service/thought, state: draft, valid_from: "2090-01-01T00:00:00Z", elements: [{type: people, ref: role/owner}]}}
{kind: service, key: late, spec: {name: Late, state: designed}}
{kind: design_package, key: of-late, spec: {name: Of late, service_id: service/late, state: reviewed, elements: [{type: process, ref: process/p}]}}
{kind: design_package, key: old-late, spec: {name: Old late, service_id: service/late, state: accepted, valid_to: "2025-01-01T00:00:00Z", elements: [{type: people, ref: role/owner}]}}
{kind: consumer_group, key: closed, spec: {name: Closed, type: internal, state: closed}}
{kind: consumer_group, key: open, spec: {name: Open, type: internal}}
{kind: service_offering, key: to-closed, spec: {name: To closed, state: launched, consumer_group_ids: [consumer_group/closed]}}
{kind: service_offering, key: to-both, spec: {name: To both, state: in_study, consumer_group_ids: [consumer_group/closed, consumer_group/open]}}
{kind: service_offering, key: withdrawn, spec: {name: Withdrawn, state: retired}}
"""  # noqa: E501


async def test_a_design_covers_by_what_is_live(organisation: Organisation) -> None:
    answer = await organisation.get("coverage/design", limit=200)
    items = {named(item["service"]): item for item in answer["items"]}
    status = {
        name: [item[p]["status"] for p in ("people", "process", "product", "partner")] for name, item in items.items()
    }
    assert status["service/using"] == ["missing", "covered", "missing", "missing"]
    assert status["service/built"] == ["covered", "missing", "missing", "not_applicable"], "it is designed by now"
    [ordered] = items["service/built"]["product"]["nodes"]
    assert (named(ordered), items["service/built"]["product"]["finding"]["rule"]) == ("product/ordered", "X03")
    assert status["service/thought"] == ["open", "open", "covered", "open"], "nobody asks for a design of it yet"
    assert status["service/late"] == ["missing", "covered", "missing", "missing"], "what has expired is no design"
    rules = [cell and cell["rule"] for cell in (items["service/using"][p]["finding"] for p in FOUR_PS)]
    assert rules == ["X01", None, "X03", "X04"]
    assert not items.keys() & {"service/gone", "service/former"}
    assert answer["left_out"] == {"expired": 1, "retired": 1}
    everything = await organisation.get("coverage/design", limit=200, include="all")
    items = {named(item["service"]): item for item in everything["items"]}
    [partner] = items["service/using"]["partner"]["nodes"]
    assert (partner["why_not_live"], items["service/using"]["partner"]["status"]) == ("ended", "missing")
    assert "service/gone" in items


async def test_an_offering_is_for_groups_that_are_open(organisation: Organisation) -> None:
    answer = await organisation.get("coverage/offerings", limit=200)
    items = {named(item["offering"]): item for item in answer["items"]}
    assert items.keys() == {"service_offering/to-closed", "service_offering/to-both"}
    assert items["service_offering/to-closed"]["consumer_groups"] == []
    missing = {(each["rule"], each["what"]) for each in items["service_offering/to-closed"]["missing"]}
    assert missing == {
        ("F01", "component"), ("F05", "terms"), ("F07", "commitment"), ("F11", "service"), ("F11", "consumer_group"),
    }  # fmt: skip
    assert items["service_offering/to-closed"]["open"] == []
    planned = items["service_offering/to-both"]
    assert (planned["missing"], planned["open"]) == ([], ["component", "service"]), "nobody may buy it yet"
    assert [named(group) for group in items["service_offering/to-both"]["consumer_groups"]] == ["consumer_group/open"]
    assert answer["left_out"] == {"retired": 1}


async def test_what_was_deleted_counts_nowhere(organisation: Organisation) -> None:
    """Its own links end with it; what others say of it stays, and leads to nothing."""
    await organisation.apply(DELETED)
    draft = await organisation.platform.client.find("service", "dropped")
    assert draft
    await organisation.platform.client.delete("service", draft["id"], draft["version"], "A mistake.")
    await organisation.platform.caught_up()
    answer = await organisation.about("impact", "service/base")
    assert (answer["at_risk"], answer["left_out"]) == ([], {"ended": 1})
    trace = await organisation.about("trace", "service/base", direction="up")
    assert (len(trace["nodes"]), trace["left_out"]) == (1, {"ended": 1})
    row, beyond = (await organisation.about("impact", "service/base", include="all"))["at_risk"]
    assert (row["node"]["why_not_live"], row["path"][0]["why_not_live"]) == ("deleted", "ended")
    assert (named(beyond["node"]), beyond["distance"]) == ("service/stays", 2)
    trace = await organisation.about("trace", "service/stays", direction="down")
    assert (len(trace["nodes"]), trace["left_out"]) == (1, {"deleted": 1})


DELETED = """
{kind: service, key: base, spec: {name: Base, state: operational}}
{kind: service, key: dropped, spec: {name: Dropped}, links: [{type: depends_on, to: service/base}]}
{kind: service, key: stays, spec: {name: Stays, state: operational}, links: [{type: depends_on, to: service/dropped}]}
"""


BOTH = "raci: [{role_id: role/desk, letter: A}, {role_id: role/desk, letter: R}]"
EVERYWHERE = """
party/eve active {type: person}
role/head active {type: process_owner}
role/desk active
role_assignment/oo active {party_id: party/eve, role_id: role/head, scope: process/large}
role_assignment/dd active {party_id: party/eve, role_id: role/desk, scope: process/large}
process/large operational {owner: role/head}
process/small operational {owner: role/head}
""" + "".join(
    f"activity/{process}{number} operational {{process_id: process/{process}, {BOTH}}}\n"
    for process, number in (*(("large", number) for number in range(4)), ("small", 0))
)


async def test_a_matrix_tells_what_is_wrong_with_the_process_and_with_its_roles(organisation: Organisation) -> None:
    """The owner has no A in either; the desk is everywhere in the large one alone, since the small one is too small."""
    await organisation.apply(lines(EVERYWHERE))
    for process, of_role in (("large", ["R12"]), ("small", [])):
        answer = await organisation.get(f"raci/{await organisation.id(f'process/{process}')}")
        assert [each["rule"] for each in answer["violations"]] == ["R13"]
        assert [[each["rule"] for each in column["violations"]] for column in answer["roles"]] == [of_role]
