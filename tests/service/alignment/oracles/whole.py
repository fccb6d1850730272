"""Whom the rules about the whole ask: by plain loops over the facts of one moment."""

from tests.service.alignment.oracles.facts import COUNTED, Facts, State, Told, by, kind, of_kind, to

NO_REASON = (
    "assessment", "catalog", "category", "consumer_group", "deliverable", "driver", "handoff", "increment",
    "role_assignment", "stakeholder",
)  # fmt: skip
"""Kinds from which no chain goes on."""
SIGNABLE = (
    "strategy", "strategy_element", "driver", "assessment", "objective", "outcome", "tactic", "operation", "capability",
    "plan", "project", "csf", "kpi", "stakeholder",
)  # fmt: skip


def of_any(facts: Facts, ref: str, state: State) -> Told:
    if ref not in facts.live:
        return
    if state["external_refs"]:
        yield "D07p", COUNTED, ""
    if to(facts, ref, "part_of decomposes"):
        yield "Y03p", COUNTED, ""


def of_chain(facts: Facts, ref: str, _: State) -> Told:
    if ref not in facts.live or kind(ref) in (*NO_REASON, "outcome"):
        return
    if facts.complete(ref):
        yield "V12p", COUNTED, ""
    if by(facts, ref, "decomposes realizes serves justified_by"):
        yield "Y06p", COUNTED, ""


def of_kinds(facts: Facts, ref: str, state: State) -> Told:
    if ref not in facts.live:
        return
    if kind(ref) == "objective" and of_kind(to(facts, ref, "influences"), "objective"):
        yield "S11p", COUNTED, ""
    if kind(ref) in SIGNABLE:
        holding = [facts.there[e] for e in facts.back[ref, "covers"] if e.startswith("increment/") and e in facts.there]
        if any(each["state"] in ("signed", "attested") and facts.valid(each) for each in holding):
            yield "S02p", COUNTED, ""
    if kind(ref) == "party" and of_kind(by(facts, ref, "owned_by"), "process", "service"):
        yield "O16p", COUNTED, ""
    if kind(ref) == "contract" and state["type"] in ("sla", "ola") and state["service_level_targets"]:
        yield "C03p", COUNTED, ""
