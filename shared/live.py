"""What is live, and why something is not: the one notion that every view, every rule of alignment and every gate of an
owner shares. Pure.

Times are instants with a zone; rows are anything that has the members of ``Node`` or ``Edge``. The states of an owner
become such rows by ``entity`` and ``link``.
"""

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Any, Literal, NamedTuple, Protocol

from shared.contracts import NODE_KINDS
from shared.contracts.link import LINK_STATES, Link
from shared.contracts.relations import RELATIONS

UNSEEN, DELETED, ENDED, MISFIT = "unseen", "deleted", "ended", "does not fit"
NOT_YET, EXPIRED = "not yet valid", "expired"
Stage = Literal["live", "planned", "ended"]


class Dated(Protocol):
    """Valid from the one instant up to but without the other; None for an open end."""

    @property
    def valid_from(self) -> datetime | None: ...
    @property
    def valid_to(self) -> datetime | None: ...


class Node(Dated, Protocol):
    """A version of an entity; ``live`` is the flag of its state."""

    @property
    def ref(self) -> str: ...
    @property
    def state(self) -> str: ...
    @property
    def live(self) -> bool: ...
    @property
    def deleted(self) -> bool: ...


class Edge(Dated, Protocol):
    """A relation in a version of its origin, a link or the entity whose ``field`` makes it. ``live`` is the flag of the
    link's state, or of the state of a holder that is neither end."""

    @property
    def type(self) -> str: ...
    @property
    def source(self) -> str: ...
    @property
    def target(self) -> str: ...
    @property
    def field(self) -> str | None: ...
    @property
    def live(self) -> bool: ...


_STILL_COUNT = {"service_offering": frozenset({"retired"})}
"""States that are not live and yet hold: what is no longer offered still serves the contracts that run."""


def kind_of(ref: str) -> str:
    return ref.partition("/")[0]


def validity(row: Dated, at: datetime) -> str | None:
    """Why a row does not hold at an instant: ``not yet valid`` or ``expired``; None if it does."""
    if row.valid_from is not None and at < row.valid_from:
        return NOT_YET
    return EXPIRED if row.valid_to is not None and row.valid_to <= at else None


def live(node: Node | None, at: datetime) -> bool:
    """Its state is live, it is not deleted, and the instant lies in its validity."""
    return why_not_live(node, at) is None


def why_not_live(node: Node | None, at: datetime) -> str | None:
    """``unseen``, ``deleted``, the state where that is not a live one, ``not yet valid``, ``expired``; None if live."""
    if node is None:
        return UNSEEN
    if node.deleted:
        return DELETED
    return validity(node, at) if node.live else node.state


def counts(node: Node | None, at: datetime) -> bool:
    """Whether what a node holds is in force: it is live, or still counts although it is offered no longer."""
    if node is None or node.deleted or validity(node, at):
        return False
    return node.live or node.state in _STILL_COUNT.get(kind_of(node.ref), ())


@cache
def becomes_live(kind: str, state: str) -> bool:
    """Whether a live state can be reached from a state, itself included."""
    if kind not in NODE_KINDS or state not in NODE_KINDS[kind].lifecycle.states:
        return False
    lifecycle = NODE_KINDS[kind].lifecycle
    return any(lifecycle.way(state, to) is not None for to in lifecycle.live)


def stage(node: Node | None, at: datetime) -> Stage:
    """``planned`` is what may become live: a state on the way to a live one, or a validity that is yet to begin."""
    why = why_not_live(node, at)
    if node is None or why is None:
        return "ended" if node is None else "live"
    over = node.deleted or validity(node, at) == EXPIRED
    return "planned" if not over and becomes_live(kind_of(node.ref), node.state) else "ended"


def fits(edge: Edge) -> bool:
    """Whether its type allows its ends; what a field says always fits, and of a later release nothing is known."""
    return edge.field is not None or _allows(edge.type, kind_of(edge.source), kind_of(edge.target))


@cache
def _allows(type: str, source: str, target: str) -> bool:
    relation = RELATIONS.get(type)
    return relation is None or relation.allows(source, target)


def why_not_active(edge: Edge, at: datetime, holder: bool = True) -> str | None:
    """``ended``, ``not yet valid``, ``expired`` or ``does not fit``; None if it is active. ``holder`` says whether the
    holder of its field counts, where that is one of the ends (``counts``)."""
    if not edge.live:
        return ENDED
    if why := validity(edge, at):
        return why
    if not fits(edge):
        return MISFIT
    return None if edge.field is None or holder else ENDED


def active(edge: Edge, at: datetime, holder: bool = True) -> bool:
    return why_not_active(edge, at, holder) is None


# -- for owners, who have states


class _Entity(NamedTuple):
    ref: str
    state: str
    live: bool
    deleted: bool
    valid_from: datetime | None
    valid_to: datetime | None


class _Link(NamedTuple):
    type: str
    source: str
    target: str
    field: None
    live: bool
    valid_from: datetime | None
    valid_to: datetime | None


def entity(state: Any) -> Node | None:
    """An entity of an owner; None if it has been deleted, since then its owner has no state of it."""
    if state is None:
        return None
    is_live = NODE_KINDS[state.kind].is_live(state.state)
    return _Entity(f"{state.kind}/{state.id}", state.state, is_live, False, state.valid_from, state.valid_to)


def document(state: Mapping[str, Any]) -> Node:
    """An entity as the API answers it."""
    from_, to = (datetime.fromisoformat(at) if (at := state.get(name)) else None for name in ("valid_from", "valid_to"))
    is_live = NODE_KINDS[state["kind"]].is_live(state["state"])
    return _Entity(f"{state['kind']}/{state['id']}", state["state"], is_live, False, from_, to)


def link(state: Link) -> Edge:
    """A link of an owner."""
    source, target = (f"{end.kind}/{end.id}" for end in (state.source, state.target))
    return _Link(state.type, source, target, None, state.state in LINK_STATES.live, state.valid_from, state.valid_to)


def is_live(state: Any, at: datetime) -> bool:
    """Of an entity of an owner: ``live``."""
    return live(entity(state), at)


def is_over(state: Any, at: datetime) -> bool:
    """Of an entity of an owner: it has been deleted or has ended, and is neither live nor planned."""
    return stage(entity(state), at) == "ended"


def is_to_hold(state: Link, at: datetime) -> bool:
    """Of a link of an owner: it is active, or will be."""
    return why_not_active(link(state), at) in (None, NOT_YET)
