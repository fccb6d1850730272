"""What a cell means by an entity: kind/key, a key or a name, of this file or of the server."""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from shared.contracts import NODE_KINDS
from shared.contracts.naming import from_name
from shared.contracts.scalars import looks_like_an_id
from shared.interchange.formats.tables.columns import Column, normal

_KEY = re.compile(r"[a-z0-9][a-z0-9._-]{0,119}")
_KINDS = {normal(name): name for name in NODE_KINDS}


def key_of(kind: str, text: str) -> str:
    """What is a key stays one, in small letters; of a name one is made."""
    plain = text.strip().lower()
    return plain if _KEY.fullmatch(plain) else from_name(NODE_KINDS[kind], text)


@dataclass
class Names:
    """The entities of a file, by key and by name; ``guessed`` are references made of names, with these, and ``made``
    those that are to be made where they are missing."""

    keys: set[tuple[str, str]] = field(default_factory=set)
    by_name: defaultdict[tuple[str, str], set[str]] = field(default_factory=lambda: defaultdict(set))
    guessed: dict[str, str] = field(default_factory=dict)
    made: dict[str, str] = field(default_factory=dict)

    def add(self, kind: str, key: str, name: str | None) -> None:
        self.keys.add((kind, key))
        if name:
            self.by_name[kind, normal(name)].add(key)

    def resolve(self, text: str, column: Column) -> str:
        """``kind/key``; raises ValueError, which says what is allowed."""
        before, slash, after = text.partition("/")
        if slash and (kind := _KINDS.get(normal(before))):
            if column.kinds and kind not in column.kinds:
                raise ValueError(f"must be {_forms(column.kinds)}, and is {text}")
            return self._of_kind(kind, after.strip(), column)
        kinds = column.kinds if len(column.kinds) == 1 else [*self._having(text, column.kinds)]
        if len(kinds) != 1:
            among = "stands here as several kinds" if kinds else "names no row here, and may be of several kinds"
            raise ValueError(f"{text!r} {among}: write {_forms(kinds or column.kinds)}")
        return self._of_kind(kinds[0], text, column)

    def _having(self, text: str, kinds: Iterable[str]) -> Iterable[str]:
        return (kind for kind in kinds if (kind, text.lower()) in self.keys or (kind, normal(text)) in self.by_name)

    def _of_kind(self, kind: str, text: str, column: Column) -> str:
        if looks_like_an_id(text) or (kind, text.lower()) in self.keys:
            return f"{kind}/{text.lower()}"
        keys = self.by_name.get((kind, normal(text)), set())
        if len(keys) > 1:
            raise ValueError(f"{len(keys)} have the name {text!r}: write the key, one of {', '.join(sorted(keys))}")
        if keys:
            return f"{kind}/{next(iter(keys))}"
        ref = f"{kind}/{key_of(kind, text)}"
        self.guessed.setdefault(ref, text)
        if column.creates:
            self.made.setdefault(ref, text)
        return ref


def _forms(kinds: Iterable[str]) -> str:
    some = [*kinds][:5]
    return " or ".join(f"{kind}/key" for kind in some) if some else "kind/key"
