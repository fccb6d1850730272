"""What the catalog service publishes: services and products, offerings for consumer groups, and contracts."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from shared.contracts import design
from shared.contracts.base import Count, Kind, Model, Short, State, Text, Timed
from shared.contracts.instant import Instant
from shared.contracts.lifecycle import Lifecycle
from shared.contracts.link import link_kind
from shared.contracts.portfolio import PHASES
from shared.contracts.reference import OWNER, Reference


class ServiceLevelTarget(Model):
    """One measurable promise; on an offering, before any contract, it is called a commitment."""

    metric: Short
    comparator: Literal["<", "<=", "=", ">=", ">"]
    value: Annotated[float, Field(allow_inf_nan=False)]
    unit: Short | None = None
    window: Short | None = None
    hours: Short | None = None
    kpi_id: UUID | None = None


class Goods(Model):
    """Something handed over for good: its ownership always moves to the consumer."""

    type: Literal["goods"]
    item: Short
    quantity: Count | None = None
    ownership_transfer: Literal[True] = True
    product_id: UUID | None = None
    service_id: UUID | None = None


class Access(Model):
    """A resource that the consumer may use while the provider keeps it."""

    type: Literal["access"]
    resource: Short
    terms: Text | None = None
    limits: Text | None = None
    product_id: UUID | None = None
    service_id: UUID | None = None


class Action(Model):
    """Something the provider does when the consumer asks."""

    type: Literal["action"]
    trigger: Short
    channel: Short | None = None
    target_time: Short | None = None
    product_id: UUID | None = None
    service_id: UUID | None = None


Component = Annotated[Goods | Access | Action, Field(discriminator="type")]


class Service(State):
    """A means of enabling outcomes that customers want (TM Forum ServiceSpecification)."""

    kind: Literal["service"] = "service"
    type: Literal["business", "application", "technology", "supporting"] | None = None
    customer_type: Literal["internal", "external"] | None = None
    utility: Text | None = None
    warranty: Text | None = None


class ServiceOffering(State):
    """Services described for a consumer group as goods, access and service actions (TM Forum ProductOffering)."""

    kind: Literal["service_offering"] = "service_offering"
    service_ids: Annotated[list[UUID], Field(max_length=100)] = []
    consumer_group_ids: Annotated[list[UUID], Field(max_length=100)] = []
    components: Annotated[list[Component], Field(max_length=100)] = []
    commitments: Annotated[list[ServiceLevelTarget], Field(max_length=100)] = []
    terms: Text | None = None
    price_refs: Annotated[list[Short], Field(max_length=50)] = []
    channels: Annotated[list[Short], Field(max_length=50)] = []
    bundle: bool | None = None
    sunset_at: Instant | None = None
    migration_to_id: UUID | None = None


class ConsumerGroup(State):
    """The people or organisations that an offering is for."""

    kind: Literal["consumer_group"] = "consumer_group"
    type: Literal["internal", "external"] | None = None
    size: Count | None = None
    org_refs: Annotated[list[Short], Field(max_length=100)] = []


class ProviderRef(Model):
    kind: Literal["partner", "party"]
    id: UUID


class CustomerRef(Model):
    kind: Literal["consumer_group", "party"]
    id: UUID


class ContractItem(Model):
    """What is agreed on: an offering or, for operational and underpinning contracts, a service."""

    offering_id: UUID | None = None
    service_id: UUID | None = None
    start: Instant | None = None
    end: Instant | None = None


class Signatory(Model):
    side: Literal["provider", "customer"]
    name: Short
    signed_at: Instant | None = None


class Period(Model):
    start: Instant | None = None
    end: Instant | None = None


class Contract(State):
    """A service level, operational level or underpinning agreement (TM Forum Agreement)."""

    kind: Literal["contract"] = "contract"
    type: Literal["sla", "ola", "uc"] | None = None
    provider: ProviderRef | None = None
    customer: CustomerRef | None = None
    items: Annotated[list[ContractItem], Field(max_length=500)] = []
    service_level_targets: Annotated[list[ServiceLevelTarget], Field(max_length=100)] = []
    signatories: Annotated[list[Signatory], Field(max_length=50)] = []
    period: Period | None = None
    renewal: Literal["undecided", "renew", "renegotiate", "exit"] | None = None
    document: Annotated[str, StringConstraints(max_length=2000)] | None = None
    parent_id: UUID | None = None


class Product(State):
    """A service, technology or tool that services are designed with."""

    kind: Literal["product"] = "product"
    type: Literal["service", "technology", "tool"] | None = None
    end_of_support: Instant | None = None
    partner_id: UUID | None = None


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
    Kind(
        "catalog",
        Contract,
        Lifecycle.parse(
            "draft -> in_process -> approved -> active* <-> suspended -> expired! | terminated!; "
            "active -> expired! | terminated!; in_process -> rejected!"
        ),
        (
            OWNER,
            Reference("provider", "provides", swapped=True),
            Reference("customer", "agreed_with"),
            Reference("items[].offering_id", "covers", ("service_offering",)),
            Reference("items[].service_id", "covers", ("service",)),
            Reference("service_level_targets[].kpi_id", "measured_by", ("kpi",)),
            Reference("parent_id", "part_of", ("contract",)),
        ),
        timed=tuple(
            Timed(state, "expired", at) for state in ("active", "suspended") for at in ("valid_to", "period.end")
        ),
    ),
    Kind(
        "catalog",
        Product,
        Lifecycle.parse("planned -> in_use* -> end_of_support* -> retired!"),
        (OWNER, Reference("partner_id", "provides", ("partner",), swapped=True)),
    ),
    *design.KINDS,
    link_kind("catalog"),
)
