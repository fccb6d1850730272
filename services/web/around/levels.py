"""The levels that the model has, from what everything is for down to who does it: the columns of the drawing."""

from shared.contracts.views.nodes import Node

LEVELS = (
    ("what for", ("outcome", "driver", "assessment", "stakeholder")),
    ("business strategy", ("strategy",)),
    ("IT strategy", ("strategy_element",)),
    ("objectives", ("objective", "capability", "csf", "kpi", "measurement")),
    ("tactics", ("tactic", "plan", "increment")),
    ("operations", ("operation", "project", "policy", "control")),
    ("processes", ("process", "activity", "procedure", "work_instruction", "handoff", "deliverable")),
    ("services", ("service", "design_package", "product", "partner")),
    ("offerings", ("service_offering", "catalog", "category")),
    ("contracts", ("contract", "consumer_group")),
    ("people", ("party", "role", "role_assignment")),
)
_OF_KIND = {kind: level for level, (_, kinds) in enumerate(LEVELS) for kind in kinds}
_IT = {"it", "it_service"}


def level_of(node: Node) -> int:
    """Its place in ``LEVELS``: the strategies of IT stand one below those of the business."""
    return _OF_KIND[node.kind] + (node.kind == "strategy" and node.type in _IT)
