"""Tables of the catalog service; the members that a kind does not share with all others."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from shared.changes import ChangeRow, LeaderRow
from shared.resource import EntityRow, IdempotencyRow, LinkRow, index_lists
from shared.storage.db import TYPES, Json, named_metadata


class Base(DeclarativeBase):
    metadata = named_metadata()
    type_annotation_map = TYPES


class Change(ChangeRow, Base):
    pass


class Leader(LeaderRow, Base):
    pass


class Link(LinkRow, Base):
    pass


class Idempotency(IdempotencyRow, Base):
    pass


class Service(EntityRow, Base):
    __tablename__ = "service"

    type: Mapped[str | None]
    customer_type: Mapped[str | None]
    utility: Mapped[str | None]
    warranty: Mapped[str | None]


class ServiceOffering(EntityRow, Base):
    __tablename__ = "service_offering"

    service_ids: Mapped[Json]
    consumer_group_ids: Mapped[Json]
    components: Mapped[Json]
    commitments: Mapped[Json]
    terms: Mapped[str | None]
    price_refs: Mapped[Json]
    channels: Mapped[Json]
    bundle: Mapped[bool | None]
    sunset_at: Mapped[datetime | None]
    migration_to_id: Mapped[UUID | None]


class ConsumerGroup(EntityRow, Base):
    __tablename__ = "consumer_group"

    type: Mapped[str | None]
    size: Mapped[int | None]
    org_refs: Mapped[Json]


class Contract(EntityRow, Base):
    __tablename__ = "contract"
    __table_args__ = (Index("ix_contract_state_valid_to", "state", "valid_to"),)  # which are over, every few seconds

    type: Mapped[str | None]
    provider: Mapped[Json | None]
    customer: Mapped[Json | None]
    items: Mapped[Json]
    service_level_targets: Mapped[Json]
    signatories: Mapped[Json]
    period: Mapped[Json | None]
    renewal: Mapped[str | None]
    document: Mapped[str | None]
    parent_id: Mapped[UUID | None]


class Product(EntityRow, Base):
    __tablename__ = "product"

    type: Mapped[str | None]
    end_of_support: Mapped[datetime | None]
    partner_id: Mapped[UUID | None]
    purpose: Mapped[str | None]
    risk_class: Mapped[str | None]
    accountable_id: Mapped[UUID | None]
    oversight_role_id: Mapped[UUID | None]


class DesignPackage(EntityRow, Base):
    __tablename__ = "design_package"

    service_id: Mapped[UUID] = mapped_column(index=True)
    elements: Mapped[Json]


class Partner(EntityRow, Base):
    __tablename__ = "partner"

    type: Mapped[str | None]


class Catalog(EntityRow, Base):
    __tablename__ = "catalog"

    audience: Mapped[str | None]


class Category(EntityRow, Base):
    __tablename__ = "category"

    catalog_id: Mapped[UUID | None]
    parent_id: Mapped[UUID | None] = mapped_column(index=True)
    offering_ids: Mapped[Json]


index_lists(Base.metadata)
