"""Registered as found: the state of each kind that means "exists and is used"."""

FOUND_IN = {
    "strategy": "in_force",
    "strategy_element": "in_force",
    "driver": "active",
    "assessment": "active",
    "objective": "in_force",
    "outcome": "agreed",
    "tactic": "in_force",
    "operation": "in_force",
    "capability": "in_force",
    "plan": "in_force",
    "project": "in_progress",
    "csf": "active",
    "kpi": "active",
    "measurement": "recorded",
    "stakeholder": "active",
    "increment": "draft",
    "service": "operational",
    "service_offering": "launched",
    "consumer_group": "active",
    "contract": "active",
    "design_package": "accepted",
    "product": "in_use",
    "partner": "active",
    "catalog": "published",
    "category": "published",
    "party": "active",
    "role": "active",
    "role_assignment": "active",
    "process": "operational",
    "activity": "operational",
    "policy": "published",
    "procedure": "published",
    "work_instruction": "published",
    "handoff": "active",
    "deliverable": "active",
    "control": "active",
}
"""A file says that its things are there, and mostly nothing about how far. An increment is signed here or nowhere."""

FOLLOWING = {"activity"}
"""Kinds whose state is that of what they are a part of: their owner gives it to them."""

UNRESOLVED = "unresolved"
"""Tag of what a file names and does not describe."""
