"""Which service owns which kind, those that come with later releases included: a reference may name any of them."""

OWNED_KINDS = {
    "strategy": (
        "strategy", "strategy_element", "driver", "assessment", "objective", "outcome", "tactic", "operation",
        "capability", "plan", "project", "csf", "kpi", "measurement", "stakeholder", "increment",
    ),
    "catalog": (
        "service", "service_offering", "consumer_group", "contract", "design_package", "product", "partner", "catalog",
        "category",
    ),
    "roles": (
        "party", "role", "role_assignment", "process", "activity", "policy", "procedure", "work_instruction", "handoff",
        "deliverable", "control",
    ),
}  # fmt: skip

OWN_KINDS = {
    "alignment": (
        "baseline", "waiver", "acknowledgement", "comment", "setting", "scenario", "campaign", "rule_pack",
    ),
}  # fmt: skip
"""What the view's own service records: nothing refers to it, and no view shows it as a node."""

TOLD_KINDS = {"alignment": ("finding", "score", "audit")}
"""What nobody writes: a service works it out, and tells of it by events alone."""

KIND_OWNERS = {kind: service for service, kinds in OWNED_KINDS.items() for kind in kinds}
OWNERS = tuple(OWNED_KINDS)
