"""Every code that an error of a problem document can have, with its meaning. docs/errors.md is made from this.

python -m shared.contracts.errors
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

from shared import errors
from shared.errors import DomainError

PAGE = Path(__file__).parents[2] / "docs" / "errors.md"

CODES: Mapping[str, str] = {
    "already-requested": "This person has been asked for a sign-off already, under whichever name",
    "author-cannot-sign": "Whoever made, changed or submitted an increment does not sign it",
    "beyond-a-year": "A waiver lasts for a year at most",
    "beyond-sunset": "A contract item lasts longer than the offering it is about",
    "catalog-mismatch": "A category and its parent are in different catalogues",
    "component-missing": "A service offering has no goods, access or action",
    "consumer-group-missing": "A service offering is for no consumer group",
    "cycle": "A decomposition would lead back to where it began",
    "design-incomplete": "A design package does not cover all of people, process, product and partner",
    "design-package-missing": "A service has no design package",
    "duplicate": "What may be there once is there already",
    "element-type-mismatch": "A design element names a kind that does not belong to its type",
    "evidence-missing": "A pattern names no evidence",
    "frozen": "The member is fixed from submission on, or as long as a signature is awaited",
    "idempotency-key-reused": "The Idempotency-Key was sent before with another body",
    "immutable": "The member never changes after creation",
    "in-the-future": "The instant must lie in the past",
    "increment-type-mismatch": "The state does not belong to increments of this type",
    "invalid-cursor": "The cursor does not come from this list",
    "invalid-delegation": "`delegated_to` is given for a delegation, and for nothing else",
    "invalid-instant": "Neither an instant of RFC 3339 nor the key of a baseline",
    "invalid-rule": "A rule of a pack says what cannot be judged, or its examples do not hold",
    "invalid-interval": "The end must be later than the start",
    "item-changed": "An item of the increment has changed since it was submitted",
    "item-deleted": "An item of the increment has been deleted",
    "item-not-ready": "An item of the increment is not proposed",
    "items-missing": "The increment holds nothing to sign",
    "kpi-mismatch": "A measurement corrects one of another indicator",
    "link-not-allowed": "A member of the increment says this, and no link does",
    "not-a-signer": "The stakeholder is not active, does not sign, or has no subject",
    "not-canonical": "The item holds a number beyond 2^53, which has no canonical form (RFC 8785)",
    "not-linkable": "Entities of this kind are no ends of links",
    "not-signable": "Entities of this kind are not signed",
    "not-signed": "Only a signed or attested increment can be superseded",
    "object-expected": "A merge patch is a JSON object",
    "offering-not-launched": "A contract item is about an offering that is not launched at that time",
    "one-of": "Exactly one of several members is given",
    "outside-validity": "The stakeholder's term has not begun, or is over",
    "package-exists": "The service has an accepted design package already",
    "parent-level-too-low": "The parent of an objective is of a lower level than its child",
    "policy-missing": "No policy governs the process",
    "process-owner-exists": "Somebody else owns the process at that time",
    "process-owner-missing": "Nobody owns the process: assign a party to a role of the type process_owner",
    "process-state-mismatch": "An activity is in the state of its process, or retired",
    "raci-incomplete": "An activity needs exactly one A and at least one R",
    "reason-missing": "A reason is needed here",
    "role-in-use": "The role is held in a process",
    "same-side": "What runs in parallel is on the other side, business or IT",
    "self-deputy": "Nobody is their own deputy",
    "self-handoff": "A hand-off joins two different activities",
    "self-link": "A link joins two different entities",
    "service-not-operational": "A service of the offering is not operational",
    "side-mismatch": "An objective and its parent are on different sides, business or IT",
    "sign-not-allowed": "Only a link of the type `influences` has a sign",
    "sign-off-missing": "Signers have not approved yet",
    "signatory-missing": "One side of the contract has no signatory",
    "signature-required": "This state is reached by a signed increment alone",
    "signer-missing": "Whoever signed the superseded increment has to be asked again",
    "signers-missing": "The increment names nobody who signs",
    "source-not-owned": "A link is kept by the service of its source",
    "state-not-registrable": "Nothing of this kind is registered in this state",
    "supported-strategy-missing": "An IT strategy supports no strategy",
    "terminal-reference": "What is referred to has reached a final state",
    "too-many-ancestors": "More entities lie above this one than are searched for a circle",
    "too-many-changes": "The rule has been set more often than is told apart: it can only be withdrawn",
    "too-many-items": "The increment holds more than is signed at once",
    "too-many-packs": "As many packs of rules are active as are judged by",
    "too-much-turns": "More begins or ceases to be valid until that moment than is looked at",
    "unknown-kind": "The service keeps no such kind",
    "unknown-parameter": "The operation has no such query parameter",
    "unknown-reference": "There is no entity with this id",
    "unknown-relation": "There is no such relation",
    "unknown-state": "The kind has no such state",
    "unknown-value": "The filter has no such value",
    "unreadable-subject": "A sign-in has blanks around it, or letters that cannot be seen",
}
"""Codes of the rules of the domain."""

VALIDATION: Mapping[str, str] = {
    "bool-parsing": "Must be true or false",
    "bool-type": "Must be true or false",
    "date-from-datetime-inexact": "Must be a date without a time",
    "date-from-datetime-parsing": "Must be a date (RFC 3339)",
    "date-parsing": "Must be a date (RFC 3339)",
    "date-type": "Must be a date (RFC 3339)",
    "datetime-from-date-parsing": "Must be an instant (RFC 3339)",
    "datetime-object-invalid": "Must be an instant (RFC 3339)",
    "datetime-parsing": "Must be an instant (RFC 3339)",
    "datetime-type": "Must be an instant (RFC 3339)",
    "dict-type": "Must be an object",
    "extra-forbidden": "There is no such member",
    "finite-number": "Must be a finite number",
    "float-parsing": "Must be a number",
    "float-type": "Must be a number",
    "greater-than": "Must be greater",
    "greater-than-equal": "Must not be smaller",
    "int-from-float": "Must be an integer",
    "int-parsing": "Must be an integer",
    "int-parsing-size": "Must be a smaller integer",
    "int-type": "Must be an integer",
    "json-invalid": "Must be JSON",
    "less-than": "Must be smaller",
    "less-than-equal": "Must not be greater",
    "list-type": "Must be an array",
    "literal-error": "Must be one of the values that the contract lists",
    "missing": "Is required",
    "model-attributes-type": "Must be an object",
    "model-type": "Must be an object",
    "string-pattern-mismatch": "Must have the form that the contract gives",
    "string-too-long": "Must be shorter",
    "string-too-short": "Must be longer",
    "string-type": "Must be text",
    "string-unicode": "Must be text in UTF-8",
    "timezone-aware": "Must have an offset (RFC 3339)",
    "too-long": "Must have fewer entries",
    "too-short": "Must have more entries",
    "union-tag-invalid": "The type must be one of those that the contract lists",
    "union-tag-not-found": "The type is required",
    "uuid-parsing": "Must be a UUID",
    "uuid-type": "Must be a UUID",
    "value-error": "Does not meet a rule of the contract, which the detail gives",
}
"""Codes of what does not fit the schema of a body or a parameter: Pydantic's, with hyphens."""

