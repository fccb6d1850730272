"""Background loops of a process, watched: one that fails is logged and started again, and never dies in silence."""

import asyncio
import contextlib
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager

from shared.storage.outage import is_away
from shared.telemetry import log
from shared.telemetry.metrics import WORKER_FAILURES

Loop = Callable[[], Awaitable[None]]
_MOST_FAILURES = 20
_LONGEST_PAUSE = 10.0
_AWAY_PAUSE = 1.0


@asynccontextmanager
async def running(loops: Mapping[str, Loop]) -> AsyncIterator[None]:
    """Run the loops while the block runs; leaving it cancels them and waits for their ends."""
    tasks = [asyncio.create_task(_supervise(name, loop), name=name) for name, loop in loops.items()]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        for task in tasks:
            with contextlib.suppress(asyncio.CancelledError):
                await task


async def _supervise(name: str, loop: Loop) -> None:
    failures = 0
    while True:
        started = asyncio.get_running_loop().time()
        try:
            await loop()
        except Exception as error:
            if (me := asyncio.current_task()) and me.cancelling():
                raise asyncio.CancelledError from error  # it was told to stop, and failed on its way
            if is_away(error):
                log.warning("database unavailable", worker=name, reason=type(error).__name__)
                await asyncio.sleep(_AWAY_PAUSE)
                continue  # however long it takes: ending the process would not bring it back
            log.error("worker failed", worker=name, exc_info=error)
        WORKER_FAILURES.labels(name).inc()
        # a loop that ran well for a while starts counting anew
        failures = 1 if asyncio.get_running_loop().time() - started > 60 else failures + 1
        if failures >= _MOST_FAILURES:
            log.critical("worker given up, the process ends", worker=name)
            os.kill(os.getpid(), signal.SIGTERM)
            return
        await asyncio.sleep(min(0.1 * 2**failures, _LONGEST_PAUSE))
