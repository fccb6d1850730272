"""HTTP for every kind: parse, call one command, answer. The same verbs for entities and links."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Annotated, Any
from uuid import UUID

import orjson
from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import AfterValidator
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from starlette.routing import Match
from starlette.types import Scope
from uuid_utils.compat import uuid7

from shared import clock
from shared.changes import Leader
from shared.contracts.base import Kind, Record, Short
from shared.errors import Conflict, NotFound
from shared.http import exchange
from shared.resource import answers, by_key, commands, corrections, deletions, idempotency, listing
from shared.resource.documents import Documents
from shared.resource.owner import Owner, Written
from shared.resource.preconditions import Preconditions
from shared.resource.store import Raced, Unit
from shared.storage.db import Database

_ATTEMPTS = 4
Command = Callable[[Unit], Awaitable[Any]]
Route = tuple[str, str, Callable[..., Awaitable[Response]], dict[str, Any]]
"""Path, method, endpoint, and what OpenAPI says of it."""
Reason = Annotated[Short, AfterValidator(listing.no_nul)]


class _Router(APIRouter):
    """Its routes are tried only for a path that begins like theirs: the framework would try those of every kind."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        return super().matches(scope) if scope["path"].startswith(self.prefix) else (Match.NONE, {})


class Resource:
    """The routes of one kind of one owner."""

    correctable = True
    """Whether a state that was registered wrongly can be mended."""

    def __init__(self, owner: Owner, kind: Kind, database: Database, leader: Leader) -> None:
        self.owner = owner
        self.kind = kind
        self.table = owner.table(kind)
        self.database = database
        self.leader = leader
        self.documents = Documents(kind)

    def router(self) -> APIRouter:
        prefix = f"/{self.owner.name}/v1/{self.kind.collection}"
        router = _Router(prefix=prefix, tags=[self.kind.collection])
        for path, method, endpoint, extra in (*self._by_key(), *self.routes(self.documents)):
            router.add_api_route(path, endpoint, methods=[method], response_model=None, **extra)
        return router

    def _by_key(self) -> list[Route]:
        """Before all others, since ``by-key`` would be taken for an id, and a key for what is asked about it."""
        return [] if self.kind.is_link else [("/by-key/{key}", "GET", self.find, self.documents.find())]

    def routes(self, documents: Documents) -> list[Route]:
        """In the order in which they are tried."""
        entity = "/{id}"
        return [
            ("", "GET", self._list_endpoint(), documents.list()),
            ("", "POST", self.create, documents.create()),
            (entity, "GET", self.read, documents.read()),
            (entity, "PUT", self.replace, documents.replace()),
            (entity, "PATCH", self.patch, documents.patch()),
            (entity, "DELETE", self.delete, documents.delete()),
            (f"{entity}/transitions", "POST", self.transition, documents.transition()),
            *([(f"{entity}/corrections", "POST", self.correct, documents.correct())] if self.correctable else []),
            (f"{entity}/history", "GET", self.history, documents.history()),
            *([] if self.kind.is_link else [(f"{entity}/reviews", "POST", self.review, documents.review())]),
        ]

    async def create(self, request: Request) -> Response:
        raw, _ = await self._body(request)
        id = uuid7()
        command = self._once(request, raw, lambda unit: commands.create(unit, self.kind, id, raw))
        return self._written(await self._write(request, command))

    async def replace(self, request: Request, id: UUID) -> Response:
        raw, _ = await self._body(request)
        given = _preconditions(request)
        command: Command = lambda unit: commands.replace(unit, self.kind, id, raw, given)  # noqa: E731
        return self._written(await self._write(request, command))

    async def patch(self, request: Request, id: UUID) -> Response:
        _, merge = await self._body(request)
        given = _preconditions(request)
        command: Command = lambda unit: commands.patch(unit, self.kind, id, merge, given)  # noqa: E731
        return self._written(await self._write(request, command))

    async def transition(self, request: Request, id: UUID) -> Response:
        raw, _ = await self._body(request)
        given = _preconditions(request)
        command = self._once(request, raw, lambda unit: commands.transition(unit, self.kind, id, raw, given), id)
        return self._written(await self._write(request, command))

    async def correct(self, request: Request, id: UUID) -> Response:
        exchange.caller(request, self._scope("correct"))
        raw, _ = await exchange.body(request)
        given = _preconditions(request)

        async def command(unit: Unit) -> Written:
            await self.check_correction(unit, id)
            return await corrections.correct(unit, self.kind, id, raw, given)

        return self._written(await self._write(request, self._once(request, raw, command, id), scope="correct"))

    async def check_correction(self, unit: Unit, id: UUID) -> None:
        """What else keeps a registered state from being corrected; raises a Conflict."""

    async def check_deletion(self, unit: Unit, id: UUID) -> None:
        """What else keeps something that never was live from being deleted; raises a Conflict."""

    async def review(self, request: Request, id: UUID) -> Response:
        raw, _ = await self._body(request)
        given = _preconditions(request)
        command = self._once(request, raw, lambda unit: commands.review(unit, self.kind, id, raw, given), id)
        return self._written(await self._write(request, command))

    async def delete(self, request: Request, id: UUID, reason: Annotated[Reason, Query()]) -> Response:
        exchange.writer(request, self.owner.name)
        given = _preconditions(request)

        async def command(unit: Unit) -> str:
            await self.check_deletion(unit, id)
            return await deletions.delete(unit, self.kind, id, reason, given)

        event = await self._write(request, command)
        return Response(status_code=204, headers={exchange.EVENT_HEADER: event})

    async def read(
        self, request: Request, id: UUID, version: Annotated[int | None, Query(ge=1, le=2**53)] = None
    ) -> Response:
        given = _preconditions(request)
        async with self._reading(request) as unit:
            if version is not None:
                return answers.selected(given, version, await self._old_version(unit, id, version))
            state = await commands.read(unit, self.kind, id)
        return answers.selected(given, state.version, answers.json(state))

    async def find(
        self, request: Request, key: Annotated[listing.Word, Path(description="Key of the entity")]
    ) -> Response:
        given = _preconditions(request)
        async with self._reading(request) as unit:
            state = await by_key.read(unit, self.kind, key)
        answer = answers.selected(given, state.version, answers.json(state))
        answer.headers["Content-Location"] = self._path(state)
        return answer

    def _path(self, state: Record) -> str:
        return f"/{self.owner.name}/v1/{self.kind.collection}/{state.id}"

    async def _old_version(self, unit: Unit, id: UUID, version: int) -> bytes:
        changes = self.owner.changes
        query = select(changes.c.data).where(
            changes.c.kind == self.kind.name, changes.c.id == id, changes.c.version == version
        )
        data = (await unit.connection.execute(query)).scalar()
        if data is None:
            raise NotFound(f"There is no version {version} of this {self.kind.name}.")
        return orjson.dumps(orjson.loads(data)["state"])

    def _list_endpoint(self) -> Callable[..., Awaitable[Response]]:
        model = listing.query_model(self.kind, self.table)

        async def endpoint(request: Request, query: Annotated[model, Query()]) -> Response:  # type: ignore[valid-type]  # made per kind
            async with self._reading(request) as unit:
                items, cursor = await listing.page(self.kind, self.table, unit.connection, query)
            return exchange.answer(b'{"items":[' + b",".join(items) + b'],"next_cursor":' + orjson.dumps(cursor) + b"}")

        return endpoint

    async def history(self, request: Request, id: UUID, query: Annotated[listing.PageQuery, Query()]) -> Response:
        async with self._reading(request) as unit:
            items, cursor = await listing.history(unit.connection, self.owner.changes, self.kind, id, query)
        if not items and query.cursor is None:
            raise NotFound(f"There is no {self.kind.name} with this id.")
        return exchange.answer({"items": items, "next_cursor": cursor})

    def _scope(self, action: str) -> str:
        return f"{self.owner.name}:{action}"

    def _once(self, request: Request, raw: bytes, command: Command, id: UUID | None = None) -> Command:
        """The command of a POST to the collection, or to a step of one entity; sent again with its Idempotency-Key, it
        does nothing more. Raises BadRequest for a key that cannot be kept."""
        key = idempotency.key_of(request.headers.get("idempotency-key"), raw)
        step = f"/{id}/{request.url.path.rpartition('/')[2]}" if id else ""
        route = f"{self.kind.collection}{step}"
        return lambda unit: idempotency.once(unit, self.kind, route, key, lambda: command(unit))

    async def _body(self, request: Request) -> tuple[bytes, Any]:
        exchange.writer(request, self.owner.name)
        return await exchange.body(request)

    @asynccontextmanager
    async def _reading(self, request: Request) -> AsyncIterator[Unit]:
        who = exchange.caller(request, self._scope("read"))
        async with self.database.read() as connection:
            yield Unit(self.owner, connection, who, clock.now(), *exchange.correlation())

    async def _write(self, request: Request, command: Command, scope: str = "write") -> Any:
        """One transaction, again if it lost a race for a unique value; the leader is woken once it is durable."""
        own = self.owner.name
        who = exchange.writer(request, own) if scope == "write" else exchange.caller(request, self._scope(scope))
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                async with self.database.write() as connection:
                    unit = Unit(self.owner, connection, who, clock.now(), *exchange.correlation(), again=attempt > 1)
                    result = await command(unit)
                break
            except (IntegrityError, Raced):
                if attempt == _ATTEMPTS:
                    raise Conflict("Somebody else writes the same thing at this moment; try again.") from None
        self.leader.wake()
        return result

    def _written(self, written: Written) -> Response:
        return answers.written(written, self._path(written.state))


def _preconditions(request: Request) -> Preconditions:
    return Preconditions.of(request.headers)
