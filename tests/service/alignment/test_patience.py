"""PostgreSQL ends a transaction that rests for a minute; what works something large out in one takes longer."""

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from services import assembly
from services.alignment.follow import projector, writer
from services.alignment.judge import present
from services.alignment.judge.judging import Judge
from services.alignment.judge.replay import replay
from shared.storage import db
from tests.platform import settings_for
from tests.service.alignment.served import Server
from tests.service.alignment.worded import Worded

pytestmark = pytest.mark.postgres
PATIENCE, LONGER = "1s", 2.0


@pytest.fixture
async def server(tmp_path: Path, postgres_databases: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Server]:
    configured = settings_for(tmp_path, settle_seconds=0, database_url=postgres_databases)
    await assembly.migrate(configured, "alignment")
    made = Server(configured)
    await made.begin()
    await made.arrive(Worded(made.world).add("strategy:b in_force business, tactic:t in_force; t decomposes b"))
    monkeypatch.setitem(db._LIMITS, "idle_in_transaction_session_timeout", PATIENCE)
    await made.database.close()  # what connects from here on is less patient
    yield made
    await made.close()


async def test_the_present_may_take_long_to_load(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    load = present.load

    async def slow(*arguments: Any) -> Judge:
        judge = await load(*arguments)
        await asyncio.sleep(LONGER)
        return judge

    monkeypatch.setattr(present, "load", slow)
    server.writer = writer.Writer(server.database, server.settle, exclusive=True)
    await server.arrive(Worded(server.world).add("tactic:u in_force"))


async def test_a_late_event_may_take_long_to_judge(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    def slow(*arguments: Any) -> Any:
        time.sleep(LONGER)
        return replay(*arguments)

    monkeypatch.setattr(projector, "replay", slow)
    worded = Worded(server.world)
    early, newer = worded.add("tactic:u in_force"), worded.add("tactic:v in_force")
    await server.arrive(newer)
    await server.arrive(early)
