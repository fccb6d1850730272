"""When a key proves something. A module of its own, since proofs in files and logs ask it alike."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any


def check_term(key: Mapping[str, Any], at: Any) -> None:
    """A key proves what was signed while it was in use; raises NotProven."""
    from shared import proof

    try:
        signed = int(datetime.fromisoformat(at).timestamp())  # as whole seconds, as the end of a key is given
    except (TypeError, ValueError):
        raise proof.NotProven("It does not say when it was signed.") from None
    if signed > key.get("exp", signed):
        raise proof.NotProven(f"The key was not in use at {at}.")
