"""Which relationships ArchiMate 3.2 allows between the types that leave here: what is not in this table leaves as an
association, which it allows between any two. Source: ArchiMate 3.2, appendix B, as far as these types go."""

_GROUPS = {
    "motivation": "Stakeholder Driver Assessment Goal Outcome Principle Requirement Constraint",
    "wanted": "Goal Outcome Principle Requirement Constraint",
    "service": "BusinessService ApplicationService TechnologyService",
    "actor": "BusinessActor BusinessCollaboration BusinessRole",
    "component": "ApplicationComponent ApplicationCollaboration",
    "node": "Node Device SystemSoftware TechnologyCollaboration Equipment Facility",
    "process": "BusinessProcess BusinessFunction BusinessInteraction",
    "way": "Capability CourseOfAction ValueStream",
    "project": "WorkPackage Deliverable",
    "bound": "Requirement Constraint",
}
_ROWS = """
    Realization: service actor component node process way project Plateau Product Contract -> wanted
    Realization: service actor component node process project Plateau Product Contract -> way
    Realization: Principle Requirement Constraint Outcome -> Goal
    Realization: Principle Requirement Constraint -> Outcome
    Realization: Requirement Constraint -> Principle
    Realization: process actor component node Product -> BusinessService
    Realization: component node Product -> ApplicationService
    Realization: component node Product -> process
    Realization: node Product -> TechnologyService
    Realization: node Product -> component
    Realization: ApplicationService TechnologyService -> BusinessService
    Realization: TechnologyService -> ApplicationService
    Realization: Capability ValueStream -> CourseOfAction
    Realization: project -> Plateau
    Realization: project Plateau -> service actor component node process Product Contract
    Realization: WorkPackage -> Deliverable
    Serving: service actor component node process Product -> service actor component node process Product
    Serving: way -> way
    Assignment: BusinessActor BusinessCollaboration -> BusinessRole
    Assignment: actor -> process BusinessService
    Assignment: component -> ApplicationService
    Assignment: node -> TechnologyService SystemSoftware
    Aggregation Composition: Product -> service Contract
    Aggregation Composition: Plateau -> service actor component node process Product Contract way Goal Outcome bound
    Aggregation Composition: process -> process
    Aggregation Composition: bound -> bound
    Aggregation Composition: Node Facility -> Node Device Equipment Facility SystemSoftware
    Aggregation Composition: Equipment -> Device SystemSoftware
    Aggregation Composition: Device -> SystemSoftware
    Aggregation: BusinessCollaboration -> BusinessActor BusinessRole
    Aggregation: ApplicationCollaboration -> ApplicationComponent
    Aggregation: TechnologyCollaboration -> node
    Influence: motivation way service actor component node process project Plateau Product Contract -> motivation
    Triggering Flow: service actor component node process Product -> service actor component node process Product
    Triggering: WorkPackage Plateau -> WorkPackage Plateau
    Access: service actor component node process Product -> Contract
"""
_WITHIN_A_TYPE = ("Composition", "Aggregation", "Specialization")


def _rows() -> frozenset[tuple[str, str, str]]:
    found: set[tuple[str, str, str]] = set()
    for row in _ROWS.strip().splitlines():
        types, _, ends = row.strip().partition(": ")
        sources, targets = (_named(end) for end in ends.split(" -> "))
        found |= {(type_, source, target) for type_ in types.split() for source in sources for target in targets}
    return frozenset(found)


def _named(words: str) -> list[str]:
    return [type_ for word in words.split() for type_ in _GROUPS.get(word, word).split()]


_LEGAL = _rows()


def is_legal(type_: str, source: str, target: str) -> bool:
    """Whether ArchiMate allows this relationship between elements of these types."""
    if type_ == "Association":
        return True
    return (type_ in _WITHIN_A_TYPE and source == target) or (type_, source, target) in _LEGAL
