"""HTTP of a page: sign in, ask the services about one moment, fill in a template; or do something, and lead to where it
is seen. It works without a script, and by keyboard."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Query, Request, Response
from starlette.types import Receive, Scope, Send

from services.web.auditing import Audit
from services.web.faults import Told
from services.web.frame import Frame, Frames, Visitor
from services.web.importing.work import Imports
from services.web.live import Live
from services.web.once import Once, mark
from services.web.rendering import Crumbs, Place, page
from services.web.said import SAID
from services.web.services import Services
from services.web.signing_in import led_to, refused, theme_of
from services.web.single_sign_on import ways_in
from services.web.visit import Visit
from services.web.visits import Visits
from shared import refused as refusals
from shared.clock import rfc3339
from shared.config import Settings
from shared.contracts import NODE_KINDS
from shared.contracts.events import EventId
from shared.contracts.instant import moment
from shared.errors import BadRequest, DomainError, Forbidden, NotFound, Unauthorized
from shared.http import exchange
from shared.http.exchange import Upload
from shared.resource.listing import Word
from shared.storage.db import Database

YEARS = range(1000, 9000)
"""That a person means; beyond them a week before or after would be no date."""
_WITHOUT_OFFSET = re.compile(r"[^T]+T[0-9:.]+")
_MOST = 2**53
"""Versions are numbers that JSON has."""
_FORBIDDEN = 403
_FORM_BYTES, _MOST_FIELDS, _MOST_FILES = 1_048_576, 5_000, 50
AsOf = Annotated[Word | None, Query()]
Give = Callable[[Visit], Awaitable[Response]]


@dataclass(frozen=True)
class Screen:
    """A template, and what it is filled with. ``status`` is 200 unless a form comes back with what is wrong."""

    template: str
    content: dict[str, Any]
    crumbs: Crumbs = ()
    status: int = 200


@dataclass(frozen=True)
class Done:
    """Where an act can be seen, and what is said there, by its name in ``SAID``."""

    address: str
    said: str = "saved"


class Form:
    """What was typed into a form: the values of each field, in their order; and its files."""

    def __init__(self, fields: list[tuple[str, str]], files: Sequence[Upload] = ()) -> None:
        self.fields, self.files = fields, files

    def get(self, name: str, otherwise: str = "") -> str:
        """The first value of a field, without spaces around it."""
        return next((value for key, value in self.fields if key == name), otherwise).strip()

    def every(self, name: str) -> list[str]:
        return [value for key, value in self.fields if key == name]


Act = Callable[[Visit, Form], Awaitable[Done | Screen]]
Show = Callable[[Visit], Awaitable[Screen | Done]]


class Pages:
    """Answers a request with a page, or says on one what keeps it from doing so."""

    def __init__(self, settings: Settings, database: Database, services: Services) -> None:
        """Raises Misconfigured."""
        self._services, self._upload_bytes = services, settings.max_bulk_bytes
        self._frames = Frames()
        self.visits, self.imports, self.live = Visits(database), Imports(database), Live(services, settings)
        self._audit, self._once = Audit(services), Once()
        self.signing_in, self.single_sign_on = ways_in(settings, database, self._audit)

    async def show(self, request: Request, as_of: str | None, make: Show, valid_at: str | None = None) -> Response:
        """The screen that is made of what the services say of a moment; ``Done`` if it is at another address."""

        async def shown(visit: Visit) -> Response:
            await self.visits.here(visit.session.caller.subject, by_itself=visit.by_itself)
            around, screen = await asyncio.gather(self._frames.around(visit), make(visit))
            if isinstance(screen, Done):
                return led_to(screen.address)
            said = SAID.get(request.query_params.get("said", ""))
            return _drawn(screen, visit, around.frame(visit, live=True), said)

        return await self._answer(request, as_of, shown, valid_at)

    async def give(self, request: Request, make: Give, as_of: str | None = None) -> Response:
        """An answer that is no page, such as a file to be kept."""
        return await self._answer(request, as_of, make)

    async def act(self, request: Request, do: Act, *, files: bool = False) -> Response:
        """What a form asks for, one with ``files`` or one without, and once, however often it is sent. The form has to
        come from a page of this session. What it leads to waits for what was saved; what the act refuses comes back as
        a screen."""

        async def done(visit: Visit) -> Response:
            if files:
                form = Form(*await exchange.uploads(request, self._upload_bytes, _MOST_FILES))
            else:
                form = Form(await exchange.fields(request, _FORM_BYTES, _MOST_FIELDS))
            if not visit.session.check_form(form.get("form")):
                raise Forbidden("The form is too old, or comes from elsewhere. Load the page again.")
            visit.client.once = form.get("once")

            async def leads() -> str | Screen:
                did = await do(visit, form)
                if isinstance(did, Screen):
                    return did
                return _with(did.address, said=did.said, wait_for=_awaited(visit.client.event))

            files_given = ((each.name, each.content) for each in form.files)
            led = await self._once.do(mark(visit.session.form, request.url.path, form.fields, files_given), leads)
            if isinstance(led, Screen):
                return _drawn(led, visit, (await self._frames.around(visit)).frame(visit), None)
            return led_to(led)

        return await self._answer(request, None, done)

    async def nothing_there(self, scope: Scope, receive: Receive, send: Send) -> None:
        """A page for every address that has none."""
        request = Request(scope, receive)

        async def nothing(_: Visit) -> Response:
            raise NotFound("There is no page at this address.")

        await (await self._answer(request, None, nothing))(scope, receive, send)

    async def _answer(self, request: Request, as_of: str | None, make: Give, valid_at: str | None = None) -> Response:
        theme, by_itself = theme_of(request), "plumbline-by-itself" in request.headers
        place, frame, right = Place(request.url.path), Frame(theme=theme), None
        try:
            session = await self.signing_in.session(request)
            place, frame = Place(request.url.path, form=session.form), Frame(Visitor(session, None), theme=theme)
            place = Place(request.url.path, read_moment(as_of), session.form)
            day, wait_for = read_moment(valid_at), _event(request.query_params.get("wait_for"))
            client = self._services.acting(await self._services.known(session.caller))
            answer = await make(
                Visit(client, session, place, rfc3339(day) if day else None, wait_for, theme, by_itself)
            )
        except Unauthorized:
            return self.signing_in.unknown(request, place, frame)
        except DomainError as error:
            right = error.members.get("scope")
            answer = refused(place, frame, error.status, error.title, error.detail)
        except refusals.Refused as error:
            right = error.problem.get("scope")
            answer = refused(place, frame, error.status, str(error.problem.get("title", "Refused")), str(error))
        except refusals.ClientError as error:
            answer = refused(place, frame, 503, "A service does not answer", str(error))
        if answer.status_code == _FORBIDDEN and frame.visitor:
            await self._audit.refused(frame.visitor.session.caller, place.path, right)
        return answer


def _drawn(screen: Screen, visit: Visit, frame: Frame, said: str | None) -> Response:
    return page(
        screen.template, visit.place, screen.status, frame=frame, crumbs=screen.crumbs, said=said, **screen.content
    )


def _with(address: str, **parameters: str | None) -> str:
    """An address with more parameters; a part that is named by ``#`` stays at its end."""
    path, hash, part = address.partition("#")
    given = "&".join(f"{name}={quote(value)}" for name, value in parameters.items() if value)
    return f"{path}{'&' if '?' in path else '?'}{given}{hash}{part}" if given else address


def _awaited(event: str | None) -> str | None:
    """What alignment records of its own is there at once, and in no view."""
    if event is None:
        return None
    kind = EventId.parse(event).kind
    return event if kind == "link" or (kind in NODE_KINDS and NODE_KINDS[kind].in_view) else None


def _event(text: str | None) -> str | None:
    """The id of an event, or None where it is none: whoever mistypes an address waits for nothing."""
    try:
        event = EventId.parse(text) if text else None
    except (DomainError, ValueError):
        return None
    return str(event) if event and max(event.epoch, event.version) < _MOST else None


def router() -> APIRouter:
    """For pages: they are in no document of an API."""
    return APIRouter(include_in_schema=False, route_class=Told)


def read_moment(text: str | None) -> datetime | None:
    """As a form gives it, without an offset, or as the API has it. Raises BadRequest."""
    if not text:
        return None
    try:
        at = moment(f"{text}Z" if _WITHOUT_OFFSET.fullmatch(text) else text)
    except ValueError:
        raise BadRequest("The moment must be a date and time, such as 2026-01-31T12:00.") from None
    if at.year not in YEARS:
        raise BadRequest("There was no moment like that.")
    return at
