"""The moves of lifecycles that need nothing else."""

from services.catalog import rules as catalog
from services.roles import rules as roles
from services.strategy import rules as strategy
from shared.contracts import Kind

GATED = {move for rules in (strategy.RULES, catalog.RULES, roles.RULES) for move in rules.on}
"""Moves with an *On* line of their own; they have tests of their own."""


def moves(kind: Kind) -> list[tuple[str, str]]:
    found = ((state, target) for state, targets in kind.lifecycle.moves.items() for target in targets)
    return [(state, target) for state, target in found if (kind.name, target) not in GATED]
