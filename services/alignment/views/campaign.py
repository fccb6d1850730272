"""How far a campaign is: an item is attested where its review was recorded since the campaign began."""

from collections import defaultdict
from datetime import datetime
from typing import Any

from services.alignment.queries.nodes import brief, briefs, records, unseen
from services.alignment.queries.snapshot import Moment
from shared.clock import rfc3339

Json = dict[str, Any]


async def progress(moment: Moment, campaign: Any) -> Json:
    """``campaign`` is its row. What was deleted asks nothing of anybody."""
    refs = [f"{each['kind']}/{each['id']}" for each in campaign.items]
    rows = {row.ref: row for row in await records(moment, refs)}
    items = [_item(moment, ref, rows.get(ref), campaign.created_at) for ref in dict.fromkeys(refs)]
    done = sum(_is_done(each) for each in items)
    return {
        "key": campaign.key,
        "name": campaign.name,
        "state": campaign.state,
        "due": rfc3339(campaign.due),
        "overdue": campaign.due < moment.at and done < len(items),
        "total": len(items),
        "attested": done,
        "owners": await _owners(moment, items),
        "items": sorted(items, key=lambda each: (_is_done(each), each["node"]["kind"], each["node"]["key"] or "")),
    }


def _item(moment: Moment, ref: str, row: Any, since: datetime) -> Json:
    review = (row.data.get("review") or {}) if row is not None else {}
    last = review.get("last_at")
    is_new = last is not None and datetime.fromisoformat(last) >= since
    return {
        "node": brief(moment, row) if row is not None else unseen(ref),
        "owner": row.owner if row is not None else None,
        "at": last if is_new else None,
        "by": review.get("last_by") if is_new else None,
        "comment": review.get("comment") if is_new else None,
    }


def _is_done(item: Json) -> bool:
    return item["at"] is not None or bool(item["node"]["deleted"])


async def _owners(moment: Moment, items: list[Json]) -> list[Json]:
    of: dict[str | None, list[Json]] = defaultdict(list)
    for each in items:
        of[each["owner"]].append(each)
    known = await briefs(moment, filter(None, of))
    told = [
        {"owner": owner, "node": known.get(owner or ""), "items": len(some), "attested": sum(map(_is_done, some))}
        for owner, some in of.items()
    ]
    return sorted(told, key=lambda each: (each["attested"] - each["items"], each["owner"] or ""))
