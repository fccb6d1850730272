"""Lists: the entities of a kind, and the versions of one with who, when, why, and what went from what to what."""

from functools import cache
from typing import Annotated, Any, Literal

from pydantic import Field, create_model

from shared.contracts.base import Kind, Model
from shared.contracts.instant import Instant
from shared.contracts.means import Means

Action = Literal["created", "changed", "transitioned", "deleted"]


class Page(Model):
    """A part of a list; its items stand beside ``next_cursor``."""

    next_cursor: str | None
    """Where the next page begins; null on the last one, and on no other."""


class FieldChange(Model):
    """One member that a version changed."""

    field: str
    """Name of the member."""
    from_: Any = Field(alias="from")
    """Its value before; null if it had none."""
    to: Any
    """Its value in this version."""


class Version(Model):
    """One version of an entity."""

    version: int
    """Number of the version, from 1 on."""
    action: Action
    """What made it."""
    at: Instant
    """When it was recorded."""
    by: str
    """Subject of the token that made it, or `system`."""
    means: Means | None = None
    """By which means it was made, if that is known."""
    event: str
    """Id of its event: `<kind>:<id>:<epoch>.<version>`."""
    correlation_id: str
    """Correlation id of the request that made it."""
    corrected: bool = False
    """Whether it corrects a state that was registered wrongly."""
    reason: str | None
    """Reason that was given for this version."""
    changes: list[FieldChange]
    """Members that differ from the version before."""


class History(Page):
    """Versions of an entity, oldest first."""

    items: list[Version]
    """The versions of this page."""


@cache
def page_model(kind: Kind) -> type[Page]:
    """The answer of a list of one kind."""
    items: Any = Annotated[list.__class_getitem__(kind.model), Field(description="The entities of this page.")]
    words = f"A part of the {kind.collection.replace('-', ' ')}."
    return create_model(f"{kind.model.__name__}Page", __base__=Page, __doc__=words, items=(items, ...))
