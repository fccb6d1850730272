"""Trying files and bringing them in: beside the requests for pages, each with the rights of who asked for it."""

import asyncio
from collections.abc import Callable
from datetime import datetime

from services.web.importing import store
from services.web.importing.asked import Asked
from services.web.importing.keeping import kept
from services.web.importing.store import Store
from shared import clock
from shared.client import Client, ClientError
from shared.interchange.bring import bring
from shared.interchange.faults import BadBundle
from shared.interchange.formats import Unknown, Unreadable
from shared.interchange.incoming import anything
from shared.storage.db import Database
from shared.telemetry import log
from shared.telemetry.correlation import correlation_id

_AT_A_TIME = 2
"""Of all people, in a process: each holds its files and what the services keep in memory."""
_SOON = 2.0
"""Seconds in which most have ended, so that nobody has to look twice."""
_LONGEST = 900.0
_EVERY = 1.0
_WAY_ON = " What was written until then is there: going on writes the rest."


class Imports:
    """Works on what the store keeps."""

    def __init__(self, database: Database, now: Callable[[], datetime] = clock.now) -> None:
        self.store = Store(database, now)
        self._room = asyncio.Semaphore(_AT_A_TIME)
        self._tasks = set[asyncio.Task[None]]()

    async def check(self, client: Client, subject: str, asked: Asked, content: bytes) -> str:
        """Try files, of which nothing is written; the id under which they are kept. Raises Busy."""
        id = await self.store.begin(subject, asked, content)
        await self._start(client, id, dry_run=True)
        return id

    async def again(self, client: Client, subject: str, id: str, *, dry_run: bool) -> bool:
        """Try them again, or bring them in; whether there is something of theirs to do so with. Raises Busy."""
        found = await self.store.again(subject, id, store.CHECKING if dry_run else store.RUNNING)
        if found:
            await self._start(client, id, dry_run=dry_run)
        return found

    async def close(self) -> None:
        """What is not done yet stops where it is, and says so."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _start(self, client: Client, id: str, *, dry_run: bool) -> None:
        task = asyncio.create_task(self._work(client, id, dry_run=dry_run))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        await asyncio.wait({task}, timeout=_SOON)

    async def _work(self, client: Client, id: str, *, dry_run: bool) -> None:
        progress = Progress()
        beating = asyncio.create_task(self._beat(id, progress))
        state, way_on = (store.FAILED, "") if dry_run else (store.STOPPED, _WAY_ON)
        told, report = f"The page is being stopped.{way_on}", None
        try:
            async with self._room, asyncio.timeout(_LONGEST):
                report = await self._brought(client, id, progress, dry_run=dry_run)
            state, told = store.CHECKED if dry_run else store.DONE, ""
        except Unknown as error:
            state, told = store.FAILED, f"{error.plain} What can be read stands beside the form."
        except (Unreadable, BadBundle) as error:
            state, told = store.FAILED, str(error)
        except ClientError as error:
            told = f"{error}{way_on}"
        except TimeoutError:
            told = f"It takes longer than {_LONGEST / 60:.0f} minutes, and was stopped.{way_on}"
        except Exception as error:  # noqa: BLE001  whoever waits for it is told, whatever it is
            log.error("unexpected error", exc_info=error)
            told = f"It has been logged. Quote {correlation_id.get()} to whoever runs this platform.{way_on}"
        finally:
            beating.cancel()
            await self.store.end(id, state, told or None, report)

    async def _brought(self, client: Client, id: str, progress: "Progress", *, dry_run: bool) -> bytes:
        asked, content = await self.store.work(id)
        batch = await anything(client, asked.file(content), found=asked.found)
        del content
        report = await bring(
            client,
            batch,
            dry_run=dry_run,
            prunes=asked.prune,
            match=asked.match,
            reason=asked.reason or None,
            progress=progress.set,
        )
        return await asyncio.to_thread(kept, report)

    async def _beat(self, id: str, progress: "Progress") -> None:
        while True:
            await asyncio.sleep(_EVERY)
            await self.store.beat(id, progress.done, progress.total)


class Progress:
    """How far it is."""

    def __init__(self) -> None:
        self.done = self.total = 0

    def set(self, done: int, total: int) -> None:
        self.done, self.total = done, total
