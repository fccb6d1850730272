"""HTTP of what is signed under increments, besides what every kind has: by whom, as what, and how it differs since."""

from typing import Any
from uuid import UUID

from fastapi import Request, Response

from services.strategy import drift
from services.strategy.packages import holder, signed_with
from shared.contracts.answers.sign_off import Signatures
from shared.contracts.strategy.signing import Increment
from shared.errors import Conflict
from shared.http import exchange
from shared.http.pagination import fitting
from shared.resource import commands
from shared.resource.documents import Documents
from shared.resource.routes import Resource, Route
from shared.resource.store import Unit


class Signed(Resource):
    """A kind that increments hold."""

    def routes(self, documents: Documents) -> list[Route]:
        summary = f"Under what {self.kind.one} was signed, and what has changed since"
        told = documents.more("signatures", summary, Signatures)
        return [*super().routes(documents), ("/{id}/signatures", "GET", self.list_signatures, told)]

    async def check_correction(self, unit: Unit, id: UUID) -> None:
        if key := await holder(unit, self.kind.name, id):
            raise Conflict(f"The increment {key} holds it: what is signed or asked about is not corrected.")

    async def list_signatures(self, request: Request, id: UUID) -> Response:
        async with self._reading(request) as unit:
            await commands.read(unit, self.kind, id)
            increments = await signed_with(unit, (self.kind.name, id))
            frozen = [
                item
                for increment in increments
                for item in increment.package
                if (item.kind, item.id) == (self.kind.name, id)
            ]
            drifts = await drift.drift(unit, frozen)
        found = [_signature(*pair) for pair in zip(increments, drifts, strict=True)]
        items = fitting(found)
        drifted = bool(found) and found[0]["drifted"]
        return exchange.answer({"drifted": drifted, "items": items, "hidden": len(found) - len(items)})


def _signature(increment: Increment, drift: dict[str, Any]) -> dict[str, Any]:
    decided = [each.model_dump(mode="json") for each in increment.sign_offs if each.decision == "approved"]
    of = increment.model_dump(mode="json", include={"id", "key", "name", "state"})
    told = {name: drift[name] for name in ("signed_version", "version", "drifted", "changes", "links")}
    return {"increment": of, "sign_offs": decided, **told}
