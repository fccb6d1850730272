"""What is agreed with customers and providers: service level targets, and the contracts that hold them."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from shared.contracts.base import Kind, Model, Short, State, Timed
from shared.contracts.instant import Ending, Instant
from shared.contracts.lifecycle import Lifecycle
from shared.contracts.reference import OWNER, Reference


class ServiceLevelTarget(Model):
    """One measurable promise; on an offering, before any contract, it is called a commitment."""

    metric: Short
    """What is measured."""
    comparator: Literal["<", "<=", "=", ">=", ">"]
    """How the measured value must compare with `value`."""
    value: Annotated[float, Field(allow_inf_nan=False)]
    """What is promised."""
    unit: Short | None = None
    """Unit of the value."""
    window: Short | None = None
    """Over which time it is measured, such as `month`."""
    hours: Short | None = None
    """When it holds, such as `Mon-Fri 8-18`."""
    kpi_id: UUID | None = None
    """The indicator that measures it."""


class ProviderRef(Model):
    """Who provides what a contract is about."""

    kind: Literal["partner", "party"]
    """Whether a partner or a party provides."""
    id: UUID
    """Id of the partner or party."""


class CustomerRef(Model):
    """Who gets what a contract is about."""

    kind: Literal["consumer_group", "party"]
    """Whether a consumer group or a party is the customer."""
    id: UUID
    """Id of the consumer group or party."""


class ContractItem(Model):
    """What is agreed on: an offering or, for operational and underpinning contracts, a service."""

    offering_id: UUID | None = None
    """The offering that is agreed on."""
    service_id: UUID | None = None
    """The service that is agreed on."""
    start: Instant | None = None
    """When it begins to be covered."""
    end: Ending | None = None
    """When it ceases to be covered."""


class Signatory(Model):
    """Somebody who signs a contract for one side."""

    side: Literal["provider", "customer"]
    """Whom they sign for."""
    name: Short
    """Who signs."""
    signed_at: Instant | None = None
    """When they signed."""


class Period(Model):
    """How long a contract runs."""

    start: Instant | None = None
    """When it begins."""
    end: Ending | None = None
    """When it ends."""


class Contract(State):
    """A service level, operational level or underpinning agreement (TM Forum Agreement)."""

    kind: Literal["contract"] = "contract"
    type: Literal["sla", "ola", "uc"] | None = None
    """Whether it is a service level agreement, an operational level agreement or an underpinning contract."""
    provider: ProviderRef | None = None
    """Who provides what is agreed on."""
    customer: CustomerRef | None = None
    """Who gets it."""
    items: Annotated[list[ContractItem], Field(max_length=500)] = []
    """What is agreed on."""
    service_level_targets: Annotated[list[ServiceLevelTarget], Field(max_length=100)] = []
    """What is promised."""
    signatories: Annotated[list[Signatory], Field(max_length=50)] = []
    """Who signs it."""
    period: Period | None = None
    """How long it runs."""
    renewal: Literal["undecided", "renew", "renegotiate", "exit"] | None = None
    """What is to happen at its end."""
    document: Annotated[str, StringConstraints(max_length=2000)] | None = None
    """Where its text is kept."""
    parent_id: UUID | None = None
    """The contract that it is a part of."""


CONTRACT = Kind(
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
    timed=tuple(Timed(state, "expired", at) for state in ("active", "suspended") for at in ("valid_to", "period.end")),
)
