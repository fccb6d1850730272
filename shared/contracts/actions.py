"""What events say was done, and what is told by events alone."""

from dataclasses import dataclass
from functools import cached_property

from shared.contracts.model import Model

ACTIONS = ("created", "changed", "transitioned", "deleted")
"""What can be done to an entity."""


@dataclass(frozen=True, eq=False)
class Told:
    """What has events and nothing else: nobody writes it. ``actions`` are what its events say."""

    service: str
    model: type[Model]
    actions: tuple[str, ...]

    @cached_property
    def name(self) -> str:
        return str(self.model.model_fields["kind"].default)
