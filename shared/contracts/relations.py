"""The relations that links and references may make: their inverse, their ends, and what they mean to the view.

*Justifies* says that the way from source to target leads up towards strategy and outcome. *Hits* names the end that a
change of the other end reaches. The ArchiMate names serve import and export; ``reversed`` ones run the other way there.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from shared.contracts.owners import KIND_OWNERS

ANY = tuple(KIND_OWNERS)


@dataclass(frozen=True)
class Relation:
    """``pairs`` lists the allowed (source kinds, target kinds); ``same_kind`` narrows them to equal kinds."""

    name: str
    inverse: str
    pairs: tuple[tuple[frozenset[str], frozenset[str]], ...]
    justifies: frozenset[str] = frozenset()
    hits: Literal["source", "target"] | None = None
    archimate: tuple[str, ...] = ()
    reversed: tuple[str, ...] = ()
    same_kind: bool = False

    def allows(self, source: str, target: str) -> bool:
        if self.same_kind and source != target:
            return False
        return any(source in sources and target in targets for sources, targets in self.pairs)

    def justifies_to(self, target: str) -> bool:
        """Whether an edge of this type to such a target leads up."""
        return target in self.justifies


def _row(
    names: str,
    *pairs: str,
    up: bool | Iterable[str] = False,
    hits: Literal["source", "target"] | None = None,
    archimate: str = "",
    swapped: str = "",
    same_kind: bool = False,
) -> Relation:
    """One row: ``"name / inverse"`` and pairs written ``"a, b -> c, d"``; ``any`` stands for every kind."""
    name, _, inverse = names.partition(" / ")
    ends = tuple((_kinds(left), _kinds(right)) for left, _, right in (pair.partition(" -> ") for pair in pairs))
    justifies = _kinds("any") if up is True else frozenset(up or ())
    return Relation(name, inverse, ends, justifies, hits, tuple(archimate.split()), tuple(swapped.split()), same_kind)


def _kinds(text: str) -> frozenset[str]:
    names = ANY if text == "any" else tuple(text.split(", "))
    unknown = set(names) - set(ANY)
    if unknown:
        raise ValueError(f"unknown kinds in the relation table: {sorted(unknown)}")
    return frozenset(names)


_STEERED = "objective, outcome, tactic, operation, capability, policy, strategy_element"

_ROWS = (
    _row("supports / supported_by", "strategy -> strategy", up=True, hits="source", archimate="Realization"),
    _row(
        "decomposes / decomposed_into",
        "tactic -> strategy, objective",
        "operation -> tactic",
        "objective -> strategy, objective",
        up=True,
        hits="source",
        archimate="Realization Composition",
    ),
    _row(
        "realizes / realized_by",
        f"capability, plan, project, service, product, process, tactic, policy, role, party -> {_STEERED}",
        "process, product -> service",
        "project -> project",
        "outcome -> objective",
        up=True,
        hits="source",
        archimate="Realization",
    ),
    _row(
        "serves / served_by",
        "objective, service, process -> outcome, capability",
        "service, product, process -> process, role, party, consumer_group, service, product",
        up=("outcome", "capability"),
        hits="target",
        archimate="Serving",
    ),
    _row(
        "justified_by / justifies",
        "plan, project, policy, process, procedure, work_instruction -> objective, tactic, operation, outcome",
        up=True,
        hits="source",
        archimate="Association",
    ),
    _row(
        "delivers / delivered_by", "project -> service, outcome, product", up=True, hits="source",
        archimate="Realization",
    ),
    _row(
        "depends_on / needed_by",
        "service, product, service_offering -> service, product, partner",
        hits="source",
        archimate="Access",
        swapped="Serving",
    ),
    _row(
        "influences / influenced_by",
        "driver, assessment, objective, stakeholder -> objective, outcome",
        hits="target",
        archimate="Influence",
    ),
    _row("parallels / parallels", "tactic, operation -> tactic, operation", same_kind=True, archimate="Association"),
    _row(
        "measured_by / measures",
        "objective, process, outcome, service, service_offering, contract -> kpi",
        archimate="Association",
    ),
    _row("governs / governed_by", "policy -> process, service, project", hits="target", archimate="Association"),
    _row("performs / performed_by", "role, party -> process, activity, service", hits="target", archimate="Assignment"),
    _row(
        "provides / provided_by",
        "partner, party -> product, service, contract",
        hits="target",
        archimate="Assignment Realization",
    ),
    _row("requires / required_by", "service_offering -> service_offering", hits="source", archimate="Association"),
    _row(
        "exchangeable_with / exchangeable_with", "service_offering -> service_offering", hits="source",
        archimate="Association",
    ),
    _row(
        "optional_with / optional_with", "service_offering -> service_offering", hits="source", archimate="Association"
    ),
    _row(
        "precedes / follows", "process, activity -> process, activity", hits="target", archimate="Triggering Flow"
    ),
    _row("part_of / has_part", "any -> any", up=True, hits="source", swapped="Composition Aggregation"),
    _row("specializes / specialized_by", "any -> any", same_kind=True, archimate="Specialization"),
    _row("supersedes / superseded_by", "any -> any", same_kind=True),
    _row("owned_by / owns", "any -> party, role"),
    _row("offers / offered_by", "service_offering -> service", up=True, hits="source"),
    _row(
        "covers / covered_by",
        "contract -> service_offering, service",
        "increment -> strategy, strategy_element, driver, assessment, objective, outcome, tactic, operation, "
        "capability, plan, project, csf, kpi, stakeholder",
        up=("service_offering", "service"),
        hits="source",
    ),
    _row("signed_by / signs", "increment -> stakeholder"),
    _row("targets / targeted_by", "outcome, service_offering -> consumer_group", hits="source"),
    _row("valued_by / values", "outcome -> stakeholder"),
    _row("represents / represented_by", "stakeholder -> party", hits="source"),
    _row("agreed_with / party_to", "contract -> consumer_group, party", hits="source"),
    _row("designed_with / designed_into", "design_package -> role, process, product, partner", hits="source"),
    _row("lists / listed_in", "category -> service_offering"),
    _row("assigns / assigned_by", "role_assignment -> party", hits="source"),
    _row("assigned_as / filled_by", "role_assignment -> role", hits="source"),
    _row("assigned_in / staffed_by", "role_assignment -> process, service", hits="source"),
    _row("responsible / responsible_for", "activity -> role", hits="source"),
    _row("accountable / accountable_for", "activity -> role", hits="source"),
    _row("consulted / consulted_on", "activity -> role", hits="source"),
    _row("informed / informed_of", "activity -> role", hits="source"),
    _row("guides / guided_by", "procedure -> activity", up=True, hits="source"),
    _row("produced_by / produces", "deliverable -> activity", hits="source"),
    _row("consumed_by / consumes", "deliverable -> activity", hits="source"),
    _row("hands_over / handed_over_by", "activity -> deliverable"),
    _row("relates_to / relates_to", "any -> any", archimate="Association"),
)  # fmt: skip

RELATIONS = {relation.name: relation for relation in _ROWS}
"""By name, in the order in which an import tries them."""

DECOMPOSITION = frozenset({"decomposes", "part_of"})
"""Relations that must never run in a circle."""


def allowed_relations(source: str, target: str) -> list[str]:
    """The relation names that may join these two kinds, for a remedy that offers a choice."""
    return [relation.name for relation in _ROWS if relation.allows(source, target)]
