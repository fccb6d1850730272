"""StratML: what a plan says, told apart by paths, since identifiers repeat in real files."""

from collections import Counter

import pytest

from shared.interchange import formats
from shared.interchange.formats import File, Unreadable
from shared.interchange.records import Batch
from shared.interchange.sync import sync
from tests.unit.fake_owner import FakeOwner

GOAL = """<Goal><Name>Full boats</Name><Identifier>g1</Identifier><SequenceIndicator>1</SequenceIndicator>
  <Stakeholder><Name>Deck hands</Name><Role><Name>Loading</Name><RoleType>Performer</RoleType></Role></Stakeholder>
  <Stakeholder><Name> </Name></Stakeholder>
  <Objective><Name>More ads</Name><Identifier>o1</Identifier>
    <Stakeholder><Name>deck  HANDS</Name></Stakeholder>
    <PerformanceIndicator IndicatorType="Quantitative"><Identifier>i</Identifier>
      <MeasurementDimension>Seats taken</MeasurementDimension><UnitOfMeasurement>Seats</UnitOfMeasurement>
      <Relationship><ReferentIdentifier>o2</ReferentIdentifier><Name>as well</Name></Relationship>
      <MeasurementInstance>
        <TargetResult><Description>Nearly all</Description><NumberOfUnits>1,200</NumberOfUnits></TargetResult>
        <ActualResult><NumberOfUnits>900.5</NumberOfUnits><EndDate>2026-03-31</EndDate></ActualResult>
        <ActualResult><NumberOfUnits>7</NumberOfUnits></ActualResult>
      </MeasurementInstance></PerformanceIndicator>
    <PerformanceIndicator><Identifier>i</Identifier></PerformanceIndicator>
  </Objective>
  <Objective><Name>Fewer ads</Name><Identifier>o2</Identifier>
    <Relationship><ReferentIdentifier>elsewhere</ReferentIdentifier></Relationship></Objective>
</Goal>"""
PLAN = f"""<PerformancePlanOrReport xmlns="urn:ISO:std:iso:17469:tech:xsd:PerformancePlanOrReport">
  <Name>Plan 2026</Name><OtherInformation>much</OtherInformation>
  <StrategicPlanCore><Organization><Name>Nordfjord Ferries</Name><Acronym>NF</Acronym><Identifier>nf</Identifier>
    <Stakeholder><Name>Board</Name></Stakeholder></Organization>
  <Vision><Description>Every shore</Description></Vision><Mission><Description>Carry people</Description></Mission>
  <Value><Name>Calm</Name><Description>Nobody runs</Description></Value>{GOAL}</StrategicPlanCore>
  <AdministrativeInformation><StartDate>2026-01-01</StartDate><EndDate>soon</EndDate>
    <Source>https://example.org/plan.xml</Source></AdministrativeInformation>
</PerformancePlanOrReport>"""


def read(text: str, source: str | None = None) -> Batch:
    found = formats.read(File("plan.xml", text.encode(), source))
    assert isinstance(found, Batch)
    return found


async def stored(text: str) -> FakeOwner:
    owner = FakeOwner()
    async with owner.client() as client:
        report = await sync(client, read(text))
        assert report.accounted
        again = await sync(client, read(text))
    assert again.count("unchanged") == report.count("created") == len(owner.states)
    return owner


