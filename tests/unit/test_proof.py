"""Proofs: whatever is altered after signing is found out without the service, and nobody's key is trusted unasked."""

import base64
import json
from collections.abc import Callable
from hashlib import sha256
from typing import Any

import orjson
import pytest
from joserfc import jws

from shared import merkle, proof
from shared.contracts.content import canonical, digest, item_digest
from shared.keys import PrivateKey, generate

KEY, OTHER = generate(0), generate(0)
CONTENT: dict[str, Any] = {"name": "Answer in a minute", "budget": 100.0}
LINK = {"type": "realizes", "target": {"kind": "objective", "id": "7"}, "confidence": 0.5}
AT = "2026-06-01T08:00:00Z"
Document = dict[str, Any]


def statement() -> Document:
    said = dict.fromkeys(("description", "due", "supersedes_id"))
    head = {"id": "9", "key": "first", "name": "First", "type": "sign_off", "created_by": "ann", **said}
    items = [{"kind": "tactic", "id": "1", "version": 3, "hash": item_digest(CONTENT, [LINK]), "links": [LINK]}]
    signers = [{"stakeholder_id": "2", "name": "The boss", "subject": "boss"}]
    return {
        "increment": {**head, "state": "signed"},
        "items": items,
        "signers": signers,
        "package_hash": digest({**head, "items": items, "signers": signers}),
        "sign_offs": [{**signers[0], "decision": "approved", "by": "boss", "at": AT}],
        "at": AT,
    }


def document(said: Document, key: PrivateKey = KEY, others: int = 2) -> Document:
    """As the service makes it, entered in a log after some others."""
    nodes: dict[merkle.Node, bytes] = {}
    for size, entry in enumerate([b"other"] * others + [canonical(said)]):
        nodes |= merkle.grown(nodes.__getitem__, size, entry)
    head = {"size": others + 1, "root": merkle.root(nodes.__getitem__, others + 1).hex(), "at": AT}
    path = [step.hex() for step in merkle.inclusion(nodes.__getitem__, others, others + 1)]
    log = {
        "position": others,
        "path": path,
        "head": {**head, "signature": proof.signature(key, proof.head_statement(head))},
    }
    made = proof.document(said, [{"kind": "tactic", "id": "1", "content": CONTENT}], proof.signature(key, said), log)
    read: Document = json.loads(json.dumps(made))
    return read


def signed(key: PrivateKey = KEY) -> Document:
    return document(statement(), key)


def test_a_proof_names_the_key_that_signed_it_and_its_place() -> None:
    found = proof.verify(signed(), {KEY.kid})
    assert (found.key, found.log and found.log["position"]) == (KEY.kid, 2)


def test_the_secret_half_stays() -> None:
    assert set(signed()["signature"]["key"]) == {"kty", "crv", "x"}


@pytest.mark.parametrize("trusted", [set(), {OTHER.kid}])
def test_a_key_that_nobody_trusts_proves_nothing(trusted: set[str]) -> None:
    with pytest.raises(proof.UnknownKey, match=f"unknown key: {KEY.kid}"):
        proof.verify(signed(), trusted)


def test_both_the_statement_and_the_head_are_signed_by_who_is_trusted() -> None:
    mixed = signed() | {"log": signed(OTHER)["log"]}
    with pytest.raises(proof.UnknownKey, match=OTHER.kid):
        proof.verify(mixed, {KEY.kid})


def _forged(made: Document) -> None:
    made["statement"]["sign_offs"][0]["by"] = "intern"


def _renamed(made: Document) -> None:
    made["statement"]["increment"]["name"] = "Something else"


def _content_changed(made: Document) -> None:
    made["contents"][0]["content"]["name"] = "Answer in an hour"


def _content_gone(made: Document) -> None:
    made["contents"] = []


def _content_more(made: Document) -> None:
    made["contents"].append({"kind": "tactic", "id": "2", "content": CONTENT})


def _content_commented(made: Document) -> None:
    made["contents"][0]["note"] = "approved by everybody"


def _commented(made: Document) -> None:
    made["note"] = "approved by everybody"


def _signature_commented(made: Document) -> None:
    made["signature"]["note"] = "x"


def _key_commented(made: Document) -> None:
    made["signature"]["key"]["kid"] = "x"


def _unsigned(made: Document) -> None:
    header, _, _ = made["signature"]["jws"].split(".")
    made["signature"]["jws"] = f"{header}.."


def _other_algorithm(made: Document) -> None:
    made["signature"]["jws"] = "eyJhbGciOiJub25lIn0.."


def _other_header(made: Document) -> None:
    key = KEY.key()
    header = {"alg": "Ed25519", "kid": key.thumbprint(), "typ": "JWT"}
    raw = canonical(made["statement"])
    first, _, last = jws.serialize_compact(header, raw, key, algorithms=["Ed25519"]).split(".")
    made["signature"]["jws"] = f"{first}..{last}"


def _payload_of_its_own(made: Document) -> None:
    """Something that was signed once, in the middle of the signature; and another statement beside it."""
    original = base64.urlsafe_b64encode(canonical(made["statement"])).decode().rstrip("=")
    first, _, last = made["signature"]["jws"].split(".")
    made["signature"]["jws"] = f"{first}.{original}.{last}"
    made["statement"]["sign_offs"][0]["by"] = "ceo"
    made["log"] = None
    made["statement"]["package_hash"] = None


