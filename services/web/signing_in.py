"""HTTP of signing in and out. A link that is followed shows a button; only pressing it spends the code."""

import hmac
import re
import secrets
from collections.abc import Awaitable, Callable
from contextlib import suppress
from urllib.parse import quote, unquote

from fastapi import Request, Response
from fastapi.responses import RedirectResponse
from starlette.datastructures import URL

from services.web import cookies
from services.web.auditing import Audit
from services.web.frame import Frame
from services.web.rendering import HEADERS, Place, page
from services.web.sessions import Session, Sessions, form_of
from shared.errors import DomainError, Forbidden, Unauthorized
from shared.http import exchange

PATH = "/signin"
THEMES = ("system", "light", "dark")
_THEME = "plumbline_theme"
Farewell = Callable[[Request, Session], Awaitable[Response]]
"""What is shown to whom after their session has ended."""
_A_YEAR = 31_536_000
_FORM_SECONDS = 600
_BACK_SECONDS, _LONGEST_WAY_BACK = 3600, 1000
_FORM_BYTES = 16_384


class SigningIn:
    """``provider`` is the host that people can sign in with besides."""

    def __init__(self, sessions: Sessions, audit: Audit, provider: str | None = None) -> None:
        self.sessions = sessions
        self.audit = audit
        self._provider = provider

    async def session(self, request: Request) -> Session:
        """Raises Unauthorized if nobody has signed in with this browser."""
        session = await self.sessions.find(cookies.held(request, "session"))
        if session is None:
            raise Unauthorized("Sign in.")
        return session

    async def offer(self, request: Request, code: str) -> Response:
        """What the printed address leads to. Programs that look at links before people do spend nothing."""
        try:
            as_whom = (await self.sessions.asked(code)).caller.subject if code else None
        except Unauthorized:
            return self.wrong(request, "The code has been used, or is too old.")
        if as_whom is None:
            return self.wrong(request, None)
        secret = secrets.token_urlsafe(32)
        frame = Frame(theme=theme_of(request))
        answer = self._door(Place(PATH), frame, 200, code=code, as_whom=as_whom, form=form_of(secret))
        cookies.hold(request, answer, "form", secret, _FORM_SECONDS, same_site="strict")
        return answer

    async def sign_in(self, request: Request) -> Response:
        """Spends the code. The form has to come from this browser, or another site could sign it in as anybody."""
        try:
            given = await exchange.form(request, _FORM_BYTES)
            held = cookies.held(request, "form")
            if not held or not hmac.compare_digest(form_of(held).encode(), given.get("form", "").encode()):
                raise Forbidden("The form is too old, or comes from elsewhere. Open the address again.")
            secret = await self.sessions.begin(given.get("code", ""))
        except Unauthorized:
            return self.wrong(request, "The code has been used, or is too old.")
        except DomainError as error:
            return refused(Place(PATH), Frame(theme=theme_of(request)), error.status, error.title, error.detail)
        answer = await self.begun(request, secret)
        cookies.drop(request, answer, "form", same_site="strict")
        return answer

    async def begun(self, request: Request, secret: str) -> Response:
        """To where somebody wanted to go, with a new session in the place of the one that there may have been."""
        await self._end(request)
        answer = led_to(_local(unquote(cookies.held(request, "back") or "")))
        cookies.hold(request, answer, "session", secret)
        cookies.drop(request, answer, "back")
        if session := await self.sessions.find(secret):
            await self.audit.tell(session.caller, "signed_in")
        return answer

    async def sign_out(self, request: Request, farewell: Farewell | None = None) -> Response:
        """Ends the session where it is kept, so that a copy of the cookie is worth nothing."""
        try:
            session = await self.session(request)
            if not session.check_form((await exchange.form(request, _FORM_BYTES)).get("form", "")):
                raise Forbidden("The form is too old, or comes from elsewhere.")
            await self._end(request)
            await self.audit.tell(session.caller, "signed_out")
        except Unauthorized:
            return led_to("/")
        except DomainError as error:
            return refused(Place("/"), Frame(theme=theme_of(request)), error.status, error.title, error.detail)
        answer = await farewell(request, session) if farewell else led_to("/")
        cookies.drop(request, answer, "session")
        return answer

    async def choose_theme(self, request: Request) -> Response:
        """Kept in the browser. Whoever is not signed in may choose as well, so it takes no session."""
        given = await exchange.form(request, _FORM_BYTES)
        back = given.get("back", "/")
        answer = led_to(_local(back))
        if given.get("theme") in THEMES:
            secure = cookies.is_secure(request)
            answer.set_cookie(_THEME, given["theme"], _A_YEAR, httponly=True, samesite="lax", secure=secure)
        return answer

    def wrong(self, request: Request, wrong: str | None) -> Response:
        return self._door(Place(PATH), Frame(theme=theme_of(request)), 401, wrong=wrong)

    def unknown(self, request: Request, place: Place, frame: Frame) -> Response:
        """Nobody, or no longer anybody; once they have signed in they are led back."""
        answer, back = self._door(place, frame, 401), _way_back(request)
        asked_by_hand = request.headers.get("sec-fetch-mode", "navigate") == "navigate"
        if asked_by_hand and len(back) <= _LONGEST_WAY_BACK:
            cookies.hold(request, answer, "back", quote(back, safe=""), _BACK_SECONDS)
        return answer

    def _door(self, place: Place, frame: Frame, status: int, **content: str | None) -> Response:
        nothing: dict[str, str | None] = {"code": None, "as_whom": None, "form": None, "wrong": None}
        crumbs, filled = [("Sign in", None)], nothing | {"provider": self._provider} | content
        return page("signin", place, status, frame=frame, crumbs=crumbs, said=None, **filled)

    async def _end(self, request: Request) -> None:
        if secret := cookies.held(request, "session"):
            await self.sessions.end(secret)


def refused(place: Place, frame: Frame, status: int, title: str, detail: str) -> Response:
    """A page that says what keeps another one from being shown."""
    title = "You may not do this" if title == Forbidden.title else title
    crumbs = [(title, None)]
    return page("refused", place, status, frame=frame, crumbs=crumbs, said=None, title=title, detail=detail)


def _local(address: str) -> str:
    """An address of ours, or the first page."""
    return address if re.match(r"/(?![/\\])", address) else "/"


def _way_back(request: Request) -> str:
    """The page that was asked for, or the one that had the form which was sent; where the browser does not say which
    that was, what is at the address of the form. Of what it says the path alone counts: no other site is led to."""
    path, query = request.url.path, request.url.query
    if request.method == "POST":
        with suppress(ValueError):
            came = URL(request.headers.get("referer") or path).remove_query_params(["said", "wait_for"])
            path, query = unquote(came.path), came.query
    return quote(path) + (f"?{query}" if query else "")


def led_to(address: str) -> RedirectResponse:
    return RedirectResponse(address, 303, headers=HEADERS)


def theme_of(request: Request) -> str:
    """How somebody wants to see it: `light`, `dark`, or as their system has it."""
    asked = request.cookies.get(_THEME, "")
    return asked if asked in THEMES else "system"
