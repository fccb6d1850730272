"""Files brought in: a form, what they would do, the button that does it, and the report of what was done."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request, Response

from services.web.filters import words
from services.web.importing import store
from services.web.importing.asked import Asked, file_name, told, worded, wrongs
from services.web.importing.parts import counted, numbers, parts
from services.web.importing.store import KEPT_HOURS, Busy, Kept
from services.web.pages import Done, Form, Pages, Screen, router
from services.web.rendering import HEADERS
from services.web.visit import Visit
from services.web.wrong import Errors
from shared.contracts import NODE_KINDS, OWNERS
from shared.errors import Forbidden, NotFound
from shared.http import exchange
from shared.interchange.formats import FORMATS
from shared.resource.listing import Word

_LINES = 50
"""Of each part; the part alone shows all that the report has."""
_CRUMB = ("Import", "/import")
_BUSY = "Something of yours is being brought in already. Look at it below, and wait until it has ended."
_BUNDLE = "a bundle of Plumbline (YAML)"


class _Importing:
    def __init__(self, pages: Pages) -> None:
        self.imports = pages.imports

    async def form(self, visit: Visit, asked: Asked | None = None, errors: Errors | None = None) -> Screen:
        content = {
            "asked": asked or Asked(),
            "errors": errors or [],
            "kept": await self.imports.store.of(visit.session.caller.subject),
            "may": _may(visit),
            "kinds": [(kind, words(kind)) for kind in (*NODE_KINDS, "link")],
            "formats": [*(worded(each.title) for each in FORMATS), _BUNDLE],
            "hours": KEPT_HOURS,
        }
        return Screen(
            "import", content, [("Begin", visit.place.to("/begin")), ("Import", None)], 422 if errors else 200
        )

    async def check(self, visit: Visit, form: Form) -> Done | Screen:
        """Files that cannot be read come back at once, if it shows at once."""
        if not _may(visit):
            raise Forbidden("Bringing something in takes the right to write in one of the services.")
        files = {file_name(each.name): each.content for each in form.files}
        asked = Asked.of(form.get, files)
        errors = wrongs(asked)
        if len(files) < len(form.files):
            errors = [("files", "Two of these files have the same name.")]
        if errors:
            return await self.form(visit, asked, errors)
        subject = visit.session.caller.subject
        try:
            id = await self.imports.check(visit.client, subject, asked, b"".join(files.values()))
        except Busy:
            return await self.form(visit, asked, [(None, _BUSY)])
        found = await self.imports.store.find(subject, id)
        if found and found.state == store.FAILED:
            await self.imports.store.drop(subject, id)
            return await self.form(visit, asked, told(found.told or ""))
        return Done(f"/import/{id}", "")

    async def report(self, visit: Visit, id: str, part: str | None, errors: Errors | None = None) -> Screen:
        found = await self.find(visit, id)
        all_parts = parts(found.report) if found.report else []
        shown = [each for each in all_parts if each.name == part] or all_parts
        content: dict[str, Any] = {
            "kept": found,
            "parts": shown,
            "alone": len(shown) == 1 and shown[0].name == part,
            "most": None if part else _LINES,
            "numbers": numbers(found.report) if found.report else [],
            "counted": counted(found.report) if found.report else [],
            "told": told(found.told) if found.told else [],
            "errors": errors or [],
            "hours": KEPT_HOURS,
        }
        return Screen("import_report", content, [_CRUMB, (", ".join(found.asked.names), None)], 409 if errors else 200)

    async def act(self, visit: Visit, id: str, form: Form) -> Done | Screen:
        subject = visit.session.caller.subject
        if form.get("act") == "drop":
            await self.imports.store.drop(subject, id)
            return Done("/import", "dropped")
        try:
            did = await self.imports.again(visit.client, subject, id, dry_run=form.get("act") != "run")
        except Busy:
            return await self.report(visit, id, None, [(None, _BUSY)])
        found = await self.find(visit, id)
        if not did:
            return await self.report(visit, id, None, [(None, "It has been brought in already, or cannot be.")])
        return Done(f"/import/{id}", "imported" if found.state == store.DONE else "")

    async def find(self, visit: Visit, id: str) -> Kept:
        """Of whoever is here; of others there is none."""
        found = await self.imports.store.find(visit.session.caller.subject, id)
        if found is None:
            raise NotFound(f"There is no import at this address, or no longer: each is kept for {KEPT_HOURS} hours.")
        return found


def _may(visit: Visit) -> bool:
    return any(visit.session.caller.may_some(f"{service}:write") for service in OWNERS)


def _document(found: Kept) -> Mapping[str, Any]:
    """The report for programs: as the command line gives it, and how far it is."""
    asked = {name: value for name, value in found.asked.data.items() if name != "sizes"}
    head = {"id": found.id, "state": found.state, "asked": asked, "done": found.done, "total": found.total}
    return {**head, "told": found.told, "report": found.report}


def routes(pages: Pages) -> APIRouter:
    served, importing = router(), _Importing(pages)

    @served.get("/import")
    async def form(request: Request) -> Response:
        return await pages.show(request, None, importing.form)

    @served.post("/import")
    async def check(request: Request) -> Response:
        return await pages.act(request, importing.check, files=True)

    async def document(request: Request, id: str) -> Response:
        async def made(visit: Visit) -> Response:
            return exchange.answer(_document(await importing.find(visit, id)), headers=HEADERS)

        return await pages.give(request, made)

    @served.get("/import/{id}.json")
    async def for_programs(request: Request, id: Word) -> Response:
        return await document(request, id)

    @served.get("/import/{id}")
    async def report(request: Request, id: Word, part: Word | None = None) -> Response:
        if request.headers.get("accept", "").startswith("application/json"):
            return await document(request, id)
        return await pages.show(request, None, lambda visit: importing.report(visit, id, part))

    @served.post("/import/{id}")
    async def act(request: Request, id: Word) -> Response:
        return await pages.act(request, lambda visit, form: importing.act(visit, id, form))

    return served
