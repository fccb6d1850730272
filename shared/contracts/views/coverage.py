"""``GET /coverage/design`` and ``GET /coverage/offerings``: what services are designed with, and what is offered."""

from typing import Literal

from shared.contracts.answers.lists import Page
from shared.contracts.base import Model
from shared.contracts.catalog import Access, Action, Goods
from shared.contracts.views.frame import View
from shared.contracts.views.nodes import Found, LeftOut, Node


class Cell(Model):
    """One of the four Ps of a service."""

    status: Literal["covered", "not_applicable", "open", "missing"]
    """Whether the design names something that counts, says why it needs nothing, does not do so yet and no rule asks
    for it yet, or lacks it by a rule."""
    nodes: list[Node]
    """What it names."""
    reason: str | None
    """Why it needs nothing."""
    finding: Found | None
    """The open finding by which it is missing; null else."""


class Package(Model):
    """The design package that counts."""

    id: str
    """Its id."""
    key: str
    """Its key."""
    state: str
    """Its state."""


class DesignedService(Model):
    """A service and what it is designed with."""

    service: Node
    """The service."""
    package: Package | None
    """The package that counts; null if there is none."""
    people: Cell
    """Roles."""
    process: Cell
    """Processes."""
    product: Cell
    """Products."""
    partner: Cell
    """Partners."""


class Covered(Model):
    """How many services of this page are covered."""

    covered: int
    """Services whose design names something or says why it needs nothing."""
    of: int
    """Services of this page."""


class CoveredByP(Model):
    """How many services of this page are covered, by P."""

    people: Covered
    """By people."""
    process: Covered
    """By processes."""
    product: Covered
    """By products."""
    partner: Covered
    """By partners."""


class DesignCoverage(View, Page):
    """Services by people, process, product and partner."""

    items: list[DesignedService]
    """Services in the order of their keys."""
    covered: CoveredByP
    """How many of them are covered."""
    left_out: LeftOut
    """How many services were left out because they are over, by why."""


What = Literal["component", "consumer_group", "service", "operational_service", "terms", "component_term", "commitment"]


class Lack(Found):
    """Something that an offering lacks by a rule."""

    what: What
    """What it lacks."""


class OfferedTo(Model):
    """An offering, what it consists of and for whom it is."""

    offering: Node
    """The offering."""
    goods: list[Goods]
    """Goods."""
    access: list[Access]
    """Access to resources."""
    action: list[Action]
    """Service actions."""
    services: list[Node]
    """Services that it offers."""
    consumer_groups: list[Node]
    """Consumer groups that it is for."""
    missing: list[Lack]
    """What it lacks: the open findings that say so."""
    open: list[What]
    """What it has not got either, and no rule asks for yet."""
    hidden: int
    """How many services and consumer groups there was no room for."""


class OfferingCoverage(View, Page):
    """Offerings by goods, access and action, and for whom."""

    items: list[OfferedTo]
    """Offerings in the order of their keys."""
    left_out: LeftOut
    """How many offerings were left out because they are over, by why."""
