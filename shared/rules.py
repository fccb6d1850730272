"""What the rules of an owner are made of. Pure: no framework, no database, no clock.

A rule gets the new state of an entity and the facts that it asked for, and says what is wrong. ``shared.resource``
reads those facts in the transaction of the write, and refuses what rules refuse.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from shared.contracts import NODE_KINDS
from shared.contracts.link import Link
from shared.errors import Fault


@dataclass(frozen=True)
class Facts:
    """What a rule may look at besides the new state, all from the owner's own data.

    ``old`` is the state before, or None; ``known`` has the entities of this service that the new state refers to, by
    ``kind/id``; ``found`` has those that its lookups found, by kind; ``registered`` says that its state is as found.
    In a transition ``links`` are its active outgoing links and ``into`` those that this
    service keeps towards it, of the relations that rules look at, with the ends of both among the ``known``.
    ``outgoing`` has the active links of what it
    refers to, by ``kind/id``, where the rules ask for them.
    """

    old: Any = None
    known: Mapping[str, Any] = field(default_factory=dict)
    found: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    links: Sequence[Link] = ()
    into: Sequence[Link] = ()
    outgoing: Mapping[str, Sequence[Link]] = field(default_factory=dict)
    registered: bool = False

    def get(self, kind: str, id: Any) -> Any:
        return self.known.get(f"{kind}/{id}")

    def others(self, kind: str) -> Sequence[Any]:
        """What the lookups found of a kind."""
        return self.found.get(kind, ())


@dataclass(frozen=True)
class Lookup:
    """Entities that the new state does not refer to and a rule looks at: those of a ``kind`` whose ``column`` holds the
    member ``of`` of the new state (``scope.id`` for one of a ``{kind, id}``). The subject itself is never among them.

    ``mentioned`` finds those whose column, a list, has the value anywhere in it, and ``states`` narrows them.
    ``when`` names members of the new state: where none of them has changed nobody looks; ``turn_only`` looks at none.
    ``alone`` lets one writer at a time judge them, for a line that spans rows; ``also`` names members of theirs
    (``raci.role_id`` for one of each in a list), with the kind they point at, that are to be among the known.
    """

    kind: str
    column: str
    of: str = "id"
    alone: bool = False
    also: tuple[tuple[str, str], ...] = ()
    mentioned: bool = False
    states: tuple[str, ...] = ()
    when: tuple[str, ...] = ()
    turn_only: bool = False

    def matters(self, old: Any, new: Any) -> bool:
        """Whether what it would find can make a difference to this change."""
        return old is None or not self.when or any(getattr(old, each) != getattr(new, each) for each in self.when)


Rule = Callable[[Any, Facts], Iterable[Fault]]
"""Pure: what is wrong with a new state, if anything."""


Effect = Callable[[Any, Facts], Iterable[tuple[str, UUID, str, str]]]
"""Pure: which entities move along with a transition, as ``(kind, id, to, reason)``."""
Fill = Callable[[Any, Facts], Mapping[str, Any]]
"""Pure: members that the service writes."""


@dataclass(frozen=True)
class Rules:
    """``always`` by kind, for every write; ``on`` by (kind, state), for a transition into that state; ``then`` as well,
    for what moves along in the same transaction. ``fill`` is for whatever comes into a state, also by registration, and
    ``keep`` by kind for every write. ``relations`` are those whose links a rule of a transition looks at, by (kind,
    state). ``lookups`` by kind says what all of these look at; of the kinds in ``outgoing``
    they see the links of what is referred to as well."""

    always: Mapping[str, Sequence[Rule]] = field(default_factory=dict)
    on: Mapping[tuple[str, str], Sequence[Rule]] = field(default_factory=dict)
    then: Mapping[tuple[str, str], Sequence[Effect]] = field(default_factory=dict)
    fill: Mapping[tuple[str, str], Fill] = field(default_factory=dict)
    keep: Mapping[str, Fill] = field(default_factory=dict)
    relations: Mapping[tuple[str, str], Sequence[str]] = field(default_factory=dict)
    lookups: Mapping[str, Sequence[Lookup]] = field(default_factory=dict)
    outgoing: frozenset[str] = frozenset()


def subject_can_be_read(new: Any, facts: Facts) -> Iterator[Fault]:
    """A sign-in has no letters that nobody sees, so that no two look alike. No token is made for one that has."""
    if new.subject is None or new.subject == getattr(facts.old, "subject", None):
        return
    if not new.subject.isprintable() or new.subject != new.subject.strip():
        detail = "A sign-in has no blanks around it, and no letters that cannot be seen."
        yield Fault(pointer="/subject", code="unreadable-subject", detail=detail)


def subject_is_unique(new: Any, facts: Facts) -> Iterator[Fault]:
    """One sign-in is one of a kind, among those that are live."""
    live = NODE_KINDS[new.kind].is_live
    others = (each for each in facts.others(new.kind) if live(each.state) and each.subject == new.subject)
    if new.subject is not None and live(new.state) and (other := next(others, None)):
        detail = f"The {new.kind} {other.key} signs in as this subject already."
        yield Fault(pointer="/subject", code="duplicate", detail=detail)
