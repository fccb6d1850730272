"""The rule catalogue, one module a family."""

from services.alignment.judge.catalogue import (
    design,
    integrity,
    offering,
    ownership,
    parallels,
    process,
    raci,
    structure,
    trace,
)
from services.alignment.judge.rule import Rule

FAMILIES = (trace, parallels, integrity, ownership, raci, process, design, offering, structure)
RULES: dict[str, Rule] = {rule.id: rule for family in FAMILIES for rule in family.RULES}
"""By id; those that are only counted are among them."""
SHOWN = {id: rule for id, rule in RULES.items() if rule.shown}
LACKING = {id: rule for id, rule in SHOWN.items() if rule.lacks}
"""Those that say what a design or an offering lacks."""


def of_dimension(name: str) -> dict[str, Rule]:
    """The rules that are shown of one dimension, by id."""
    return {id: rule for id, rule in SHOWN.items() if rule.dimension == name}
