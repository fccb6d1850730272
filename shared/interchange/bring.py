"""All that ``apply`` and ``import`` do with a file once it is read: who is meant, what is new, what has left."""

from dataclasses import replace

from shared.client import Client
from shared.interchange import identity, prune, sources, unsaid
from shared.interchange.drifting import drifting
from shared.interchange.glimpse import unsaid_of
from shared.interchange.holdings import Held, Holdings
from shared.interchange.inventory import TooMany
from shared.interchange.outcome import Leaving, Report
from shared.interchange.records import Batch, Origin
from shared.interchange.succession import succeed
from shared.interchange.sync import Progress, sync

MOST_LOOKED_AT = 10_000
"""Entities and links that are looked through for what left, where nothing hangs on it."""


async def bring(
    client: Client,
    batch: Batch,
    *,
    dry_run: bool = False,
    prunes: bool = False,
    match: bool = False,
    reason: str | None = None,
    progress: Progress | None = None,
) -> Report:
    """Bring a batch in. ``prunes`` retires what its model or bundle has no more; without it, that is told and stays.
    ``match`` joins entities that are there from elsewhere under the same name. The ``reason`` stands in the history
    of what comes, moves and goes.

    Nothing is pruned where the server refused something: what left may rest on it. Raises Unreachable and Unauthorized.
    """
    if reason:
        batch.layers = [
            [replace(record, reason=f"{reason} ({record.reason})") for record in layer] for layer in batch.layers
        ]
    report = await _brought(client, batch, reason, dry_run=dry_run, prunes=prunes, match=match, progress=progress)
    report.drifting = await drifting(client, report.outcomes)
    return report


async def _brought(
    client: Client,
    batch: Batch,
    reason: str | None,
    *,
    dry_run: bool,
    prunes: bool,
    match: bool,
    progress: Progress | None,
) -> Report:
    origin = batch.origin
    if origin is None:
        return await sync(client, batch, dry_run=dry_run, progress=progress)
    try:
        acts = batch.whole or prunes or bool(batch.instead)
        holdings = await Holdings.read(client, None if acts else MOST_LOOKED_AT)
    except TooMany:
        report = await sync(client, batch, dry_run=dry_run, progress=progress)
        if origin.name:
            holdings, note = await unsaid_of(client, batch, origin.name, MOST_LOOKED_AT)
            report.left = _leaving(holdings, identity.left(batch, origin, holdings), origin)
            report.notes += [note] if note else []
        return report
    origin = sources.recognise(batch, origin, holdings)
    doubles = identity.resolve(batch, origin, holdings, match=match) if batch.whole else []
    report = await sync(client, batch, dry_run=dry_run, progress=progress)
    report.doubles = doubles
    if not dry_run:
        report.add(await succeed(client, holdings, report.outcomes, batch.instead))
    left = unsaid.sayable(identity.left(batch, origin, holdings), batch, holdings)
    if prunes and not report.count("refused"):
        report.add(await prune.retire(client, holdings, left, origin, dry_run=dry_run, reason=reason))
        return report
    if prunes and left:
        report.notes.append("Nothing was retired: something was refused, and what left may belong to it.")
    report.left, report.nameless = _leaving(holdings, left, origin), origin.name is None
    if report.nameless and len(left) > report.count("unchanged") + report.count("changed"):
        report.left = []  # another one that has no name either
    if not dry_run and (batch.whole or prunes):
        await prune.note_left(client, left, origin)
    return report


def _leaving(holdings: Holdings, left: list[Held], origin: Origin) -> list[Leaving]:
    """What left, by name, with what rests on it and does not go as well."""
    resting = holdings.resting() if left else {}
    going = {f"{kind.name}/{state['id']}" for kind, state in left}
    found = []
    for kind, state in left:
        rest = [ref for ref in resting.get(f"{kind.name}/{state['id']}", ()) if ref not in going]
        record = replace(prune.record(holdings, (kind, state), origin), label=holdings.named(kind, state))
        found.append(Leaving(record, [*map(holdings.name, rest)]))
    return found
