"""The same as ``views.move``, asked the other way round: what nobody owns who is still there, and who has the move."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from services.alignment.queries.edges import lower_end, rows_above, upper_end
from services.alignment.queries.hops import Leg, Walk, Way
from services.alignment.queries.nodes import briefs
from services.alignment.queries.people import owned
from services.alignment.queries.snapshot import Moment
from services.alignment.view.projection import ref_of
from services.alignment.views.move import MOST_HOPS
from shared.live import why_not_active
from shared.storage.arrays import chunks
from shared.storage.rows import every

MOST_OWNED, MOST_ORPHANS = 1000, 2000
"""Things of the owners, and things below them that nobody owns, that are looked at."""
_BELOW: Way = (Leg("target", ups=("source",)), Leg("source", ups=("target",)))
"""From what justifies to what it justifies."""
Json = dict[str, Any]


async def moves_of(moment: Moment, owners: Sequence[str]) -> list[str]:
    """The references of what nobody owns who is still there, and whose move is that of one of these owners: the first
    of them, by how far they are below what these own."""
    mine, _ = await owned(moment, owners, MOST_OWNED)
    near = {ref_of(each) for each in mine if each["live"]}
    seen, orphans = set(near), list[str]()
    for _ in range(MOST_HOPS - 1):
        steps = (await Walk(moment, _BELOW, {}).hop(sorted(near))).steps if near else ()
        below = {step.far: step.node for step in steps if step.far not in seen}
        seen |= below.keys()
        near = set(await _without_owner(moment, below))
        orphans += sorted(near)
        if len(orphans) >= MOST_ORPHANS:
            break
    some = orphans[:MOST_ORPHANS]
    whose = await _nearest(moment, some) if some else {}
    return [ref for ref in some if whose.get(ref) in owners]


async def _without_owner(moment: Moment, nodes: Mapping[str, Json]) -> list[str]:
    owners = await briefs(moment, {each["owner"] for each in nodes.values() if each["owner"]})
    return [ref for ref, each in nodes.items() if not (each["owner"] and owners[each["owner"]]["live"])]


async def _nearest(moment: Moment, orphans: Collection[str]) -> dict[str, str]:
    """By each, the owner of the nearest thing above it that has one; of several the first by its reference."""
    above: dict[str, set[str]] = defaultdict(set)
    owner: dict[str, str] = {}
    waiting = set(orphans)
    for _ in range(MOST_HOPS - 1):
        upper = {ref: each for ref, each in (await _above(moment, waiting, above)).items() if ref not in above}
        without = set(await _without_owner(moment, upper))
        owner |= {ref: each["owner"] for ref, each in upper.items() if ref not in without}
        waiting = without - above.keys()
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
