"""All keys of an installation in one folder: a subfolder for each holder, so that each can be handed its own alone."""

from pathlib import Path

from shared.config import PROOF_KEY
from shared.keys.former import derived_proof_key
from shared.keys.ring import make_ring, now_seconds


def make_keys(folder: Path, former: Path | None = None) -> list[Path]:
    """Make the keys that are missing; existing ones stay. Returns the files that were made.

    ``former`` is the key file of a release before 0.2: the proofs that it signed stay checkable, as derived.
    """
    derived = former and derived_proof_key(former, now_seconds())
    proof = folder / PROOF_KEY
    return [proof] if make_ring(proof, former=(derived,) if derived else ()) else []
