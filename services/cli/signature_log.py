"""Whether the signature log, at a server or in a file, still says all that it ever said.

Wherever it comes from, every entry is read, with its signature, and the heads are computed anew from the entries.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from shared import merkle, proof
from shared.merkle import Node
from shared.refused import NotFound

if TYPE_CHECKING:
    from shared.client import Client

Trusted = Mapping[str, Mapping[str, Any]]
_UNTOLD = "Nothing tells whether more was entered after them: that takes a proof, or another copy of the log."


class Empty(Exception):
    """There is no entry, and nothing says that there ever was one."""


@dataclass(frozen=True)
class Kept:
    """A head that a log had before, and who kept it."""

    size: int
    root: str
    by: str


def kept_by_proof(place: Mapping[str, Any] | None) -> Kept | None:
    """The head that a proof brings; None for one of before the log."""
    return Kept(place["head"]["size"], place["head"]["root"], "the proof") if place else None


class Reading:
    """The entries of a log, taken in order. Of those before it keeps what the next root rests on, and no more."""

    def __init__(self, kept: Kept | None, trusted: Trusted) -> None:
        self.kept = kept
        self.trusted = trusted
        self.size = 0
        self.root = ""
        self._nodes: dict[Node, bytes] = {}

    def take(self, row: Any) -> None:
        """Raises NotProven for an entry that is not as it was signed, or not the next one."""
        raw, key = proof.check_entry(row, self.trusted)
        proof.check_term(self.trusted[key], row["statement"].get("at"))
        proof.check_term(self.trusted[proof.check_head(row["head"], self.trusted)], row["head"]["at"])
        if row["position"] != self.size or row["head"]["size"] != self.size + 1:
            raise proof.NotProven(f"Entry {self.size + 1} of the log is missing or in another place.")
        self._grow(raw)
        if self.root != row["head"]["root"]:
            raise proof.NotProven(f"The head of {self.size} entries is not that of the entries in the log.")
        if self.kept and self.kept.size == self.size and self.kept.root != self.root:
            raise proof.NotProven(f"The log has another head with {self.size} entries than {self.kept.by}.")

    def _grow(self, raw: bytes) -> None:
        nodes = self._nodes | merkle.grown(self._nodes.__getitem__, self.size, raw)
        self.size += 1
        self.root = merkle.root(nodes.__getitem__, self.size).hex()
        edge = merkle.needed(lambda get: merkle.root(get, self.size))
        self._nodes = {node: nodes[node] for node in edge}

    def end(self) -> None:
        """Raises NotProven where it ends before what was kept, and Empty where there was nothing at all."""
        if self.kept and self.kept.size > self.size:
            raise proof.NotProven(f"The log had {self.kept.size} entries by {self.kept.by}, and has {self.size}.")
        if not self.size:
            raise Empty("The log has no entries: there is nothing to check.")

    def told(self) -> str:
        """What has been shown, and of a log that nothing was kept of, what cannot be."""
        held = f"The log holds: {self.size} entries, none removed or changed"
        if self.kept is None:
            return f"{held} among them. {_UNTOLD}"
        return f"{held}, which go on from the {self.kept.size} of {self.kept.by}."


def check_file(rows: Iterable[Any], kept: Kept | None, trusted: Trusted) -> Reading:
    """An exported log, that goes on from what was kept; raises NotProven and Empty."""
    reading = Reading(kept, trusted)
    for row in rows:
        reading.take(row)
    reading.end()
    return reading


def check_server(client: "Client", kept: Kept | None, trusted: Trusted) -> Reading:
    """The log of a server, that goes on from what was kept; raises NotProven, Empty and a ClientError."""
    reading = Reading(kept, trusted)

    async def reads() -> None:
        async with client:
            await read(client, reading)

    asyncio.run(reads())
    return reading


async def read(client: "Client", reading: Reading) -> None:
    """All that a server has entered up to its newest head; raises NotProven, Empty and a ClientError."""
    newest = await _newest(client)
    if newest is not None:
        proof.check_term(reading.trusted[proof.check_head(newest, reading.trusted)], newest["at"])
        async for row in _entries(client, newest["size"]):
            reading.take(row)
        if (reading.size, reading.root) != (newest["size"], newest["root"]):
            raise proof.NotProven(f"The newest head is of {newest['size']} entries, and not of those in the log.")
    reading.end()
    if reading.kept:
        await _check_consistency(client, reading.kept, reading)


async def _newest(client: "Client") -> Any:
    try:
        newest = await client.get_json("/strategy/v1/signature-log")
    except NotFound as error:
        if not str(error.problem.get("type")).startswith("urn:plumbline:"):  # no such server at all
            raise
        return None
    if type(newest.get("size")) is not int:
        raise proof.NotProven("The server does not say how long its log is.")
    return newest


async def _entries(client: "Client", size: int) -> AsyncIterator[Any]:
    """Page by page, up to a size: what is entered meanwhile is no concern of the head that was read."""
    after = 0
    while after < size:
        page = await client.get_json("/strategy/v1/signature-log/entries", after=after)
        rows = page.get("items")
        if not isinstance(rows, list) or not rows:
            raise proof.NotProven(f"Entry {after + 1} of the log is missing.")
        for row in rows[: size - after]:
            yield row
        after += len(rows)


async def _check_consistency(client: "Client", kept: Kept, reading: Reading) -> None:
    """What the server tells others, who do not read every entry, is true as well."""
    sizes = {"first": kept.size, "second": reading.size}
    told = await client.get_json("/strategy/v1/signature-log/consistency", **sizes)
    try:
        path = [merkle.read(step) for step in told["path"]]
    except (KeyError, TypeError, ValueError):
        raise proof.NotProven("The server does not say how its log goes on.") from None
    roots = merkle.read(kept.root), merkle.read(reading.root)
    if not merkle.continues(kept.size, roots[0], reading.size, roots[1], path):
        raise proof.NotProven(f"The server does not show that its log goes on from what it was by {kept.by}.")
