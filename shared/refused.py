"""What may come back from a server instead of what was asked for, and what an answer says."""

from collections.abc import Callable, Mapping
from typing import Any

import httpx
import orjson

Json = dict[str, Any]


class ClientError(Exception):
    """The call did not do what was asked; ``str()`` of it is a sentence for people."""


class Unreachable(ClientError):
    """Nothing usable came back: no connection, a time-out, or a server that is failing."""


class Failing(Unreachable):
    """An answer came, and says that the server cannot do it now."""


class Unusable(Unreachable):
    """An answer came, and nothing can be read from it."""


class Refused(ClientError):
    """The server understood and said no. ``errors`` are the problem document's ``{pointer, code, detail}``."""

    def __init__(self, status: int, problem: Mapping[str, Any]) -> None:
        self.status = status
        self.detail = str(problem.get("detail") or problem.get("title") or f"HTTP status {status}")
        self.errors: list[Json] = list(problem.get("errors") or ())
        self.problem = dict(problem)
        if self.detail.endswith("…"):  # cut short, as no error of one member is
            whole = (str(e.get("detail")) for e in self.errors)
            self.detail = next((text for text in whole if text.startswith(self.detail[:-1])), self.detail)
        told = [e for e in self.errors if str(e.get("detail")) not in self.detail]
        super().__init__(self._whose() + "".join(f" {e.get('pointer')}: {e.get('detail')}" for e in told))

    def _whose(self) -> str:
        """The detail, with what it is about where it only says what that must be."""
        pointers = [str(e.get("pointer") or "") for e in self.errors if e.get("detail") == self.detail]
        needed = len(pointers) == 1 and pointers[0] and self.detail.startswith("Must be ")
        return f"{pointers[0].removeprefix('?')} m{self.detail[1:]}" if needed else self.detail


class Unauthorized(Refused):
    """The token is missing, wrong or out of date."""


class NotFound(Refused):
    """There is no such thing, or no longer."""


class Gone(NotFound):
    """It was deleted; ``problem["last"]`` is its last state."""


class Conflict(Refused):
    """The request contradicts what is there."""


class PreconditionFailed(Refused):
    """What was read has changed since."""


_REFUSALS: dict[int, type[Refused]] = {
    401: Unauthorized,
    404: NotFound,
    409: Conflict,
    410: Gone,
    412: PreconditionFailed,
}


def content(response: httpx.Response) -> Json:
    if response.status_code >= 300:  # no redirect is followed: it could lead a token away
        raise refusal(response)
    if not response.content:
        return {}
    return _parsed(response, _unusable)


def refusal(response: httpx.Response) -> ClientError:
    status = response.status_code
    problem = _parsed(response, lambda _: {})
    if status >= 500:
        return Failing(f"{response.url.path} failed with status {status}: {problem.get('detail', 'no reason given')}")
    return _REFUSALS.get(status, Refused)(status, problem)


def _parsed(response: httpx.Response, otherwise: Callable[[httpx.Response], Json]) -> Json:
    try:
        value = orjson.loads(response.content)
    except ValueError:
        return otherwise(response)
    return value if isinstance(value, dict) else otherwise(response)


def _unusable(response: httpx.Response) -> Json:
    raise Unusable(f"{response.url.path} did not answer with a JSON object.")
