"""Problem documents (RFC 9457), as every refusal is one."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

_OPEN = ConfigDict(frozen=True, use_attribute_docstrings=True)


class FaultModel(BaseModel):
    """One thing that is wrong with a request."""

    model_config = _OPEN

    pointer: str
    """JSON pointer into the body, or `?name` for a parameter."""
    code: str
    """Stable name of what is wrong."""
    detail: str
    """A sentence for people."""


class Problem(BaseModel):
    """An error answer; problems of some types have members besides."""

    model_config = _OPEN

    type: str = Field(examples=["urn:plumbline:problem:invalid"])
    """Stable name of the problem: `urn:plumbline:problem:<code>`."""
    title: str = Field(examples=["The request is not valid"])
    """What the type means."""
    status: int = Field(examples=[422])
    """HTTP status of the answer."""
    detail: str = Field(examples=["The body does not fit the contract."])
    """A sentence for people about this request."""
    errors: list[FaultModel]
    """Each wrong member of the request, at most 100."""
    error_count: int | None = None
    """How many errors there are, if `errors` has not all of them."""
    allowed: list[str] | None = None
    """States into which the entity may move now."""
    missing: list[FaultModel] | None = None
    """What a transition still needs."""
    last: dict[str, Any] | None = None
    """Last state of what was deleted."""
    existing: str | None = None
    """What is there already, as `kind/id`."""
    line: int | None = None
    """Line of a bulk request that was refused, from 1 on."""
