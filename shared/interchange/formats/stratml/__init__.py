"""StratML: strategic plans and performance reports, in."""

from shared.interchange.formats.format import Format
from shared.interchange.formats.stratml import reading

MAPPING = (
    ("Organization", "party (org_unit)"),
    ("StrategicPlanCore: Vision, Mission", "strategy (business)"),
    ("Value", "strategy_element (perspective) of the strategy"),
    ("Goal", "objective (strategic), decomposes the strategy"),
    ("Objective in a Goal", "objective (tactical) with the goal as its parent"),
    (
        "Stakeholder with a name",
        "stakeholder, one for each name; a Performer influences its objective, else relates_to; roles as rationale",
    ),
    ("PerformanceIndicator", "kpi, which measures its objective"),
    ("TargetResult, ActualResult in numbers", "target of the kpi; measurement"),
    ("Relationship, ReferentIdentifier", "relates_to the objective of that identifier"),
    ("StartDate, EndDate, Source", "validity and an external reference of the strategy"),
)
"""What stands in a file, and what it becomes."""
LOST = ("OtherInformation", "Submitter", "PublicationDate", "results in words, which stay as custom members")

STRATML = Format(
    name=reading.NAME,
    title="a strategic plan or performance report in StratML (ISO 17469), Part 1 or 2",
    origin="Forms and tools of stratml.us save it; agencies publish their plans in it.",
    most=reading.MAX_BYTES,
    knows=reading.knows,
    read=reading.read,
)
