"""How one knows: critical success factors, their indicators, and what was measured."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from shared.contracts.base import Kind, Name, Short, State
from shared.contracts.instant import Instant
from shared.contracts.lifecycle import Lifecycle
from shared.contracts.reference import OWNER, Reference

Figure = Annotated[float, Field(allow_inf_nan=False)]
_MEASURED = "draft -> active* <-> paused -> retired!; active -> retired!"


class Csf(State):
    """A critical success factor: what must be true for an objective to be met."""

    kind: Literal["csf"] = "csf"
    objective_id: UUID | None = None
    """The objective that it is critical for."""


class Kpi(State):
    """A key performance indicator of a success factor: what is counted, from where it comes, and how far to get."""

    kind: Literal["kpi"] = "kpi"
    csf_id: UUID | None = None
    """The success factor that it indicates."""
    unit: Short | None = None
    """Unit of its values."""
    direction: Literal["up", "down", "hold"] | None = None
    """Whether its value is to rise, to fall or to stay."""
    baseline: Figure | None = None
    """Value from which it started."""
    target: Figure | None = None
    """Value that it is to reach."""
    cadence: Short | None = None
    """How often it is measured."""
    source: Short | None = None
    """Where its values come from."""


class Measurement(State):
    """One value of an indicator at one moment. It never changes: a better one names the one that it corrects."""

    kind: Literal["measurement"] = "measurement"
    name: Name = "Measurement"
    """What people call it."""
    kpi_id: UUID
    """The indicator that was measured."""
    value: Figure
    """What was measured, in the unit of the indicator."""
    at: Instant
    """The moment that the value is of."""
    corrects_id: UUID | None = None
    """The measurement that it corrects."""


KINDS = (
    Kind(
        "strategy",
        Csf,
        Lifecycle.parse(_MEASURED),
        (OWNER, Reference("objective_id", "part_of", ("objective",))),
        signed_as="active",
    ),
    Kind(
        "strategy",
        Kpi,
        Lifecycle.parse(_MEASURED),
        (OWNER, Reference("csf_id", "part_of", ("csf",))),
        signed_as="active",
    ),
    Kind(
        "strategy",
        Measurement,
        Lifecycle.parse("recorded* -> withdrawn!"),
        (Reference("kpi_id", "part_of", ("kpi",)), Reference("corrects_id", "supersedes", ("measurement",))),
        immutable=frozenset({"kpi_id", "value", "at", "corrects_id"}),
        in_view=False,
    ),
)
