"""What services are designed with, and where their offerings are found: packages, partners, catalogues, categories."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from shared.contracts.base import Kind, Model, Short, State, Text
from shared.contracts.instant import Ending
from shared.contracts.lifecycle import Lifecycle
from shared.contracts.reference import OWNER, Reference

FOUR_PS = {"people": "role", "process": "process", "product": "product", "partner": "partner"}
"""The four Ps of service design, each with the kind that an element of it names."""


class ElementRef(Model):
    """What a service is designed with."""

    kind: Literal["role", "process", "product", "partner"]
    """Kind of the element."""
    id: UUID
    """Id of the element."""


class DesignElement(Model):
    """One thing that a service is designed with, or the reason why it needs nothing of that P."""

    type: Literal["people", "process", "product", "partner"]
    """Which of the four Ps of service design it belongs to."""
    ref: ElementRef | None = None
    """What the service is designed with."""
    competence: Text | None = None
    """What the people must be able to do."""
    version: Short | None = None
    """Version of a product that is meant."""
    not_applicable: bool | None = None
    """Whether the service needs nothing of this P."""
    reason: Text | None = None
    """Why it needs nothing of it."""
    review_due: Ending | None = None
    """When that reason is to be looked at again."""


class DesignPackage(State):
    """How a service is to be delivered, whole: its people, processes, products and partners (ITIL 2011)."""

    kind: Literal["design_package"] = "design_package"
    service_id: UUID
    """The service that is designed."""
    elements: Annotated[list[DesignElement], Field(max_length=500)] = []
    """People, processes, products and partners that it is designed with."""


class Partner(State):
    """Somebody outside on whom services rest."""

    kind: Literal["partner"] = "partner"
    type: Literal["supplier", "manufacturer", "vendor"] | None = None
    """What the partner is to the organisation."""


class Catalog(State):
    """A view of the offerings for an audience (TM Forum Catalog)."""

    kind: Literal["catalog"] = "catalog"
    audience: Short | None = None
    """For whom it is made."""


class Category(State):
    """A heading of a catalogue, with the offerings under it (TM Forum Category)."""

    kind: Literal["category"] = "category"
    catalog_id: UUID | None = None
    """The catalogue that it belongs to."""
    parent_id: UUID | None = None
    """The category that it is a part of."""
    offering_ids: Annotated[list[UUID], Field(max_length=500)] = []
    """Offerings that are listed under it."""


_SHOWN = "draft -> published* -> retired!"

KINDS = (
    Kind(
        "catalog",
        DesignPackage,
        Lifecycle.parse("draft -> reviewed -> accepted* -> outdated!; reviewed -> draft"),
        (
            OWNER,
            Reference("service_id", "part_of", ("service",)),
            Reference("elements[].ref", "designed_with"),
        ),
        immutable=frozenset({"service_id"}),
    ),
    Kind("catalog", Partner, Lifecycle.parse("prospect -> active* -> exiting* -> ended!")),
    Kind("catalog", Catalog, Lifecycle.parse(_SHOWN)),
    Kind(
        "catalog",
        Category,
        Lifecycle.parse(_SHOWN),
        (
            OWNER,
            Reference("catalog_id", "part_of", ("catalog",)),
            Reference("parent_id", "part_of", ("category",)),
            Reference("offering_ids[]", "lists", ("service_offering",)),
        ),
        plural="categories",
    ),
)
