"""What of the facts a format has no place for, counted by kind, by member and by relation."""

from collections import Counter
from collections.abc import Collection, Mapping

from shared.contracts import NODE_KINDS
from shared.interchange.formats.tables.columns import layout
from shared.interchange.inventory import Inventory, State

_TOLD = {"key", "name", "state", "state_reason"}


def of(held: Inventory, carried: Mapping[str, Collection[str]]) -> Counter[str]:
    """Kinds that are not carried, and members of the others that are not among theirs and say something."""
    lost: Counter[str] = Counter()
    for kind, state in held.entities:
        if kind.name not in carried:
            lost[kind.name] += 1
        else:
            lost += members(kind.name, state, carried[kind.name])
    return lost


def members(kind: str, state: State, carried: Collection[str]) -> Counter[str]:
    """Members of one entity that say something and are not carried."""
    found = layout(NODE_KINDS[kind])
    names = {column.path[0] for column in found.columns} | {part.member for part in found.parts}
    return Counter(
        f"{kind}.{name}" for name in names - _TOLD if name not in carried and state.get(name) not in (None, [], {})
    )
