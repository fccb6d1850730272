"""The rule catalogue, one module a family."""

from services.alignment.judge.catalogue import (
    design,
    integrity,
    offering,
    ownership,
    process,
    raci,
    structure,
    trace,
)

FAMILIES = (trace, integrity, ownership, raci, process, design, offering, structure)
RULES = {rule.id: rule for family in FAMILIES for rule in family.RULES}
"""By id; those that are only counted are among them."""
SHOWN = {id: rule for id, rule in RULES.items() if rule.shown}
