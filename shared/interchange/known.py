"""What is there under keys and names that a file says: of each kind no more is read than is asked for."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from shared.client import PAGE, Client
from shared.contracts import Kind
from shared.interchange.together import each

State = dict[str, Any]
_LONGEST = 500
"""Characters of what is looked for by name: nothing has a longer one."""


async def listed(client: Client, kind: Kind | str, pages: int) -> list[State] | None:
    """All of a kind; None where that takes more than so many pages."""
    found: list[State] = []
    async for state in client.list(kind):
        if len(found) == pages * PAGE:
            return None
        found.append(state)
    return found


class Asked:
    """Keys of which has to be known what there is, by kind; with names that it has else, where no key is found."""

    def __init__(self) -> None:
        self.kinds: defaultdict[str, dict[str, str | None]] = defaultdict(dict)

    def add(self, ref: str, name: str | None = None) -> None:
        kind, _, key = ref.partition("/")
        self.kinds[kind][key] = self.kinds[kind].get(key) if name is None else folded(name)


@dataclass
class Known:
    """By kind and key, what the owners have of what was asked for. Kinds that are ``whole`` were listed."""

    states: dict[str, dict[str, State]]
    whole: set[str] = field(default_factory=set)

    @classmethod
    async def read(cls, client: Client, asked: Asked) -> "Known":
        """A kind is listed where that takes no more requests than asking for each key and name; else these are asked
        for. So few things are brought in by few requests, however much there is."""
        kinds = [*asked.kinds]
        most = {kind: len(keys) + sum(name is not None for name in keys.values()) for kind, keys in asked.kinds.items()}
        lists = await each(kinds, lambda kind: listed(client, kind, most[kind]))
        found = cls({kind: {} for kind in kinds})
        for kind, states in zip(kinds, lists, strict=True):
            if states is not None:
                found.whole.add(kind)
            found.add(kind, await _asked(client, kind, asked.kinds[kind]) if states is None else states)
        return found

    def add(self, kind: str, states: Iterable[State]) -> None:
        self.states[kind] |= {state["key"]: state for state in states}

    def there(self, ref: str) -> State | None:
        kind, _, key = ref.partition("/")
        return self.states.get(kind, {}).get(key)

    def named(self, kind: str) -> Mapping[str, list[State]]:
        """What there is of a kind, by its name without case."""
        found: defaultdict[str, list[State]] = defaultdict(list)
        for state in self.states[kind].values():
            found[folded(state["name"])].append(state)
        return found

    async def look(self, client: Client, kind: str, member: str, ids: Collection[str]) -> None:
        """Also know those of a kind that refer to one of these in a member."""
        if kind in self.whole:
            return

        async def referring(id: str) -> list[State]:
            return [state async for state in client.list(kind, **{member: id})]

        for states in await each(sorted(ids), referring):
            self.add(kind, states)


async def _asked(client: Client, kind: str, keys: Mapping[str, str | None]) -> list[State]:
    there = dict(zip(keys, await each(keys, lambda key: client.find(kind, key)), strict=True))
    missing = {name for key, name in keys.items() if name and not there[key]}

    async def called(name: str) -> list[State]:
        return [state async for state in client.list(kind, q=name) if folded(state["name"]) == name]

    can_be = [name for name in sorted(missing) if len(name) <= _LONGEST and "\0" not in name]
    named = await each(can_be, called)
    return [*filter(None, there.values()), *(state for states in named for state in states)]


def folded(name: str) -> str:
    """A name as it is compared with others."""
    return name.strip().casefold()
