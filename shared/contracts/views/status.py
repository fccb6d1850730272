"""``GET /status``, ``POST /rebuilds``, ``/dead-letters``: how far the view is, building it anew, what was not read."""

from typing import Any, Literal

from shared.contracts.answers.lists import Page
from shared.contracts.base import Model
from shared.contracts.instant import Instant


class Reconciliation(Model):
    """Why the view was built anew by itself."""

    at: Instant
    """When that began."""
    reason: str
    """How it differed from what an owner said."""


class BuildProgress(Model):
    """How far a service has been read for a build."""

    position: int
    """Position up to which its changes are in the new generation."""
    head: int | None
    """Position of its newest change, once it has been asked for."""


class Building(Model):
    """A generation that is being built beside the one that answers."""

    generation: int
    """Its number."""
    phase: str | None
    """What is being done."""
    services: dict[str, BuildProgress]
    """By service, how far it has been read."""


class Doubt(Model):
    """Something that is wrong with the view itself."""

    id: str
    """Id of the rule: M01 to M06."""
    severity: Literal["info", "low", "medium", "high", "critical"]
    """How grave it is."""
    title: str
    """What it is called."""
    condition: str
    """When it is so."""
    remedy: str
    """What mends it."""
    evidence: dict[str, Any]
    """What shows it: services, numbers, findings."""


class Status(Model):
    """How far the view is."""

    release: str
    """Release of the platform that answers."""
    generation: int | None
    """Number of the generation that answers; null before the first one is built."""
    rules_version: str | None = None
    """Fingerprint of the rule catalogue by which it judges; null before the first one is built."""
    positions: dict[str, int]
    """By service, the position up to which nothing is missing."""
    building: Building | None
    """The generation that is being built, if one is."""
    watermark: dict[str, Instant]
    """By service, until when the view covers everything that it has recorded."""
    lag_seconds: dict[str, float]
    """By service, how long ago that was."""
    first_recorded: Instant | None
    """When the first change of all was recorded; null where there is none. Before it, every view is empty."""
    surveyed_until: Instant | None
    """Until when what is recorded is in the last look at the whole view: what no change shows by itself, such as names
    that are taken twice, is found by such looks."""
    dead_letters: int
    """How many messages could not be read or confirmed, counted up to 1,000."""
    seeded_until: Instant | None
    """Until when the past is made up, with the sample organisation of an embedded platform; null where nothing is. What
    was signed until then has no proof."""
    last_reconciliation: Reconciliation | None
    """When and why the view was built anew by itself, if it was."""
    findings: list[Doubt]
    """What is wrong with the view itself: it counts in no score, and is asked as of now alone."""


class Rebuild(Model):
    """A rebuild that has begun."""

    generation: int
    """Number of the generation that is being built."""
    status: Literal["building"]
    """It goes on after this answer."""


class DeadLetterView(Model):
    """A message that could not be read, or that its owner does not confirm."""

    id: int
    """Its number; a later one has a higher number."""
    source: str
    """Where it lay: a place in the bus, `log/topic/partition/offset`, or a position of an owner,
    `strategy/changes/42`."""
    error: str
    """What is wrong with it."""
    at: Instant
    """When it was put aside."""
    bytes: int
    """How much of it is kept, at most 65,536 bytes."""
    text: str
    """The beginning of it, at most 2,000 bytes, as far as it can be shown."""


class DeadLetterPage(Page):
    """Messages that were put aside, the newest first."""

    items: list[DeadLetterView]
    """The messages of this page."""
