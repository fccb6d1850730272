"""``GET /score``: how well things line up, and what to mend first."""

from pydantic import Field

from shared.contracts.base import Model
from shared.contracts.instant import Instant
from shared.contracts.views.findings import Gain
from shared.contracts.views.frame import View
from shared.contracts.views.nodes import Affects, Node


class DimensionScore(Model):
    """The score of one dimension: the mean of its rules, weighted by their severity."""

    dimension: str
    """Name of the dimension."""
    numerator: float
    """Sum of weights times coverages of its rules."""
    denominator: float
    """Sum of the weights of its rules that have subjects."""
    raw: float | None
    """From 0 to 100; null where nothing is counted."""
    with_waivers: float | None
    """The same, where what is waived counts as passing."""
    trend: float | None
    """By how many points `raw` has risen in 30 days; null where nothing was counted then."""


class RuleScore(Model):
    """How many subjects of a rule pass."""

    rule: str
    """Id of the rule."""
    title: str
    """What it calls its findings."""
    dimension: str
    """Dimension that it counts in."""
    weight: float
    """Its weight there."""
    subjects: int
    """How many there are that it looks at."""
    applicable: float
    """The same, weighted by criticality."""
    passing: float
    """Weight of those that pass."""
    coverage: float | None
    """Share of those that pass, from 0 to 100; null without subjects."""
    findings: int
    """How many findings of it count, also those that are waived."""


class Fix(Model):
    """One act: the finding of a group that is worth most to close."""

    rule: str
    """Id of the rule."""
    title: str
    """What it calls its findings."""
    remedy: str
    """What mends it."""
    finding: str
    """Id of the finding."""
    subject: Node
    """What it is about."""
    affects: Affects | None
    """What rests on the subject, where a chain ends at it."""
    gain: Gain
    """What closing it would gain."""
    findings: int
    """How many findings are in its group."""
    group_gain: Gain
    """What closing all of them at once would gain."""


class Known(Model):
    """A model without offerings, say, knows less; it is not worse for that."""

    dimensions: int
    """How many dimensions have subjects."""
    of: int
    """How many there are."""


class NamedMoment(Model):
    """A baseline."""

    key: str | None
    """Its key."""
    name: str
    """Its name."""


class TrendPoint(Model):
    """The score at a past moment, as it was recorded then."""

    at: Instant
    """The moment."""
    index: float | None
    """Mean of the dimensions, from 0 to 100; null where nothing was counted."""
    capped: bool
    """Whether it was held down because a critical finding hit something vital."""
    known: int
    """How many dimensions had subjects."""
    dimensions: dict[str, float | None]
    """By dimension, from 0 to 100; null where nothing was counted."""
    baselines: list[NamedMoment]
    """Baselines of this moment."""


class TurnedRule(Model):
    """From here on a rule was another one."""

    at: Instant
    """The moment."""
    rule: str
    """Id of the rule."""
    setting: str
    """Key of the setting that says so."""


class Trend(View):
    """How the score has gone."""

    from_: Instant = Field(alias="from")
    """The first moment."""
    to: Instant
    """The last one."""
    points: list[TrendPoint]
    """At equal steps, and at baselines in between, in their order."""
    settings: list[TurnedRule]
    """Where settings of rules began to count, in their order: the newest 50."""


class Score(View):
    """How well things line up."""

    index: float | None
    """Mean of the dimensions, from 0 to 100; null where nothing is counted."""
    index_with_waivers: float | None
    """The same, where what is waived counts as passing."""
    waived: int
    """How many findings are waived."""
    capped: bool
    """Whether it is held down because a critical finding hits something vital."""
    source: str | None = None
    """Model or bundle that it is about, as if there was nothing else; null for everything."""
    known: Known
    """How much of it is known."""
    rules_version: str | int
    """Fingerprint of the rule catalogue."""
    dimensions: list[DimensionScore]
    """The dimensions."""
    rules: list[RuleScore]
    """The rules."""
    fixes: list[Fix]
    """The ten acts worth most, best first, one of each group of `GET /findings/groups`."""
