"""A form that is sent twice, by a double click or again by a browser, does what it asks for once.

Each form brings back a random text of its own. Here it is remembered where such a form led to; another replica of the
page makes it once by the key that ``Client.once`` gives what is made.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from hashlib import sha256
from typing import Any, TypeVar

_REMEMBERED = 1000
T = TypeVar("T")


def mark(session: str, path: str, fields: Sequence[tuple[str, str]], files: Iterable[tuple[str, bytes]]) -> str | None:
    """Of a form as it was sent: what is typed anew is another one. None of one that cannot be told from another."""
    if not any(name == "once" and value for name, value in fields):
        return None
    digests = [(name, sha256(content).hexdigest()) for name, content in files]
    return sha256(repr((session, path, fields, digests)).encode()).hexdigest()


class Once:
    """What was done lately, by the marks of the forms that asked for it: each leads to an address."""

    def __init__(self) -> None:
        self._sent: dict[str, asyncio.Future[Any]] = {}

    async def do(self, mark: str | None, act: Callable[[], Awaitable[str | T]]) -> str | T:
        """Whoever sends a form again waits for the first, and is led to where that is; the first goes on also where
        nobody waits for it any more. An act that leads to no address has done nothing, and is tried again."""
        if mark is None:
            return await act()
        going = self._sent.get(mark)
        if going is None:
            going = self._sent[mark] = asyncio.ensure_future(act())
            going.add_done_callback(lambda ended: self._ended(mark, ended))
        return await asyncio.shield(going)

    def _ended(self, mark: str, ended: asyncio.Future[Any]) -> None:
        if ended.cancelled() or ended.exception() or not isinstance(ended.result(), str):
            self._sent.pop(mark, None)
        while len(self._sent) > _REMEMBERED:
            self._sent.pop(next(iter(self._sent)))
