"""What alignment finds, as events tell it: a finding from its opening to its end, and the score.

Nobody writes these; each event carries the whole of what holds from then on, as those of entities do.
"""

from typing import Any, Literal
from uuid import UUID, uuid5

from shared.contracts.actions import Told
from shared.contracts.base import Model, Ref
from shared.contracts.instant import Instant
from shared.contracts.views.nodes import Severity, Waived

_NAMESPACE = UUID("6ba7b811-9dad-11d1-80b4-00c04fd430c8")
SCORE_ID = uuid5(_NAMESPACE, "urn:plumbline:score")
"""There is one score."""


class FindingTold(Model):
    """A finding, told once it has lasted as long as the setting `settle_seconds` asks."""

    kind: Literal["finding"] = "finding"
    """Its kind."""
    id: UUID
    """Id of the finding, the same whenever it opens again."""
    version: int
    """Number of what has been told of it, from 1 on."""
    state: Literal["open", "resolved"]
    """Whether it is still so."""
    rule: str
    """Id of the rule that is broken."""
    title: str
    """What the rule calls its findings."""
    severity: Severity
    """How grave it is."""
    subject: Ref
    """What it is about."""
    evidence: dict[str, Any]
    """What shows it, by the rule."""
    opened_at: Instant
    """When it came up."""
    resolved_at: Instant | None
    """When it was mended; null while it is open, and where it was found later that it had never been so."""
    waiver: Waived | None
    """The waiver that holds, if it is waived."""


class ScoreTold(Model):
    """The score, told where the index or a dimension has changed by a tenth or more."""

    kind: Literal["score"] = "score"
    """Its kind."""
    id: UUID
    """Id of the score: there is one."""
    version: int
    """Number of what has been told of it, from 1 on."""
    at: Instant
    """The moment of which it is the score."""
    index: float | None
    """How well things line up, from 0 to 100; null where there is nothing to measure."""
    capped: bool
    """Whether a critical finding about something vital holds the index down."""
    dimensions: dict[str, float | None]
    """The same for each dimension; null where it has no subjects."""
    rules_version: str
    """Fingerprint of the rules that it was worked out by."""


KINDS = (
    Told("alignment", FindingTold, ("opened", "changed", "waived", "resolved")),
    Told("alignment", ScoreTold, ("changed",)),
)
