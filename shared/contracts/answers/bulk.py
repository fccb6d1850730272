"""``POST /bulk``: one line of answer for each line of the request."""

from typing import Any
from uuid import UUID

from shared.contracts.answers.problem import Problem
from shared.contracts.base import Model


class BulkResult(Model):
    """What a line came to: what was written, or the problem with it."""

    line: int
    """Number of the line in the request, from 1 on."""
    status: int
    """HTTP status that the same request would have had by itself."""
    kind: str | None = None
    """Kind of the entity; absent where the line was refused."""
    id: UUID | None = None
    """Id of the entity; absent where the line was refused."""
    version: int | None = None
    """Version that it has now; absent where the line was refused."""
    event: str | None = None
    """Id of the event of that version; absent where the line was refused."""
    state: dict[str, Any] | None = None
    """The whole entity as it would be; only in a preview."""
    problem: Problem | None = None
    """Why the line was refused."""
