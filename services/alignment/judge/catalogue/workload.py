"""How much a party answers for."""

from collections.abc import Iterator, Mapping

from services.alignment.judge.catalogue.words import back, over
from services.alignment.judge.checks import Evidence
from services.alignment.judge.footprint import into, out
from services.alignment.judge.graph import Node

_ROLE = (into("assigns"), out("assigned_as"))
WAYS = (
    (into("assigns"),), _ROLE, (*_ROLE, into("accountable")), (*_ROLE, into("owned_by")),
    (into("assigns"), out("assigned_in")), (*_ROLE, into("accountable"), out("part_of")),
)  # fmt: skip
"""From a party to its assignments, their roles and places, and to what those answer for."""


def overloaded(party: Node, limit: Mapping[str, int]) -> Iterator[Evidence]:
    load, letters, owns = load_of(party, limit)
    most = limit["capacity"] * float(party.get("capacity"))
    if load > most:
        yield {"load": load, "capacity": most, "letters": letters, "owns": owns}


def load_of(party: Node, limit: Mapping[str, int]) -> tuple[int, int, int]:
    """What it answers for: in all, and in letters and places. A letter counts where the party is assigned."""
    places, letters = set(_owned(party)), set[Node]()
    for seat in back(party, "assigns"):
        for role in over(seat, "assigned_as"):
            scopes = over(seat, "assigned_in")
            letters |= {a for a in back(role, "accountable") if not set(scopes).isdisjoint(over(a, "part_of"))}
            places |= set(_owned(role))
    return limit["letter"] * len(letters) + limit["place"] * len(places), len(letters), len(places)


def _owned(owner: Node) -> list[Node]:
    return [each for each in back(owner, "owned_by") if each.kind in ("process", "service")]
