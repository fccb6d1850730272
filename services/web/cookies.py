"""What a browser holds for the page, and how: out of reach of scripts, and behind TLS for TLS alone."""

from typing import Literal

from fastapi import Request, Response


def is_secure(request: Request) -> bool:
    """Whether the browser speaks TLS, with us or with the gateway; who claims so falsely cheats their own browser."""
    first, _, _ = request.headers.get("x-forwarded-proto", "").partition(",")  # of several gateways: the browser's
    return "https" in (request.url.scheme, first.strip())


def held(request: Request, name: str) -> str | None:
    return request.cookies.get(_named(request, name))


def hold(
    request: Request,
    answer: Response,
    name: str,
    value: str,
    seconds: int | None = None,
    *,
    same_site: Literal["lax", "strict"] = "lax",
) -> None:
    """Until the browser is closed, or for so many seconds. What another site leads here with needs ``lax``."""
    secure = is_secure(request)
    answer.set_cookie(_named(request, name), value, seconds, httponly=True, samesite=same_site, secure=secure)


def drop(request: Request, answer: Response, name: str, *, same_site: Literal["lax", "strict"] = "lax") -> None:
    answer.delete_cookie(_named(request, name), secure=is_secure(request), httponly=True, samesite=same_site)


def _named(request: Request, name: str) -> str:
    """Behind TLS by a name that no other host, and nobody without TLS, can set (RFC 6265bis)."""
    return f"__Host-plumbline-{name}" if is_secure(request) else f"plumbline_{name}"
