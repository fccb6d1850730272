"""Real answers held against the OpenAPI documents: what a test is answered must be what the document says."""

import json
import re
from collections import Counter
from collections.abc import Mapping
from typing import Any

import httpx
import jsonschema

from shared.config import SERVICES
from tests.documents import openapi

_LOOKED_AT = 8
"""Answers of an operation with a status that are looked at in one process; those that follow take the same way."""
_LARGEST = 300_000
_FORMATS = jsonschema.FormatChecker(["date-time", "uuid"])
Answered = tuple[str, str, str, str]
"""Service, method, path as the document has it, and status."""


class Wrong(AssertionError):
    """An answer is not as it is documented: its model is in ``shared/contracts/answers/`` or ``views/``."""


class Documents:
    """By service, and how often answers of their operations have come by."""

    def __init__(self, documents: Mapping[str, dict[str, Any]]) -> None:
        self.documents = documents
        self.paths = {service: _patterns(document) for service, document in documents.items()}
        self.validators: dict[Answered, jsonschema.Draft202012Validator | None] = {}
        self.seen: Counter[Answered] = Counter()
        self.looked_at = _LOOKED_AT

    def shape(self, service: str, path: str) -> str | None:
        """The path as the document has it."""
        return next((shape for pattern, shape in self.paths[service] if pattern.fullmatch(path)), None)

    def parameters(self, service: str, path: str) -> set[str]:
        """Names of what a GET of this path takes."""
        operation = self.documents[service]["paths"][self.shape(service, path)]["get"]
        return {each["name"] for each in operation.get("parameters", ())}

    def check(self, service: str, method: str, path: str, status: int, raw: bytes) -> None:
        """Raises Wrong; a path that the document does not have is nobody's."""
        found = self.shape(service, path)
        operation = self.documents[service]["paths"].get(found, {}).get(method.lower())
        if operation is None or status == 304:
            return
        code = str(status) if str(status) in operation["responses"] else "default"
        if code == "default" and status < 400:
            raise Wrong(f"{method} {path} answers {status}, of which the document says nothing")
        name = (service, method, str(found), code)
        self.seen[name] += 1
        if self.seen[name] > self.looked_at or len(raw) > _LARGEST:
            return
        if name not in self.validators:
            self.validators[name] = self._validator(service, operation["responses"][code])
        validator = self.validators[name]
        if validator is None:
            if raw:
                raise Wrong(f"{method} {path} answers {status} with a body, of which the document says nothing")
            return
        for value in _values(path, status, raw):
            errors = [f"{error.json_path}: {error.message[:300]}" for error in validator.iter_errors(value)]
            if errors:
                raise Wrong(
                    f"{method} {path} answers {status} with other than its model in shared/contracts: {errors[:5]}"
                )

    def _validator(self, service: str, response: dict[str, Any]) -> jsonschema.Draft202012Validator | None:
        schemas = [content["schema"] for content in response.get("content", {}).values()]
        if not schemas:
            return None
        schema = schemas[0].get("contentSchema", schemas[0])
        whole = {**schema, "components": self.documents[service]["components"]}
        return jsonschema.Draft202012Validator(whole, format_checker=_FORMATS)


def _values(path: str, status: int, raw: bytes) -> list[Any]:
    """What an answer holds: a document, lines of them, or the text of a stream."""
    if status == 200 and path.endswith("/stream"):
        return [raw.decode()]
    return [json.loads(text) for text in (raw.splitlines() if "/bulk" in path and status == 200 else [raw])]


def _patterns(document: dict[str, Any]) -> list[tuple[re.Pattern[str], str]]:
    """Those without parameters first."""
    paths = sorted(document["paths"], key=lambda path: path.count("{"))
    return [(re.compile(re.sub(r"\{\w+\}", "[^/]+", path)), path) for path in paths]


class Checked(httpx.AsyncBaseTransport):
    """Passes requests on, and looks at what comes back."""

    def __init__(self, inner: httpx.AsyncBaseTransport) -> None:
        self.inner = inner
        self.documents = Documents(openapi())

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        response = await self.inner.handle_async_request(request)
        path = request.url.path
        service = next((each for each in SERVICES if path.startswith(f"/{each}/v1/")), None)
        if service:
            self.documents.check(service, request.method, path, response.status_code, await response.aread())
        return response
