"""HTTP of increments, besides what every kind has: deciding, proof, drift, comparison, and the next slice to sign."""

from collections.abc import Sequence
from typing import Annotated, Any, cast
from uuid import UUID

from fastapi import Query, Request, Response

from services.strategy import drift, freezing, packages, proposal, sign_offs, signature_log
from services.strategy.packages import SIGNED
from shared import proof
from shared.changes import Leader
from shared.changes.seeding import seeded_until
from shared.config import Settings
from shared.contracts import Kind
from shared.contracts.answers.proof import Proof
from shared.contracts.answers.sign_off import Comparison, Drift, Proposal, SignOffs
from shared.contracts.base import Ref
from shared.contracts.strategy.signing import Frozen, Increment
from shared.errors import Conflict
from shared.http import exchange
from shared.http.pagination import fitting
from shared.keys import KeyFile
from shared.resource import commands, store
from shared.resource.documents import IDEMPOTENCY_KEY, Documents
from shared.resource.owner import Owner, Written
from shared.resource.routes import Resource, Route
from shared.resource.store import Unit
from shared.storage.db import Database

_COMPARED = 50
"""Items of which one answer tells every difference; more than are signed at once by default."""
After = Annotated[int, Query(ge=0, le=500, description="Pass over so many items; the `next_after` of the page before")]


class Increments(Resource):
    correctable = False

    def __init__(
        self, settings: Settings, keys: KeyFile, owner: Owner, kind: Kind, database: Database, leader: Leader
    ) -> None:
        super().__init__(owner, kind, database, leader)
        self.settings = settings
        self.keys = keys

    def routes(self, documents: Documents) -> list[Route]:
        more = documents.more
        asked = (self.kind.model, sign_offs.SignOffBody, (IDEMPOTENCY_KEY,))
        own: list[Route] = [
            ("/proposal", "GET", self.propose, more("propose", "The next slice to sign", Proposal)),
            ("/{id}/sign-offs", "GET", self.list_sign_offs, more("list_sign_offs", "Who decided what", SignOffs)),
            ("/{id}/sign-offs", "POST", self.decide, more("decide", "Approve, reject or delegate", *asked)),
            ("/{id}/proof", "GET", self.prove, more("prove", "What was signed by whom, verifiable offline", Proof)),
            ("/{id}/drift", "GET", self.drift, more("drift", "What has changed since it was frozen", Drift)),
            ("/{id}/comparison", "GET", self.compare, more("compare", "What signers agree to", Comparison)),
        ]
        return own + super().routes(documents)  # first the paths that are no id

    async def decide(self, request: Request, id: UUID) -> Response:
        exchange.caller(request, self._scope("approve"))
        raw, _ = await exchange.body(request)
        pair = self.keys.ring().current

        async def command(unit: Unit) -> Written:
            written = await sign_offs.decide(unit, self.kind, id, raw)
            increment = cast(Increment, written.state)
            if increment.state == "signed":
                await packages.note_signed(unit, increment)
                said = freezing.statement(increment)
                if not await self._is_made_up(unit, increment):
                    await signature_log.enter(unit.connection, pair, id, said, unit.now)
            return written

        return self._written(await self._write(request, self._once(request, raw, command, id), scope="approve"))

    async def _is_made_up(self, unit: Unit, increment: Increment) -> bool:
        """Whether any of its signers decided in a past that is made up."""
        until = await seeded_until(unit.connection, self.owner.leader)
        return until is not None and any(each.at is not None and each.at <= until for each in increment.sign_offs)

    async def check_deletion(self, unit: Unit, id: UUID) -> None:
        """What somebody is asked about, or has said was signed elsewhere, does not vanish."""
        there = await store.load(unit, self.kind, id)
        if there and there.state not in ("draft", "declined"):
            raise Conflict(f"It is {there.state}: what people were asked about stays. Only drafts are deleted.")

    async def list_sign_offs(self, request: Request, id: UUID) -> Response:
        async with self._reading(request) as unit:
            increment = await self._increment(unit, id)
        return exchange.answer({"items": increment.sign_offs})

    async def prove(self, request: Request, id: UUID) -> Response:
        """What was signed under a release before the log is signed when it is asked for, and stands in no log."""
        async with self._reading(request) as unit:
            increment = await self._increment(unit, id)
            if increment.state not in SIGNED:
                raise Conflict(f"It is {increment.state}: there is a proof once it is signed.")
            contents = await drift.frozen_contents(unit, increment.package)
            found = await signature_log.entered(unit.connection, id)
            made_up = await self._is_made_up(unit, increment)
        if made_up:
            raise Conflict("It was signed in a past that was made up for a sample, which proves nothing.")
        if found is None and increment.package_hash is not None:
            raise Conflict("The signature log does not hold it any more: somebody has removed it there.")
        if found is None:
            said = freezing.statement(increment)
            found = {"statement": said, "signature": proof.signature(self.keys.ring().current, said), "log": None}
        items = [
            {"kind": item.kind, "id": str(item.id), "content": content}
            for item, content in zip(increment.package, contents, strict=True)
        ]
        return exchange.answer(proof.document(found["statement"], items, found["signature"], found["log"]))

    async def drift(self, request: Request, id: UUID, after: After = 0) -> Response:
        async with self._reading(request) as unit:
            increment = await self._increment(unit, id)
            part = increment.package[after : after + _COMPARED]
            items = await drift.drift(unit, part)
        return exchange.answer(_page(increment.package, part, items, after))

    async def compare(self, request: Request, id: UUID, after: After = 0) -> Response:
        """What its signers are asked to agree to, beside what was signed of it last."""
        async with self._reading(request) as unit:
            increment = await self._increment(unit, id)
            held, end = increment.package or increment.items, after + _COMPARED
            part = increment.package[after:end] or await packages.as_it_is(unit, increment, increment.items[after:end])
            before = await packages.last_signed(unit, part, increment)
            items = await drift.compared(unit, part, before)
        return exchange.answer({"package_hash": increment.package_hash, **_page(held, part, items, after)})

    async def propose(self, request: Request, limit: Annotated[int | None, Query(ge=1, le=500)] = None) -> Response:
        async with self._reading(request) as unit:
            return exchange.answer(await proposal.propose(unit, limit or self.settings.increment_items))

    async def _increment(self, unit: Unit, id: UUID) -> Increment:
        return cast(Increment, await commands.read(unit, self.kind, id))


def _page(
    held: Sequence[Ref | Frozen], part: Sequence[Frozen], told: list[dict[str, Any]], after: int
) -> dict[str, Any]:
    """The items of a part for which an answer has room, and the place among all from which to go on."""
    items, end = fitting(told), after + _COMPARED
    if len(items) < len(part):
        left = part[len(items)]
        end = next(place for place, each in enumerate(held) if (each.kind, each.id) == (left.kind, left.id))
    return {"items": items, "hidden": len(held) - len(items), "next_after": end if end < len(held) else None}
