"""What alignment records itself: it stays when the view is built anew."""

from typing import Literal

from shared.contracts.base import Kind, State
from shared.contracts.instant import Instant
from shared.contracts.lifecycle import Lifecycle


class Baseline(State):
    """A moment with a name, to compare others with: the day on which a strategy was signed, or a quarter ended.
    ``at`` is the moment of its making when left out."""

    kind: Literal["baseline"] = "baseline"
    at: Instant | None = None
    """The moment that it names; the moment of its making when left out."""


BASELINE = Kind(
    "alignment", Baseline, Lifecycle.parse("active* -> retired!"), immutable=frozenset({"at"}), in_view=False
)
KINDS = (BASELINE,)
