"""``python -m shared.contracts.freeze``: writes down the schema of every kind's events, and refuses to break a promise.

Members are only ever added, with defaults: a reader made for the new schema reads every event of the old one.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from shared.contracts import PUBLISHED
from shared.contracts.events import kind_schema

FOLDER = Path(__file__).parent / "schemas"


def generated() -> dict[str, dict[str, Any]]:
    """What the code says now, by the name of the file that freezes it: one for each kind, whose event types have the
    same schema but for their names and what marks a correction or a deletion."""
    schemas = (kind_schema(kind) for kinds in PUBLISHED.values() for kind in kinds)
    return {f"{schema['title']}.json": schema for schema in schemas}


def frozen(folder: Path = FOLDER) -> dict[str, dict[str, Any]]:
    return {path.name: json.loads(path.read_text()) for path in sorted(folder.glob("*.json"))}


def broken(old: dict[str, dict[str, Any]], new: dict[str, dict[str, Any]]) -> Iterator[str]:
    """The kinds whose readers would break."""
    from jsoncompat import check_compat  # a tool of the developers, not of the running platform

    for name, before in old.items():
        readable = name in new and check_compat(_text(before), _text(_known(new[name], before)), "deserializer")
        if not readable or not _members(before) <= _members(new[name]):
            yield name


def _known(schema: dict[str, Any], before: dict[str, Any]) -> dict[str, Any]:
    """Without the optional members that are new: an open schema allowed anything under their names before."""
    parts = {name: _kept(part, before.get("$defs", {}).get(name)) for name, part in schema.get("$defs", {}).items()}
    return {**_kept(schema, before), "$defs": parts}


def _kept(part: dict[str, Any], before: dict[str, Any] | None) -> dict[str, Any]:
    if before is None or "properties" not in part:
        return part
    kept = {*before.get("properties", ()), *part.get("required", ())}
    return {**part, "properties": {name: value for name, value in part["properties"].items() if name in kept}}


def _text(schema: dict[str, Any]) -> str:
    """Without its name: references inside a schema that has one would be looked for under it."""
    return json.dumps({name: value for name, value in schema.items() if name != "$id"})


def _members(schema: dict[str, Any]) -> set[tuple[str, str]]:
    """Every member by the part that has it; a schema that is open does not miss one that has gone."""
    parts = {"": schema, **schema.get("$defs", {})}
    return {(part, member) for part, content in parts.items() for member in content.get("properties", ())}


def freeze(folder: Path = FOLDER) -> None:
    """Raises ValueError, having written nothing, if a change breaks a reader."""
    schemas = generated()
    if names := sorted(broken(frozen(folder), schemas)):
        raise ValueError(f"not backward compatible, so it needs a topic of a new version: {', '.join(names)}")
    folder.mkdir(exist_ok=True)
    for name, content in schemas.items():
        (folder / name).write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    try:
        freeze()
    except ValueError as error:
        sys.exit(str(error))
