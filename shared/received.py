"""Answers as they are received: of each no more than any platform would send."""

from typing import Any

import httpx

from shared.refused import Unusable

MOST_BYTES = 64 * 1024 * 1024
"""Of an answer that are read. Pages have at most 4 MiB; nothing that a service says is near it."""
_OF_THE_TRANSFER = ("content-encoding", "content-length", "transfer-encoding")


class Bounded(httpx.AsyncClient):
    """Reads of an answer no more than any platform would send, or ``most`` bytes. Raises Unusable for a larger one."""

    def __init__(self, *, most: int | None = None, **more: Any) -> None:
        super().__init__(**more)
        self._most = most

    async def send(self, request: httpx.Request, *, stream: bool = False, **more: Any) -> httpx.Response:
        response = await super().send(request, stream=True, **more)
        if stream:
            return response
        try:
            return await whole(response, self._most)
        except httpx.DecodingError:
            raise Unusable(f"{request.url.path} did not answer in the encoding that it names.") from None
        finally:
            await response.aclose()


async def whole(response: httpx.Response, most: int | None = None) -> httpx.Response:
    """With its content, as it is unpacked. Raises Unusable where that is larger than ``most`` bytes."""
    chunks, size = [], 0
    async for chunk in response.aiter_bytes():
        size += len(chunk)
        if size > (most or MOST_BYTES):
            raise too_large(response, most)
        chunks.append(chunk)
    headers = [(name, value) for name, value in response.headers.multi_items() if name not in _OF_THE_TRANSFER]
    return httpx.Response(response.status_code, headers=headers, content=b"".join(chunks), request=response.request)


def too_large(response: httpx.Response, most: int | None = None) -> Unusable:
    return Unusable(f"{response.url.path}: the answer is larger than {(most or MOST_BYTES) // 1024**2} MiB.")
