"""How the things of this domain are called by those whose words it borrows."""

TERMS: list[tuple[str, ...]] = [
    ("Here", "ITIL", "ArchiMate 3.2", "TM Forum", "CSDM 5"),
    ("strategy", "strategy (strategy management for IT services)", "Goal, CourseOfAction", "–", "strategic plan"),
    (
        "strategy_element", "the four Ps of strategy: perspective, position, plan, pattern", "Principle, Goal", "–",
        "strategic priority",
    ),
    ("driver, assessment", "internal and external factors, strategic assessment", "Driver, Assessment", "–", "–"),
    ("objective", "objective, goal", "Goal", "–", "goal, target"),
    ("outcome", "outcome", "Outcome", "–", "outcome"),
    ("tactic, operation", "tactic, operation", "CourseOfAction", "–", "planning item"),
    ("capability", "capability", "Capability, ValueStream", "–", "business capability"),
    ("plan, project", "plan, project", "Plateau, WorkPackage", "–", "planning item, project"),
    ("csf, kpi, measurement", "critical success factor, key performance indicator, metric", "–", "–", "indicator"),
    ("stakeholder", "stakeholder", "Stakeholder", "–", "–"),
    ("increment", "sign-off in increments", "–", "–", "approval"),
    (
        "service", "service", "BusinessService, ApplicationService, TechnologyService",
        "TMF633 ServiceSpecification", "business service, technology management service",
    ),
    ("service_offering", "service offering (ITIL 4)", "Product", "TMF620 ProductOffering", "service offering"),
    (
        "components: goods, access, action", "goods, access to resources, service actions (ITIL 4)", "–",
        "TMF620 ProductSpecification", "–",
    ),
    ("consumer_group", "consumer group: customer, user, sponsor", "BusinessActor", "TMF632 PartyRole", "subscribed by"),
    (
        "contract: sla, ola, uc", "service level agreement, operational level agreement, underpinning contract",
        "Contract", "TMF651 Agreement", "contract, commitment",
    ),
    ("design_package", "service design package, the four Ps of service design", "–", "–", "–"),
    (
        "product", "product: service, technology, tool", "ApplicationComponent, Node, SystemSoftware",
        "TMF634 ResourceSpecification", "application, product model",
    ),
    ("partner", "supplier, manufacturer, vendor", "BusinessActor", "TMF632 Organization", "vendor"),
    ("catalog, category", "service catalogue", "Grouping", "TMF620 Catalog, Category", "service catalog, category"),
    ("party", "person, team, organisation", "BusinessActor", "TMF632 Party", "user, group, company"),
    (
        "role", "role: process owner, manager, practitioner; service owner", "BusinessRole", "TMF669 PartyRole",
        "owned by, managed by",
    ),
    ("role_assignment", "role assignment", "Assignment", "TMF672 UserRole", "–"),
    ("process, activity", "process, practice, activity", "BusinessProcess", "–", "business process"),
    ("activity.raci", "RACI matrix", "Assignment", "–", "–"),
    ("policy", "policy", "Principle, Requirement, Constraint", "–", "policy"),
    ("control", "control (COBIT; OSCAL)", "Requirement", "–", "control objective, control"),
    (
        "agent: a party or a product", "– (AI system, EU AI Act)", "BusinessActor, ApplicationComponent", "–",
        "AI system",
    ),
    ("procedure, work_instruction", "procedure, work instruction", "BusinessProcess", "–", "knowledge article"),
    ("handoff, deliverable", "hand-off, deliverable", "Flow, BusinessObject", "–", "–"),
]  # fmt: skip
"""Rows of a table, its head first; a dash where there is no word."""
