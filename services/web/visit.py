"""Somebody looks at a page: who it is, at which moment, and what the services answer them."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from pydantic import BaseModel

from services.web.rendering import Place
from services.web.sessions import Session
from shared import clock, typed
from shared.client import Client
from shared.contracts.views.frame import View
from shared.contracts.views.me import Me
from shared.contracts.views.nodes import NodePage
from shared.refused import ClientError

_LONGEST_WAIT = 2.0
M = TypeVar("M", bound=BaseModel)
V = TypeVar("V", bound=View)


@dataclass(frozen=True)
class Visit:
    """``wait_for`` is the event of what was saved last, for which a page waits once, and not long. ``answers`` are
    those of the views, in the order in which they came. ``by_itself`` is a page that turns although
    nobody has asked, ``at`` is when it was asked for."""

    client: Client
    session: Session
    place: Place
    valid_at: str | None = None
    wait_for: str | None = None
    theme: str = "system"
    by_itself: bool = False
    at: datetime = field(default_factory=clock.now)
    answers: list[View] = field(default_factory=list)
    _me: list[asyncio.Future[Me]] = field(default_factory=list)
    _caught_up: list[asyncio.Future[bool]] = field(default_factory=list)

    async def view(self, model: type[V], path: str, **parameters: Any) -> V:
        """What alignment answers of the moment that the page is about. Raises what ``shared.typed.read`` does."""
        moment = {"as_of": self.place.as_of, "valid_at": self.valid_at}
        answer = await self.lately(model, f"/alignment/v1{path}", **moment, **parameters)
        self.answers.append(answer)
        return answer

    async def lately(self, model: type[M], path: str, **parameters: Any) -> M:
        """What alignment answers of the present, once it has what was saved last; the parts of a page wait together."""
        if not self._caught_up:
            self._caught_up.append(asyncio.ensure_future(self._wait()))
        await asyncio.shield(self._caught_up[0])
        return await self.now(model, path, **parameters)

    @property
    def is_behind(self) -> bool:
        """Whether the views did not get what was saved last in time."""
        return any(each.done() and not each.result() for each in self._caught_up)

    async def _wait(self) -> bool:
        if self.wait_for is None:
            return True
        try:
            async with asyncio.timeout(_LONGEST_WAIT):
                answer = await self.now(NodePage, "/alignment/v1/nodes", limit=1, wait_for=self.wait_for)
        except (TimeoutError, ClientError):
            return False
        return answer.caught_up is not False

    async def now(self, model: type[M], path: str, **parameters: Any) -> M:
        """What a service answers of the present."""
        return (await typed.read(self.client, model, path, **parameters)).value

    async def whole(self, model: type[M], path: str) -> M:
        """The same with the items of all its pages."""
        return (await typed.whole(self.client, model, path)).value

    async def me(self) -> Me:
        """Whoever looks, as a person of the organisation: asked once, however many parts of a page want to know."""
        if not self._me:
            self._me.append(asyncio.ensure_future(self.now(Me, "/alignment/v1/me")))
        return await asyncio.shield(self._me[0])
