"""One process: who does what, which seats are vacant, what is handed over and when it is good."""

import asyncio
from collections import Counter
from typing import Any

from fastapi import APIRouter, Request, Response

from services.web.letters import flow
from services.web.names import named
from services.web.pages import AsOf, Pages, Screen, router
from services.web.visit import Visit
from shared.contracts.views.nodes import NodeView
from shared.contracts.views.raci import RaciMatrix
from shared.refused import Refused
from shared.resource.listing import Word

_CLOSELY = 40
"""Activities that are looked at one by one."""
_SPOKEN = 60
"""Hand-offs and deliverables that are looked at one by one; the others are shown by name."""


async def screen(visit: Visit, key: str) -> Screen:
    node, matrix = await asyncio.gather(
        visit.view(NodeView, f"/nodes/process/{key}"), visit.view(RaciMatrix, f"/raci/{key}")
    )
    rows = matrix.rows[:_CLOSELY]
    seen, owners = await asyncio.gather(
        asyncio.gather(*(visit.view(NodeView, f"/nodes/{row.activity.ref}") for row in rows)),
        named(visit, [node.owner] if node.owner else []),
    )
    handed, goods = flow.handovers(seen), flow.made(seen)
    speaking = _speaking(handed, goods)
    asked = speaking[:_SPOKEN]
    terms = await asyncio.gather(*(_said(visit, ref) for ref in asked))
    told = {
        "node": node,
        "matrix": matrix,
        "steps": {each.ref: flow.step(each) for each in seen},
        "owner": owners.get(node.owner) if node.owner else None,
        "load": {role.role.id: _load(matrix, index) for index, role in enumerate(matrix.roles)},
        "violations": _violations(matrix),
        "handovers": handed,
        "made": goods,
        "words_of": dict(zip(asked, terms, strict=True)),
        "unasked": len(speaking) - len(asked),
        "policies": flow.related(node.in_, "governs"),
        "reasons": flow.related(node.out, "justified_by"),
        "number": {row.activity.ref: place for place, row in enumerate(matrix.rows, 1)},
    }
    return Screen("process", told, [("Processes", visit.place.to("/raci")), (node.name or key, None)])


def _speaking(handed: list[flow.Handover], goods: list[flow.Made]) -> list[str]:
    """The hand-offs and deliverables that have words of their own, a hand-off beside what it hands over."""
    both = [ref for each in handed for ref in (each.origin, each.deliverable.ref if each.deliverable else None)]
    return [*dict.fromkeys([*filter(None, both), *(each.node.ref for each in goods)])]


async def _said(visit: Visit, ref: str) -> dict[str, Any]:
    """What one says of itself; nothing where it cannot be seen."""
    try:
        return (await visit.view(NodeView, f"/nodes/{ref}")).state_data
    except Refused:
        return {}


def _load(matrix: RaciMatrix, column: int) -> str:
    """``4 A, 1 R``: how many letters a role carries here."""
    counts = Counter[str](letter for row in matrix.rows for letter in row.cells[column].letters)
    return ", ".join(f"{counts[letter]} {letter}" for letter in "ARCI" if counts[letter])


def _violations(matrix: RaciMatrix) -> list[Any]:
    """Each with what it is about, the process first."""
    found = [(matrix.process, each) for each in matrix.violations]
    found += [(role.role, each) for role in matrix.roles for each in role.violations]
    return found + [(row.activity, each) for row in matrix.rows for each in row.violations]


def routes(pages: Pages) -> APIRouter:
    served = router()

    @served.get("/raci/{key}")
    async def process(request: Request, key: Word, as_of: AsOf = None) -> Response:
        return await pages.show(request, as_of, lambda visit: screen(visit, key))

    return served
