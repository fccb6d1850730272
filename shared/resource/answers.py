"""Answers of the routes that every kind shares: a state with its entity tag."""

from fastapi import Response

from shared.contracts.base import Record
from shared.http import exchange
from shared.resource.owner import Written
from shared.resource.preconditions import Preconditions, entity_tag


def json(state: Record) -> bytes:
    return state.model_dump_json().encode()


def selected(given: Preconditions, version: int, state: bytes) -> Response:
    """The answer to a GET that found this version."""
    given.check_match(version)
    headers = {"ETag": entity_tag(version)}
    if given.has_seen(version):
        return Response(status_code=304, headers=headers)
    return exchange.answer(state, headers=headers)


def written(written: Written, path: str) -> Response:
    """The answer to a write; ``path`` is where the state is."""
    headers = {"ETag": entity_tag(written.state.version), exchange.EVENT_HEADER: written.event}
    if written.replayed:
        headers["Idempotency-Replayed"] = "true"
    if written.created:
        headers["Location"] = path
    return exchange.answer(json(written.state), 201 if written.created else 200, headers)
