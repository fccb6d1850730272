"""Whether the signature log, at a server or in a file, still says all that it ever said."""

import asyncio
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from services.cli.terms import check_term
from shared import merkle, proof
from shared.merkle import Node

if TYPE_CHECKING:
    from shared.client import Client

Place = Mapping[str, Any] | None


def check_file(rows: Iterable[Any], place: Place, trusted: Mapping[str, Mapping[str, Any]]) -> str:
    """Every entry and every head of an exported log, and that the head of a proof is one of them; raises NotProven."""
    nodes: dict[Node, bytes] = {}
    size = 0
    for row in rows:
        raw, key = proof.check_entry(row, trusted)
        check_term(trusted[key], row["statement"].get("at"))
        check_term(trusted[proof.check_head(row["head"], trusted)], row["head"]["at"])
        if row["position"] != size or row["head"]["size"] != size + 1:
            raise proof.NotProven(f"Entry {size + 1} of the log is missing or in another place.")
        nodes |= merkle.grown(nodes.__getitem__, size, raw)
        size += 1
        if merkle.root(nodes.__getitem__, size).hex() != row["head"]["root"]:
            raise proof.NotProven(f"The head of {size} entries is not that of the entries in the log.")
        if place and place["head"]["size"] == size and place["head"]["root"] != row["head"]["root"]:
            raise proof.NotProven(f"The log had another head with {size} entries when the proof was made.")
    if place and place["head"]["size"] > size:
        raise proof.NotProven(f"The log had {place['head']['size']} entries when the proof was made, and has {size}.")
    return f"The log holds: {size} entries, none removed or changed."


def check_server(client: "Client", place: Place, trusted: Mapping[str, Mapping[str, Any]]) -> str:
    """That the log of a server goes on from the head of a proof; raises NotProven and a ClientError."""
    newest, told = asyncio.run(_ask(client, place))
    check_term(trusted[proof.check_head(newest, trusted)], newest["at"])
    if type(newest["size"]) is not int:
        raise proof.NotProven("The server does not say how long its log is.")
    if place is None:
        return f"The newest head has {newest['size']} entries and is signed by a trusted key."
    first = place["head"]
    if told is None:
        raise proof.NotProven(f"The log had {first['size']} entries when the proof was made, and has {newest['size']}.")
    try:
        path, roots = (
            [bytes.fromhex(step) for step in told["path"]],
            [bytes.fromhex(e["root"]) for e in (first, newest)],
        )
    except (KeyError, TypeError, ValueError):
        raise proof.NotProven("The server does not say how its log goes on.") from None
    if not merkle.continues(first["size"], roots[0], newest["size"], roots[1], path):
        raise proof.NotProven("The log does not go on from what it was when the proof was made.")
    return f"The log holds: {newest['size']} entries, which go on from the {first['size']} of the proof."


async def _ask(client: "Client", place: Place) -> tuple[Any, Any]:
    async with client:
        newest = await client.get_json("/strategy/v1/signature-log")
        if place is None or place["head"]["size"] > newest["size"]:
            return newest, None
        sizes = {"first": place["head"]["size"], "second": newest["size"]}
        return newest, await client.get_json("/strategy/v1/signature-log/consistency", **sizes)
