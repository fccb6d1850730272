"""One node: what it says, its relations, its findings, and under what it was signed."""

from datetime import timedelta
from typing import Any

from services.alignment.queries import edges
from services.alignment.queries.nodes import brief
from services.alignment.queries.snapshot import Moment
from services.alignment.views import findings
from services.alignment.views.signatures import signatures


async def node(moment: Moment, row: Any, grace: timedelta) -> dict[str, Any]:
    """Of the row of a node."""
    out, out_hidden = await edges.links(moment, row.ref, "source")
    into, in_hidden = await edges.links(moment, row.ref, "target")
    told, more = await findings.of_subject(moment, row.ref, grace)
    return {
        **brief(moment, row),
        "state_data": row.data,
        "out": out,
        "in": into,
        "findings": told,
        "signed_by": (await signatures(moment, [row.ref])).get(row.ref, []),
        "hidden": {"out": out_hidden, "in": in_hidden, "findings": more},
    }
