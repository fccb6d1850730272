"""Signing in and out, and the files that every page loads."""

from importlib.resources import files

from fastapi import APIRouter, Request, Response

from services.web.oidc.client import CALLBACK
from services.web.pages import Pages, router
from shared.errors import NotFound

_STATIC = {
    "style.css": "text/css; charset=utf-8",
    "page.js": "text/javascript; charset=utf-8",
    "live.js": "text/javascript; charset=utf-8",
    "drafts.js": "text/javascript; charset=utf-8",
    "mark.svg": "image/svg+xml",
}


def routes(pages: Pages) -> APIRouter:
    served, elsewhere = router(), pages.single_sign_on

    @served.get("/signin")
    async def offer(request: Request, code: str = "") -> Response:
        return await pages.signing_in.offer(request, code)

    @served.post("/signin")
    async def sign_in(request: Request) -> Response:
        return await pages.signing_in.sign_in(request)

    @served.post("/signout")
    async def sign_out(request: Request) -> Response:
        return await pages.signing_in.sign_out(request, elsewhere.farewell if elsewhere else None)

    if elsewhere:
        served.add_api_route("/signin/oidc", elsewhere.begin)
        served.add_api_route(CALLBACK, elsewhere.come_back)

    @served.post("/theme")
    async def theme(request: Request) -> Response:
        return await pages.signing_in.choose_theme(request)

    @served.get("/static/{name}")
    async def static(name: str) -> Response:
        if name not in _STATIC:
            raise NotFound("There is no such file.")
        raw = files("services.web").joinpath("static", name).read_bytes()
        headers = {"Cache-Control": "max-age=300", "X-Content-Type-Options": "nosniff"}
        return Response(raw, headers=headers, media_type=_STATIC[name])

    return served