def _head_with_a_payload(made: Document) -> None:
    head = made["log"]["head"]
    payload = canonical(proof.head_statement(head))
    first, _, last = head["signature"]["jws"].split(".")
    head["signature"]["jws"] = f"{first}.{base64.urlsafe_b64encode(payload).decode().rstrip('=')}.{last}"
    made["log"] |= {"position": 0, "path": []}
    head |= {"size": 1, "root": merkle.leaf(canonical(made["statement"])).hex()}


def _other_curve(made: Document) -> None:
    made["signature"]["key"]["kty"] = "EC"


def _position_by_another_name(made: Document) -> None:
    made["log"]["position"] = 2.0


def _path_of_another_shape(made: Document) -> None:
    made["log"]["path"] = ""


def _no_key(made: Document) -> None:
    del made["signature"]["key"]


def _no_log(made: Document) -> None:
    del made["log"]


def _in_no_log(made: Document) -> None:
    made["log"] = None


def _elsewhere(made: Document) -> None:
    made["log"]["position"] = 1


def _other_head(made: Document) -> None:
    made["log"]["head"]["root"] = "00" * 32


def _path_cut(made: Document) -> None:
    made["log"]["path"] = made["log"]["path"][:-1]


def _path_in_capitals(made: Document) -> None:
    made["log"]["path"] = [step.upper() for step in made["log"]["path"]]


def _path_with_blanks(made: Document) -> None:
    made["log"]["path"] = [f" {step}" for step in made["log"]["path"]]


def _path_on_lines(made: Document) -> None:
    made["log"]["path"] = [f"{step}\n" for step in made["log"]["path"]]


@pytest.mark.parametrize(
    "alter",
    [
        _forged, _renamed, _content_changed, _content_gone, _content_more, _content_commented, _commented,
        _signature_commented, _key_commented, _unsigned, _other_algorithm, _other_header, _no_key, _no_log, _in_no_log,
        _elsewhere,
        _other_head, _path_cut, _payload_of_its_own, _head_with_a_payload, _other_curve, _position_by_another_name,
        _path_of_another_shape, _path_in_capitals, _path_with_blanks, _path_on_lines,
    ],
)  # fmt: skip
def test_what_is_altered_is_not_proven(alter: Callable[[Document], None]) -> None:
    made = signed()
    alter(made)
    with pytest.raises(proof.NotProven):
        proof.verify(made, {KEY.kid, OTHER.kid})


@pytest.mark.parametrize("member", ["name", "description", "due", "key", "items", "signers"])
def test_the_hash_that_signers_were_shown_covers_all_that_they_agreed_to(member: str) -> None:
    """Even by whoever has the key: a statement says what was asked, or it does not hold."""
    said = statement()
    part = said if member in said else said["increment"]
    part[member] = [] if isinstance(part[member], list) else "another"
    made = document(said) if member != "items" else document(said) | {"contents": []}
    with pytest.raises(proof.NotProven, match="hash of the package"):
        proof.verify(made, {KEY.kid})


def test_a_link_that_was_added_is_not_what_was_signed() -> None:
    said = statement()
    said["items"][0]["links"] = [LINK, LINK | {"confidence": 1.0}]
    with pytest.raises(proof.NotProven, match="content of tactic/1"):
        proof.verify(document(said), {KEY.kid})


@pytest.mark.parametrize("made", [None, [], {}, "x", 7, {"format": "something-else/1"}, {"format": []}])
def test_what_is_no_proof_is_said_to_be_none(made: Any) -> None:
    with pytest.raises(proof.NoProof):
        proof.verify(made, {KEY.kid})


@pytest.mark.parametrize("made", [{"format": proof.FORMAT}, {"format": proof.FORMAT, "statement": 1}])
def test_half_a_proof_does_not_hold(made: Any) -> None:
    with pytest.raises(proof.NotProven):
        proof.verify(made, {KEY.kid})


def test_a_proof_of_the_first_release_holds_under_its_own_scheme() -> None:
    content = orjson.dumps(CONTENT, option=orjson.OPT_SORT_KEYS)
    items = [{"kind": "tactic", "id": "1", "version": 1, "hash": f"sha256:{sha256(content).hexdigest()}"}]
    said = {"increment": {"name": "Old"}, "items": items, "sign_offs": []}
    raw = orjson.dumps(said, option=orjson.OPT_SORT_KEYS)
    header = {"alg": "Ed25519", "kid": KEY.kid}
    first, _, last = jws.serialize_compact(header, raw, KEY.key(), algorithms=["Ed25519"]).split(".")
    public = {"kty": "OKP", "crv": "Ed25519", "x": KEY.x}
    contents = [{"kind": "tactic", "id": "1", "content": CONTENT}]
    made = {"format": "plumbline-proof/1", "statement": said, "contents": contents}
    made |= {"signature": {"key": public, "jws": f"{first}..{last}"}}
    assert proof.verify(json.loads(json.dumps(made)), {KEY.kid}).log is None
    with pytest.raises(proof.NotProven):
        proof.verify(made | {"log": None}, {KEY.kid})
