"""``KIND/KEY`` on the command line, and the entity it means."""

import re
from typing import TYPE_CHECKING, Any

from services.cli.endpoint import Unusable

if TYPE_CHECKING:
    from shared.client import Client
    from shared.contracts import Kind

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def kind_of(name: str) -> "Kind":
    """A kind by its name or its collection's; raises Unusable."""
    from shared.contracts import RECORDED

    known = {kind.name: kind for kinds in RECORDED.values() for kind in kinds if not kind.is_link}
    plain = name.lower()
    for kind in known.values():
        if plain in (kind.name, kind.name.replace("_", "-"), kind.collection):
            return kind
    raise Unusable(f"There is no kind {name}; there are {', '.join(sorted(known))}.")


async def entity(client: "Client", kind: "Kind", key: str) -> dict[str, Any]:
    """The state of the entity with this key or id; raises NotFound."""
    from shared.client import NotFound

    if _UUID.fullmatch(key):
        return await client.get(kind, key)
    state = await client.find(kind, key)
    if state is None:
        raise NotFound(404, {"detail": f"There is no {kind.name}/{key}."})
    return state


async def path(client: "Client", ref: str) -> str:
    """``kind/id`` for what a ``KIND/KEY`` means; an id is taken at its word, and the view may know it alone."""
    kind_name, slash, key = ref.partition("/")
    if not (slash and key):
        raise Unusable(f"{ref} is not KIND/KEY, such as service/claims.")
    if _UUID.fullmatch(key):
        return f"{kind_name}/{key}"
    kind = kind_of(kind_name)
    return f"{kind.name}/{(await entity(client, kind, key))['id']}"
