"""What a token may allow: an action on a service."""

from shared.config import APPLICATIONS, SERVICES

ACTIONS = ("read", "write", "register", "approve", "appoint", "correct", "metrics", "admin")
"""``appoint`` changes who may sign, ``correct`` mends what was recorded wrongly; neither is part of ``write``."""
METRICS = tuple(f"{application}:metrics" for application in APPLICATIONS)
PEOPLE = tuple(f"{service}:{action}" for service in SERVICES for action in ACTIONS if action != "metrics")
"""All that somebody can do on the page."""
EVERYTHING = "*"
"""In a code that signs in: all that people can do, which would make its address long."""
READING = tuple(f"{service}:read" for service in SERVICES)
ALL_SCOPES = (*PEOPLE, *METRICS)
