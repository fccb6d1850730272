"""Impact on organisations whose answers were decided by hand: one for every row of the table of relations, and a whole
one of a message bus with services, customers, contracts and people on it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from services.alignment.queries import holdings
from tests.backends.databases import chosen
from tests.platform import running, settings_for
from tests.service.alignment.organised import Organisation, far, named
from tests.service.conftest import BACKENDS

pytestmark = pytest.mark.asyncio(loop_scope="module")

TABLE = """
supports        strategy         strategy        t     s
decomposes      tactic           objective       t     s
realizes        capability       outcome         t     s
serves          service          process         t     s
justified_by    policy           objective       t     s
delivers        project          service         t     s
depends_on      service          product         s     t
influences      driver           objective       -     t
parallels       tactic           tactic          -     both
measured_by     objective        kpi             -     both
governs         policy           process         -     t
performs        role             process         t     s
provides        partner          product         t     s
requires        service_offering service_offering s    t
exchangeable_with service_offering service_offering - both
optional_with   service_offering service_offering -   both
precedes        process          process         t     both
part_of         capability       capability      both  s
specializes     process          process         -     both
supersedes      product          product         -     both
owned_by        product          party           s     -
offers          service_offering service         s     both
covers          contract         service         s     both
signed_by       increment        stakeholder     -     s
targets         service_offering consumer_group  t     s
valued_by       outcome          stakeholder     t     s
represents      stakeholder      party           s     s
agreed_with     contract         consumer_group  t     both
designed_with   design_package   product         s     s
lists           category         service_offering -    s
responsible     activity         role            s     s
accountable     activity         role            s     s
consulted       activity         role            -     s
informed        activity         role            -     s
guides          procedure        activity        t     s
produced_by     deliverable      activity        s     both
consumed_by     deliverable      activity        t     both
hands_over      activity         deliverable     t     both
relates_to      service          service         -     both
"""
"""Of each relation one pair of kinds that it may join; which end is at risk with the other, which is to review."""
ROWS = [line.split() for line in TABLE.strip().splitlines()]
ENDS = {"-": "", "s": "source", "t": "target", "both": "source target"}
LIVE = {
    "strategy": "in_force", "tactic": "in_force", "objective": "in_force", "capability": "in_force",
    "outcome": "agreed", "service": "operational", "process": "operational", "policy": "published",
    "project": "chartered", "product": "in_use", "driver": "active", "kpi": "active", "role": "active",
    "partner": "active", "service_offering": "launched", "party": "active", "contract": "active",
    "stakeholder": "active", "consumer_group": "active", "design_package": "accepted", "category": "published",
    "activity": "operational", "procedure": "published", "deliverable": "active", "increment": "draft",
}  # fmt: skip
NEEDED = {
    "activity": ", process_id: process/ends-process",
    "design_package": ", service_id: service/ends-service",
    "strategy": ", type: it",
}


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=BACKENDS)
async def organisation(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Organisation]:
    home: Path = tmp_path_factory.mktemp("impact")
    async with chosen(request.param, request) as database, running(settings_for(home, **database)) as platform:
        organisation = Organisation(platform, home)
        await organisation.apply("\n".join([*_ends(), *BUS.strip().splitlines()]))
        yield organisation


def _ends() -> list[str]:
    """Two things for each row, joined by it."""
    lines = [
        "{kind: process, key: ends-process, spec: {name: P, state: operational}}",
        "{kind: service, key: ends-service, spec: {name: S, state: operational}}",
    ]
    for relation, source, target, *_ in ROWS:
        to = f"{target}/t-{relation}"
        field, link = (
            (f", signers: [{to}]", "") if source == "increment" else ("", f", links: [{{type: {relation}, to: {to}}}]")
        )
        for end, kind, own, more in (("t", target, "", ""), ("s", source, field, link)):
            spec = f"name: {end} {relation}, state: {LIVE[kind]}{NEEDED.get(kind, '')}{own}"
            lines.append(f"{{kind: {kind}, key: {end}-{relation}, spec: {{{spec}}}{more}}}")
    return lines


@pytest.mark.parametrize("asked", ["source", "target"])
@pytest.mark.parametrize(("relation", "source", "target", "risk", "review"), ROWS, ids=[row[0] for row in ROWS])
async def test_each_relation_carries_what_the_table_says(
    organisation: Organisation, relation: str, source: str, target: str, risk: str, review: str, asked: str
) -> None:
    ends = {"source": f"{source}/s-{relation}", "target": f"{target}/t-{relation}"}
    other = "target" if asked == "source" else "source"
    # a draft is shown where everything is
    answer = await organisation.about("impact", ends[asked], depth=1, include="all")
    for member, table in (("at_risk", risk), ("to_review", review)):
        assert (ends[other] in far(answer[member])) == (other in ENDS[table]), member


ASSIGNMENT = """
{kind: process, key: staffed, spec: {name: Staffed, state: operational}}
{kind: role, key: seat, spec: {name: Seat, state: active}}
{kind: party, key: sam, spec: {name: Sam}}
{kind: role_assignment, key: sits, spec: {party_id: party/sam, role_id: role/seat, scope: process/staffed, state: active}}
"""  # noqa: E501


async def test_an_assignment_stands_between_a_party_its_role_and_its_process(organisation: Organisation) -> None:
    await organisation.apply(ASSIGNMENT)
    risk = {name: far((await organisation.about("impact", name))["at_risk"]) for name in ("party/sam", "role/seat")}
    assert risk["party/sam"] == {"role_assignment/sits": 1, "role/seat": 2, "process/staffed": 2}
    assert risk["role/seat"] == {}
    review = {
        name: far((await organisation.about("impact", name))["to_review"])
        for name in ("party/sam", "role/seat", "process/staffed")
    }
    assert all(rows == {"role_assignment/sits": 1} for rows in review.values())


HELD = """
{kind: objective, key: held, spec: {name: Held, state: in_force}}
{kind: increment, key: holding, spec: {name: Holding, items: [objective/held]}}
"""


async def test_an_increment_is_to_review_with_what_it_holds_and_never_at_risk(organisation: Organisation) -> None:
    await organisation.apply(HELD)
    answer = await organisation.about("impact", "objective/held")
    assert (answer["at_risk"], answer["to_review"], answer["left_out"]) == ([], [], {"draft": 1})
    answer = await organisation.about("impact", "objective/held", include="all")
    assert (answer["at_risk"], far(answer["to_review"])) == ([], {"increment/holding": 1})
    answer = await organisation.about("impact", "increment/holding")
    assert (answer["at_risk"], far(answer["to_review"])) == ([], {"objective/held": 1})


MISFIT = """
{kind: product, key: odd, spec: {name: Odd, state: in_use}}
{kind: process, key: odd, spec: {name: Odd, state: operational}, links: [{type: depends_on, to: product/odd}]}
"""


async def test_a_link_that_does_not_fit_carries_nothing(organisation: Organisation) -> None:
    await organisation.apply(MISFIT)
    answer = await organisation.about("impact", "product/odd")
    assert (answer["at_risk"], answer["left_out"]) == ([], {"does not fit": 1})
    [row] = (await organisation.about("impact", "product/odd", include="all"))["at_risk"]
    assert row["path"][0]["why_not_live"] == "does not fit"
    trace = await organisation.about("trace", "product/odd", direction="up")
    assert (len(trace["nodes"]), trace["left_out"]) == (1, {})
    trace = await organisation.about("trace", "process/odd", direction="up")
    assert (len(trace["nodes"]), trace["left_out"]) == (1, {"does not fit": 1})


BUS = """
{kind: party, key: ann, spec: {name: Ann}}
{kind: party, key: ben, spec: {name: Ben}}
{kind: party, key: cara, spec: {name: Cara}}
{kind: role, key: lead, spec: {name: Lead, state: active}}
{kind: role, key: expert, spec: {name: Expert, state: active}}
{kind: process, key: handling, spec: {name: Handling, state: operational}}
{kind: process, key: other, spec: {name: Other, state: operational}}
{kind: activity, key: check, spec: {name: Check, process_id: process/handling, state: operational, raci: [{role_id: role/lead, letter: A}, {role_id: role/lead, letter: R}, {role_id: role/expert, letter: C}]}}
{kind: role_assignment, key: ann-leads, spec: {party_id: party/ann, role_id: role/lead, scope: process/handling, state: active}}
{kind: role_assignment, key: ben-leads, spec: {party_id: party/ben, role_id: role/lead, scope: process/other, state: active}}
{kind: role_assignment, key: cara-knows, spec: {party_id: party/cara, role_id: role/expert, scope: process/handling, state: active}}
{kind: product, key: suite, spec: {name: Suite, state: in_use}}
{kind: product, key: bus, spec: {name: Bus, state: in_use}, links: [{type: part_of, to: product/suite}]}
{kind: product, key: adapter, spec: {name: Adapter, state: in_use}, links: [{type: part_of, to: product/bus}]}
{kind: product, key: plug, spec: {name: Plug, state: in_use}, links: [{type: part_of, to: product/adapter}]}
{kind: product, key: sibling, spec: {name: Sibling, state: in_use}, links: [{type: part_of, to: product/suite}]}
{kind: product, key: console, spec: {name: Console, state: in_use}, links: [{type: relates_to, to: product/bus}]}
{kind: partner, key: vendor, spec: {name: Vendor, type: vendor, state: active}, links: [{type: provides, to: product/bus}]}
{kind: consumer_group, key: insured, spec: {name: Insured, type: external, size: 1200}}
{kind: outcome, key: quick, spec: {name: Paid in a week, state: agreed, consumer_group_id: consumer_group/insured}}
{kind: service, key: claims, spec: {name: Claims, state: operational, owner: party/ann}, links: [{type: depends_on, to: product/bus}, {type: serves, to: outcome/quick}, {type: serves, to: process/handling}]}
{kind: service, key: billing, spec: {name: Billing, state: operational}, links: [{type: depends_on, to: service/claims}]}
{kind: service, key: legacy, spec: {name: Legacy, state: retired}, links: [{type: depends_on, to: product/bus}]}
{kind: service_offering, key: cover, spec: {name: Cover, state: launched, service_ids: [service/claims], consumer_group_ids: [consumer_group/insured], components: [{type: action, trigger: a claim, channel: telephone, target_time: P1D}]}}
{kind: service_offering, key: former, spec: {name: Former cover, state: retired, service_ids: [service/billing]}}
{kind: service_offering, key: nobody, spec: {name: Of nobody, state: retired, service_ids: [service/billing]}}
{kind: contract, key: sla, spec: {name: Sla, type: sla, state: active, items: [{offering_id: service_offering/cover}]}}
{kind: contract, key: running, spec: {name: Running, type: sla, state: active, items: [{offering_id: service_offering/former}]}}
{kind: contract, key: ended, spec: {name: Ended, type: sla, state: expired, items: [{offering_id: service_offering/cover}]}}
"""  # noqa: E501


SEATS = """
{kind: party, key: dan, spec: {name: Dan}}
{kind: party, key: eve, spec: {name: Eve}}
{kind: party, key: fay, spec: {name: Fay}}
{kind: role, key: north, spec: {name: North, state: active}}
{kind: role, key: south, spec: {name: South, state: active}}
{kind: process, key: loading, spec: {name: Loading, state: operational, owner: role/north}}
{kind: process, key: sailing, spec: {name: Sailing, state: operational, owner: role/south}}
{kind: service, key: yard, spec: {name: Yard, state: operational}, links: [{type: serves, to: process/loading}, {type: serves, to: process/sailing}]}
{kind: role_assignment, key: dan-north, spec: {party_id: party/dan, role_id: role/north, scope: process/loading, state: active}}
{kind: role_assignment, key: eve-north, spec: {party_id: party/eve, role_id: role/north, scope: process/sailing, state: active}}
{kind: role_assignment, key: eve-south, spec: {party_id: party/eve, role_id: role/south, scope: process/sailing, state: active}}
{kind: role_assignment, key: fay-north, spec: {party_id: party/fay, role_id: role/north, scope: process/sailing, state: proposed}}
{kind: role_assignment, key: fay-south, spec: {party_id: party/fay, role_id: role/south, scope: process/sailing, state: proposed}}
"""  # noqa: E501


async def test_a_role_is_asked_where_it_owns_something(organisation: Organisation) -> None:
    """Who holds it elsewhere is not asked, even where another role is; nor counted as left out."""
    await organisation.apply(SEATS)
    answer = await organisation.about("impact", "service/yard")
    asked = {named(each["node"]): [named(node) for node in each["holders"]] for each in answer["to_ask"]}
    assert asked == {"role/north": ["party/dan"], "role/south": ["party/eve"]}
    assert answer["left_out"] == {"proposed": 1}


async def test_who_is_not_read_is_hidden(organisation: Organisation, monkeypatch: pytest.MonkeyPatch) -> None:
    await organisation.apply(SEATS)
    monkeypatch.setattr(holdings, "_MOST_HELD", 1)
    answer = await organisation.about("impact", "service/yard")
    asked = {named(each["node"]): [named(node) for node in each["holders"]] for each in answer["to_ask"]}
    assert sum(map(len, asked.values())) <= 1
    assert answer["hidden"] == 2, "of three assignments that are live in the processes"


async def test_what_rests_on_a_bus(organisation: Organisation) -> None:
    answer = await organisation.about("impact", "product/bus")
    assert far(answer["at_risk"]) == {
        "service/claims": 1,
        "product/adapter": 1,
        "product/suite": 1,
        "product/plug": 2,
        "service/billing": 2,
        "service_offering/cover": 2,
        "outcome/quick": 2,
        "process/handling": 2,
        "consumer_group/insured": 3,
        "contract/sla": 3,
        "service_offering/former": 3,
        "contract/running": 4,
    }, "its parts, but none of its siblings; what runs through what is no longer offered; nothing that is over"
    assert far(answer["to_review"]) == {
        "product/adapter": 1,
        "product/plug": 2,
        "partner/vendor": 1,
        "product/console": 1,
    }
    assert [(named(row["node"]), row["size"]) for row in answer["customers"]] == [("consumer_group/insured", 1200)]
    assert [named(row["node"]) for row in answer["contracts"]] == ["contract/sla", "contract/running"]
    asked = {
        named(each["node"]): (
            [named(node) for node in each["owns"]],
            each["letters"],
            [named(node) for node in each["activities"]],
            [named(node) for node in each["holders"]],
        )
        for each in answer["to_ask"]
    }
    assert asked == {
        "party/ann": (["service/claims"], [], [], []),
        "role/lead": ([], ["A"], ["activity/check"], ["party/ann"]),
        "role/expert": ([], ["C"], ["activity/check"], ["party/cara"]),
    }
    assert answer["hidden"] == 0
    assert answer["left_out"] == {"expired": 1, "retired": 2}


async def test_the_way_to_each_begins_at_what_was_asked(organisation: Organisation) -> None:
    answer = await organisation.about("impact", "product/bus")
    [row] = [row for row in answer["at_risk"] if named(row["node"]) == "contract/running"]
    assert [step["type"] for step in row["path"]] == ["depends_on", "depends_on", "offers", "covers"]
    [row] = [row for row in answer["at_risk"] if named(row["node"]) == "product/plug"]
    assert [step["type"] for step in row["path"]] == ["part_of", "part_of"]


async def test_what_is_cut_by_depth_or_by_number_is_counted(organisation: Organisation) -> None:
    short = await organisation.about("impact", "product/bus", depth=1)
    assert far(short["at_risk"]) == {"service/claims": 1, "product/adapter": 1, "product/suite": 1}
    # from claims to billing, cover, quick and handling; from adapter to plug, at risk and to review
    assert short["hidden"] == 6
    few = await organisation.about("impact", "product/bus", limit=2)
    assert (len(few["at_risk"]), len(few["to_review"])) == (2, 2)
    assert few["hidden"] > 0


async def test_risk_goes_down_to_parts_of_what_was_asked_alone(organisation: Organisation) -> None:
    assert far((await organisation.about("impact", "product/suite"))["at_risk"]).keys() >= {
        "product/bus", "product/sibling", "product/adapter", "product/plug",
    }  # fmt: skip
    assert "product/sibling" not in far((await organisation.about("impact", "product/adapter"))["at_risk"])


async def test_everything_is_shown_when_asked_for(organisation: Organisation) -> None:
    answer = await organisation.about("impact", "product/bus", include="all")
    rows = {named(row["node"]): row["node"]["why_not_live"] for row in answer["at_risk"]}
    assert {name: why for name, why in rows.items() if why} == {
        "service/legacy": "retired",
        "service_offering/former": "retired",
        "service_offering/nobody": "retired",
        "contract/ended": "expired",
    }
    assert [named(row["node"]) for row in answer["contracts"]] == ["contract/sla", "contract/running"]
    assert answer["left_out"] == {}


async def test_an_unknown_word_is_refused(organisation: Organisation) -> None:
    ref = f"product/{await organisation.id('product/bus')}"
    answer = await organisation.platform.http.get(f"/alignment/v1/impact/{ref}", params={"include": "some"})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "?include")
