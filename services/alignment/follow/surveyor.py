"""When the whole view is looked at: now and then, where anything has changed since."""

import asyncio
import contextlib
import time
from collections.abc import Mapping
from datetime import datetime

from services.alignment.follow.follower import Follower
from services.alignment.view import generations

_SHARE = 20
"""It rests this many times as long as it looked: no more than a twentieth of the writer's time goes into it."""


class Surveyor:
    def __init__(self, follower: Follower, seconds: float) -> None:
        self._follower = follower
        self._seconds = seconds
        self._seen: tuple[int, Mapping[str, int] | None, datetime | None] | None = None

    async def survey_forever(self) -> None:
        """Look whenever so many seconds have passed, until cancelled."""
        wait = self._seconds
        while True:
            await asyncio.sleep(wait)
            began = time.monotonic()
            if self._follower.leading:
                with contextlib.suppress(generations.OffsetMoved):
                    await self.survey()
            wait = max(self._seconds, _SHARE * (time.monotonic() - began))

    async def survey(self) -> None:
        """Look, unless nothing has changed since the last time."""
        writer, generation = self._follower.writer, self._follower.generation
        if generation is not None and self._seen != (generation, *writer.seen(generation)):
            await writer.survey(generation)
            self._seen = (generation, *writer.seen(generation))
