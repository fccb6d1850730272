"""Templates, and what every page has: where its links lead, at which moment, and what a browser may do with it."""

import re
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal
from urllib.parse import quote, urlencode

from fastapi.responses import HTMLResponse, Response
from jinja2 import Environment, PackageLoader, StrictUndefined

from services.web.drawing.sheet import light, sheet_of
from services.web.filters import FILTERS, moment
from shared import clock
from shared.clock import rfc3339
from shared.contracts.instant import moment as as_moment
from shared.contracts.views.nodes import Node

_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'"
)
HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}
_TEMPLATES = Environment(
    loader=PackageLoader("services.web"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_TEMPLATES.filters.update({**FILTERS, "light": light, "sheet_of": sheet_of})
_NOT_IN_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
Look = Literal["map", "spark", "days", "bars", "heat"]
Crumbs = Sequence[tuple[str, str | None]]
"""The way to a page: what is said, and the address that it leads to, of all but the last."""


class Place:
    """Where a page stands: its path, the moment that it and all its links are about, and what its forms bring back
    where somebody has signed in: ``form`` proves that they come from here, and by ``once`` one that is sent again is
    known."""

    def __init__(self, path: str, as_of: datetime | None = None, form: str | None = None) -> None:
        self.path = "/" + path.lstrip("/\\")  # two of them would begin the name of another host
        self.form = form
        self.once = secrets.token_urlsafe(12)
        self.as_of = rfc3339(as_of) if as_of else None

    def to(self, path: str, **parameters: Any) -> str:
        """A link that stays at this moment."""
        return _address(path, parameters | {"as_of": self.as_of})

    def now(self, **parameters: Any) -> str:
        """This page as it is now."""
        return _address(self.path, parameters)

    def entity(self, node: Node, **parameters: Any) -> str:
        """By its key, but of what has none or had it once."""
        name = node.id if node.deleted or not node.key else node.key
        return self.to(f"/entity/{node.kind}/{name}", **parameters)

    def is_here(self, section: str) -> bool:
        return self.path == section or (section != "/" and self.path.startswith(f"{section}/"))


def _address(path: str, parameters: Mapping[str, Any]) -> str:
    given = {name: value for name, value in parameters.items() if value}
    return quote(path) + (f"?{urlencode(given, doseq=True)}" if given else "")


def page(name: str, place: Place, status: int = 200, **content: Any) -> HTMLResponse:
    """A template, filled in. Everything that is put into it is text, and never markup."""
    return HTMLResponse(_TEMPLATES.get_template(f"{name}.html").render(place=place, **content), status, headers=HEADERS)


def picture(place: Place, look: Look, drawn: Any, name: str, title: str, sentence: str) -> Response:
    """A drawing as a file to be kept, under a name: an SVG that stands alone."""
    at = f"As recorded by {moment(as_moment(place.as_of) if place.as_of else clock.now())} UTC."
    told = {"look": look, "drawn": drawn, "title": title, "sentence": sentence, "at": at}
    text = _TEMPLATES.get_template("exported.svg").render(place=place, **told)
    headers = {**HEADERS, "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}.svg"}
    return Response(_NOT_IN_XML.sub("", text).strip(), media_type="image/svg+xml", headers=headers)
