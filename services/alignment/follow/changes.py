"""An owner's ``/changes``, page by page: what decides. A row that cannot be read costs that row and nothing else."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import orjson

from services.alignment.follow import trust
from services.alignment.follow.trust import Head
from services.alignment.view.dead_letters import DeadLetter
from services.alignment.view.poison import Poison, moment
from services.alignment.view.projection import Projected
from shared import clock
from shared.client import Unreachable, Unusable
from shared.contracts.events import EventId

PAGE = 1000
_BEYOND = 2**62
_LONG_AGO = clock.FOREVER.replace(year=1)
_NOTHING = EventId("link", "", 0, 0)


class Changes(Protocol):
    """An owner's ``/changes``. Raises ClientError."""

    async def changes(self, service: str, after: int, limit: int) -> dict[str, Any]: ...


@dataclass(frozen=True)
class Page:
    """Consecutive rows: ``events`` stand for all of them, and of those that cannot be read there are letters."""

    service: str
    events: Sequence[Projected]
    dead: Sequence[DeadLetter]
    content: Mapping[int, Mapping[str, Any]]
    next_after: int
    head: Head


async def fetch(owners: Changes, service: str, after: int, limit: int) -> Page:
    """The rows after a position, at most so many. Raises ClientError when the owner does not answer, or in no way that
    can be used; where it is one row that spoils the answer, that one is passed over."""
    try:
        answer = await owners.changes(service, after, limit)
        return await asyncio.to_thread(read_page, service, answer, after)
    except Unusable:
        if limit > 1:
            return await fetch(owners, service, after, limit // 2)
    head = read_page(service, await owners.changes(service, _BEYOND, 1), _BEYOND).head
    if head.position <= after:
        raise Unusable(f"{service} did not answer with a page of changes.")
    letter = DeadLetter(_place(service, after + 1), b"", "the owner's answer with this row cannot be read")
    return Page(service, [unread(service, after + 1)], [letter], {}, after + 1, head)


def read_page(service: str, page: Mapping[str, Any], after: int) -> Page:
    """A row that cannot be read is kept, and counts as arrived. Raises Unusable for what is no page, and Unreachable
    for one that lacks all of its rows."""
    try:
        items = list(page["items"])
        head = _head(page["head"], at_least=after + len(items) if items else 0)
    except (KeyError, TypeError, ValueError, OverflowError, AttributeError) as error:
        raise Unusable(f"{service} did not answer with a page of changes: {error!r}"[:500]) from None
    if not items and head.position > after:
        raise Unreachable(f"{service} has changes after {after} and did not answer with any.")
    now = clock.now()
    events, dead, content = [], [], {}
    for position, item in enumerate(items, after + 1):
        try:
            events.append(trust.change(service, item, position, head, now))
            content[position] = item
        except Poison as error:
            dead.append(DeadLetter(_place(service, position), _written(item), str(error)))
            events.append(unread(service, position))
    return Page(service, events, dead, content, after + len(items), head)


def _head(head: Mapping[str, Any], at_least: int) -> Head:
    """An owner reads its head before its rows, so some may be there that lie beyond it."""
    position, epoch, until = head["position"], head.get("epoch", 1), moment(head["recorded_until"])
    if type(position) is not int or type(epoch) is not int or until is None:
        raise ValueError("its head is of other types")
    return Head(max(position, at_least), epoch, until)


def unread(service: str, position: int) -> Projected:
    """In the place of a row that cannot be read, so that nothing waits for it."""
    return Projected(_NOTHING, service, position, _LONG_AGO, None, ())


def buried(page: Page, event: Projected, error: Exception) -> DeadLetter:
    """A row that can be read and not be applied."""
    reason = f"the view could not take it in: {getattr(error, 'orig', None) or error}"[:500]
    return DeadLetter(_place(page.service, event.position), _written(page.content.get(event.position)), reason)


def _place(service: str, position: int) -> str:
    return f"{service}/changes/{position}"


def _written(item: Any) -> bytes:
    try:
        return orjson.dumps(item)
    except (TypeError, ValueError, RecursionError):
        return b""  # nested deeper than anything can write; the owner has it
