"""Proofs: whatever is altered after signing is found out without the service."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from shared import proof
from shared.contracts.content import digest
from shared.keys import generate

CONTENT = {"name": "Answer in a minute"}


KEY = generate(0)


def signed() -> dict[str, Any]:
    statement = {"items": [{"kind": "tactic", "id": "1", "hash": digest(CONTENT)}], "sign_offs": [{"by": "boss"}]}
    made = proof.sign(KEY.key(), statement, [{"kind": "tactic", "id": "1", "content": CONTENT}])
    read: dict[str, Any] = json.loads(json.dumps(made))
    return read


def test_a_proof_names_the_key_that_signed_it() -> None:
    assert proof.verify(signed()) == KEY.kid


def test_the_secret_half_stays() -> None:
    assert set(signed()["signature"]["key"]) == {"kty", "crv", "x"}


def _forged(document: dict[str, Any]) -> None:
    document["statement"]["sign_offs"][0]["by"] = "intern"


def _content_changed(document: dict[str, Any]) -> None:
    document["contents"][0]["content"]["name"] = "Answer in an hour"


def _content_gone(document: dict[str, Any]) -> None:
    document["contents"] = []


def _unsigned(document: dict[str, Any]) -> None:
    header, _, _ = document["signature"]["jws"].split(".")
    document["signature"]["jws"] = f"{header}.."


def _other_algorithm(document: dict[str, Any]) -> None:
    document["signature"]["jws"] = "eyJhbGciOiJub25lIn0.."


def _no_proof(document: dict[str, Any]) -> None:
    document["format"] = "something-else/1"


def _no_key(document: dict[str, Any]) -> None:
    del document["signature"]["key"]


@pytest.mark.parametrize(
    "alter", [_forged, _content_changed, _content_gone, _unsigned, _other_algorithm, _no_proof, _no_key]
)
def test_what_is_altered_is_not_proven(alter: Callable[[dict[str, Any]], None]) -> None:
    document = signed()
    alter(document)
    with pytest.raises(proof.NotProven):
        proof.verify(document)


@pytest.mark.parametrize("document", [None, [], {}, "x", {"format": proof.FORMAT}])
def test_what_is_no_proof_is_said_to_be_none(document: Any) -> None:
    with pytest.raises(proof.NotProven):
        proof.verify(document)
