"""``GET /strategy/v1/keys``: the public halves of the keys that signed proofs, for whoever checks them."""

from fastapi import APIRouter, Request, Response

from shared.contracts.base import Model
from shared.http import exchange
from shared.keys import KeyFile, PublicKey


class KeySet(Model):
    """A JSON Web Key Set (RFC 7517). The newest key signs now; those before it stay for the proofs that they signed."""

    keys: list[PublicKey]
    """The keys, newest first."""


def router(keys: KeyFile) -> APIRouter:
    routes = APIRouter(prefix="/strategy/v1", tags=["keys"])

    @routes.get(
        "/keys", operation_id="list_proof_keys", summary="Public keys of proofs", responses=exchange.answering(KeySet)
    )
    async def published(request: Request) -> Response:
        exchange.caller(request, "strategy:read")
        return exchange.answer({"keys": [key.document() for key in keys.ring().published()]})

    return routes
