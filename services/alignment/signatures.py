"""Who signed: the increments under which things of strategy were signed, and whose approvals those rest on."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from services.alignment.edges import edges_from
from services.alignment.moment import Moment
from services.alignment.repository import brief, briefs, records


async def signatures(moment: Moment, refs: Iterable[str]) -> dict[str, list[dict[str, Any]]]:
    """By node: ``increment`` and ``by`` whom, for what a signed increment holds."""
    covers = await edges_from(moment, sorted(set(refs)), "target", ["covers"])
    held = [(row.target, row.source) for row in covers if row.source.startswith("increment/")]
    rows = {row.ref: row for row in await records(moment, {increment for _, increment in held})}
    signed = {ref: row for ref, row in rows.items() if row.state == "signed"}
    people = await briefs(moment, {who for row in signed.values() for who in _approved(row)})
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for target, increment in held:
        if row := signed.get(increment):
            by = [people[who] for who in _approved(row)]
            found[target].append({"increment": brief(moment, row), "by": by})
    return found


def _approved(increment: Any) -> list[str]:
    return [
        f"stakeholder/{each['stakeholder_id']}"
        for each in increment.data["sign_offs"]
        if each["decision"] == "approved"
    ]
