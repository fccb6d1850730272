"""``GET /findings``, ``GET /findings/{id}`` and ``GET /rules``: what is wrong, and by which rules."""

from shared.contracts.answers.lists import Page
from shared.contracts.base import Model
from shared.contracts.views.frame import View
from shared.contracts.views.nodes import Finding, Severity


class Gain(Model):
    """What would be gained if findings were closed together and nothing else changed, rounded down to a hundredth;
    where they stand for what rests on their subjects, with all of that."""

    index: float
    """By how much the index of the score would rise. As long as something else holds the index down, nothing."""
    dimension: float
    """By how much their dimension would rise."""
    at_least: bool
    """Whether it may be more: not everything was read that rests on their subjects."""


class WeighedFinding(Finding):
    """A finding, and what closing it is worth."""

    gain: Gain | None
    """What would be gained if it were closed; null where it is resolved."""


class FindingPage(View, Page):
    """Findings, worst first."""

    items: list[WeighedFinding]
    """The findings of this page."""


class FindingView(WeighedFinding, View):
    """One finding, open or resolved."""


class RuleExamples(Model):
    """Two graphs whose first node is the subject: `kind:name state type +member, ...; name relation name, ...`."""

    passes: str
    """One in which the rule finds nothing."""
    fails: str
    """One in which it finds something."""


class RuleView(Model):
    """A rule of the catalogue."""

    id: str
    """Id of the rule."""
    severity: Severity
    """How grave its findings are; on what is vital they are one degree graver."""
    dimension: str
    """Dimension of the score that it counts in."""
    title: str
    """What it calls its findings."""
    condition: str
    """When there is one."""
    remedy: str
    """What mends it."""
    kinds: list[str]
    """Kinds that it looks at."""
    examples: RuleExamples
    """Examples of what it finds and does not find."""


class RuleList(Model):
    """The rule catalogue, whole."""

    items: list[RuleView]
    """The rules in the order of the catalogue."""
