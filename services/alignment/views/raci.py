"""Who does what: the matrix of a process, and what each party carries in all of them."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from sqlalchemy import Select, and_, func, select

from services.alignment.judge.in_force import InForce
from services.alignment.models import EDGE, RECORD
from services.alignment.queries import nodes
from services.alignment.queries.holdings import Holding, holders, roles_of
from services.alignment.queries.hops import Walk, into, out
from services.alignment.queries.left_out import LeftOut
from services.alignment.queries.snapshot import Moment, is_live, recorded
from services.alignment.views.found import found_about, told
from shared.live import active, stage
from shared.storage.arrays import any_of, chunks

MOST_ROWS, MOST_COLUMNS = 200, 100
_MOST_LETTERS = 100 * MOST_ROWS
"""As many as the activities in the rows can have."""
_LETTERS = {"responsible": "R", "accountable": "A", "consulted": "C", "informed": "I"}
Json = dict[str, Any]
Letters = dict[str, dict[str, Counter[str]]]


async def matrix(moment: Moment, process: Any, *, everything: bool = False) -> Json:
    """For the row of a process. ``rows`` are its activities in their order, also those that are planned; ``roles`` the
    columns, each with the ``parties`` that hold it in this process; a cell has its letters.

    ``violations`` of an activity, of the process and of a role are the open findings of the dimension ``raci`` about
    it; of a role those of this process, where a rule says of which. ``hidden`` counts what a matrix has no room for,
    ``left_out`` by why what is over, and who holds a role of it no longer or not yet; ``everything`` shows that too.
    """
    left_out = LeftOut()
    parts = await Walk(moment, *into("part_of"), everything=True).hop([process.ref])
    activities = {s.far: s.node for s in parts.steps if s.node["kind"] == "activity" and active(s.row, moment.at)}
    ordered = await _ordered_rows(moment, activities, left_out, everything=everything)
    refs = ordered[:MOST_ROWS]
    cells: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    roles: dict[str, Json] = {}
    for step in (await Walk(moment, *out(*_LETTERS), everything=True).hop(refs, _MOST_LETTERS)).steps:
        if active(step.row, moment.at):
            cells[step.near][step.far].append(_LETTERS[step.row.type])
            roles[step.far] = step.node
    columns = sorted(roles)[:MOST_COLUMNS]
    held = await holders(moment, columns, [process.ref], left_out, everything=everything)
    parties = {role: held.parties(role, [process.ref], left_out) for role in columns}
    wrong, more = await found_about(moment, [process.ref, *columns, *refs], moment.rules.of_dimension("raci"))
    of_role = {role: [row for row in wrong.get(role, ()) if _is_of(row, process.ref)] for role in columns}
    return {
        "process": nodes.brief(moment, process),
        "roles": [
            {
                "role": roles[role],
                "parties": [held.nodes[party] for party in parties[role]],
                "violations": [told(moment.rules, row) for row in of_role[role]],
            }
            for role in columns
        ],
        "rows": [
            _row(moment.rules, activities[ref], cells[ref], [roles[role] for role in columns], wrong.get(ref, ()))
            for ref in refs
        ],
        "violations": [told(moment.rules, row) for row in wrong.get(process.ref, ())],
        "hidden": {
            "activities": len(ordered) - len(refs) + parts.hidden.total(),
            "roles": len(roles) - len(columns),
            "violations": more,
        },
        "left_out": left_out.told(),
    }


def _is_of(row: Any, process: str) -> bool:
    return bool(row.evidence.get("process", process) == process)


def _row(
    rules: InForce, activity: Json, cells: Mapping[str, list[str]], columns: Iterable[Json], wrong: Iterable[Any]
) -> Json:
    return {
        "activity": activity,
        "cells": [{"role": role["id"], "letters": sorted(cells.get(f"role/{role['id']}", ()))} for role in columns],
        "violations": [told(rules, row) for row in wrong],
    }


async def _ordered_rows(
    moment: Moment, activities: Mapping[str, Json], left_out: LeftOut, *, everything: bool
) -> list[str]:
    """Those that are live or planned, in the order of their process."""
    found: list[Any] = []
    for some in chunks(sorted(activities)):
        for row in await moment.execute(_placed(past=moment.past), refs=some):
            if everything or stage(row, moment.at) != "ended":
                found.append(row)
            else:
                left_out.add(row.ref, activities[row.ref]["why_not_live"])
    return [row.ref for row in sorted(found, key=lambda row: (row.place is None, row.place or 0, row.key))]


@cache
def _placed(*, past: bool) -> Select[Any]:
    place = RECORD.c.data["order"].as_integer().label("place")
    query = select(*nodes.BRIEF, place).where(RECORD.c.deleted.is_(False))
    return query.where(recorded(RECORD, past=past), any_of(RECORD.c.ref, "refs"))


async def load(moment: Moment, limit: int, cursor: str | None, *, everything: bool = False) -> Json:
    """Parties in the order of their keys: how many roles each holds, and how many letters those bring in live
    activities, where it holds them. ``left_out`` counts, of what this page has looked at, what is not live."""
    left_out = LeftOut()
    listed, next_cursor = await nodes.nodes(moment, {"kind": "party"}, limit, cursor)
    parties = [each for each in listed if each["live"] or everything]
    for each in listed:
        if not (each["live"] or everything):
            left_out.add(f"party/{each['id']}", each["why_not_live"])
    held = await roles_of(moment, [f"party/{each['id']}" for each in parties], left_out, everything=everything)
    letters = await _letters(moment, sorted({each.role for each in held.all}))
    by_party: dict[str, set[Holding]] = defaultdict(set)
    for each in held.all:
        by_party[each.party].add(each)
    items = [_carried(each, by_party[f"party/{each['id']}"], letters) for each in parties]
    return {"items": items, "next_cursor": next_cursor, "left_out": left_out.told()}


async def _letters(moment: Moment, roles: list[str]) -> Letters:
    """By role and process: how many letters it has in live activities."""
    letters: Letters = defaultdict(lambda: defaultdict(Counter))
    for some in chunks(roles):
        for role, process, type, count in await moment.execute(_counted(past=moment.past), refs=some):
            letters[role][process][_LETTERS[type]] += count
    return letters


@cache
def _counted(*, past: bool) -> Select[Any]:
    process = (func.coalesce("process/" + RECORD.c.data["process_id"].as_string(), "")).label("process")
    activity = and_(RECORD.c.ref == EDGE.c.source, RECORD.c.kind == "activity", recorded(RECORD, past=past))
    each = (
        select(EDGE.c.target, process, EDGE.c.type)
        .join(RECORD, activity)
        .where(recorded(EDGE, past=past), any_of(EDGE.c.target, "refs"), EDGE.c.type.in_(list(_LETTERS)))
        .where(is_live(EDGE), is_live(RECORD))
        .subquery()
    )
    return select(*each.c, func.count()).group_by(*each.c)


def _carried(party: Json, held: set[Holding], letters: Letters) -> Json:
    """A role that counts in one process and everywhere counts once."""
    total = Counter[str]()
    roles = {each.role for each in held}
    for role in roles:
        said = [each.scopes for each in held if each.role == role]
        places = frozenset[str]().union(*said) if all(said) else letters[role]
        total += sum((letters[role][place] for place in places), Counter[str]())
    return {"party": party, "roles": len(roles), "letters": {letter: total[letter] for letter in _LETTERS.values()}}
