"""What a file of settings holds: of each rule what its entity says (``shared.contracts.alignment``)."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from shared.contracts.base import Model, Short, Text
from shared.contracts.scalars import Limits, SetSeverity


class SettingOfRule(Model):
    """What is set of one rule."""

    rule: Short
    """Id of the rule, such as `V06`."""
    off: bool = False
    """Whether the rule finds nothing."""
    severity: SetSeverity | None = None
    """How grave its findings are, in place of what the catalogue says."""
    limits: Limits = {}
    """Numbers in place of those that the rule goes by."""
    reason: Text
    """Why it is decided so."""

    @model_validator(mode="after")
    def _sets_something(self) -> Self:
        if not (self.off or self.severity or self.limits):
            raise ValueError("sets nothing: say off, severity or limits")
        return self


class SettingFile(Model):
    """The settings of an organisation."""

    settings: Annotated[list[SettingOfRule], Field(max_length=1000)]
    """What is set, rule by rule."""
