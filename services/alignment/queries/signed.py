"""What was signed of things, and whether they still say it."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from sqlalchemy import and_, func, select

from services.alignment.models import EDGE, RECORD
from services.alignment.queries.nodes import records, split
from services.alignment.queries.snapshot import Moment, of_generation, recorded
from shared.clock import FOREVER
from shared.contracts.content import (
    JUSTIFYING,
    Content,
    NotCanonical,
    content,
    item_digest,
    linked,
    scheme_of,
)
from shared.contracts.strategy.signing import FrozenLink
from shared.storage.arrays import any_of, chunks

_COUNTED = ("signed", "attested")
_MOST = 2000
_PAGE = 100
Now = Mapping[str, tuple[Content, list[Content]]]
Drifted = dict[str, tuple[str, int]]
_SIGNED = select(RECORD.c.ref, RECORD.c.data).where(
    of_generation(RECORD),
    RECORD.c.recorded_to == FOREVER,
    RECORD.c.kind == "increment",
    RECORD.c.state.in_(_COUNTED),
    RECORD.c.deleted.is_(False),
)


async def held(moment: Moment, refs: set[str]) -> list[tuple[str, str]]:
    """Each node with a signed increment that holds it: by the member of the increment, and not by a link that says so.

    Drafts that hold it are left out by the query, so that they do not take up the room of what was signed.
    """
    increment = and_(RECORD.c.ref == EDGE.c.origin, recorded(RECORD, past=moment.past), RECORD.c.state.in_(_COUNTED))
    query = (
        select(EDGE.c.target, EDGE.c.origin)
        .join(RECORD, increment)
        .where(recorded(EDGE, past=moment.past), any_of(EDGE.c.target, "refs"), EDGE.c.type == "covers")
        .where(EDGE.c.field == "items[]", EDGE.c.live)
        .order_by(EDGE.c.target, EDGE.c.origin)
        .limit(_MOST)
    )
    rows: list[tuple[str, str]] = []
    for some in chunks(sorted(refs)):
        rows += [(target, origin) for target, origin in await moment.execute(query, refs=some)]
    return rows


def frozen(increment: Any, ref: str) -> Mapping[str, Any] | None:
    """What was signed of one item."""
    return next((item for item in increment.data["package"] if _ref(item) == ref), None)


def _ref(item: Mapping[str, Any]) -> str:
    return f"{item['kind']}/{item['id']}"


async def as_it_is(moment: Moment, refs: set[str], most: int) -> dict[str, tuple[Content, list[Content]]]:
    """The signed part of each as it is at the moment: what it says, and the links that justify it.

    Of each no more links are read than one more than any was signed with: whatever has as many has drifted.
    """
    links: dict[str, list[Any]] = {ref: [] for ref in refs}
    nth = func.row_number().over(partition_by=EDGE.c.source, order_by=(EDGE.c.type, EDGE.c.target)).label("nth")
    justifying = (
        select(EDGE, nth)
        .where(recorded(EDGE, past=moment.past), any_of(EDGE.c.source, "refs"), EDGE.c.live)
        .where(EDGE.c.type.in_(JUSTIFYING), EDGE.c.origin.startswith("link/"))
        .subquery()
    )
    few = select(justifying).where(justifying.c.nth <= most + 1)
    for some in chunks(sorted(refs)):
        for edge in await moment.execute(few, refs=some):
            links[edge.source].append(_link(edge))
    return {
        row.ref: (content(row.data), linked(links[row.ref])) for row in await records(moment, refs) if not row.deleted
    }


def _link(edge: Any) -> dict[str, Any]:
    kind, id = split(edge.target)
    ends = {"valid_from": edge.valid_from, "valid_to": edge.valid_to}
    target = {"kind": kind, "id": id}
    link = FrozenLink.model_validate({"type": edge.type, "target": target, "confidence": edge.confidence, **ends})
    return link.model_dump(mode="json")


def standing(frozen: Mapping[str, Any] | None, now: tuple[Content, list[Content]] | None) -> dict[str, Any]:
    """Under the scheme with which it was signed."""
    if frozen is None:
        return {"version": None, "drifted": None}
    try:
        drifted = now is None or item_digest(*now, scheme_of(frozen["hash"])) != frozen["hash"]
    except NotCanonical:
        drifted = True
    except ValueError:  # a later release of the owner knows the scheme
        return {"version": frozen["version"], "drifted": None}
    return {"version": frozen["version"], "drifted": drifted}


async def drifted(moment: Moment) -> Drifted:
    """What no longer says what was signed of it, under any increment that holds it: the one that holds its newest
    version, and that version."""
    every: defaultdict[str, list[tuple[str, Mapping[str, Any]]]] = defaultdict(list)
    result = await moment.connection.stream(_SIGNED, {"of_generation": moment.generation})
    async for rows in result.partitions(_PAGE):
        for row in rows:
            for item in row.data["package"]:
                every[_ref(item)].append((row.ref, item))
    found: Drifted = {}
    for some in chunks(sorted(every)):
        signed = {ref: every[ref] for ref in some}
        most = max(len(item["links"]) for each in signed.values() for _, item in each)
        now = await as_it_is(moment, set(signed), most)
        found |= await asyncio.to_thread(_differing, signed, now)
    return found


def _differing(signed: Mapping[str, list[tuple[str, Mapping[str, Any]]]], now: Now) -> Drifted:
    found: Drifted = {}
    for ref, each in signed.items():
        if ref in now and all(standing(item, now[ref])["drifted"] for _, item in each):
            increment, item = max(each, key=lambda one: one[1]["version"])
            found[ref] = increment, item["version"]
    return found
