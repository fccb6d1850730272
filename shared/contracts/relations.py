"""The relations that links and references may make: their inverse, their ends, and what they mean to the view.

Each row says which end the other one justifies (*up*), which end loses something when the other one fails or goes
(*risk*), and which end has to be looked at when the other one changes (*review*). The ArchiMate names serve import and
export; ``swapped`` ones run the other way there.
"""

from dataclasses import dataclass
from typing import Literal

from shared.contracts.owners import KIND_OWNERS

ANY = tuple(KIND_OWNERS)
End = Literal["source", "target"]
OTHER: dict[End, End] = {"source": "target", "target": "source"}


@dataclass(frozen=True)
class Relation:
    """``pairs`` lists the allowed (source kinds, target kinds); ``same_kind`` allows equal kinds as well.

    ``bearers`` are the source kinds for which *up* and *risk* hold; empty for all. Source: docs/domain.md.
    """

    name: str
    inverse: str
    pairs: tuple[tuple[frozenset[str], frozenset[str]], ...]
    same_kind: bool = False
    up: End | None = None
    risk: frozenset[End] = frozenset()
    review: frozenset[End] = frozenset()
    bearers: frozenset[str] = frozenset()
    archimate: tuple[str, ...] = ()
    swapped: tuple[str, ...] = ()

    def allows(self, source: str, target: str) -> bool:
        """Whether it may join these two kinds."""
        if self.same_kind and source == target:
            return True
        return any(source in sources and target in targets for sources, targets in self.pairs)

    def justified(self, source: str) -> End | None:
        """The end that the other one justifies, where the source is of this kind."""
        return None if self.bearers and source not in self.bearers else self.up

    def at_risk(self, source: str) -> frozenset[End]:
        """The ends that lose something when the other one fails or goes, where the source is of this kind."""
        return frozenset() if self.bearers and source not in self.bearers else self.risk


def _row(
    names: str,
    *pairs: str,
    up: str = "-",
    risk: str = "-",
    review: str = "-",
    bearers: str = "",
    archimate: str = "",
    swapped: str = "",
) -> Relation:
    """One row: ``"name / inverse"``, pairs written ``"a, b -> c, d"``, and ends written ``s``, ``t``, ``both``, ``-``.

    ``any`` stands for every kind, and ``same -> same`` for every kind with itself.
    """
    name, _, inverse = names.partition(" / ")
    same = "same -> same"
    ends = tuple((_kinds(left), _kinds(right)) for left, _, right in (p.partition(" -> ") for p in pairs if p != same))
    return Relation(
        name=name,
        inverse=inverse,
        pairs=ends,
        same_kind=same in pairs,
        up=next(iter(_ENDS[up]), None),
        risk=_ENDS[risk],
        review=_ENDS[review],
        bearers=_kinds(bearers) if bearers else frozenset(),
        archimate=tuple(archimate.split()),
        swapped=tuple(swapped.split()),
    )


_ENDS: dict[str, frozenset[End]] = {
    "-": frozenset(),
    "s": frozenset({"source"}),
    "t": frozenset({"target"}),
    "both": frozenset({"source", "target"}),
}


def _kinds(text: str) -> frozenset[str]:
    names = ANY if text == "any" else tuple(text.split(", "))
    unknown = set(names) - set(ANY)
    if unknown:
        raise ValueError(f"unknown kinds in the relation table: {sorted(unknown)}")
    return frozenset(names)


_STEERED = "objective, outcome, tactic, operation, capability, policy, strategy_element"
_STRATEGIC = (
    "strategy, strategy_element, driver, assessment, objective, outcome, tactic, operation, capability, plan, project, "
    "csf, kpi, stakeholder"
)

