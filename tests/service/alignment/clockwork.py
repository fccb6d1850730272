"""The clocks of owners, played on states in memory: what is due at which instant is written down here by hand."""

from collections.abc import Iterator
from datetime import datetime
from random import Random
from typing import Any

from tests.service.alignment.world import World

State = dict[str, Any]
Version = tuple[datetime, State, bool]
"""When it was recorded, and whether it was deleted then."""
STEERED = ("strategy", "strategy_element", "objective", "tactic", "operation", "capability", "plan")
MOVES: dict[tuple[str, str], tuple[str, tuple[str, ...]]] = {
    ("role_assignment", "proposed"): ("active", ("valid_from",)),
    ("role_assignment", "active"): ("ended", ("valid_to",)),
    ("contract", "active"): ("expired", ("valid_to", "period.end")),
    ("contract", "suspended"): ("expired", ("valid_to", "period.end")),
    **{(kind, "approved"): ("in_force", ("valid_from",)) for kind in STEERED},
}


def _instants(state: State, members: tuple[str, ...]) -> Iterator[datetime]:
    for member in members:
        found: Any = state
        for name in member.split("."):
            found = (found or {}).get(name)
        if found:
            yield datetime.fromisoformat(found)


def moves(state: State, after: datetime, until: datetime) -> Iterator[tuple[datetime, str]]:
    """When a state comes to which other ones; what was due before has been refused."""
    at, last = state["state"], after
    first = True
    while (due := MOVES.get((state.get("kind", ""), at))) is not None:
        to, members = due
        instants = [each for each in _instants(state, members) if not first or each > after]
        if not instants or max(min(instants), last) > until:
            return
        at, last, first = to, max(min(instants), last), False
        yield last, at


def moved(state: State, after: datetime, until: datetime) -> State:
    for _, to in moves(state, after, until):
        state = {**state, "state": to}
    return state


def kept(versions: list[Version], valid_at: datetime) -> list[Version]:
    """Without those that a clock has made of it later than a valid time that is past; all of them, if it has been so
    from the first. Whoever was earlier than the clock has not waited for it."""

    def is_undone(version: Version) -> bool:
        at, state, is_deleted = version
        ways = [members for (kind, _), (to, members) in MOVES.items() if (kind, to) == (state["kind"], state["state"])]
        instants = {each for members in ways for each in _instants(state, members)}
        return not is_deleted and any(valid_at < each <= at for each in instants)

    found = [each for each in versions if not is_undone(each)]
    return found if any(not is_deleted for *_, is_deleted in found) else versions


def run(world: World, after: datetime, until: datetime) -> list[State]:
    """Each move is recorded at its instant; the new events."""
    before = len(world.events)
    due = sorted((at, ref, to) for ref, state in world.states.items() for at, to in moves(state, after, until))
    for at, ref, to in due:
        world.at = at
        world.restate(ref, state=to)
    world.at = until
    return world.events[before:]


def date(world: World, dice: Random, ref: str, instants: list[str | None]) -> None:
    """Give something a state that a clock moves on, if there is one, and a validity; a contract may have a period."""
    kind = ref.partition("/")[0]
    states = [state for of, state in MOVES if of == kind] or [world.states[ref]["state"]]
    period = {"period": {"start": None, "end": dice.choice(instants)}} if kind == "contract" else {}
    begins, ends = dice.choice(instants), dice.choice(instants)
    if begins and ends and begins >= ends:  # which no owner takes
        begins, ends = (ends, begins) if begins > ends else (begins, None)
    world.restate(ref, state=dice.choice(states), valid_from=begins, valid_to=ends, **period)
