"""What the catalog service publishes: services and products, offerings for consumer groups, and contracts."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from shared.contracts import agreement, design
from shared.contracts.agent import OVERSIGHT, Overseen
from shared.contracts.agreement import ServiceLevelTarget
from shared.contracts.base import Count, Kind, Model, Short, State, Text
from shared.contracts.instant import Ending
from shared.contracts.lifecycle import Lifecycle
from shared.contracts.link import link_kind
from shared.contracts.portfolio import PHASES
from shared.contracts.reference import OWNER, Reference


class Goods(Model):
    """Something handed over for good: its ownership always moves to the consumer."""

    type: Literal["goods"]
    """Says that these are goods."""
    item: Short
    """What is handed over."""
    quantity: Count | None = None
    """How many of them."""
    ownership_transfer: Literal[True] = True
    """Ownership always moves to the consumer."""
    product_id: UUID | None = None
    """The product that it is."""
    service_id: UUID | None = None
    """The service that delivers it."""


class Access(Model):
    """A resource that the consumer may use while the provider keeps it."""

    type: Literal["access"]
    """Says that this is access to a resource."""
    resource: Short
    """What may be used."""
    terms: Text | None = None
    """Under which terms."""
    limits: Text | None = None
    """Up to which limits."""
    product_id: UUID | None = None
    """The product that may be used."""
    service_id: UUID | None = None
    """The service that gives access."""


class Action(Model):
    """Something the provider does when the consumer asks."""

    type: Literal["action"]
    """Says that this is a service action."""
    trigger: Short
    """What the consumer asks for."""
    channel: Short | None = None
    """How they ask for it."""
    target_time: Short | None = None
    """How soon it is done."""
    product_id: UUID | None = None
    """The product that it is done with."""
    service_id: UUID | None = None
    """The service that does it."""


Component = Annotated[Goods | Access | Action, Field(discriminator="type")]


class Service(State):
    """A means of enabling outcomes that customers want (TM Forum ServiceSpecification)."""

    kind: Literal["service"] = "service"
    type: Literal["business", "application", "technology", "supporting"] | None = None
    """Level of the service."""
    customer_type: Literal["internal", "external"] | None = None
    """Whether its customers are inside or outside the organisation."""
    utility: Text | None = None
    """What it does for its customers: fit for purpose."""
    warranty: Text | None = None
    """How well it does so: fit for use."""


class ServiceOffering(State):
    """Services described for a consumer group as goods, access and service actions (TM Forum ProductOffering)."""

    kind: Literal["service_offering"] = "service_offering"
    service_ids: Annotated[list[UUID], Field(max_length=100)] = []
    """Services that it offers."""
    consumer_group_ids: Annotated[list[UUID], Field(max_length=100)] = []
    """Consumer groups that it is for."""
    components: Annotated[list[Component], Field(max_length=100)] = []
    """Goods, access and actions that it consists of."""
    commitments: Annotated[list[ServiceLevelTarget], Field(max_length=100)] = []
    """What is promised before there is a contract."""
    terms: Text | None = None
    """Under which terms it is offered."""
    price_refs: Annotated[list[Short], Field(max_length=50)] = []
    """Names of its prices in a price list."""
    channels: Annotated[list[Short], Field(max_length=50)] = []
    """Where it is offered."""
    bundle: bool | None = None
    """Whether it puts several offerings together."""
    sunset_at: Ending | None = None
    """When it is to end."""
    migration_to_id: UUID | None = None
    """The offering that takes its place."""


class ConsumerGroup(State):
    """The people or organisations that an offering is for."""

    kind: Literal["consumer_group"] = "consumer_group"
    type: Literal["internal", "external"] | None = None
    """Whether it is inside or outside the organisation."""
    size: Count | None = None
    """How many people or organisations it has."""
    org_refs: Annotated[list[Short], Field(max_length=100)] = []
    """Names of its organisations elsewhere."""


class Product(Overseen):
    """A service, technology, tool or AI system that services are designed with."""

    kind: Literal["product"] = "product"
    type: Literal["service", "technology", "tool", "agent"] | None = None
    """Whether it is a product for services, a technology, a tool or an AI system."""
    end_of_support: Ending | None = None
    """When its maker ceases to support it."""
    partner_id: UUID | None = None
    """The partner that provides it."""


KINDS = (
    Kind(
        "catalog",
        Service,
        Lifecycle.parse(
            "requirements -> defined -> analysed -> approved -> chartered -> designed -> developed -> built -> tested "
            "-> released -> operational* -> retired!; requirements | defined | analysed | approved | chartered "
            "| designed | developed | built | tested | released -> retired!"
        ),
        phases=PHASES,
    ),
    Kind(
        "catalog",
        ServiceOffering,
        Lifecycle.parse(
            "in_study <-> in_design <-> in_test <-> active -> launched* -> retired -> obsolete!; "
            "in_study | in_design | in_test -> rejected!"
        ),
        (
            OWNER,
            Reference("service_ids[]", "offers", ("service",)),
            Reference("consumer_group_ids[]", "targets", ("consumer_group",)),
            Reference("components[].product_id", "depends_on", ("product",)),
            Reference("components[].service_id", "depends_on", ("service",)),
            Reference("commitments[].kpi_id", "measured_by", ("kpi",)),
            Reference("migration_to_id", "exchangeable_with", ("service_offering",)),
        ),
    ),
    Kind("catalog", ConsumerGroup, Lifecycle.parse("active* -> closed!")),
    agreement.CONTRACT,
    Kind(
        "catalog",
        Product,
        Lifecycle.parse("planned -> in_use* -> end_of_support* -> retired!"),
        (OWNER, Reference("partner_id", "provides", ("partner",), swapped=True), *OVERSIGHT),
    ),
    *design.KINDS,
    link_kind("catalog"),
)
