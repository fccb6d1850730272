"""Denied by default: no route runs without a valid token, unless its path is on the short list of open ones."""

from collections.abc import Callable

from starlette.types import ASGIApp, Receive, Scope, Send

from shared.auth import Authenticator
from shared.errors import Unauthorized
from shared.problems import render


class Guarded:
    """Checks the bearer token and leaves the caller in the scope, for the route to ask what they may do."""

    def __init__(self, app: ASGIApp, authenticator: Authenticator, is_open: Callable[[str], bool]) -> None:
        self.app = app
        self.authenticator = authenticator
        self.is_open = is_open

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        # decided on the path that routing uses, never on a URL put together from headers
        if scope["type"] == "http" and not self.is_open(scope["path"]):
            given = dict(scope["headers"]).get(b"authorization", b"")
            try:
                scope["caller"] = self.authenticator.caller(given.decode("latin-1"))
            except Unauthorized as error:
                await render(error)(scope, receive, send)
                return
        await self.app(scope, receive, send)
