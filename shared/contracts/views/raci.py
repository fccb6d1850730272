"""``GET /raci/{process_id}`` and ``GET /load``: who does what in a process, and what each party carries in all."""

from typing import Literal

from pydantic import Field

from shared.contracts.answers.lists import Page
from shared.contracts.base import Model
from shared.contracts.views.frame import View
from shared.contracts.views.nodes import Found, LeftOut, Node

Letter = Literal["R", "A", "C", "I"]


class RaciRole(Model):
    """A column of the matrix."""

    role: Node
    """The role."""
    parties: list[Node]
    """Who holds it in this process."""
    violations: list[Found]
    """What is wrong with its part in it: the open findings of the dimension `raci` about the role, without those that
    tell of another process."""


class RaciCell(Model):
    """What a role has to do with an activity."""

    role: str
    """Id of the role."""
    letters: list[Letter]
    """Its letters; none where it has nothing to do with it."""


class RaciRow(Model):
    """A row of the matrix."""

    activity: Node
    """The activity."""
    cells: list[RaciCell]
    """One for each column, in their order."""
    violations: list[Found]
    """What is wrong with the letters: the open findings of the dimension `raci` about the activity."""


class HiddenRaci(Model):
    """What the matrix has no room for."""

    activities: int
    """Activities beyond 200."""
    roles: int
    """Roles beyond 100."""
    violations: int
    """Violations beyond the 2,000 worst."""


class RaciMatrix(View):
    """Who does what in a process."""

    process: Node
    """The process."""
    roles: list[RaciRole]
    """The columns."""
    rows: list[RaciRow]
    """Its activities in their order."""
    violations: list[Found]
    """What is wrong with all of it: the open findings of the dimension `raci` about the process."""
    hidden: HiddenRaci
    """What there was no room for."""
    left_out: LeftOut
    """How much was left out because it is over, by why."""


class LetterCounts(Model):
    """How many letters a party carries."""

    responsible: int = Field(alias="R")
    """Activities that it does."""
    accountable: int = Field(alias="A")
    """Activities that it answers for."""
    consulted: int = Field(alias="C")
    """Activities about which it is asked."""
    informed: int = Field(alias="I")
    """Activities of which it is told."""


class PartyLoad(Model):
    """What a party carries."""

    party: Node
    """The party."""
    roles: int
    """How many roles it holds."""
    letters: LetterCounts
    """How many letters these bring, in all processes."""


class Load(View, Page):
    """What each party carries in all processes."""

    items: list[PartyLoad]
    """Parties in the order of their keys."""
    left_out: LeftOut
    """How much was left out because it is not live, by why."""
