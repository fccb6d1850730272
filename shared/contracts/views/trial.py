"""``POST /trials``: what rules that an organisation has written would have found in what is recorded."""

from typing import Any

from shared.contracts.base import Model, Short
from shared.contracts.instant import Instant
from shared.contracts.rule_packs import PackRules, Prefix
from shared.contracts.views.frame import View
from shared.contracts.views.nodes import Node, Severity


class TrialBody(Model):
    """Rules that are tried."""

    prefix: Prefix
    """What their ids begin with."""
    rules: PackRules
    """The rules."""
    since: Instant
    """The moment from which on they are tried."""


class TrialFinding(Model):
    """What a rule would have found."""

    subject: Node
    """What it would have been about."""
    severity: Severity
    """How grave it would have been at first."""
    opened_at: Instant
    """When it would have come up, or the first moment."""
    resolved_at: Instant | None
    """When it would have been resolved; null if it would be open now."""
    evidence: dict[str, Any]
    """What would have been seen."""


class TriedRule(Model):
    """A rule, and what it would have found."""

    rule: str
    """Its id."""
    title: Short
    """What it calls its findings."""
    found: int
    """How many findings there would have been."""
    open: int
    """How many of them would be open now."""
    items: list[TrialFinding]
    """The newest 20 of them: open ones first."""


class Trial(View):
    """What the rules would have found; nothing has been written."""

    since: Instant
    """The moment from which on they were tried."""
    rules: list[TriedRule]
    """The rules, in their order."""
