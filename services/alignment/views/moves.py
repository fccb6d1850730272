"""The same as ``views.move``, asked the other way round: of what some do not own, whose move is theirs."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from services.alignment.queries.deputies import stood_in_for
from services.alignment.queries.edges import lower_end, rows_above, upper_end
from services.alignment.queries.hops import Leg, Walk, Way
from services.alignment.queries.nodes import briefs
from services.alignment.queries.people import owned
from services.alignment.queries.snapshot import Moment
from services.alignment.view.projection import ref_of
from services.alignment.views.move import MOST_HOPS, actors
from shared.live import kind_of, why_not_active
from shared.storage.arrays import chunks
from shared.storage.rows import every

MOST_OWNED, MOST_ORPHANS = 1000, 2000
"""Things that some act for, and things below them for which nobody does, that are looked at."""
_BELOW: Way = (Leg("target", ups=("source",)), Leg("source", ups=("target",)))
"""From what justifies to what it justifies."""
Json = dict[str, Any]


async def moves_of(moment: Moment, owners: Sequence[str]) -> list[str]:
    """The references of what these do not own, and whose move is that of one of them: of what they stand in for its
    owner, and of what nobody acts for the first, by how far they are below what these own or stand in for."""
    mine, _ = await owned(moment, owners, MOST_OWNED)
    theirs = await _stood_in_for(moment, owners)
    near = {ref_of(each) for each in mine if each["live"]} | {ref for ref, each in theirs.items() if each["live"]}
    seen, orphans = near | theirs.keys(), list[str]()
    for _ in range(MOST_HOPS - 1):
        # also what is not live may be wrong, but nothing is below it
        below = Walk(moment, _BELOW, {}, passes=lambda *_: True)
        steps = (await below.hop(sorted(near))).steps if near else ()
        fresh = {step.far: step.node for step in steps if step.far not in seen}
        seen |= fresh.keys()
        without = fresh.keys() - await actors(moment, fresh)
        orphans += sorted(without)
        near = {ref for ref in without if fresh[ref]["live"]}
        if len(orphans) >= MOST_ORPHANS:
            break
    some = orphans[:MOST_ORPHANS]
    whose = await _nearest(moment, some) if some else {}
    return [*theirs, *(ref for ref in some if whose.get(ref) in owners)]


async def _stood_in_for(moment: Moment, owners: Sequence[str]) -> dict[str, Json]:
    """For which things one of these acts as a deputy."""
    seats = await stood_in_for(moment, [ref for ref in owners if kind_of(ref) == "party"])
    of_roles, _ = await owned(moment, [*{each.role for each in seats}], MOST_OWNED)
    things = await briefs(moment, {*(each.scope for each in seats), *map(ref_of, of_roles)})
    acting = await actors(moment, things)
    return {ref: things[ref] for ref, each in acting.items() if each.stands_in_for and ref_of(each.node) in owners}


async def _nearest(moment: Moment, orphans: Collection[str]) -> dict[str, str]:
    """By each, who acts for the nearest thing above it that somebody acts for; of several the first by its
    reference."""
    above: dict[str, set[str]] = defaultdict(set)
    owner: dict[str, str] = {}
    waiting = set(orphans)
    for _ in range(MOST_HOPS - 1):
        upper = {ref: each for ref, each in (await _above(moment, waiting, above)).items() if ref not in above}
        acting = await actors(moment, upper)
        owner |= {ref: ref_of(each.node) for ref, each in acting.items()}
        waiting = upper.keys() - acting.keys()
        if not waiting:
            break
    reached = {ref: ref for ref in owner}
    for _ in range(MOST_HOPS - 1):
        fresh = {
            ref: min(reached[each] for each in uppers if each in reached)
            for ref, uppers in above.items()
            if ref not in reached and any(each in reached for each in uppers)
        }
        reached |= fresh
    return {ref: owner[reached[ref]] for ref in orphans if ref in reached}


async def _above(moment: Moment, refs: Iterable[str], above: dict[str, set[str]]) -> dict[str, Json]:
    """What is live one relation further up, and noted as above each."""
    for some in chunks(sorted(refs)):
        for ref in some:
            above[ref] = set()
        for row in await every(await moment.execute(rows_above(past=moment.past), refs=some)):
            if why_not_active(row, moment.at) is None:
                above[lower_end(row)].add(upper_end(row))
    nodes = await briefs(moment, {upper for ref in refs for upper in above[ref]})
    return {ref: each for ref, each in nodes.items() if each["live"]}
