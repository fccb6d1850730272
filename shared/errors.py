"""Errors of the domain. They know their status and their stable type, and no framework: rules may raise them."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, TypedDict

MOST_ERRORS = 100
"""In one answer, however many documents it holds."""
_LONGEST_DETAIL = 500


class Fault(TypedDict):
    """One wrong thing; ``pointer`` is a JSON pointer into the body, or ``?name`` for a parameter."""

    pointer: str
    code: str
    detail: str


class DomainError(Exception):
    """A refusal that the caller can understand and mend. Rendered as a problem document (RFC 9457)."""

    status: ClassVar[int] = 400
    code: ClassVar[str] = "bad-request"
    title: ClassVar[str] = "Bad request"

    def __init__(
        self,
        detail: str,
        *,
        errors: Sequence[Fault] = (),
        headers: Mapping[str, str] | None = None,
        **members: Any,
    ) -> None:
        self.detail = detail if len(detail) <= _LONGEST_DETAIL else f"{detail[:_LONGEST_DETAIL]}…"
        super().__init__(self.detail)
        self.errors = list(errors[:MOST_ERRORS])
        self.error_count = len(errors)
        self.headers = dict(headers or {})
        self.members = {name: _shortened(value) for name, value in members.items()}

    def document(self, most: int = MOST_ERRORS) -> dict[str, Any]:
        """The problem document, without members of its own; ``error_count`` says how many errors there were if not all
        are in it."""
        head = {"type": f"urn:plumbline:problem:{self.code}", "title": self.title, "status": self.status}
        shown = self.errors[:most]
        more = {"error_count": self.error_count} if self.error_count > len(shown) else {}
        return {**head, "detail": self.detail, "errors": shown, **more}


def _shortened(value: Any) -> Any:
    return value[:MOST_ERRORS] if isinstance(value, list) else value


class BadRequest(DomainError):
    pass


class Unauthorized(DomainError):
    status, code, title = 401, "unauthorized", "A valid bearer token is required"


class Forbidden(DomainError):
    status, code, title = 403, "forbidden", "The token does not carry the scope this needs"


class SignatureRefused(DomainError):
    status, code, title = 403, "signature-refused", "This signature is not the caller's to give"


class NotFound(DomainError):
    status, code, title = 404, "not-found", "Not found"


class TooSlow(DomainError):
    status, code, title = 408, "request-timeout", "The request comes too slowly"


class Conflict(DomainError):
    status, code, title = 409, "conflict", "The request contradicts what is there"


class TransitionRefused(Conflict):
    code, title = "transition-refused", "This transition is not possible now"


class Gone(DomainError):
    status, code, title = 410, "gone", "Deleted"


class PreconditionFailed(DomainError):
    status, code, title = 412, "precondition-failed", "The entity has changed since it was read"


class TooLarge(DomainError):
    status, code, title = 413, "too-large", "The request is too large"


class UnsupportedMediaType(DomainError):
    status, code, title = 415, "unsupported-media-type", "Send JSON"


class Invalid(DomainError):
    status, code, title = 422, "invalid", "The request is not valid"

    @classmethod
    def at(cls, pointer: str, code: str, detail: str) -> "Invalid":
        """A refusal of one named field."""
        return cls(detail, errors=[Fault(pointer=pointer, code=code, detail=detail)])


class PreconditionRequired(DomainError):
    status, code, title = 428, "precondition-required", "If-Match is required"


class HeadTooLarge(DomainError):
    status, code, title = 431, "headers-too-large", "The head of the request is too large"


class Unavailable(DomainError):
    status, code, title = 503, "unavailable", "A dependency is not available"
