"""A link: one typed, reasoned relation between two entities, owned by the service of its source."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from shared.contracts.base import Kind, Record, Ref, Text
from shared.contracts.lifecycle import Lifecycle
from shared.contracts.relations import RELATIONS

LINK_STATES = Lifecycle.parse("active* <-> ended")


def _known_relation(value: str) -> str:
    if value not in RELATIONS:
        raise ValueError("is not a relation of this platform")
    return value


class Link(Record):
    """An ordinary versioned entity whose type and ends never change. An influence has a ``sign``."""

    kind: Literal["link"] = "link"
    type: Annotated[str, AfterValidator(_known_relation), Field(examples=["supports"])]
    """Relation that joins the two."""
    source: Ref
    """Where the relation begins."""
    target: Ref
    """Where it leads."""
    rationale: Text | None = None
    """Why the two are joined."""
    sign: Literal["positive", "negative"] | None = None
    """Whether an influence helps or harms."""
    confidence: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)] | None = None
    """How certain it is, from 0 to 1; null counts as 1."""


def link_kind(service: str) -> Kind:
    """The links that a service owns."""
    return Kind(service, Link, LINK_STATES, references=(), immutable=frozenset({"type", "source", "target"}))
