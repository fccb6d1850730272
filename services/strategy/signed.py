"""HTTP of what is signed under increments, besides what every kind has: by whom, as what, and how it differs since."""

from typing import Any, cast
from uuid import UUID

from fastapi import Request, Response
from sqlalchemy import Text, select
from sqlalchemy import cast as cast_as

from services.strategy import sign_offs
from shared import http
from shared.contracts import NODE_KINDS
from shared.contracts.strategy.signing import Increment
from shared.resource import commands
from shared.resource.documents import Documents
from shared.resource.routes import Resource, Route
from shared.resource.store import Unit
from shared.resource.tables import from_row

SIGNED = ("signed", "superseded")
_INCREMENT = NODE_KINDS["increment"]
_MOST = 100


class Signed(Resource):
    """A kind that increments hold."""

    def routes(self, documents: Documents) -> list[Route]:
        told = documents.more("signatures", f"Under what {self.kind.one} was signed, and what has changed since")
        return [*super().routes(documents), ("/{id}/signatures", "GET", self.list_signatures, told)]

    async def list_signatures(self, request: Request, id: UUID) -> Response:
        async with self._reading(request) as unit:
            await commands.read(unit, self.kind, id)
            increments = await _signed(unit, id)
            frozen = [item for increment in increments for item in increment.package if item.id == id]
            drifts = await sign_offs.drift(unit, frozen)
        found = [_signature(*pair) for pair in zip(increments, drifts, strict=True)]
        return http.answer({"drifted": bool(found) and found[0]["drifted"], "items": found})


async def _signed(unit: Unit, id: UUID) -> list[Increment]:
    """The increments under which it was signed, newest first."""
    table = unit.owner.table(_INCREMENT)
    named = cast_as(table.c.package, Text).contains(str(id))
    query = select(table).where(table.c.state.in_(SIGNED), named).order_by(table.c.updated_at.desc(), table.c.id.desc())
    rows = (await unit.connection.execute(query.limit(_MOST))).mappings()
    return [cast(Increment, from_row(_INCREMENT, row)) for row in rows]


def _signature(increment: Increment, drift: dict[str, Any]) -> dict[str, Any]:
    decided = [each for each in increment.sign_offs if each.decision == "approved"]
    of = increment.model_dump(mode="json", include={"id", "key", "name", "state"})
    told = {name: drift[name] for name in ("signed_version", "version", "drifted", "changes")}
    return {"increment": of, "sign_offs": decided, **told}
