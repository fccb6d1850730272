"""Records what is done and changes nothing else that is recorded: in alignment's own changes, which nobody prunes."""

from typing import Any

import orjson
from sqlalchemy.ext.asyncio import AsyncConnection
from uuid_utils.compat import uuid7

from services.alignment.models import CHANGE
from shared import clock
from shared.changes.table import append
from shared.contracts.audit import AuditTold
from shared.http.auth import Caller
from shared.http.exchange import correlation


async def record(connection: AsyncConnection, caller: Caller, action: str, **said: Any) -> None:
    """In the transaction of what is done, if it writes."""
    told = AuditTold(id=uuid7(), at=clock.now(), **said)
    correlation_id, causation_id, traceparent = correlation()
    state = told.model_dump(mode="json")
    row = {
        "kind": told.kind,
        "id": told.id,
        "version": told.version,
        "action": action,
        "actor": caller.subject,
        "correlation_id": correlation_id,
        "causation_id": causation_id,
        "traceparent": traceparent,
        "means": caller.means,
        "data": orjson.dumps({"state": state, "changed": [name for name, value in state.items() if value]}).decode(),
    }
    await append(connection, CHANGE, [row])
