"""What services are designed with, and where their offerings are found: packages, partners, catalogues, categories."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from shared.contracts.base import Kind, Model, Short, State, Text
from shared.contracts.instant import Instant
from shared.contracts.lifecycle import Lifecycle
from shared.contracts.reference import OWNER, Reference

FOUR_PS = {"people": "role", "process": "process", "product": "product", "partner": "partner"}
"""The four Ps of service design, each with the kind that an element of it names."""


class ElementRef(Model):
    kind: Literal["role", "process", "product", "partner"]
    id: UUID


class DesignElement(Model):
    """One thing that a service is designed with, or the reason why it needs nothing of that P."""

    type: Literal["people", "process", "product", "partner"]
    ref: ElementRef | None = None
    competence: Text | None = None
    version: Short | None = None
    not_applicable: bool | None = None
    reason: Text | None = None
    review_due: Instant | None = None


class DesignPackage(State):
    """How a service is to be delivered, whole: its people, processes, products and partners (ITIL 2011)."""

    kind: Literal["design_package"] = "design_package"
    service_id: UUID
    elements: Annotated[list[DesignElement], Field(max_length=500)] = []


class Partner(State):
    """Somebody outside on whom services rest."""

    kind: Literal["partner"] = "partner"
    type: Literal["supplier", "manufacturer", "vendor"] | None = None


class Catalog(State):
    """A view of the offerings for an audience (TM Forum Catalog)."""

    kind: Literal["catalog"] = "catalog"
    audience: Short | None = None


class Category(State):
    """A heading of a catalogue, with the offerings under it (TM Forum Category)."""

    kind: Literal["category"] = "category"
    catalog_id: UUID | None = None
    parent_id: UUID | None = None
    offering_ids: Annotated[list[UUID], Field(max_length=500)] = []


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
