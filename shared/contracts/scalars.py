"""Types of single values: kinds, names, keys, texts, counts."""

import re
from difflib import get_close_matches
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints

from shared.contracts.owners import KIND_OWNERS, OWN_KINDS, TOLD_KINDS

_OWN = frozenset(kind for own in (OWN_KINDS, TOLD_KINDS) for kinds in own.values() for kind in kinds)
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def looks_like_an_id(text: str) -> bool:
    return _UUID.fullmatch(text) is not None


def _not_a_uuid(value: str) -> str:
    if looks_like_an_id(value):
        raise ValueError("must not look like an id: references tell keys and ids apart by their form")
    return value


def _known_kind(value: str) -> str:
    if value not in KIND_OWNERS:
        close = get_close_matches(value[:100], KIND_OWNERS, 1)
        meant = f"; did you mean {close[0]}?" if close else ""
        raise ValueError(f"is not a kind of this platform; there are {', '.join(KIND_OWNERS)}{meant}")
    return value


def _recorded_kind(value: str) -> str:
    return value if value == "link" or value in _OWN else _known_kind(value)


def _not_blank(value: str) -> str:
    if not value.strip():
        raise ValueError("must not be blank")
    return value


KindName = Annotated[str, AfterValidator(_known_kind)]
RecordKind = Annotated[str, AfterValidator(_recorded_kind)]
"""What has events and no relations, besides: links, and what the view's own service records or tells."""
Name = Annotated[str, StringConstraints(min_length=1, max_length=500), AfterValidator(_not_blank)]
Key = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z0-9][a-z0-9._-]*$", max_length=120),
    AfterValidator(_not_a_uuid),
]
"""What people call an entity in files and on the command line; unique per kind."""
Short = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Text = Annotated[str, StringConstraints(max_length=20_000)]
Count = Annotated[int, Field(ge=0, le=1_000_000_000)]
Grade = Annotated[int, Field(ge=1, le=5)]
Money = Annotated[float, Field(ge=0, le=1e15, allow_inf_nan=False)]
Side = Literal["business", "it"]
SetSeverity = Literal["info", "low", "medium", "high", "critical"]
"""How grave what a rule finds is, as an organisation says."""
Limits = Annotated[dict[Short, Annotated[int, Field(ge=1, le=10_000)]], Field(max_length=20)]
"""Numbers that a rule goes by, by their names."""
