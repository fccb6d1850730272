"""What OpenAPI says of the routes that every kind shares."""

from typing import Any

from pydantic import BaseModel

from shared.contracts.answers.lists import History, page_model
from shared.contracts.base import Kind
from shared.resource.bodies import CorrectionBody, TransitionBody, body_model, patch_model
from shared.resource.reviews import ReviewBody

JSON = "application/json"
IDEMPOTENCY_KEY = "Idempotency-Key"
_HEADER_TEXTS = {
    "If-Match": "The entity tag of the version that was read",
    "If-None-Match": "`*`: only if there is none yet; in a GET, a tag that the caller holds",
    IDEMPOTENCY_KEY: "The same key and body again, within a day: the same answer, and nothing new",
    "Correlation-Id": "Goes with the request into its event and on to the view",
}
_STEP = ("If-Match", IDEMPOTENCY_KEY)


class Documents:
    """Keyword arguments for ``add_api_route``, one method per route; ``bodies`` are the models that these refer to."""

    def __init__(self, kind: Kind) -> None:
        self.kind = kind
        self.bodies: list[type[BaseModel]] = []
        self.page = page_model(kind)

    def list(self) -> dict[str, Any]:
        return self._route("list", f"List {self.kind.collection}", {200: {"model": self.page}})

    def create(self) -> dict[str, Any]:
        responses = {201: {"model": self.kind.model}}
        headers = (IDEMPOTENCY_KEY,)
        made = self._route("create", f"Create {self.kind.one}", responses, body_model(self.kind), headers)
        return made | {"status_code": 201}

    def read(self) -> dict[str, Any]:
        responses = {200: {"model": self.kind.model}, 304: {"description": "The caller holds this version"}}
        return self._route("read", f"Read {self.kind.one}", responses, headers=("If-None-Match",))

    def find(self) -> dict[str, Any]:
        told = {"Content-Location": {"description": "Where it is by its id", "schema": {"type": "string"}}}
        responses = {
            200: {"model": self.kind.model, "headers": told},
            304: {"description": "The caller holds this version"},
        }
        return self._route("find", f"Read {self.kind.one} by its key", responses, headers=("If-None-Match",))

    def replace(self) -> dict[str, Any]:
        responses = {200: {"model": self.kind.model}, 201: {"model": self.kind.model}}
        headers = ("If-Match", "If-None-Match")
        return self._route("replace", f"Create or replace {self.kind.one}", responses, body_model(self.kind), headers)

    def patch(self) -> dict[str, Any]:
        responses = {200: {"model": self.kind.model}}
        return self._route("patch", f"Change {self.kind.one}", responses, patch_model(self.kind), ("If-Match",))

    def delete(self) -> dict[str, Any]:
        responses: dict[int, Any] = {204: {"description": "Deleted"}}
        return self._route(
            "delete", f"Delete {self.kind.one} that never was live", responses, headers=("If-Match",)
        ) | {"status_code": 204}

    def transition(self) -> dict[str, Any]:
        responses = {200: {"model": self.kind.model}}
        return self._route("transition", f"Move {self.kind.one} to another state", responses, TransitionBody, _STEP)

    def correct(self) -> dict[str, Any]:
        responses = {200: {"model": self.kind.model}}
        summary = f"Correct the state in which {self.kind.one} was registered"
        return self._route("correct", summary, responses, CorrectionBody, _STEP)

    def history(self) -> dict[str, Any]:
        return self._route("history", f"Every version of {self.kind.one}", {200: {"model": History}})

    def review(self) -> dict[str, Any]:
        responses = {200: {"model": self.kind.model}}
        return self._route("review", f"Record a review of {self.kind.one}", responses, ReviewBody, _STEP)

    def more(
        self, verb: str, summary: str, answer: type[BaseModel], body: Any = None, headers: tuple[str, ...] = ()
    ) -> dict[str, Any]:
        """A route that only this kind has."""
        return self._route(verb, summary, {200: {"model": answer}}, body, headers)

    def _reference(self, model: type[BaseModel]) -> dict[str, str]:
        self.bodies.append(model)
        return {"$ref": f"#/components/schemas/{model.__name__}"}

    def _route(
        self, verb: str, summary: str, responses: dict[int, Any], body: Any = None, headers: tuple[str, ...] = ()
    ) -> dict[str, Any]:
        extra: dict[str, Any] = {"parameters": [_header(name) for name in (*headers, "Correlation-Id")]}
        if body is not None:
            schema = body if isinstance(body, dict) else self._reference(body)
            extra["requestBody"] = {"required": True, "content": {JSON: {"schema": schema}}}
        return {
            "summary": summary,
            "operation_id": f"{verb}_{self.kind.name}",
            "responses": responses,
            "openapi_extra": extra,
        }


def _header(name: str) -> dict[str, Any]:
    return {"name": name, "in": "header", "description": _HEADER_TEXTS[name], "schema": {"type": "string"}}
