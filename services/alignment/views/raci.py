"""Who does what: the matrix of a process, and what each party carries in all of them."""

from collections import Counter, defaultdict
from functools import cache
from typing import Any

from sqlalchemy import Select, select

from services.alignment.models import RECORD
from services.alignment.queries import nodes
from services.alignment.queries.edges import edge_counts, edges_from
from services.alignment.queries.nodes import briefs
from services.alignment.queries.snapshot import Moment, recorded
from services.alignment.views.impact import holders
from shared.arrays import any_of, chunks

MOST_ROWS, MOST_COLUMNS = 200, 100
_LETTERS = {"responsible": "R", "accountable": "A", "consulted": "C", "informed": "I"}


async def matrix(moment: Moment, process: str) -> dict[str, Any]:
    """``rows`` are activities in their order, ``roles`` the columns with who holds them; a cell has its letters.

    ``violations``: of each activity exactly one role is accountable, and at least one does it. ``hidden`` counts what a
    matrix has no room for.
    """
    parts = await edges_from(moment, [process], "target", ["part_of"])
    activities = await _activities(moment, [row.source for row in parts if row.source.startswith("activity/")])
    refs = activities[:MOST_ROWS]
    cells: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for edge in await edges_from(moment, refs, "source", list(_LETTERS)):
        cells[edge.source][edge.target].append(_LETTERS[edge.type])
    named = sorted({role for of in cells.values() for role in of})
    roles = named[:MOST_COLUMNS]
    held = await holders(moment, roles)
    nodes = await briefs(moment, {process, *refs, *roles, *(party for of in held.values() for party in of)})
    columns = [
        {"role": nodes[role], "parties": [nodes[party] for party in sorted(held.get(role, ()))]} for role in roles
    ]
    return {
        "process": nodes[process],
        "roles": columns,
        "rows": [
            {
                "activity": nodes[ref],
                "cells": [{"role": nodes[role]["id"], "letters": sorted(cells[ref].get(role, ()))} for role in roles],
                "violations": _violations([letter for of in cells[ref].values() for letter in of]),
            }
            for ref in refs
        ],
        "hidden": {"activities": len(activities) - len(refs), "roles": len(named) - len(roles)},
    }


async def _activities(moment: Moment, refs: list[str]) -> list[str]:
    """Those that are not retired, in the order of their process."""
    found: list[Any] = []
    for some in chunks(sorted(refs)):
        found += (await moment.execute(_ordered(past=moment.past), refs=some)).all()
    return [row.ref for row in sorted(found, key=lambda row: (row.place is None, row.place or 0, row.key))]


@cache
def _ordered(*, past: bool) -> Select[Any]:
    place = RECORD.c.data["order"].as_integer().label("place")
    query = select(RECORD.c.ref, RECORD.c.key, place).where(RECORD.c.state != "retired")
    return query.where(recorded(RECORD, past=past), any_of(RECORD.c.ref, "refs"))


def _violations(letters: list[str]) -> list[str]:
    accountable = letters.count("A")
    found = [] if accountable == 1 else ["nobody is accountable" if not accountable else "several are accountable"]
    return found if "R" in letters else [*found, "nobody does it"]


async def load(moment: Moment, limit: int, cursor: str | None) -> dict[str, Any]:
    """Parties in the order of their keys: how many roles each holds, and how many letters those bring."""
    parties, next_cursor = await nodes.nodes(moment, {"kind": "party"}, limit, cursor)
    roles = await _roles(moment, [f"party/{each['id']}" for each in parties])
    letters: dict[str, Counter[str]] = defaultdict(Counter)
    wanted = sorted({role for of in roles.values() for role in of})
    for relation, letter in _LETTERS.items():
        for role, count in (await edge_counts(moment, wanted, "target", [relation])).items():
            letters[role][letter] = count
    return {"items": [_carried(each, roles, letters) for each in parties], "next_cursor": next_cursor}


async def _roles(moment: Moment, parties: list[str]) -> dict[str, set[str]]:
    """The roles that each party holds, by assignments that are valid."""
    assigned = {e.source: e.target for e in await edges_from(moment, parties, "target", ["assigns"])}
    nodes = await briefs(moment, assigned)
    found: dict[str, set[str]] = defaultdict(set)
    for edge in await edges_from(moment, sorted(assigned), "source", ["assigned_as"]):
        if nodes[edge.source]["live"]:
            found[assigned[edge.source]].add(edge.target)
    return found


def _carried(party: dict[str, Any], roles: dict[str, set[str]], letters: dict[str, Counter[str]]) -> dict[str, Any]:
    held = roles.get(f"party/{party['id']}", set())
    total = sum((letters[role] for role in held), Counter[str]())
    return {"party": party, "roles": len(held), "letters": {letter: total[letter] for letter in _LETTERS.values()}}
