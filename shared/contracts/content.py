"""What a signature covers: what an entity says, without where it stands in its life and who wrote it.

Members that say nothing (null, empty) are left out, so that a member which a later release adds breaks no signature.
"""

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

import orjson

from shared.contracts.base import SERVER_FIELDS

_NOT_CONTENT = SERVER_FIELDS | {"state", "state_reason", "review", "provenance"}
Content = dict[str, Any]


def content(state: Mapping[str, Any]) -> Content:
    """The signed part of a state in JSON terms."""
    return {
        name: value for name, value in state.items() if name not in _NOT_CONTENT and value not in (None, [], {}, "")
    }


def canonical(value: Any) -> bytes:
    """The one way to write a JSON value: members sorted by name, no white space, UTF-8."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def digest(value: Any) -> str:
    """``sha256:<hex>`` of a JSON value in its canonical form."""
    return f"sha256:{sha256(canonical(value)).hexdigest()}"


def difference(signed: Content, now: Content) -> list[dict[str, Any]]:
    """Member by member what was signed and what is there now, where these differ."""
    return [
        {"member": name, "signed": signed.get(name), "now": now.get(name)}
        for name in sorted(signed.keys() | now.keys())
        if canonical(signed.get(name)) != canonical(now.get(name))
    ]
