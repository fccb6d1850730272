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


class Kpi(State):
    """A key performance indicator of a success factor: what is counted, from where it comes, and how far to get."""

    kind: Literal["kpi"] = "kpi"
    csf_id: UUID | None = None
    unit: Short | None = None
    direction: Literal["up", "down", "hold"] | None = None
    baseline: Figure | None = None
    target: Figure | None = None
    cadence: Short | None = None
    source: Short | None = None


class Measurement(State):
    """One value of an indicator at one moment. It never changes: a better one names the one that it corrects."""

    kind: Literal["measurement"] = "measurement"
    name: Name = "Measurement"
    kpi_id: UUID
    value: Figure
    at: Instant
    corrects_id: UUID | None = None


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
