"""Proofs that hold without the service: a statement and the service's detached signature over it (JWS, RFC 7515).

The signing key is the strategy service's alone (``shared.keys``); only its public half leaves the service, and its
thumbprint (RFC 7638) tells keys apart.
"""

from typing import Any

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from shared.contracts.content import canonical, digest

FORMAT = "plumbline-proof/1"
_ALGORITHMS = ["Ed25519"]


class NotProven(Exception):
    """What is wrong with a proof."""


def sign(key: OKPKey, statement: Any, contents: Any) -> dict[str, Any]:
    """A proof document: the statement, the contents whose hashes it names, and the signature."""
    header = {"alg": _ALGORITHMS[0], "kid": key.thumbprint()}
    compact = jws.serialize_compact(header, canonical(statement), key, algorithms=_ALGORITHMS)
    public = {name: value for name, value in key.as_dict(private=False).items() if name in ("kty", "crv", "x")}
    signature = {"key": public, "jws": _detached(compact)}
    return {"format": FORMAT, "statement": statement, "contents": contents, "signature": signature}


def _detached(compact: str) -> str:
    """Without its payload, which is the statement beside it (RFC 7515, appendix F)."""
    header, _, signature = compact.split(".")
    return f"{header}..{signature}"


def verify(document: Any) -> str:
    """The thumbprint of the key that signed; raises NotProven if anything in the document is not as it was signed."""
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise NotProven(f"This is no {FORMAT} document.")
    try:
        key = OKPKey.import_key(document["signature"]["key"])
        statement = canonical(document["statement"])
        jws.deserialize_compact(document["signature"]["jws"], key, algorithms=_ALGORITHMS, payload=statement)
        hashes = {(item["kind"], item["id"]): item["hash"] for item in document["statement"]["items"]}
        found = {(each["kind"], each["id"]): digest(each["content"]) for each in document["contents"]}
    except (JoseError, KeyError, TypeError, ValueError) as error:
        raise NotProven(f"The signature does not fit the statement ({type(error).__name__}).") from None
    for (kind, id), expected in hashes.items():
        if found.get((kind, id)) != expected:
            raise NotProven(f"The content of {kind}/{id} is not what was signed.")
    return key.thumbprint()
