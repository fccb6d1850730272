"""HTTP of signing in and out. A link that is followed shows a button; only pressing it spends the code."""

import hmac
import re
import secrets

from fastapi import Request, Response
from fastapi.responses import RedirectResponse

from services.web.frame import Frame
from services.web.rendering import HEADERS, Place, page
from services.web.sessions import Session, Sessions, form_of
from shared.errors import DomainError, Forbidden, Unauthorized
from shared.http import exchange

PATH = "/signin"
THEMES = ("system", "light", "dark")
_THEME = "plumbline_theme"
_A_YEAR = 31_536_000
_FORM_SECONDS = 600
_FORM_BYTES = 16_384


class SigningIn:
    def __init__(self, sessions: Sessions) -> None:
        self.sessions = sessions

    async def session(self, request: Request) -> Session:
        """Raises Unauthorized if nobody has signed in with this browser."""
        session = await self.sessions.find(request.cookies.get(_cookie(request)))
        if session is None:
            raise Unauthorized("Sign in.")
        return session

    async def offer(self, request: Request, code: str) -> Response:
        """What the printed address leads to. Programs that look at links before people do spend nothing."""
        try:
            as_whom = (await self.sessions.asked(code)).caller.subject if code else None
        except Unauthorized:
            return self._wrong(request, "The code has been used, or is too old.")
        if as_whom is None:
            return self._wrong(request, None)
        secret = secrets.token_urlsafe(32)
        answer = _door(Place(PATH), Frame(theme=theme_of(request)), code=code, as_whom=as_whom, form=form_of(secret))
        answer.set_cookie(
            _cookie(request, "form"),
            secret,
            _FORM_SECONDS,
            httponly=True,
            samesite="strict",
            secure=_is_secure(request),
        )
        return answer

    async def sign_in(self, request: Request) -> Response:
        """Spends the code. The form has to come from this browser, or another site could sign it in as anybody."""
        try:
            given = await exchange.form(request, _FORM_BYTES)
            held = request.cookies.get(_cookie(request, "form"))
            if not held or not hmac.compare_digest(form_of(held).encode(), given.get("form", "").encode()):
                raise Forbidden("The form is too old, or comes from elsewhere. Open the address again.")
            secret = await self.sessions.begin(given.get("code", ""))
            await self._end(request)
        except Unauthorized:
            return self._wrong(request, "The code has been used, or is too old.")
        except DomainError as error:
            return refused(Place(PATH), Frame(theme=theme_of(request)), error.status, error.title, error.detail)
        answer = led_to("/")
        answer.set_cookie(_cookie(request), secret, httponly=True, samesite="lax", secure=_is_secure(request))
        answer.delete_cookie(_cookie(request, "form"), secure=_is_secure(request), httponly=True, samesite="strict")
        return answer

    async def sign_out(self, request: Request) -> Response:
        """Ends the session where it is kept, so that a copy of the cookie is worth nothing."""
        try:
            session = await self.session(request)
            if not session.check_form((await exchange.form(request, _FORM_BYTES)).get("form", "")):
                raise Forbidden("The form is too old, or comes from elsewhere.")
            await self._end(request)
        except Unauthorized:
            return led_to("/")
        except DomainError as error:
            return refused(Place("/"), Frame(theme=theme_of(request)), error.status, error.title, error.detail)
        answer = led_to("/")
        answer.delete_cookie(_cookie(request), secure=_is_secure(request), httponly=True, samesite="lax")
        return answer

    async def choose_theme(self, request: Request) -> Response:
        """Kept in the browser. Whoever is not signed in may choose as well, so it takes no session."""
        given = await exchange.form(request, _FORM_BYTES)
        back = given.get("back", "/")
        answer = led_to(back if re.match(r"/(?![/\\])", back) else "/")
        if given.get("theme") in THEMES:
            secure = _is_secure(request)
            answer.set_cookie(_THEME, given["theme"], _A_YEAR, httponly=True, samesite="lax", secure=secure)
        return answer

    @staticmethod
    def _wrong(request: Request, wrong: str | None) -> Response:
        return _door(Place(PATH), Frame(theme=theme_of(request)), 401, wrong=wrong)

    async def _end(self, request: Request) -> None:
        if secret := request.cookies.get(_cookie(request)):
            await self.sessions.end(secret)


def refused(place: Place, frame: Frame, status: int, title: str, detail: str) -> Response:
    """A page that says what keeps another one from being shown."""
    crumbs = [(title, None)]
    return page("refused", place, status, frame=frame, crumbs=crumbs, said=None, title=title, detail=detail)


def led_to(address: str) -> RedirectResponse:
    return RedirectResponse(address, 303, headers=HEADERS)


def unknown(place: Place, frame: Frame) -> Response:
    return _door(place, frame, 401)


def _door(place: Place, frame: Frame, status: int = 200, **content: str | None) -> Response:
    nothing: dict[str, str | None] = {"code": None, "as_whom": None, "form": None, "wrong": None}
    crumbs = [("Sign in", None)]
    return page("signin", place, status, frame=frame, crumbs=crumbs, said=None, **nothing | content)


def theme_of(request: Request) -> str:
    """How somebody wants to see it: `light`, `dark`, or as their system has it."""
    asked = request.cookies.get(_THEME, "")
    return asked if asked in THEMES else "system"


def _is_secure(request: Request) -> bool:
    """Whether the browser speaks TLS, with us or with the gateway; who claims so falsely cheats their own browser."""
    first, _, _ = request.headers.get("x-forwarded-proto", "").partition(",")  # of several gateways: the browser's
    return "https" in (request.url.scheme, first.strip())


def _cookie(request: Request, name: str = "session") -> str:
    """Behind TLS by a name that no other host, and nobody without TLS, can set (RFC 6265bis)."""
    return f"__Host-plumbline-{name}" if _is_secure(request) else f"plumbline_{name}"