_HEAD = """# Errors

Made from `shared/contracts/errors.py` by `python -m shared.contracts.errors`; a test holds the two together.

An error is a problem document (RFC 9457): `application/problem+json` with `type`, `title`, `status`, `detail` and
`errors: [{pointer, code, detail}]`. `type` and `code` are stable, texts are not. A `pointer` is a JSON Pointer into the
body (`/items/0/end`), `?name` for a query parameter, or `#Name` for a header.

## Types

A `type` is `urn:plumbline:problem:` and one of these.
"""


def problem_types() -> list[tuple[str, int, str]]:
    """The last part of a problem's type, its status and title, by status."""
    found = {(each.code, each.status, each.title) for each in _subclasses(DomainError)}
    more = {("method-not-allowed", 405, "Method not allowed"), ("internal", 500, "Internal error")}
    return sorted(found | more, key=lambda each: (each[1], each[0]))


def _subclasses(of: type[DomainError]) -> Iterator[type[DomainError]]:
    yield of
    for each in of.__subclasses__():
        if each.__module__ == errors.__name__:
            yield from _subclasses(each)


def render() -> str:
    types = (f"| `{code}` | {status} | {title} |" for code, status, title in problem_types())
    parts = [_HEAD, "| Type | Status | Title |", "|---|---|---|", *types]
    for title, codes in (("Codes of the domain", CODES), ("Codes of the schema", VALIDATION)):
        rows = (f"| `{code}` | {meaning} |" for code, meaning in sorted(codes.items()))
        parts += [f"\n## {title}\n", "| Code | Meaning |", "|---|---|", *rows]
    return "\n".join(parts) + "\n"


if __name__ == "__main__":
    PAGE.write_text(render())
