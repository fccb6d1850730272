"""``GET /rules``: the rule catalogue, as it is set."""

from shared.contracts.base import Model
from shared.contracts.instant import Instant
from shared.contracts.views.nodes import Severity


class RuleExamples(Model):
    """Two graphs, with the subject first: `kind:name state type +member=value, ...; name relation name, ...`."""

    passes: str
    """One in which the rule finds nothing."""
    fails: str
    """One in which it finds something."""


class RuleSetting(Model):
    """What the organisation has set of a rule."""

    key: str
    """Key of the setting."""
    since: Instant
    """From when on it counts."""
    by: str
    """Who made or changed it last."""
    reason: str
    """Why it is set so."""
    off: bool
    """Whether the rule is switched off."""
    severity: Severity | None
    """How grave its findings are instead; null for what the catalogue says."""
    limits: dict[str, int]
    """The numbers that are other ones."""


class RuleDefault(Model):
    """What a rule is where nothing is set of it."""

    severity: Severity
    """How grave its findings are."""
    limits: dict[str, int]
    """The numbers that it goes by."""


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
    limits: dict[str, int]
    """The numbers that it goes by, such as `days`."""
    off: bool
    """Whether it is switched off: then it finds nothing and counts nowhere."""
    setting: RuleSetting | None
    """What the organisation has set of it, and why; all else here says it already."""
    default: RuleDefault
    """What it is without that."""
    source: str
    """Whose practice it is."""
    examples: RuleExamples
    """Examples of what it finds and does not find."""


class UndecidedRule(Model):
    """A rule of practice that nothing can decide from what is recorded here."""

    id: str
    """Id of the rule."""
    title: str
    """What it would call its findings."""
    why: str
    """What is missing to decide it."""


class ViewRule(Model):
    """A rule about the view itself: the status says what it finds."""

    id: str
    """Id of the rule."""
    severity: Severity
    """How grave it is."""
    title: str
    """What it calls what it finds."""
    condition: str
    """When that is so."""
    remedy: str
    """What mends it."""


class RuleList(Model):
    """The rule catalogue, whole."""

    items: list[RuleView]
    """The rules in the order of the catalogue."""
    undecided: list[UndecidedRule]
    """Rules that are none of these, and why."""
    of_the_view: list[ViewRule]
    """Rules about the view itself, which count in no score."""
