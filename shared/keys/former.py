"""What the key file of releases before 0.2 leaves behind: one shared secret signed tokens, and proofs by derivation."""

import json
from pathlib import Path

from joserfc.jwk import OctKey, OKPKey

from shared.bounded import read_secret
from shared.keys.jwk import PublicKey

_PURPOSE = b"plumbline: proofs of sign-off"


def derived_proof_key(secret: Path, now: int) -> PublicKey | None:
    """The public half of the key that signed proofs, as ended now; none where there is no such file.

    Every process held the secret and could have computed it, so it proves nothing that was signed from now on.
    """
    try:
        raw = OctKey.import_key(json.loads(read_secret(secret))).raw_value
    except (OSError, ValueError, KeyError, TypeError):
        return None
    pair = OKPKey.derive_key(raw, "Ed25519", kdf_options={"info": _PURPOSE})
    known = {"x": pair.as_dict(private=False)["x"], "kid": pair.thumbprint(), "exp": now, "derived": True}
    return PublicKey.model_validate(known)
