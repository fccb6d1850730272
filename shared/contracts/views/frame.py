"""What every answer of a view carries."""

from shared.contracts.base import Model
from shared.contracts.instant import Instant


class View(Model):
    """How far the view is, and which moment an answer is about."""

    as_of: Instant | None
    """Moment of transaction time that was asked about; null for the present."""
    provisional: bool
    """Whether the answer may still change: not everything recorded by that moment has arrived."""
    watermark: dict[str, Instant]
    """By service, until when the view covers everything that it has recorded."""
    caught_up: bool | None = None
    """With `wait_for`: whether the view holds that version; absent without."""
