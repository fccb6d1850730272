"""What routes share: the body as checked bytes, who calls, and answers that carry what every answer carries."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import parse_qsl

import orjson
from fastapi import Request, Response
from pydantic import BaseModel
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import ClientDisconnect

from shared import telemetry
from shared.contracts.members import did_you_mean
from shared.errors import BadRequest, Fault, Invalid, TooLarge, Unavailable, UnsupportedMediaType
from shared.http import strict_json
from shared.http.auth import Caller
from shared.telemetry.tracing import current_traceparent

EVENT_HEADER = "Plumbline-Event"
Responses = dict[int | str, dict[str, Any]]
"""What OpenAPI says of the answers of a route, by status."""
_LARGE = 32_768
"""Bytes of JSON that are read in a few milliseconds, whatever they hold."""


def caller(request: Request, scope: str) -> Caller:
    """Who calls, if they may do this; raises Forbidden. The guard has checked the token before any route ran."""
    who: Caller = request.scope["caller"]
    who.demand(scope)
    return who


def writer(request: Request, service: str) -> Caller:
    """Who calls, if they may write anything there; what that is, the command asks."""
    who: Caller = request.scope["caller"]
    scope = f"{service}:write"
    if not who.may_some(scope):
        who.demand(scope)
    return who


async def no_strange_parameters(request: Request) -> None:
    """Refuse what the route does not know: a misspelt filter must not answer with everything."""
    known = parameters(request.scope["route"].dependant)
    if strange := sorted(set(request.query_params) - known):
        raise Invalid(no_parameter("", known), errors=[_strange(name, known) for name in strange])


def parameters(dependant: Any) -> set[str]:
    """Those of a route, and of what it depends on."""
    known = set[str]()
    for parameter in dependant.query_params:
        model = parameter.field_info.annotation
        several = isinstance(model, type) and issubclass(model, BaseModel)
        known |= model.model_fields.keys() if several else {parameter.alias}
    return known.union(*map(parameters, dependant.dependencies))


def no_parameter(name: str, known: set[str]) -> str:
    """What there is instead of a parameter that there is not."""
    there = ", ".join(sorted(known)) or "none"
    meant = did_you_mean(name, known) if name else ""
    return f"There is no such parameter here; there are {there}{meant or '.'}"


def _strange(name: str, known: set[str]) -> Fault:
    return Fault(pointer=f"?{name[:50]}", code="unknown-parameter", detail=no_parameter(name, known))


async def body(request: Request) -> tuple[bytes, Any]:
    """The body once as bytes and once as checked JSON."""
    _check_type(request.headers.get("content-type", "application/json"))
    raw = await _read(request, request.app.state.settings.max_body_bytes)
    return raw, await parsed(raw)


async def parsed(raw: bytes) -> Any:
    """Checked JSON. What takes long is read beside the loop, which serves others meanwhile."""
    return strict_json.read(raw) if len(raw) <= _LARGE else await asyncio.to_thread(strict_json.read, raw)


async def form(request: Request, limit: int) -> dict[str, str]:
    """The fields of a form that a page sends, each once. Raises BadRequest, or TooLarge."""
    found = await fields(request, limit, _FIELDS)
    if len(dict(found)) != len(found):
        raise BadRequest("The form has the same field twice.")
    return dict(found)


async def fields(request: Request, limit: int, most: int) -> list[tuple[str, str]]:
    """The fields of a form in their order, at most so many. Raises BadRequest, or TooLarge."""
    _check_form(request, _FORM)
    raw = await _read(request, limit)
    try:
        return parse_qsl(raw.decode(), keep_blank_values=True, strict_parsing=bool(raw), max_num_fields=most)
    except ValueError:
        raise BadRequest("The form cannot be read.") from None


@dataclass(frozen=True)
class Upload:
    """A file that a form brings, under the name that it has where it comes from."""

    name: str
    content: bytes


async def uploads(request: Request, limit: int, most: int) -> tuple[list[tuple[str, str]], list[Upload]]:
    """The fields of a form with files in their order, and its files; at most so many of each. Raises BadRequest, or
    TooLarge."""
    _check_form(request, _FORM_WITH_FILES)
    try:
        raw = await _read(request, limit)
    except TooLarge:
        raise TooLarge(f"The files may have {limit:,} bytes together.") from None

    async def pieces() -> AsyncGenerator[bytes, None]:
        for start in range(0, len(raw), _PIECE):
            yield raw[start : start + _PIECE]

    parser = MultiPartParser(request.headers, pieces(), max_files=most, max_fields=most, max_part_size=_PIECE)
    parser.spool_max_size = limit + 1  # nothing is written to a disk
    try:
        form = await parser.parse()
    except MultiPartException:
        raise BadRequest("The form cannot be read.") from None
    found = form.multi_items()
    files = [each for _, each in found if isinstance(each, UploadFile) and each.filename]
    read = [Upload(each.filename or "", await each.read()) for each in files]
    await form.close()
    return [(name, value) for name, value in found if isinstance(value, str)], read


def _check_form(request: Request, type: str) -> None:
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != type:
        raise UnsupportedMediaType("Send the form as it is.")


_FORM, _FORM_WITH_FILES = "application/x-www-form-urlencoded", "multipart/form-data"
_PIECE = 65_536
_FIELDS = 20
_LINES = ("application/x-ndjson", "application/ndjson", "application/jsonl")


async def lines(request: Request, most: int) -> list[bytes]:
    """A body of one JSON document a line; empty lines do not count. Raises TooLarge."""
    _check_type(request.headers.get("content-type", _LINES[0]))
    raw = await _read(request, request.app.state.settings.max_bulk_bytes)
    pieces = raw.split(b"\n", 2 * most)  # the last of them is whatever is left
    found = [line for line in pieces if line.strip()]
    if len(found) > most or (len(pieces) > 2 * most and pieces[-1].strip()):
        raise TooLarge(f"A request may have {most} lines.")
    return found


def _check_type(header: str) -> None:
    media, _, parameters = header.partition(";")
    media = media.strip().lower()
    if media not in ("application/json", *_LINES) and not (
        media.startswith("application/") and media.endswith("+json")
    ):
        raise UnsupportedMediaType("The body must be application/json.")
    charset = parameters.strip().lower().removeprefix("charset=").strip('"')
    if charset not in ("", "utf-8", "utf8"):
        raise UnsupportedMediaType("JSON is UTF-8.")


@dataclass
class Held:
    """Bytes of bodies that a process holds, over all requests that it works on."""

    most: int
    bytes: int = 0

    def take(self, number: int) -> None:
        """Raises Unavailable where there is no room for them."""
        if self.bytes + number > self.most:
            raise Unavailable("Too many requests with large bodies at a time.", headers={"Retry-After": "1"})
        self.bytes += number


class Holding:
    """What one request holds of it, given back when the request has ended."""

    def __init__(self, held: Held) -> None:
        self.held = held
        self.bytes = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.held.bytes -= self.bytes

    def take(self, number: int) -> None:
        self.held.take(number)
        self.bytes += number


async def _read(request: Request, limit: int) -> bytes:
    too_large = TooLarge(f"A body may have {limit} bytes.")
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and int(announced) > limit:
        raise too_large  # before anything is read: who waits to be told to go on is not told to
    chunks: list[bytes] = []
    size, holding = 0, request.scope["holding"]
    try:
        async for chunk in request.stream():
            size += len(chunk)
            if size > limit:
                raise too_large
            holding.take(len(chunk))
            chunks.append(chunk)
    except ClientDisconnect:
        raise BadRequest("The caller went away before the end of the body.") from None
    return b"".join(chunks)


def answer(content: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """A JSON answer; bytes are passed on as they are."""
    raw = content if isinstance(content, bytes) else orjson.dumps(content, default=_plain)
    return Response(raw, status, dict(headers or {}), media_type="application/json")


def _plain(value: Any) -> Any:
    return value.model_dump(mode="json")


def answering(model: type[BaseModel], status: int = 200) -> Responses:
    """What a route answers, for its ``responses``: it is documented, and not checked when it answers."""
    return {status: {"model": model, "description": (model.__doc__ or "").partition("\n\n")[0].replace("\n", " ")}}


def correlation() -> tuple[str, str | None, str | None]:
    """Correlation id, causation id and traceparent of the request, as they go into what it changes."""
    return telemetry.correlation_id.get(), telemetry.causation_id.get(), current_traceparent()
