"""HTTP of signing in and out. A link that is followed shows a button; only pressing it spends the code."""

import hmac
import secrets
from urllib.parse import quote

from fastapi import Request, Response
from fastapi.responses import RedirectResponse

from services.web.rendering import HEADERS, Place, page
from services.web.sessions import Session, Sessions, form_of
from shared.errors import DomainError, Forbidden, Unauthorized
from shared.http import exchange

PATH = "/signin"
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
            who = (await self.sessions.asked(code)).caller.subject if code else None
        except Unauthorized:
            return _unknown("The code has been used, or is too old.")
        if who is None:
            return _unknown(None)
        secret = secrets.token_urlsafe(32)
        answer = page("signin", Place(PATH), code=code, who=who, form=form_of(secret), wrong=None)
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
            return _unknown("The code has been used, or is too old.")
        except DomainError as error:
            return refused(Place(PATH), error.status, error.title, error.detail)
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
            return refused(Place("/"), error.status, error.title, error.detail)
        answer = led_to("/")
        answer.delete_cookie(_cookie(request), secure=_is_secure(request), httponly=True, samesite="lax")
        return answer

    async def _end(self, request: Request) -> None:
        if secret := request.cookies.get(_cookie(request)):
            await self.sessions.end(secret)


def refused(place: Place, status: int, title: str, detail: str) -> Response:
    return page("refused", place, status, title=title, detail=detail)


def led_to(address: str) -> RedirectResponse:
    return RedirectResponse(quote(address), 303, headers=HEADERS)


def unknown(place: Place) -> Response:
    return page("signin", place, 401, code=None, who=None, form=None, wrong=None)


def _unknown(wrong: str | None) -> Response:
    return page("signin", Place(PATH), 401, code=None, who=None, form=None, wrong=wrong)


def _is_secure(request: Request) -> bool:
    """Whether the browser speaks TLS, with us or with the gateway; who claims so falsely cheats their own browser."""
    first, _, _ = request.headers.get("x-forwarded-proto", "").partition(",")  # of several gateways: the browser's
    return "https" in (request.url.scheme, first.strip())


def _cookie(request: Request, name: str = "session") -> str:
    """Behind TLS by a name that no other host, and nobody without TLS, can set (RFC 6265bis)."""
    return f"__Host-plumbline-{name}" if _is_secure(request) else f"plumbline_{name}"
