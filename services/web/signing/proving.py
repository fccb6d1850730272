"""The proof of an increment, checked where it is shown."""

from dataclasses import dataclass
from typing import Any

from shared import proof
from shared.client import Client, path_of
from shared.contracts import NODE_KINDS
from shared.keys import PublicKey
from shared.refused import Conflict


@dataclass(frozen=True)
class Checked:
    """``proven`` is what holds; otherwise ``why`` says what does not, or why there is none. ``derived`` marks a key
    that others than its owner could compute."""

    proven: proof.Proven | None = None
    why: str = ""
    derived: bool = False


async def checked(client: Client, id: str) -> Checked:
    """With the keys that the service publishes: whoever does not trust it compares these first."""
    try:
        document = await client.get_json(f"{path_of(NODE_KINDS['increment'], id)}/proof")
    except Conflict as error:
        return Checked(why=error.detail)
    published: list[dict[str, Any]] = (await client.get_json("/strategy/v1/keys"))["keys"]
    keys = {PublicKey.model_validate(each).key().thumbprint(): each for each in published}
    try:
        found = proof.proven(document, keys)
    except (proof.NoProof, proof.NotProven) as error:
        return Checked(why=str(error))
    return Checked(found, derived=bool(keys[found.key].get("derived")))
