"""An entity of every kind with every member that a table carries, made from the columns, and written for its traps."""

from collections.abc import Iterator
from typing import Any

from shared.contracts import NODE_KINDS, Kind
from shared.interchange.formats.tables.columns import CUSTOM, Column, layout

TRAPS = (
    "=1+1",
    "-5",
    "+49 30",
    "@home",
    "\tindented",
    "'quoted",
    "'=quoted",
    "a;b",
    "c\\d",
    'e"f, g',
    "h\ni",
    "007",
    "yes",
    "Ärger NO",
)
"""Texts that a spreadsheet, a list in a cell or a careless reader would take for something else."""


def entities() -> Iterator[tuple[Kind, dict[str, Any]]]:
    """Each kind twice: with everything, and with what has to be given alone."""
    for kind in NODE_KINDS.values():
        for number in (1, 2):
            spec: dict[str, Any] = {}
            for place, column in enumerate(layout(kind).columns):
                if column.path != ("key",) and (number == 1 or column.required) and not _left_out(kind, column):
                    _set(spec, column.path, _sample(column, place))
            if number == 1:
                for part in layout(kind).parts:
                    spec |= {part.member: CUSTOMS if part is CUSTOM else _items(part.member, part.columns)}
            if kind.is_begun(kind.lifecycle.initial):
                spec |= {"state": kind.lifecycle.initial, "state_reason": "Since 2020."}
            yield kind, {"key": f"{kind.name.replace('_', '-')}-{number}", **spec}


CUSTOMS = {
    "City": "Oslo",
    "0": "=x",
    "count": 5,
    "five": "5",
    "truth": True,
    "word": "true",
    "list": [1, "a"],
    "text": '"q"',
}


def _left_out(kind: Kind, column: Column) -> bool:
    """What nobody but a signer may say, and what would make a thing a part of itself."""
    return column.path[0] in {
        "state",
        "state_reason",
        "parent_id",
        "corrects_id",
        "supersedes_id",
        "migration_to_id",
    } or (kind.name == "increment" and column.path[0] == "type")


def _sample(column: Column, place: int) -> Any:
    if column.many:
        return [_ref(column)] if column.type == "reference" else list(TRAPS)
    match column.type:
        case "text":
            return TRAPS[place % len(TRAPS)] if column.path[0] != "subject" else f"subject-{place}"
        case "integer":
            return 3
        case "number":
            return 12.25
        case "boolean":
            return True
        case "instant":
            return (
                f"20{20 + place % 9}-01-31T12:30:00.250000Z" if column.path[0] != "valid_to" else "2036-01-01T00:00:00Z"
            )
        case "date":
            return "2026-01-31"
        case "choice":
            return column.choices[-1]
        case "any":
            return dict(CUSTOMS)
        case _:
            return _ref(column)


def _ref(column: Column) -> str:
    kind = column.kinds[-1]
    return f"{kind}/{kind.replace('_', '-')}-2"


STEPS: list[dict[str, Any]] = [
    {
        "action": "link",
        "ref": "control/control-2",
        "type": "relates_to",
        "to": "tactic/tactic-2",
        "on": "2036-01-31T12:30:00.250000Z",
    },
    {"action": "move", "ref": "tactic/tactic-2", "state": "proposed"},
    {"action": "set", "ref": "tactic/tactic-2", "members": {"budget": 12.25, "custom": CUSTOMS}},
    {"action": "retire", "ref": "control/control-2"},
]


def _items(member: str, columns: tuple[Column, ...]) -> list[dict[str, Any]]:
    if member == "steps":
        return STEPS
    if member != "components":
        every = {column.path[0]: _sample(column, place) for place, column in enumerate(columns)}
        least = {column.path[0]: _sample(column, place + 1) for place, column in enumerate(columns) if column.required}
        return [every, least]
    own = {
        "goods": ("item", "quantity", "product_id"),
        "access": ("resource", "terms"),
        "action": ("trigger", "channel"),
    }
    return [
        {"type": type, **{c.path[0]: _sample(c, place) for place, c in enumerate(columns) if c.path[0] in names}}
        for type, names in own.items()
    ]


def _set(spec: dict[str, Any], path: tuple[str, ...], value: Any) -> None:
    *above, name = path
    for step in above:
        spec = spec.setdefault(step, {})
    spec[name] = value
