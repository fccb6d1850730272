"""Rules about the view as a whole: no change says by itself whom they can matter to, so they are asked of everything at
once (``survey``). Pure."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from unicodedata import normalize

from services.alignment.judge.checks import Evidence, Present
from services.alignment.judge.footprint import Footprint
from services.alignment.judge.graph import Node


@dataclass(frozen=True)
class Everything:
    """What is there: ``nodes`` that are live, in the order of their references; and what the tables say besides."""

    nodes: tuple[Node, ...]
    besides: "Besides"


@dataclass(frozen=True)
class Besides:
    """What the memory does not hold: the ``names`` of those that share theirs with others of their kind, as ``plain``
    has them; by its origin the ``confidence`` of each relation of which that is less than 1; the links that say of an
    influence that it is against its end, and no more (``opposed``); and what has ``drifted`` from what was signed, with
    the increment that holds the newest version of it that was signed, and that version."""

    names: Mapping[str, str] = field(default_factory=dict)
    confidence: Mapping[str, float] = field(default_factory=dict)
    opposed: frozenset[str] = frozenset()
    drifted: Mapping[str, tuple[str, int]] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Whole:
    """``look`` says what is wrong with whom."""

    look: Callable[[Everything], Iterable[tuple[Node, Evidence]]]

    @property
    def footprint(self) -> Footprint:
        return Footprint(whole=True)

    def evidence(self, node: Node, present: Present) -> Iterable[Evidence]:
        return present.seen_of(self, node)


def plain(name: str) -> str:
    """A name without what people do not tell names by: width of letters, case, and how many spaces there are."""
    return " ".join(normalize("NFKC", name).casefold().split())