_ROWS = (
    _row("supports / supported_by", "strategy -> strategy", up="s", risk="t", review="s", archimate="Realization"),
    _row(
        "decomposes / decomposed_into",
        "tactic -> strategy, objective", "operation -> tactic", "objective -> strategy, objective",
        up="s", risk="t", review="s", archimate="Realization", swapped="Composition",
    ),
    _row(
        "realizes / realized_by",
        f"capability, plan, project, service, product, process, activity, tactic, policy, role, party -> {_STEERED}",
        "process, activity, product -> service, process, activity, control", "control -> policy",
        "project -> project", "outcome -> objective",
        up="s", risk="t", review="s", archimate="Realization",
    ),
    _row(
        "serves / served_by",
        "objective, service, process, activity -> outcome, capability",
        "service, product, process, activity -> process, activity, role, party, consumer_group, service, product",
        up="s", risk="t", review="s", archimate="Serving",
    ),
    _row(
        "justified_by / justifies",
        "plan, project, policy, process, procedure, work_instruction -> objective, tactic, operation, outcome",
        up="s", risk="t", review="s", archimate="Association",
    ),
    _row(
        "delivers / delivered_by", "project -> service, outcome, product",
        up="s", risk="t", review="s", archimate="Realization",
    ),
    _row(
        "depends_on / needed_by", "service, product, service_offering -> service, product, partner",
        up="t", risk="s", review="t", archimate="Access", swapped="Serving Assignment",
    ),
    _row(
        "influences / influenced_by", "driver, assessment, objective, stakeholder -> objective, outcome",
        review="t", archimate="Influence",
    ),
    _row("parallels / parallels", "tactic -> tactic", "operation -> operation", review="both", archimate="Association"),
    _row(
        "measured_by / measures",
        "objective, process, activity, outcome, service, service_offering, contract -> kpi",
        up="t", review="both", archimate="Association",
    ),
    _row("governs / governed_by", "policy -> process, service, project", review="t", archimate="Association"),
    _row(
        "performs / performed_by", "role, party -> process, activity, service", "product -> process, service",
        up="s", risk="t", review="s", archimate="Assignment",
    ),
    _row(
        "provides / provided_by", "partner, party -> product, service, contract",
        up="s", risk="t", review="s", archimate="Assignment Realization",
    ),
    _row(
        "requires / required_by", "service_offering -> service_offering",
        up="t", risk="s", review="t", archimate="Association",
    ),
    _row(
        "exchangeable_with / exchangeable_with", "service_offering -> service_offering", "service -> service",
        "product -> product", "partner -> partner",
        review="both", archimate="Association",
    ),
    _row(
        "optional_with / optional_with", "service_offering -> service_offering",
        review="both", archimate="Association",
    ),
    _row(
        "precedes / follows", "process, activity -> process, activity",
        risk="t", review="both", archimate="Triggering Flow",
    ),
    _row(
        "part_of / has_part",
        "same -> same", "activity -> process", "product -> service", "service -> product", "role -> party",
        "capability -> strategy", "plan -> project", "project -> plan",
        up="s", risk="both", review="s", swapped="Composition Aggregation",
    ),
    _row("specializes / specialized_by", "same -> same", review="both", archimate="Specialization"),
    _row("supersedes / superseded_by", "any -> any", review="both"),
    _row("owned_by / owns", "any -> party, role", risk="s"),
    _row("offers / offered_by", "service_offering -> service", up="s", risk="s", review="both"),
    _row(
        "covers / covered_by", "contract -> service_offering, service", f"increment -> {_STRATEGIC}",
        up="s", risk="s", review="both", bearers="contract", archimate="Association",
    ),
    _row("signed_by / signs", "increment -> stakeholder", review="s"),
    _row("targets / targeted_by", "outcome, service_offering -> consumer_group", risk="t", review="s"),
    _row("valued_by / values", "outcome -> stakeholder", risk="t", review="s"),
    _row("represents / represented_by", "stakeholder -> party", risk="s", review="s"),
    _row("agreed_with / party_to", "contract -> consumer_group, party", risk="t", review="both"),
    _row("designed_with / designed_into", "design_package -> role, process, product, partner", risk="s", review="s"),
    _row("lists / listed_in", "category -> service_offering", review="s"),
    _row("assigns / assigned_by", "role_assignment -> party", risk="s", review="both"),
    _row("assigned_as / filled_by", "role_assignment -> role", risk="t", review="both"),
    _row("assigned_in / staffed_by", "role_assignment -> process, service", risk="t", review="both"),
    _row("responsible / responsible_for", "activity -> role", risk="s", review="s"),
    _row("accountable / accountable_for", "activity -> role", "party, product -> party", risk="s", review="s"),
    _row("consulted / consulted_on", "activity -> role", review="s"),
    _row("informed / informed_of", "activity -> role", review="s"),
    _row("overseen_by / oversees", "party, product -> role", risk="s", review="s"),
    _row("evidenced_by / evidences", "control -> deliverable", risk="s", review="s"),
    _row("guides / guided_by", "procedure -> activity", up="s", risk="t", review="s"),
    _row("produced_by / produces", "deliverable -> activity", risk="s", review="both"),
    _row("consumed_by / consumes", "deliverable -> activity", risk="t", review="both"),
    _row("hands_over / handed_over_by", "activity -> deliverable", risk="t", review="both"),
    _row("relates_to / relates_to", "any -> any", review="both", archimate="Association"),
)  # fmt: skip

RELATIONS = {relation.name: relation for relation in _ROWS}
"""By name, in the order in which an import tries them."""

DECOMPOSITION = frozenset({"decomposes", "part_of"})
"""Relations that must never run in a circle."""

UP: dict[End, tuple[str, ...]] = {
    end: tuple(relation.name for relation in _ROWS if relation.up == end) for end in ("source", "target")
}
"""The relations that justify an end, by that end."""


def allowed_relations(source: str, target: str) -> list[str]:
    """The relation names that may join these two kinds, for a remedy that offers a choice."""
    return [relation.name for relation in _ROWS if relation.allows(source, target)]
