"""The owners' changes in one order: that in which they were recorded.

Each owner's rows come in the order of its positions, and times rise with those. So what was recorded no later than the
newest row that each owner with more to bring has brought can be merged; the rest waits for the next page.
"""

from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import AsyncExitStack, aclosing
from dataclasses import dataclass, field
from datetime import datetime
from heapq import merge

from services.alignment.follow.changes import Page
from services.alignment.view.projection import Projected

MOST = 1000


@dataclass
class Merged:
    """Rows in the order of recording, each with the page that brought it, and the pages that are used up with them."""

    rows: list[tuple[Page, Projected]] = field(default_factory=list)
    pages: list[Page] = field(default_factory=list)


@dataclass
class _Stream:
    pages: AsyncIterator[Page]
    page: Page | None = None
    next: int = 0
    ended: bool = False

    @property
    def left(self) -> list[Projected]:
        return list(self.page.events[self.next :]) if self.page else []

    @property
    def horizon(self) -> datetime | None:
        """Until when it has brought everything; None if it brings no more."""
        return None if self.ended or not self.page else max(event.recorded_at for event in self.page.events)

    async def fill(self) -> list[Page]:
        """Get a page that has rows, if the last one is used up; returns those that have none."""
        empty = []
        while not self.ended and not self.left:
            page = await anext(self.pages, None)
            self.page, self.next = page, 0
            self.ended = page is None
            if page is not None and not page.events:
                empty.append(page)
        return empty


async def merged(streams: Mapping[str, AsyncGenerator[Page]]) -> AsyncGenerator[Merged]:
    """``streams`` are the owners' pages; what comes out has at most MOST rows at a time."""
    async with AsyncExitStack() as stack:
        all_ = [_Stream(await stack.enter_async_context(aclosing(pages))) for pages in streams.values()]
        while True:
            made = Merged()
            for stream in all_:
                made.pages += await stream.fill()
            horizons = [stream.horizon for stream in all_ if stream.horizon is not None]
            if not any(stream.left for stream in all_):
                if made.pages:
                    yield made
                return
            _take(made, all_, min(horizons, default=None))
            yield made


def _take(made: Merged, streams: list[_Stream], until: datetime | None) -> None:
    """What was recorded at one instant comes whole."""
    runs = [[(event.recorded_at, place, event) for event in stream.left] for place, stream in enumerate(streams)]
    for at, place, event in merge(*runs, key=lambda each: each[:2]):
        if until is not None and at > until:
            return
        stream = streams[place]
        assert stream.page is not None
        made.rows.append((stream.page, event))
        stream.next += 1
        if len(made.rows) == MOST:
            until = at if until is None else min(until, at)
        if stream.next == len(stream.page.events):
            made.pages.append(stream.page)
            if not stream.ended and stream.page.next_after < stream.page.head.position:
                until = at if until is None else min(until, at)  # its next page comes before anything later
