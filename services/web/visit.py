"""Somebody looks at a page: who it is, at which moment, and what the services answer them."""

import asyncio
from dataclasses import dataclass, field
from typing import Any, TypeVar

from pydantic import BaseModel

from services.web.rendering import Place
from services.web.sessions import Session
from shared import typed
from shared.client import Client
from shared.contracts.views.frame import View
from shared.contracts.views.me import Me

M = TypeVar("M", bound=BaseModel)
V = TypeVar("V", bound=View)


@dataclass(frozen=True)
class Visit:
    """``wait_for`` is the event of what was saved last; ``answers`` are those of the views, in the order in which they
    came."""

    client: Client
    session: Session
    place: Place
    valid_at: str | None = None
    wait_for: str | None = None
    theme: str = "system"
    answers: list[View] = field(default_factory=list)
    _me: list[asyncio.Future[Me]] = field(default_factory=list)

    async def view(self, model: type[V], path: str, **parameters: Any) -> V:
        """What alignment answers of the moment that the page is about. Raises what ``shared.typed.read`` does."""
        moment = {"as_of": self.place.as_of, "valid_at": self.valid_at, "wait_for": self.wait_for}
        answer = await self.now(model, f"/alignment/v1{path}", **moment, **parameters)
        self.answers.append(answer)
        return answer

    async def now(self, model: type[M], path: str, **parameters: Any) -> M:
        """What a service answers of the present."""
        return (await typed.read(self.client, model, path, **parameters)).value

    async def me(self) -> Me:
        """Whoever looks, as a person of the organisation: asked once, however many parts of a page want to know."""
        if not self._me:
            self._me.append(asyncio.ensure_future(self.now(Me, "/alignment/v1/me")))
        return await asyncio.shield(self._me[0])
