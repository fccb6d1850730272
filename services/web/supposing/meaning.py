"""What is meant by what somebody typed: a ``kind/key``, a ``kind/id`` or a name; and the steps that rows come to."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from services.web.supposing.composing import Row, step
from services.web.texts import can_be_asked
from services.web.visit import Visit
from shared.contracts import NODE_KINDS
from shared.contracts.views.nodes import Node, NodePage, NodeView
from shared.refused import NotFound

Json = dict[str, Any]
_CHOICES = 8


@dataclass(frozen=True)
class Meant:
    """A row with what it means: a step, or ``wrong`` and the ``choices`` where a name is unclear."""

    row: Row
    step: Json | None = None
    wrong: str = ""
    choices: Sequence[Node] = ()
    nodes: Sequence[Node] = field(default=())


async def meant(visit: Visit, rows: Sequence[Row]) -> list[Meant]:
    return list(await asyncio.gather(*(_row(visit, row) for row in rows)))


async def _row(visit: Visit, row: Row) -> Meant:
    if row.lacks:
        return Meant(row, wrong="" if row.is_empty else row.lacks)
    two = row.action in ("link", "end")
    names = [row.what, *([row.to] if two else [])]
    found = await asyncio.gather(*(_named(visit, name, "party" if row.action == "leave" else None) for name in names))
    for name, nodes in zip(names, found, strict=True):
        if len(nodes) != 1:
            several = f"{name} may be one of these: choose one." if nodes else f"There is nothing called {name}."
            return Meant(row, wrong=several, choices=nodes)
    ends = [nodes[0] for nodes in found]
    if row.action == "leave" and ends[0].kind != "party":
        return Meant(row, wrong=f"{ends[0].name} is no party: only a party leaves.")
    link = await _link(visit, ends[0], row.relation, ends[1]) if row.action == "end" else ""
    if link is None:
        return Meant(row, wrong=f"No link says {row.relation.replace('_', ' ')} between these two.")
    return Meant(row, step(row, ends[0].ref, ends[-1].ref, link), nodes=ends)


async def _named(visit: Visit, text: str, kind: str | None) -> list[Node]:
    """The one that is meant, or those that may be."""
    if not can_be_asked(text):
        return []
    if text.partition("/")[0] in NODE_KINDS and "/" in text:
        try:
            return [await visit.view(NodeView, f"/nodes/{text}")]
        except NotFound:
            return []
    found = (await visit.view(NodePage, "/nodes", q=text, kind=kind, limit=_CHOICES)).items
    exact = [each for each in found if text.casefold() in ((each.name or "").casefold(), each.key)]
    return exact if len(exact) == 1 else list(found)


async def _link(visit: Visit, source: Node, relation: str, target: Node) -> str | None:
    """The ``link/id`` that says so; None where it stands in a field, or nowhere."""
    there = await visit.view(NodeView, f"/nodes/{source.ref}")
    found = (e for e in there.out if (e.type, e.target) == (relation, target.ref) and e.field is None)
    return next((each.origin for each in found), None)
