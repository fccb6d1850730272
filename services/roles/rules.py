"""What the roles service refuses: pure functions over a new state and the facts around it."""

from shared.resource import Rules
from shared.resource.later import needs

RULES = Rules(
    on={
        ("process", "approved"): (
            needs("role_assignment", "a filled owner seat"),
            needs("activity", "activities with exactly one A and at least one R each"),
        ),
    },
)
