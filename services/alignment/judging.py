"""By which rules the findings of a generation are judged: a release that brings others has to judge everything anew."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.alignment.models import GENERATION
from services.alignment.rules import RULES, fingerprint


async def is_outdated(connection: AsyncConnection, generation: int) -> bool:
    """Whether a rule has been added or changed since: what nobody touches would never be judged by it."""
    query = select(GENERATION.c.rules).where(GENERATION.c.number == generation)
    return (await connection.execute(query)).scalar() != fingerprint(RULES.values())
