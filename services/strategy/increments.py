"""HTTP of increments, besides what every kind has: deciding, proof, drift, and the next slice to sign."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any, cast
from uuid import UUID

from fastapi import Query, Request, Response

from services.strategy import proposal, sign_offs
from services.strategy.signed import SIGNED
from shared import http, proof
from shared.changes import Leader
from shared.config import Settings
from shared.contracts import Kind
from shared.contracts.strategy.signing import Increment
from shared.db import Database
from shared.errors import Conflict
from shared.keys import KeyFile
from shared.resource import commands
from shared.resource.documents import Documents
from shared.resource.owner import Owner
from shared.resource.routes import Resource, Route
from shared.resource.store import Unit


class Increments(Resource):
    def __init__(
        self, settings: Settings, keys: KeyFile, owner: Owner, kind: Kind, database: Database, leader: Leader
    ) -> None:
        super().__init__(owner, kind, database, leader)
        self.settings = settings
        self.keys = keys

    def routes(self, documents: Documents) -> list[Route]:
        asked = documents.more("decide", "Approve, reject or delegate", sign_offs.SignOffBody, self.kind.model)
        own: list[Route] = [
            ("/proposal", "GET", self.propose, documents.more("propose", "The next slice that could be signed")),
            ("/{id}/sign-offs", "GET", self.list_sign_offs, documents.more("list_sign_offs", "Who decided what")),
            ("/{id}/sign-offs", "POST", self.decide, asked),
            ("/{id}/proof", "GET", self.prove, documents.more("prove", "What was signed by whom, verifiable offline")),
            ("/{id}/drift", "GET", self.drift, documents.more("drift", "What has changed since it was frozen")),
        ]
        return own + super().routes(documents)  # first the paths that are no id

    async def decide(self, request: Request, id: UUID) -> Response:
        http.caller(request, self._scope("approve"))
        raw, _ = await http.body(request)
        decide: Callable[[Unit], Awaitable[Any]] = lambda unit: sign_offs.decide(unit, self.kind, id, raw)  # noqa: E731
        return self._written(await self._write(request, decide, scope="approve"))

    async def list_sign_offs(self, request: Request, id: UUID) -> Response:
        async with self._reading(request) as unit:
            increment = await self._increment(unit, id)
        return http.answer({"items": increment.sign_offs})

    async def prove(self, request: Request, id: UUID) -> Response:
        async with self._reading(request) as unit:
            increment = await self._increment(unit, id)
            if increment.state not in SIGNED:
                raise Conflict(f"It is {increment.state}: there is a proof once it is signed.")
            contents = await sign_offs.frozen_contents(unit, increment.package)
        key = self.keys.ring().current.key()
        return http.answer(proof.sign(key, sign_offs.statement(increment), contents))

    async def drift(self, request: Request, id: UUID) -> Response:
        async with self._reading(request) as unit:
            increment = await self._increment(unit, id)
            return http.answer({"items": await sign_offs.drift(unit, increment.package)})

    async def propose(self, request: Request, limit: Annotated[int | None, Query(ge=1, le=500)] = None) -> Response:
        async with self._reading(request) as unit:
            return http.answer(await proposal.propose(unit, limit or self.settings.increment_items))

    async def _increment(self, unit: Unit, id: UUID) -> Increment:
        return cast(Increment, await commands.read(unit, self.kind, id))
