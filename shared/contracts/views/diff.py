"""``GET /diff``: what changed between two moments, by whom and by which event."""

from typing import Any, Literal

from pydantic import Field

from shared.contracts.answers.lists import Page
from shared.contracts.base import Model
from shared.contracts.instant import Day, Instant
from shared.contracts.views.frame import View
from shared.contracts.views.nodes import Finding, Found, Node


class ChangedMember(Model):
    """A member that a version changed."""

    member: str
    """Name of the member."""
    from_: Any = Field(alias="from")
    """Its value before; null if it had none."""
    to: Any
    """Its value in this version."""


class ChangedLink(Model):
    """A link that changed, with its ends."""

    id: str
    """Id of the link."""
    type: str = Field(examples=["supports"])
    """Its relation."""
    source: Node
    """Where it begins."""
    target: Node
    """Where it leads."""
    state: str
    """Its state."""


class FoundAbout(Found):
    """A finding that a change brought about."""

    subject: Node
    """What it is about."""


class Brought(Model):
    """Which findings came up at the instant of a change, and which were resolved."""

    opened: list[FoundAbout]
    """The 20 worst of those that came up."""
    resolved: list[FoundAbout]
    """The 20 worst of those that were resolved."""
    more: int
    """How many there are besides."""
    at_least: bool
    """Whether there may be more: not all of them were looked at."""


class Change(Model):
    """One version that was recorded between the moments."""

    event: str
    """Id of its event."""
    action: Literal["created", "changed", "deleted"]
    """What made it."""
    at: Instant
    """When it was recorded."""
    by: str
    """Subject of the token that made it, or `system`."""
    reason: str | None
    """Reason that was given for it."""
    node: Node | None
    """The entity that changed; null for a link."""
    link: ChangedLink | None
    """The link that changed; null for an entity."""
    changes: list[ChangedMember]
    """Members that differ from the version before; none for a deletion."""
    findings: Brought
    """What it brought about."""


class FindingsBetween(Model):
    """Findings that differ between the moments."""

    opened: list[Finding]
    """Open at the later moment and not at the earlier one; of those that changed last the 500 worst."""
    resolved: list[Finding]
    """Open at the earlier moment and not at the later one; of those that changed last the 500 worst."""
    more_opened: bool
    """Whether there are or may be more that opened."""
    more_resolved: bool
    """Whether there are or may be more that were resolved."""


class ScoresBetween(Model):
    """The score at both moments."""

    from_: float | None = Field(alias="from")
    """At the earlier one, from 0 to 100; null where nothing is counted."""
    to: float | None
    """At the later one, from 0 to 100; null where nothing is counted."""


class DayOfChanges(Model):
    """How much was recorded on a day."""

    day: Day
    """The day, in UTC."""
    changes: int
    """How many versions."""


class Diff(View, Page):
    """What changed between two moments."""

    from_: Instant = Field(alias="from")
    """The earlier moment."""
    to: Instant
    """The later moment."""
    items: list[Change]
    """Versions in the order in which they were recorded, or the newest first."""
    findings: FindingsBetween | None
    """Findings that opened and were resolved; null without a summary."""
    score: ScoresBetween | None
    """The score then and now; null without a summary."""
    days: list[DayOfChanges] = []
    """The days on which anything was recorded, in their order: of the last 60 that lie between the moments;
    none without a summary."""
