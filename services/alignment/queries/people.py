"""Who signs in as whom, and what they own."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, select

from services.alignment.models import NODES, RECORD
from services.alignment.queries.nodes import BRIEF, brief
from services.alignment.queries.snapshot import Moment, recorded
from shared.storage.arrays import any_of

Json = dict[str, Any]


@cache
def _signing_in(*, past: bool) -> Select[Any]:
    mine = RECORD.c.sign_in == bindparam("subject"), RECORD.c.kind == bindparam("of_kind")
    there = recorded(RECORD, past=past), RECORD.c.deleted.is_(False)
    return select(*BRIEF).where(*there, *mine).order_by(RECORD.c.key, RECORD.c.ref)


async def signs_in(moment: Moment, kind: str, subject: str) -> Json | None:
    """The live one of a kind that signs in as a subject."""
    rows = await moment.execute(_signing_in(past=moment.past), subject=subject, of_kind=kind)
    return next((node for row in rows if (node := brief(moment, row))["live"]), None)


@cache
def _owned(*, past: bool) -> Select[Any]:
    theirs = any_of(RECORD.c.owner, "owners")
    there = recorded(RECORD, past=past), RECORD.c.deleted.is_(False), NODES
    return select(*BRIEF, RECORD.c.kind).where(*there, theirs).order_by(RECORD.c.kind, RECORD.c.key, RECORD.c.ref)


async def owned(moment: Moment, owners: Sequence[str], most: int) -> tuple[list[Json], bool]:
    """What any of these owns, and whether there is more of it."""
    query = _owned(past=moment.past).limit(most + 1)
    rows = (await moment.execute(query, owners=sorted(owners))).all() if owners else []
    return [brief(moment, row) for row in rows[:most]], len(rows) > most


@cache
def _asked(*, past: bool) -> Select[Any]:
    waiting = RECORD.c.kind == "increment", RECORD.c.state.in_(("submitted", "partly_signed"))
    there = recorded(RECORD, past=past), RECORD.c.deleted.is_(False), NODES
    return select(*BRIEF, RECORD.c.data).where(*there, *waiting).order_by(RECORD.c.key, RECORD.c.ref)


async def asked(moment: Moment, subject: str, most: int) -> list[Json]:
    """Increments on which a subject has been asked for a decision and has not given it."""
    rows = await moment.execute(_asked(past=moment.past).limit(_LOOKED_AT))
    return [brief(moment, row) for row in rows if _is_asked(row.data, subject)][:most]


_LOOKED_AT = 500


def _is_asked(increment: Json, subject: str) -> bool:
    return any(
        each.get("decision") == "requested" and each.get("subject") == subject
        for each in increment.get("sign_offs", ())
    )
