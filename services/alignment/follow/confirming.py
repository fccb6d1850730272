"""What the bus brings, confirmed by the owners before it gets into the view.

An owner is asked once for what lies between the view and the newest event of a batch, so each of its rows is read once,
in order, however scattered the events came. An event that lies behind is compared with what the view has; where the two
differ the owner is asked for that one row, at most ``QUESTIONS`` times a batch.
"""

from collections import defaultdict
from collections.abc import AsyncGenerator, Iterable, Sequence
from typing import Any

from sqlalchemy import bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.alignment.follow import changes, trust
from services.alignment.follow.changes import PAGE, Changes, Page
from services.alignment.follow.trust import Claim
from services.alignment.models import DEAD_LETTER, PROGRESS, RECORD
from services.alignment.view.dead_letters import DeadLetter
from services.alignment.view.poison import Poison
from services.alignment.view.projection import kind_of
from shared import clock
from shared.bus import Batch
from shared.contracts import OWNERS
from shared.contracts.events import topic
from shared.storage.arrays import any_of, chunks

QUESTIONS = 20
_SERVICE_OF = {topic(service): service for service in OWNERS}


def claims(batches: Iterable[Batch], log_id: str) -> tuple[dict[str, list[Claim]], list[DeadLetter]]:
    """What can be read of some batches, by service, and the rest."""
    now = clock.now()
    found: dict[str, list[Claim]] = defaultdict(list)
    dead = []
    for batch in batches:
        service = _SERVICE_OF[batch.partition.topic]
        for entry in batch.entries:
            place = f"{log_id}/{batch.partition.topic}/{batch.partition.number}/{entry.offset}"
            try:
                found[service].append(trust.claim(service, entry.key, entry.value, place, now))
            except Poison as error:
                dead.append(DeadLetter(place, entry.value or b"", str(error)))
    return found, dead


def buried(claim: Claim, reason: str) -> DeadLetter:
    return DeadLetter(claim.place, claim.value, reason)


async def ahead(
    owners: Changes, service: str, position: int, found: Sequence[Claim]
) -> AsyncGenerator[tuple[Page, list[DeadLetter]]]:
    """The owner's rows after a position up to the newest of the events, and which of these are not among them.

    Raises ClientError.
    """
    last = max(claim.position for claim in found)
    while True:
        page = await changes.fetch(owners, service, position, min(PAGE, last - position))
        refused = ((claim, trust.refusal(claim, page.content.get(claim.position), page.head)) for claim in found)
        yield page, [buried(claim, reason) for claim, reason in refused if reason]
        position = page.next_after
        last = min(last, page.head.position)
        if not page.events or position >= last:
            return


_PROGRESS = select(PROGRESS.c.service, PROGRESS.c.position).where(PROGRESS.c.generation == bindparam("at"))
_STORED = select(*(RECORD.c[name] for name in ("ref", "epoch", "version", "position", "recorded_from", "data"))).where(
    RECORD.c.generation == bindparam("at"),
    any_of(RECORD.c.ref, "refs"),
    RECORD.c.version.in_(bindparam("versions", expanding=True)),
)


async def positions(connection: AsyncConnection, generation: int) -> dict[str, int]:
    """Per service, the position up to which the view has everything."""
    return dict((await connection.execute(_PROGRESS, {"at": generation})).all())


async def differing(connection: AsyncConnection, generation: int, found: Sequence[Claim]) -> list[Claim]:
    """Which of some events that the view has passed are other than it has them, or not there at all."""
    strange = []
    for some in chunks([claim for claim in found if kind_of(claim.event)]):
        given = {"refs": sorted({c.event.ref for c in some}), "versions": sorted({c.event.event.version for c in some})}
        rows = await connection.execute(_STORED, {"at": generation, **given})
        stored = {(row.ref, row.epoch, row.version): row for row in rows}
        strange += [claim for claim in some if not _is(claim, stored.get((claim.event.ref, *claim.event.order)))]
    return strange


def _is(claim: Claim, row: Any) -> bool:
    if row is None:
        return False
    event, state = claim.event, claim.content["data"]["state"]
    return bool((row.position, row.recorded_from, row.data) == (event.position, event.recorded_at, state))


async def is_buried(connection: AsyncConnection, service: str, position: int) -> bool:
    """Whether the owner's own row at a position could not be read or applied."""
    letter = select(func.count()).where(DEAD_LETTER.c.source == f"{service}/changes/{position}")
    return bool((await connection.execute(letter)).scalar())


async def decided(owners: Changes, service: str, claim: Claim) -> bool:
    """Whether the owner says so too. Raises ClientError."""
    page = await changes.fetch(owners, service, claim.position - 1, 1)
    content = page.content.get(claim.position)
    return content is not None and trust.same(claim.content, content)
