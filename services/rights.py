"""Who may do what with which topic: only its owner writes one."""

from collections.abc import Callable, Iterator

from services.alignment.follow.follower import GROUP
from shared.bus import Right
from shared.config import SERVICES
from shared.contracts import OWNERS
from shared.contracts.events import topic

READER = "reader"
"""For others: it reads all topics, in groups whose names begin with ``reader-``."""


def rights(user_of: Callable[[str], str]) -> Iterator[Right]:
    """Of each service, and of whoever else reads events; ``user_of`` says what they are called at the brokers."""
    for service in SERVICES:
        yield Right(user_of(service), "topic", topic(service), ("Create", "Describe", "Write"))
    for service in OWNERS:
        yield Right(user_of("alignment"), "topic", topic(service), ("Describe", "Read"))
    yield Right(user_of("alignment"), "group", GROUP, ("Read",))
    yield Right(user_of(READER), "topic", "plumbline.", ("Describe", "Read"), prefix=True)
    yield Right(user_of(READER), "group", "reader-", ("Read",), prefix=True)
