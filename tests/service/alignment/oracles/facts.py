"""What the oracles of all families ask of the facts of one moment."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Protocol

from shared.contracts import NODE_KINDS

State = dict[str, Any]
Told = Iterator[tuple[str, int, str]]
"""Rule, severity from 0 (info) to 4 (critical) or -1 for what is only counted, and part."""
COUNTED = -1
INFO, LOW, MEDIUM, HIGH, CRITICAL = range(5)


class Facts(Protocol):
    """All states by reference; what is not deleted; what is live; where relations lead that stand and fit."""

    at: datetime
    all: dict[str, State]
    there: dict[str, State]
    live: set[str]
    over: dict[tuple[str, str], list[str]]
    back: dict[tuple[str, str], list[str]]
    uppers: dict[str, set[str]]
    since: dict[str, datetime]

    def valid(self, state: State) -> bool: ...

    def complete(self, ref: str) -> bool: ...

    def older(self, ref: str, days: int) -> bool: ...


def kind(ref: str) -> str:
    return ref.split("/")[0]


def to(facts: Facts, ref: str, types: str, *, everything: bool = False) -> set[str]:
    """Where relations of these types lead."""
    found = {each for type in types.split() for each in facts.over[ref, type]}
    return found if everything else found & facts.live


def by(facts: Facts, ref: str, types: str, *, everything: bool = False) -> set[str]:
    """From where relations of these types lead here."""
    found = {each for type in types.split() for each in facts.back[ref, type]}
    return found if everything else found & facts.live


def of_kind(refs: set[str], *kinds: str) -> set[str]:
    return {ref for ref in refs if kind(ref) in kinds}


def says(facts: Facts, ref: str, member: str) -> Any:
    return facts.all.get(ref, {}).get(member)


def given(value: Any) -> bool:
    """Zero says something; an empty text or list does not, and no more does false."""
    return value is not None and value is not False and value not in ("", [], {})


def when(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def over(kind_: str, state: str) -> bool:
    """Whether it is a last state."""
    return not NODE_KINDS[kind_].lifecycle.moves[state]


def planned(kind_: str, state: str) -> bool:
    return not over(kind_, state) and not NODE_KINDS[kind_].is_live(state)


def there(facts: Facts, ref: str) -> State | None:
    return facts.there.get(ref)
