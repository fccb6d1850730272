"""What ids stand for, asked of their owners: texts that name something lead to it."""

import asyncio
from collections.abc import Iterable, Mapping
from typing import Any

from services.web.visit import Visit
from shared.contracts import NODE_KINDS
from shared.contracts.views.nodes import Node, NodePage
from shared.http.pagination import MAX_LIMIT
from shared.refused import ClientError

MOST = 60
"""Names for one page; what is beyond them is shown by its id."""


async def named(visit: Visit, refs: Iterable[str]) -> dict[str, Node]:
    """The present nodes of these ``kind/id``, by that and by their id alone. What is not there is left out."""
    wanted = [*dict.fromkeys(refs)][:MOST]
    found = await asyncio.gather(*(_one(visit, *ref.split("/", 1)) for ref in wanted))
    return keyed(each for each in found if each)


async def owners(visit: Visit, refs: Iterable[str | None]) -> dict[str, Node]:
    """Who owns things, by ``kind/id``: in two questions, and one more for each who is not among the first."""
    wanted = {ref for ref in refs if ref}
    if not wanted:
        return {}
    pages = await asyncio.gather(*(visit.view(NodePage, "/nodes", kind=k, limit=MAX_LIMIT) for k in ("party", "role")))
    found = {each.ref: each for page in pages for each in page.items if each.ref in wanted}
    return found | {each.ref: each for each in (await named(visit, wanted - found.keys())).values()}


def keyed(nodes: Iterable[Node]) -> dict[str, Node]:
    """By ``kind/id`` and by id."""
    return {name: each for each in nodes for name in (each.ref, each.id)}


async def _one(visit: Visit, kind: str, id: str) -> Node | None:
    try:
        return node_of(await visit.client.get(kind, id))
    except ClientError:
        return None


def node_of(state: Mapping[str, Any]) -> Node:
    """A state as its owner shows it, as views show a node."""
    kind = NODE_KINDS[state["kind"]]
    live, owner = kind.is_live(state["state"]), state.get("owner")
    return Node(
        id=state["id"],
        kind=kind.name,
        key=state.get("key"),
        name=state.get("name"),
        type=state.get("type"),
        state=state["state"],
        live=live,
        why_not_live=None if live else state["state"],
        version=state["version"],
        owner=f"{owner['kind']}/{owner['id']}" if owner else None,
        criticality=state.get("criticality"),
        deleted=False,
    )
