"""Models and bundles that things came from: which there are, and what is of one of them."""

from collections.abc import AsyncIterator

from sqlalchemy import bindparam, func, select

from services.alignment.models import RECORD
from services.alignment.queries.snapshot import Moment, of_generation
from shared.contracts.members import did_you_mean
from shared.errors import Invalid
from shared.storage.db import TEXT

_MOST, _NAMED = 1000, 20
"""Sets of sources that are looked through, and names that a refusal lists."""


async def of_source(moment: Moment, name: str) -> frozenset[str]:
    """The values of ``Record.models`` that name it. Raises Invalid where nothing ever came from it: an empty answer
    would look like a good one."""
    plain = " ".join(name.split())
    there = {models: models.strip("\n").split("\n") async for models in _sets(moment)}
    found = frozenset(models for models, names in there.items() if plain in names)
    if found or len(there) >= _MOST:
        return found
    known = sorted({each for names in there.values() for each in names})
    more = f" and {len(known) - _NAMED} more" if len(known) > _NAMED else ""
    told = f"there are {', '.join(known[:_NAMED])}{more}{did_you_mean(plain, known)}" if known else "there are none"
    raise Invalid.at("?source", "unknown-value", f"Nothing came from a model or bundle of that name; {told}")


_NEXT = select(func.min(RECORD.c.models)).where(of_generation(RECORD), RECORD.c.models > bindparam("last", type_=TEXT))


async def _sets(moment: Moment) -> AsyncIterator[str]:
    """Each that there is, by one step through the index: many things are of the same."""
    last = ""
    for _ in range(_MOST):
        found = (await moment.execute(_NEXT, last=last)).scalar()
        if found is None:
            return
        yield found
        last = found
