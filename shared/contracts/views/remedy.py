"""``GET /findings/{id}/remedy``: what mends a finding, as changes that can be made."""

from typing import Any

from shared.contracts.base import Model
from shared.contracts.views.findings import WeighedFinding
from shared.contracts.views.frame import View
from shared.contracts.views.nodes import Node
from shared.contracts.views.scenario import Named, Step


class Candidate(Model):
    """Something that may be chosen, and the changes that it comes to."""

    node: Node
    """What is chosen."""
    steps: list[Step]
    """The changes, as `POST /scenarios` takes them."""


class OpenMember(Model):
    """A member that somebody has to fill in."""

    name: str
    """Name of the member."""
    form: str
    """What is written there, in a few words."""
    meaning: str
    """What it means."""
    choices: list[str]
    """The values that it may have; empty where it is free."""


class RemedyOption(Model):
    """One way to mend it: at once, by choosing something, or by filling in members."""

    says: str
    """What is done."""
    steps: list[Step]
    """The changes, where nothing is to be chosen or filled in."""
    candidates: list[Candidate]
    """What may be chosen, the nearest first, at most 20."""
    more: int
    """How many more there are."""
    members: list[OpenMember]
    """Members to be filled in."""
    of: Named | None
    """Whose members these are, as `kind/id`; null for the subject of the finding, or for what is new."""
    new: dict[str, Any] | None
    """Something new that has these members: all the rest of it, as a step that puts it has it; null where nothing is
    made."""


class RemedyView(View):
    """What mends a finding. Nothing has been written."""

    finding: WeighedFinding
    """The finding."""
    options: list[RemedyOption]
    """Ways to mend it, the usual first; none where only people can."""
    decision: str | None
    """What is to be decided, where only people can mend it."""
