"""By whom something was signed, in the words of ``why``."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from shared.client import Client
    from shared.contracts import Kind


async def signed_by(client: "Client", kind: "Kind", state: dict[str, Any]) -> list[str]:
    """``X (version n), drifted since`` for each increment under which it was signed, newest first."""
    from shared import typed
    from shared.client import path_of
    from shared.contracts.answers.sign_off import Signatures

    if kind.signed_as is None:
        return []
    found = await typed.read(client, Signatures, f"{path_of(kind, state['id'])}/signatures")
    return [
        f"{' and '.join(each.name or str(each.stakeholder_id) for each in signature.sign_offs)}"
        f" (version {signature.signed_version}){', drifted since' if signature.drifted else ''}"
        for signature in found.value.items
    ]
