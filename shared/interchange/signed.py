"""What goes with an export and into no other platform: the proofs of what was signed, and the log of signatures."""

from collections.abc import AsyncIterator
from typing import Any

from shared.client import Client, path_of
from shared.contracts import NODE_KINDS

_INCREMENT = NODE_KINDS["increment"]


async def proofs(client: Client) -> AsyncIterator[tuple[str, Any]]:
    """The key of each increment that was signed, and its proof."""
    for state in ("signed", "superseded"):
        async for each in client.list(_INCREMENT, state=state):
            yield each["key"], await client.get_json(f"{path_of(_INCREMENT, each['id'])}/proof")


async def log(client: Client) -> AsyncIterator[Any]:
    """Every entry of the signature log, in order, each with the head that it made."""
    after = 0
    while True:
        page = await client.get_json("/strategy/v1/signature-log/entries", after=after)
        for entry in page["items"]:
            yield entry
        if not page["items"]:
            return
        after = page["next_after"]
