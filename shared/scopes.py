"""What a token may allow: an action on a service."""

from shared.config import APPLICATIONS, SERVICES
from shared.contracts import KINDS

ACTIONS = ("read", "write", "register", "approve", "appoint", "correct", "metrics", "admin")
"""``appoint`` changes who may sign, ``correct`` mends what was recorded wrongly; neither is part of ``write``."""
METRICS = tuple(f"{application}:metrics" for application in APPLICATIONS)
PEOPLE = tuple(f"{service}:{action}" for service in SERVICES for action in ACTIONS if action != "metrics")
"""All that somebody can do on the page."""
EVERYTHING = "*"
"""In a code that signs in: all that people can do, which would make its address long."""
READING = tuple(f"{service}:read" for service in SERVICES)
ALL_SCOPES = (*PEOPLE, *METRICS)
OWNED = "owned"
"""Behind a scope: of what the bearer owns, and of what lies under it."""
_NARROWED = "write"
_ALL = frozenset(ALL_SCOPES)


def narrowed(service: str, kind: str | None, *, owned: bool) -> str:
    """To write one kind, or what somebody owns, or both: ``catalog:write:service:owned``."""
    return ":".join(filter(None, (service, _NARROWED, kind, OWNED if owned else None)))


def broad(scope: str) -> str:
    """The scope that a narrowed one is a part of."""
    return ":".join(scope.split(":", 2)[:2])


def is_known(scope: str) -> bool:
    """Whether it can be given: to write may be narrowed to a kind of its service, to what is owned, or to both."""
    return scope in _ALL or scope in _NARROW


_NARROW = frozenset(
    narrowed(service, kind, owned=owned)
    for service, kinds in KINDS.items()
    for kind in (None, *(each.name for each in kinds if not each.is_link))
    for owned in (True, False)
    if kind or owned
)
