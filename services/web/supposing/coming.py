"""What would come of changes, as a page tells it: what is hit once each, with the way there. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from services.web.drawing.bars import Bar
from services.web.filters import dimension
from shared.contracts.views.impact import Asked, Hit
from shared.contracts.views.nodes import Finding, Node
from shared.contracts.views.scenario import Ceasing, Outcome, ScoreOf


@dataclass(frozen=True)
class Struck:
    """Something that is hit, by what ceases and along which relations; people if it is a group of them."""

    node: Node
    by: Sequence[Node]
    ways: Sequence[str]
    size: int | None


def customers(ceasing: Iterable[Ceasing]) -> list[Struck]:
    return _struck((each.subject, hit) for each in ceasing for hit in each.customers)


def contracts(ceasing: Iterable[Ceasing]) -> list[Struck]:
    return _struck((each.subject, hit) for each in ceasing for hit in each.contracts)


def _struck(hits: Iterable[tuple[Node, Hit]]) -> list[Struck]:
    found: dict[str, Struck] = {}
    for subject, hit in hits:
        before = found.get(hit.node.ref)
        by, ways = ([*before.by], [*before.ways]) if before else ([], [])
        found[hit.node.ref] = Struck(hit.node, [*by, subject], [*ways, _way(hit)], hit.size)
    return [*found.values()]


def _way(hit: Hit) -> str:
    return ", ".join(edge.type.replace("_", " ") for edge in hit.path)


def to_ask(ceasing: Iterable[Ceasing]) -> list[Asked]:
    """Each once, with all that they own of what is hit."""
    found: dict[str, Asked] = {}
    for asked in (asked for each in ceasing for asked in each.to_ask):
        before = found.get(asked.node.ref)
        if before is None:
            found[asked.node.ref] = asked
            continue
        owns = {node.ref: node for node in (*before.owns, *asked.owns)}
        activities = {node.ref: node for node in (*before.activities, *asked.activities)}
        letters = [letter for letter in ("A", "C") if letter in (*before.letters, *asked.letters)]
        more = {"owns": [*owns.values()], "activities": [*activities.values()], "letters": letters}
        found[asked.node.ref] = before.model_copy(update=more)
    return [*found.values()]


def bars(before: ScoreOf, after: ScoreOf) -> list[Bar]:
    """Dimensions that would be others than they are, the greatest loss first."""
    changed = {name: value for name, value in after.dimensions.items() if value != before.dimensions.get(name)}
    made = [Bar(dimension(name), value, before.dimensions.get(name)) for name, value in changed.items()]
    return sorted(made, key=lambda bar: (bar.change or 0, bar.name))


@dataclass(frozen=True)
class Compared:
    """Findings that only one of two scenarios opens or closes."""

    opened: tuple[list[Finding], list[Finding]]
    closed: tuple[list[Finding], list[Finding]]


def compared(one: Outcome, other: Outcome) -> Compared:
    return Compared(_apart(one.opened, other.opened), _apart(one.closed, other.closed))


def _apart(mine: Sequence[Finding], theirs: Sequence[Finding]) -> tuple[list[Finding], list[Finding]]:
    by_id: list[Mapping[str, Finding]] = [{each.id: each for each in some} for some in (mine, theirs)]
    first, second = ([f for id, f in a.items() if id not in b] for a, b in (by_id, by_id[::-1]))
    return first, second
