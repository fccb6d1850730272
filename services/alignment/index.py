"""``/``: a plain index until the page comes: the score, the worst findings, the services and their documentation."""

from collections.abc import Sequence
from html import escape
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from services.alignment import findings_list
from services.alignment.reading import Reader
from services.alignment.score import score
from shared.auth import Authenticator
from shared.config import SERVICES, Settings
from shared.errors import DomainError, Unavailable

_COOKIE = "plumbline_token"
_WORST = 10
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
_HEADERS = {"Content-Security-Policy": _POLICY, "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"}
_STYLE = """
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { margin: 2rem auto; max-width: 60rem; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; }
th, td { padding: .35rem .75rem .35rem 0; text-align: left; vertical-align: top; border-bottom: 1px solid #8884; }
.index { font-size: 3rem; font-weight: 600; }
"""


def router(settings: Settings, reader: Reader) -> APIRouter:
    routes = APIRouter(include_in_schema=False)
    authenticator = Authenticator(settings.key_path)

    @routes.get("/")
    async def index(request: Request, token: str | None = None) -> Response:
        """Signs in by the token in the URL, once; from then on a cookie carries it."""
        try:
            authenticator.caller(f"Bearer {token or request.cookies.get(_COOKIE, '')}").demand("alignment:read")
        except DomainError:
            return _html("<h1>Plumbline</h1><p>Open the address that <code>plumbline up</code> has printed.</p>", 401)
        if token is not None:
            answer = RedirectResponse("/", status_code=303)
            answer.set_cookie(_COOKIE, token, httponly=True, samesite="lax")
            return answer
        return _html(await _body(reader))

    return routes


async def _body(reader: Reader) -> str:
    try:
        async with reader.moment(settled=True) as now:
            scored = await score(now, reader.grace)
            worst = (await findings_list.page(now, {}, _WORST, None, reader.grace))["items"]
    except Unavailable as building:
        return f"<h1>Plumbline</h1><p>{building.detail}</p>"
    return _render(scored, worst)


def _render(scored: dict[str, Any], worst: list[dict[str, Any]]) -> str:
    index = "–" if scored["index"] is None else f"{scored['index']:.0f}"
    dimensions = [(d["dimension"], "–" if d["raw"] is None else f"{d['raw']:.0f} %") for d in scored["dimensions"]]
    found = [
        (
            "pending" if f["pending"] else f["severity"],
            f["rule"],
            f"{f['subject']['kind']}/{f['subject']['key']}",
            f["title"],
            f["remedy"],
        )
        for f in worst
    ]
    return (
        f'<h1>Plumbline</h1><p><span class="index">{index}</span> of 100</p>'
        + _table(("Dimension", "Score"), dimensions)
        + "<h2>Worst findings</h2>"
        + (_table(("Severity", "Rule", "Subject", "What is wrong", "What to do"), found) if found else "<p>None.</p>")
        + "<h2>Services</h2><ul>"
        + "".join(f'<li>{s}: <a href="/{s}/docs">documentation of its API</a></li>' for s in SERVICES)
        + "</ul>"
    )


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    top = "".join(f"<th>{escape(cell)}</th>" for cell in head)
    body = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>"


def _html(body: str, status: int = 200) -> HTMLResponse:
    page = f'<!doctype html><html lang="en"><meta charset="utf-8"><title>Plumbline</title><style>{_STYLE}</style>{body}'
    return HTMLResponse(page, status, headers=_HEADERS)
