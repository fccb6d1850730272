"""Proofs that hold without the service: what was signed by whom, the service's detached signature over it (JWS, RFC
7515), and its place in the signature log (RFC 9162).

The signing key is the strategy service's alone (``shared.keys``). A document carries its public half so that it can be
checked, and proves nothing unless whoever checks it trusts that key, which its thumbprint (RFC 7638) names.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from shared import merkle
from shared.contracts.content import canonical, digest, item_digest, scheme_of
from shared.keys import PrivateKey

FORMAT = "plumbline-proof/2"
_FIRST = "plumbline-proof/1"
LOG_FORMAT = "plumbline-signature-log/1"
_ALGORITHM = "Ed25519"
_HEAD_SAID = ("id", "key", "name", "description", "type", "due", "supersedes_id", "created_by")
_SIGNER_SAID = ("stakeholder_id", "name", "subject")


class NoProof(Exception):
    """Not a proof at all; the message says why."""


class NotProven(Exception):
    """What is wrong with a proof."""


class UnknownKey(NotProven):
    """It is whole, and signed by a key that the checker does not trust."""


@dataclass(frozen=True)
class Proven:
    """What a proof says, the thumbprint of the key that signed it, and where it stands in the log, if it does."""

    statement: Mapping[str, Any]
    key: str
    log: Mapping[str, Any] | None


def signature(pair: PrivateKey, payload: Any) -> dict[str, Any]:
    """``{key, jws}``: the public key, and a detached signature over the canonical form of a payload."""
    key = pair.key()
    header = {"alg": _ALGORITHM, "kid": key.thumbprint()}
    compact = jws.serialize_compact(header, canonical(payload), key, algorithms=[_ALGORITHM])
    protected, _, signed = compact.split(".")  # the payload is beside it (RFC 7515, appendix F)
    return {"key": {"kty": "OKP", "crv": "Ed25519", "x": pair.x}, "jws": f"{protected}..{signed}"}


def head_statement(head: Mapping[str, Any]) -> dict[str, Any]:
    """What the signature of a head of the log covers."""
    return {"format": LOG_FORMAT, **{name: head[name] for name in ("size", "root", "at")}}


def document(statement: Any, contents: Any, signed: Mapping[str, Any], log: Mapping[str, Any] | None) -> dict[str, Any]:
    """A proof document: the statement, the contents whose hashes it names, the signature, and the place in the log."""
    return {"format": FORMAT, "statement": statement, "contents": contents, "signature": dict(signed), "log": log}


def verify(document: Any, trusted: Collection[str]) -> Proven:
    """Check a document, read strictly, against the thumbprints that are trusted.

    Raises NoProof for something else, and NotProven for a proof of which any part is not as it was signed.
    """
    if not isinstance(document, dict) or document.get("format") not in list(_FORMS):
        raise NoProof(f"It is no {FORMAT} document.")
    form = _FORMS[document["format"]]
    try:
        _only(document, "format", "statement", "contents", "signature", *form.more)
        key = _check_signature(document["signature"], form.canonical(document["statement"]))
        _check_contents(document["statement"], document["contents"])
        form.check(document["statement"])
        log = document.get("log")
        if log is not None:
            _check_place(log, document["statement"])
        elif document["statement"].get("package_hash") is not None:
            raise NotProven("It does not say where it stands in the signature log, though it was entered there.")
    except (JoseError, KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise NotProven(f"It is not as it was signed ({type(error).__name__}).") from None
    if strangers := ({key} | ({_key_of(log["head"]["signature"])} if log else set())) - set(trusted):
        raise UnknownKey(f"It is signed by an unknown key: {min(strangers)}.")
    return Proven(document["statement"], key, log)


def proven(document: Any, trusted: Mapping[str, Mapping[str, Any]]) -> Proven:
    """Check a document against keys by their thumbprints, each of which has to have been in use when it signed; raises
    as ``verify`` does."""
    found = verify(document, trusted)
    check_term(trusted[found.key], found.statement["at"])
    if found.log is not None:
        head = found.log["head"]
        check_term(trusted[check_head(head, trusted)], head["at"])
    return found


def check_term(key: Mapping[str, Any], at: Any) -> None:
    """A key proves what was signed while it was in use; raises NotProven."""
    try:
        signed = int(datetime.fromisoformat(at).timestamp())  # as whole seconds, as the end of a key is given
    except (TypeError, ValueError):
        raise NotProven("It does not say when it was signed.") from None
    if signed > key.get("exp", signed):
        raise NotProven(f"The key was not in use at {at}.")


def check_head(head: Any, trusted: Collection[str]) -> str:
    """The thumbprint of the key that signed a head of the log; raises NotProven."""
    try:
        _only(head, "size", "root", "at", "signature")
        key = _check_signature(head["signature"], canonical(head_statement(head)))
    except (JoseError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise NotProven(f"A head of the log is not as it was signed ({type(error).__name__}).") from None
    if key not in trusted:
        raise UnknownKey(f"A head of the log is signed by an unknown key: {key}.")
    return key


def check_entry(entry: Any, trusted: Collection[str]) -> tuple[bytes, str]:
    """The canonical form of what was entered in the log, and the thumbprint of the key; raises NotProven."""
    try:
        _only(entry, "position", "statement", "signature", "head")
        raw = canonical(entry["statement"])
        key = _check_signature(entry["signature"], raw)
    except (JoseError, KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise NotProven(f"An entry of the log is not as it was signed ({type(error).__name__}).") from None
    if key not in trusted:
        raise UnknownKey(f"An entry of the log is signed by an unknown key: {key}.")
    return raw, key


def _only(value: Any, *members: str) -> None:
    """Nothing that the signature does not cover stands beside what it does."""
    if not isinstance(value, dict) or value.keys() != set(members):
        raise NotProven(f"Its members should be {', '.join(members)} and no others.")


def _key_of(signed: Mapping[str, Any]) -> str:
    return OKPKey.import_key(signed["key"]).thumbprint()


def _check_signature(signed: Any, payload: bytes) -> str:
    """The thumbprint of the key that signed."""
    _only(signed, "key", "jws")
    _only(signed["key"], "kty", "crv", "x")
    if (signed["key"]["kty"], signed["key"]["crv"]) != ("OKP", "Ed25519"):
        raise NotProven("Its key is of another kind.")
    key = OKPKey.import_key(signed["key"])
    protected, between, signature_ = signed["jws"].split(".")
    if between:  # the library would check that instead of what the document says
        raise NotProven("Its signature brings a payload of its own.")
    found = jws.deserialize_compact(signed["jws"], key, algorithms=[_ALGORITHM], payload=payload)
    if found.payload != payload or not protected or not signature_:
        raise NotProven("Its signature is of something else.")
    if found.headers() != {"alg": _ALGORITHM, "kid": key.thumbprint()}:
        raise NotProven("Its signature has a header that it should not have.")
    return key.thumbprint()


def _check_contents(statement: Mapping[str, Any], contents: Any) -> None:
    """Each item of the statement has its content, in the order of the statement, and there is nothing else."""
    items = statement["items"]
    if [(item["kind"], item["id"]) for item in items] != [(each["kind"], each["id"]) for each in contents]:
        raise NotProven("Its contents are not those of the items that were signed.")
    for item, each in zip(items, contents, strict=True):
        _only(each, "kind", "id", "content")
        links = [{name: value for name, value in link.items() if value is not None} for link in item.get("links", ())]
        if item_digest(each["content"], links, scheme_of(item["hash"])) != item["hash"]:
            raise NotProven(f"The content of {item['kind']}/{item['id']} is not what was signed.")


def _check_package(statement: Mapping[str, Any]) -> None:
    """The hash that the signers were shown is that of what the statement says."""
    if statement["package_hash"] is None:
        return
    signers = [{name: each[name] for name in _SIGNER_SAID} for each in statement["signers"]]
    said = {name: statement["increment"][name] for name in _HEAD_SAID}
    if digest({**said, "items": statement["items"], "signers": signers}) != statement["package_hash"]:
        raise NotProven("The hash of the package is not that of what the statement says.")


def _check_place(log: Any, statement: Any) -> None:
    _only(log, "position", "path", "head")
    head = log["head"]
    _only(head, "size", "root", "at", "signature")
    _check_signature(head["signature"], canonical(head_statement(head)))
    if not isinstance(log["path"], list) or type(log["position"]) is not int or type(head["size"]) is not int:
        raise NotProven("Its place in the signature log is not one.")
    path, root = [merkle.read(step) for step in log["path"]], merkle.read(head["root"])
    if not merkle.includes(merkle.leaf(canonical(statement)), log["position"], head["size"], path, root):
        raise NotProven("The signature log does not hold it where the proof says.")


@dataclass(frozen=True)
class _Form:
    canonical: Callable[[Any], bytes]
    check: Callable[[Any], None]
    more: tuple[str, ...] = ()


_FORMS = {
    FORMAT: _Form(canonical, _check_package, ("log",)),
    _FIRST: _Form(lambda value: orjson.dumps(value, option=orjson.OPT_SORT_KEYS), lambda _: None),
}