async def test_a_report_is_a_strategy_with_goals_objectives_measures_and_stakeholders() -> None:
    owner = await stored(PLAN)
    kinds = Counter(kind for kind, _ in owner.states)
    assert kinds - Counter(link=99) == {
        "party": 1, "strategy": 1, "strategy_element": 1, "objective": 3, "kpi": 2, "measurement": 1, "stakeholder": 2,
    }  # fmt: skip
    strategy, goal = owner.by_name("Plan 2026"), owner.by_name("Full boats")
    assert (strategy["mission"], strategy["vision"], strategy["type"]) == ("Carry people", "Every shore", "business")
    assert strategy["owner"] == {"kind": "party", "id": owner.by_name("Nordfjord Ferries")["id"]}
    assert (strategy["valid_from"], strategy["valid_to"], strategy["horizon"]) == ("2026-01-01T00:00:00Z", None, "2026")
    objective, kpi = owner.by_name("More ads"), owner.by_name("Seats taken")
    assert (goal["level"], objective["level"], objective["parent_id"]) == ("strategic", "tactical", goal["id"])
    assert (kpi["target"], kpi["unit"], kpi["custom"]["target_result"]) == (1200.0, "Seats", "Nearly all")
    measured = owner.by_name("900.5 on 2026-03-31")
    assert (measured["kpi_id"], measured["value"], measured["at"]) == (kpi["id"], 900.5, "2026-03-31T00:00:00Z")


async def test_what_stands_in_something_is_linked_with_it() -> None:
    owner = await stored(PLAN)
    names = {state["id"]: state.get("name") for state in owner.states.values()}
    links = [state for (kind, _), state in owner.states.items() if kind == "link"]
    told = {
        (names[link["source"]["id"]], link["type"], names[link["target"]["id"]], link["rationale"]) for link in links
    }
    assert told == {
        ("Full boats", "decomposes", "Plan 2026", None),
        ("Board", "relates_to", "Plan 2026", None),
        ("Deck hands", "influences", "Full boats", "Performer: Loading"),
        ("Deck hands", "relates_to", "More ads", None),
        ("More ads", "measured_by", "Seats taken", None),
        ("More ads", "measured_by", "Unnamed PerformanceIndicator i#2", None),
        ("Seats taken", "relates_to", "Fewer ads", "as well"),
    }


def test_what_has_no_place_is_told() -> None:
    batch = read(PLAN)
    assert [(refusal.type, refusal.reason) for refusal in batch.refused] == [("Stakeholder", "has no name")]
    assert "in Full boats" in batch.refused[0].label
    assert batch.joined == {"Stakeholder": 1}
    assert batch.unmapped == {"Relationship to another plan": 1}
    assert batch.left_out == {"OtherInformation": 1, "EndDate that is no day": 1, "ActualResult without a day": 1}


@pytest.mark.parametrize(
    "root",
    [
        '<StrategicPlan xmlns="http://www.stratml.net">',
        '<s:StrategicPlan xmlns:s="urn:a" xmlns="urn:b">',
        "<StrategicPlan>",
    ],
)
def test_namespaces_do_not_matter(root: str) -> None:
    end = root[1:].partition(" ")[0].rstrip(">")
    batch = read(f"{root}<Name>P</Name><StrategicPlanCore>{GOAL}</StrategicPlanCore></{end}>")
    assert Counter(record.kind.name for layer in batch.layers for record in layer)["objective"] == 3


def test_an_identifier_that_repeats_is_told_apart_by_its_path_and_stays() -> None:
    twice = PLAN.replace(GOAL, GOAL + GOAL.replace("Full boats", "Other").replace("g1", "g2"))
    ids = [record.id for layer in read(twice).layers for record in layer if record.kind.name == "objective"]
    assert len(set(ids)) == 6
    assert {record.id for layer in read(PLAN).layers for record in layer if record.kind.name == "objective"} < set(ids)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("<!DOCTYPE StrategicPlan [<!ENTITY a 'b'>]><StrategicPlan/>", "DTD"),
        ("<StrategicPlan/>", "give it a name with --source"),
        ("<StrategicPlan><Name>a</Name>", "not well-formed"),
        (f"<StrategicPlan>{'<a>' * 70}{'</a>' * 70}</StrategicPlan>", "nests them deeper"),
    ],
)
def test_what_cannot_be_read_is_told(text: str, says: str) -> None:
    with pytest.raises(Unreadable, match=says):
        read(text)


def test_a_plan_without_a_name_takes_one_from_outside() -> None:
    assert read("<StrategicPlan/>", source="mine").read == 1
