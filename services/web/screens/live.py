"""What a page that is looked at listens to, as server-sent events: ``{"at": {SERVICE: moment}, "late": bool}``."""

import asyncio

from fastapi import APIRouter, Request, Response

from services.web import cookies
from services.web.pages import Pages, router
from shared.changes.stream import EventStream
from shared.errors import Unauthorized
from shared.http.problems import render


def routes(pages: Pages) -> APIRouter:
    served, live, signing_in = router(), pages.live, pages.signing_in

    @served.get("/live")
    async def listen(request: Request) -> Response:
        try:
            session = await signing_in.session(request)
        except Unauthorized as error:
            return render(error)
        secret = cookies.held(request, "session")

        async def goes_on() -> bool:
            return await signing_in.sessions.find(secret) is not None

        ending = request.scope.get("ending") or asyncio.Event()
        events = live.told(goes_on, ending) if live.has_room(session.form) else live.once()
        return EventStream(live.watching(session.form, session.caller), events)

    return served
