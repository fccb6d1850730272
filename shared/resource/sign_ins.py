"""Who signs in as whom, and who may say so: what every kind shares that has sign-ins."""

from shared.contracts.base import Kind, Record
from shared.errors import Forbidden
from shared.resource.store import Unit


def check_appointment(unit: Unit, kind: Kind, old: Record | None, new: Record) -> None:
    """Who may decide what is given by whoever appoints, and where it matters never to oneself. Raises Forbidden."""
    asked = kind.appointed | (kind.identity if getattr(old, "subject", None) else frozenset())
    given = [name for name in sorted(asked) if getattr(old, name, None) != getattr(new, name)]
    if not given:
        return
    scope = f"{unit.owner.name}:appoint"
    if not unit.caller.may(scope):
        raise Forbidden(f"To give or change {', '.join(given)} needs the scope {scope}.", scope=scope)
    mine = unit.caller.subject in [getattr(each, "subject", None) for each in (old, new)]
    if kind.appointed_by_others and mine:
        raise Forbidden(f"Nobody appoints themself: {', '.join(given)} are given to you by somebody else.")
