"""The rule catalogue, one module a family."""

from services.alignment.judge.catalogue import (
    assignments,
    contract,
    design,
    everything,
    freshness,
    integrity,
    levels,
    measurement,
    offering,
    oversight,
    ownership,
    parallels,
    process,
    raci,
    sign_off,
    structure,
    trace,
)
from services.alignment.judge.catalogue.undecided import UNDECIDED
from services.alignment.judge.rule import Rule

__all__ = ["FAMILIES", "LACKING", "RULES", "SHOWN", "UNDECIDED", "of_dimension"]

FAMILIES = (
    trace, levels, parallels, integrity, ownership, assignments, raci, process, oversight, sign_off, design,
    offering, contract, measurement, freshness, structure, everything,
)  # fmt: skip
RULES: dict[str, Rule] = {
    rule.id: rule for family in FAMILIES for each in family.RULES for rule in each.with_counted(family.SOURCE)
}
"""By id; those that are only counted are among them."""
SHOWN = {id: rule for id, rule in RULES.items() if rule.shown}
LACKING = {id: rule for id, rule in SHOWN.items() if rule.lacks}
"""Those that say what a design or an offering lacks."""


def of_dimension(name: str) -> dict[str, Rule]:
    """The rules that are shown of one dimension, by id."""
    return {id: rule for id, rule in SHOWN.items() if rule.dimension == name}
