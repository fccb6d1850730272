"""Denied by default: no route runs without a valid token, unless its path is on the short list of open ones."""

from collections.abc import Callable

from starlette.types import ASGIApp, Receive, Scope, Send

from shared.contracts.means import HEADER
from shared.errors import DomainError
from shared.http.auth import Authenticator
from shared.http.problems import render

_MEANS = HEADER.lower().encode()


class Guarded:
    """Checks the bearer token and leaves the caller in the scope, for the route to ask what they may do."""

    def __init__(self, app: ASGIApp, authenticator: Authenticator, is_open: Callable[[str], bool]) -> None:
        self.app = app
        self.authenticator = authenticator
        self.is_open = is_open

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        # decided on the path that routing uses, never on a URL put together from headers
        if scope["type"] == "http" and not self.is_open(scope["path"]):
            given = [value for name, value in scope["headers"] if name == b"authorization"]
            try:
                # of two it would not be clear which one somebody in between has looked at
                caller = self.authenticator.caller(given[0].decode("latin-1") if len(given) == 1 else None)
            except DomainError as error:
                await render(error)(scope, receive, send)
                return
            told = next((value for name, value in scope["headers"] if name == _MEANS), b"")
            scope["caller"] = caller.by(told.decode("latin-1"))
        await self.app(scope, receive, send)
