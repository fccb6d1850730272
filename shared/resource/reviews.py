"""Reviews: somebody has looked, and when somebody should look again."""

from calendar import monthrange
from datetime import datetime

from shared.contracts.base import Model, Review, Text

MONTHS = {"monthly": 1, "quarterly": 3, "semi_annual": 6, "annual": 12}


class ReviewBody(Model):
    """What the reviewer has to say, if anything."""

    comment: Text | None = None
    """What the reviewer has to say."""


def reviewed(before: Review | None, by: str, at: datetime, comment: str | None) -> Review:
    """The review that follows one made now: due again after its cadence, or never if it has none."""
    cadence = before.cadence if before else None
    due = months_after(at, MONTHS[cadence]) if cadence else None
    return Review(cadence=cadence, last_at=at, last_by=by, next_due=due, comment=comment)


def months_after(moment: datetime, months: int) -> datetime:
    """The same day so many months later, or the last day of a month that is too short."""
    year, month = divmod(moment.month - 1 + months, 12)
    year, month = moment.year + year, month + 1
    return moment.replace(year=year, month=month, day=min(moment.day, monthrange(year, month)[1]))
