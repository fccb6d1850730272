"""The columns of the map, from why there is anything to whom it is for. People are no column: they own what stands in
one."""

from typing import NamedTuple

from shared.contracts.views.nodes import Node


class Level(NamedTuple):
    """A column: its title, what else stands in it, and the kinds that do."""

    title: str
    note: str
    kinds: tuple[str, ...]


LEVELS = (
    Level("Why", "outcomes, drivers", ("outcome", "driver", "assessment", "stakeholder")),
    Level(
        "Strategy",
        "and objectives",
        ("strategy", "strategy_element", "objective", "capability", "csf", "kpi", "measurement"),
    ),
    Level(
        "Tactics",
        "and daily work",
        (
            "tactic", "plan", "increment", "project", "operation", "policy", "control", "process", "activity",
            "procedure", "work_instruction", "handoff", "deliverable",
        ),
    ),
    Level("Services", "and their parts", ("service", "design_package", "product")),
    Level("Offerings", "and catalogues", ("service_offering", "catalog", "category")),
    Level("Contracts", "and partners", ("contract", "partner")),
    Level("Customers", "", ("consumer_group",)),
    Level("People", "and roles", ("party", "role", "role_assignment")),
)  # fmt: skip
PEOPLE = len(LEVELS) - 1
_OF_KIND = {kind: number for number, level in enumerate(LEVELS) for kind in level.kinds}


def level_of(node: Node) -> int:
    """Number of its column in ``LEVELS``."""
    return _OF_KIND[node.kind]
