"""``GET /findings``, ``GET /findings/groups`` and ``GET /findings/{id}``: what is wrong."""

from typing import Literal

from shared.contracts.answers.lists import Page
from shared.contracts.base import Model
from shared.contracts.instant import Instant
from shared.contracts.views.frame import View
from shared.contracts.views.nodes import Affects, Finding, Node, Severity
from shared.contracts.views.why import PathStep


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


class Remark(Model):
    """A comment on a finding."""

    id: str
    """Id of the comment."""
    key: str
    """Its key."""
    by: str
    """Subject of whoever made it."""
    at: Instant
    """When it was made."""
    text: str
    """What it says."""


class NextMove(Model):
    """Who is to act on a finding, and why that one."""

    owner: Node | None
    """Who owns what it is about; where that one is not there any more, their deputy; where nobody is either, who owns
    the nearest thing above it, or their deputy. A role is there where somebody holds it. Null where there is nobody so
    near."""
    stands_in_for: Node | None = None
    """The owner who is not there any more, where it is the move of their deputy."""
    along: list[PathStep]
    """The way from what it is about up to what that one acts for; none where that is the same."""


class Chain(Model):
    """The best way up from what a finding is about, also over what does not hold."""

    steps: list[PathStep]
    """Its relations, from the node upwards; none where nothing is above it."""
    breaks_at: int
    """Number of its first relation, from 0, that does not hold or leads to what is not live; where all hold, of the
    relations that there are: it ends there."""


class FindingView(WeighedFinding, View):
    """One finding, open or resolved."""

    mentioned: dict[str, Node]
    """The things that its evidence names, by `kind/id`, at most 50."""
    chain: Chain | None
    """Where the chain breaks, of a rule that says that one does; null of other rules."""
    move: NextMove
    """Who is to act on it."""
    remarks: list[Remark]
    """Comments on it, newest first, at most 100."""


class Cause(Model):
    """What findings of one rule have in common."""

    by: Literal["top", "source", "owner", "rule"]
    """`top`: the chain that ends short there; `source`: the model that their subjects were imported from; `owner`: who
    owns these; `rule`: nothing but the rule."""
    node: Node | None
    """The top of the chain, or the owner."""
    source: str | None
    """The model: its format and identifier."""


class GroupedFinding(Model):
    """A finding in a group."""

    id: str
    """Id of the finding."""
    subject: Node
    """What it is about."""
    affects: Affects | None
    """What rests on the subject, where a chain ends at it; null for what stands for itself alone."""
    gain: Gain
    """What closing it by itself would gain."""


class FindingGroup(Model):
    """Findings of one rule with one cause, and one remedy for all of them."""

    rule: str
    """Id of the rule."""
    title: str
    """What the rule calls its findings."""
    dimension: str
    """Dimension of the score that they count in."""
    severity: Severity
    """How grave the worst of them is."""
    remedy: str
    """What mends them."""
    cause: Cause
    """What they have in common."""
    findings: int
    """How many there are."""
    unseen: int
    """How many of them were not looked at: they are in no other group, and neither `first` nor the gain knows them."""
    pending: int
    """How many of them miss something that may still arrive."""
    waived: int
    """How many of them are waived."""
    owner: str | None
    """Who owns the subjects of all of them, as `party/id` or `role/id`; null where that differs."""
    since: Instant
    """When the first of them came up."""
    affects: Affects | None
    """What rests on their subjects together, each thing once."""
    gain: Gain
    """What closing all of them at once would gain: what rests on two of them is counted once."""
    first: list[GroupedFinding]
    """The five that are worth most, best first."""


class FindingGroupPage(View, Page):
    """Groups of findings, the gravest first, then those worth most."""

    items: list[FindingGroup]
    """The groups of this page."""
    more: bool
    """Whether there are findings that were not looked at: the worst 2000 are, and of rules that have none among
    them the worst 50 each, unless it is about a past moment. A rule of which not all were is one group, which counts
    all of them; unless a filter is set with which it is not known how many there are."""
