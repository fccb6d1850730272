"""The year before the sample organisation is what it is: played once, before the embedded platform serves anybody."""

import tomllib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import Table

from services import assembly
from services.cli.awaiting import caught_up
from shared import clock
from shared.changes import seeding
from shared.client import Client, path_of
from shared.config import SERVICES, Settings
from shared.contracts import NODE_KINDS
from shared.contracts.alignment import BASELINE
from shared.http import auth
from shared.interchange import bundle, bundle_files
from shared.interchange.bundle_files import Document
from shared.interchange.sync import sync
from shared.storage import migrations
from shared.storage.db import Database

PAST = Path(__file__).with_name("past")
Json = dict[str, Any]
_SWEEP = 0.03


async def is_unused(settings: Settings) -> bool:
    """Whether nothing is in any of the databases, and none has a past that is made up."""
    async with _databases(settings) as databases:
        for database, changes, leader in databases:
            if not await seeding.is_unused(database, changes, leader):
                return False
    return True


async def begin(settings: Settings, now: datetime) -> None:
    """Mark all databases as made up until now. Raises InUse."""
    async with _databases(settings) as databases:
        for database, changes, leader in databases:
            await seeding.begin(database, changes, leader, now)


@asynccontextmanager
async def _databases(settings: Settings) -> AsyncIterator[list[tuple[Database, Table, Table]]]:
    """Each with its tables of changes and of its leader."""
    async with AsyncExitStack() as stack:
        found = []
        for service in SERVICES:
            database = Database(settings.database(service))
            stack.push_async_callback(database.close)
            tables = migrations.metadata(service).tables
            found.append((database, tables["change"], tables["leader"]))
        yield found


async def play(settings: Settings, now: datetime, folder: Path) -> None:
    """Bring an organisation through its last year, with the clock set to each step in turn. Raises what a client
    raises."""
    year = tomllib.loads((PAST / "year.toml").read_text(encoding="utf-8"))
    player = _Player(settings, bundle_files.read([folder]))
    with clock.set_aside() as turn_to:
        turn_to(now - timedelta(days=year["begin"]["days"]))
        async with player.platform():
            await player.begin(year["begin"])
            for step in year["step"]:
                turn_to(now - timedelta(days=step["days"]))
                await player.step(step)


class _Player:
    def __init__(self, settings: Settings, documents: Iterable[Document]) -> None:
        self._settings = settings
        self._documents = {document.ref: document for document in documents}
        # between two steps it is waited for that nothing is left to record
        self._app = assembly.platform(settings.model_copy(update={"sweep_seconds": _SWEEP}))

    @asynccontextmanager
    async def platform(self) -> AsyncIterator[None]:
        """Nobody else reaches it."""
        async with self._app.router.lifespan_context(self._app):
            yield

    def _client(self, subject: str) -> Client:
        token = auth.mint(self._settings.issuer_key_path, subject, hours=1)
        return Client("http://plumbline", token, httpx.ASGITransport(self._app))

    async def begin(self, first: Json) -> None:
        """Everything as it was then."""
        absent, otherwise = frozenset(first["without"]), first["otherwise"]
        then = [
            _then(each, otherwise.get(ref, {}), absent) for ref, each in self._documents.items() if ref not in absent
        ]
        async with self._client("local") as client:
            await _bring(client, [*bundle_files.read([PAST]), *then])
            await caught_up(client)

    async def step(self, step: Json) -> None:
        async with self._client(step["by"]) as client:
            if "bring" in step:
                await _bring(client, [self._documents[ref] for ref in step["bring"]])
            for name, take in _STEPS.items():
                if name in step:
                    await take(client, step)
            await caught_up(client)


def _then(document: Document, otherwise: Json, absent: frozenset[str]) -> Document:
    """With other members, where an empty one is none, and without links to what was not there."""
    spec = {name: value for name, value in {**document.spec, **otherwise}.items() if value != ""}
    return replace(document, spec=spec, links=[link for link in document.links if link["to"] not in absent])


async def _bring(client: Client, documents: list[Document]) -> None:
    report = await sync(client, await bundle.to_batch(client, documents))
    if report.refused:
        raise RuntimeError(f"refused: {', '.join(map(str, report.refused))}")


async def _baseline(client: Client, step: Json) -> None:
    await client.post(BASELINE, {"name": step["baseline"]})


async def _waive(client: Client, step: Json) -> None:
    rule, _, ref = step["waive"].partition(":")
    [found] = (await client.get_json("/alignment/v1/findings", rule=rule, subject=ref))["items"]
    ends = clock.rfc3339(clock.now() + timedelta(days=step["for_days"]))
    await client.send(
        "POST", f"/alignment/v1/findings/{found['id']}/waiver", {"reason": step["reason"], "valid_to": ends}
    )


async def _move(client: Client, step: Json) -> None:
    kind, there = await _named(client, step["move"])
    await client.transition(kind, there["id"], there["version"], step["to"], step["reason"])


async def _decide(client: Client, step: Json) -> None:
    kind, there = await _named(client, step["decide"])
    decision = {"decision": step["decision"], "comment": step["reason"]}
    await client.send("POST", f"{path_of(NODE_KINDS[kind], there['id'])}/sign-offs", decision)


async def _named(client: Client, ref: str) -> tuple[str, Json]:
    kind, _, key = ref.partition("/")
    there = await client.find(kind, key)
    if there is None:
        raise RuntimeError(f"there is no {ref}")
    return kind, there


_STEPS: dict[str, Callable[[Client, Json], Awaitable[None]]] = {
    "baseline": _baseline, "waive": _waive, "move": _move, "decide": _decide,
}  # fmt: skip
