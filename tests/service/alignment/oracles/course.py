"""What is signed, reviewed and above or below each other: by plain loops over the facts of one moment."""

from datetime import timedelta

from shared.contracts import NODE_KINDS
from tests.service.alignment.oracles.facts import (
    COUNTED,
    HIGH,
    INFO,
    LOW,
    MEDIUM,
    Facts,
    State,
    Told,
    by,
    kind,
    of_kind,
    over,
    planned,
    says,
    to,
    when,
)

DAYS = {"monthly": 30, "quarterly": 91, "semi_annual": 182, "annual": 365, None: 365}
KEPT = ("service", "product", "process", "policy", "procedure", "work_instruction", "capability")
STEERED = ("strategy", "strategy_element", "objective", "tactic", "operation", "capability", "plan")
PARTS = ("strategy", "objective", "tactic", "operation", "capability", "plan", "project", "csf", "kpi")
UPWARD = "decomposes part_of supports realizes justified_by"
ONE_PARENT = ("objective", "capability", "party", "category", "contract")
RESTING = (
    "plan", "project", "policy", "process", "procedure", "work_instruction", "objective", "tactic", "operation",
    "capability", "service",
)  # fmt: skip
LEVELS = ("strategic", "tactical", "operational")


def dated(facts: Facts, ref: str, state: State) -> Told:
    of, at, live = state["kind"], facts.at, ref in facts.live
    review = state.get("review") or {}
    due = when(review.get("next_due"))
    if live and due:
        yield "T01p", COUNTED, ""
        if at >= due:
            again = at >= due + timedelta(days=DAYS[review.get("cadence")])
            yield "T01", HIGH if again else MEDIUM, ""
    changed = when(state["updated_at"])
    if live and of in KEPT and not due and changed and at >= changed + timedelta(days=365):
        yield "T02", LOW, ""
    begins, ends = when(state["valid_from"]), when(state["valid_to"])
    if ends and of not in TIMED and "review" in state and NODE_KINDS[of].is_live(state["state"]):
        yield "T03p", COUNTED, ""
        if at >= ends:
            yield "T03", MEDIUM, ""
    if begins and "review" in state and planned(of, state["state"]):
        yield "T04p", COUNTED, ""
        if at >= begins:
            yield "T04", LOW, ""


TIMED = ("role_assignment", "contract")
"""Their owners end them."""


def in_force(facts: Facts, ref: str, state: State) -> Told:
    if state["kind"] in STEERED and state["state"] == "in_force" and facts.valid(state):
        holding = [facts.there[e] for e in facts.back[ref, "covers"] if e.startswith("increment/") and e in facts.there]
        if not any(each["state"] in ("signed", "attested") and facts.valid(each) for each in holding):
            yield "S01", HIGH, ""


def _approved(increment: State) -> list[State]:
    return [each for each in increment["sign_offs"] if each["decision"] == "approved"]


def of_increment(facts: Facts, ref: str, state: State) -> Told:  # noqa: C901  one condition a rule
    at = state["state"]
    if not facts.valid(state):
        return
    if at in ("submitted", "partly_signed") and facts.older(ref, 14):
        yield "S03", MEDIUM, ""
    if at in ("draft", "submitted", "partly_signed"):
        levels = {each["kind"] for each in state["items"]} & {"strategy", "objective", "tactic", "operation"}
        if len(state["items"]) > 25 or len(levels) > 3:
            yield "S09", MEDIUM, ""
    if not _approved(state):
        return
    if at in ("submitted", "partly_signed", "signed"):
        yield "S04p", COUNTED, ""
        for each in _approved(state):
            who = f"stakeholder/{each['stakeholder_id']}"
            if who in facts.over[ref, "signed_by"] and who in facts.all and not _may(facts.all[who], each):
                yield "S04", MEDIUM, who
    if at == "signed":
        yield "S12p", COUNTED, ""
        signers = {each["by"] for each in _approved(state)}
        authors = {facts.all[item]["created_by"] for item in facts.over[ref, "covers"] if item in facts.all}
        if len(signers) == 1 and signers == authors and signers != {None}:
            yield "S12", MEDIUM, ""


def _may(who: State, sign_off: State) -> bool:
    at, changed = when(sign_off["at"]), when(who["updated_at"])
    begins, ends = when(who["valid_from"]), when(who["valid_to"])
    if not who["signs"]:
        return False
    if at is None:
        return True
    over_then = not NODE_KINDS["stakeholder"].is_live(who["state"]) and changed is not None and changed < at
    return not over_then and (not begins or begins <= at) and (not ends or at < ends)


def of_strategy(facts: Facts, ref: str, state: State) -> Told:
    if ref not in facts.live:
        return
    types = {says(facts, e, "type") for e in of_kind(by(facts, ref, "part_of"), "strategy_element")}
    if not {"perspective", "position", "plan", "pattern"} <= types:
        yield "S07", MEDIUM, ""
    if state["type"] in ("it", "it_service"):
        increments = [e for e in of_kind(by(facts, ref, "covers"), "increment") if _approved(facts.all[e])]
        if increments:
            yield "S06p", COUNTED, ""
            sides = set()
            for each in increments:
                approving = {f"stakeholder/{s['stakeholder_id']}" for s in _approved(facts.all[each])}
                sides |= {says(facts, who, "side") for who in facts.over[each, "signed_by"] if who in approving}
            if sides == {"it"}:
                yield "S06", MEDIUM, ""


def of_strategy_element(facts: Facts, ref: str, state: State) -> Told:
    if ref in facts.live and state["type"] == "pattern" and len(state["evidence_refs"]) < 2:
        yield "S08", LOW, ""


def neighbours(facts: Facts, ref: str, state: State) -> Told:  # noqa: C901  one condition a rule
    of = state["kind"]
    if ref not in facts.live:
        return
    if of in PARTS:
        above = to(facts, ref, UPWARD, everything=True) & facts.there.keys()
        if not above:
            yield "L03n", COUNTED, ""
        for each in above:
            at = facts.there[each]["state"]
            if at in ("rejected", "withdrawn"):
                yield "S10", HIGH, each
            elif planned(kind(each), at):
                yield "L03", HIGH, each
        below = by(facts, ref, UPWARD, everything=True) & facts.there.keys()
        if below and of not in ("operation", "kpi"):
            yield "L04p", COUNTED, ""
            if all(over(kind(each), facts.there[each]["state"]) for each in below):
                yield "L04", MEDIUM, ""
            if len(below & facts.live) > 30:
                yield "Y04", LOW, ""
    if of in ONE_PARENT:
        parents = to(facts, ref, "part_of decomposes")
        if not parents:
            yield "Y05n", COUNTED, ""
        elif len(of_kind(parents, of) - {ref}) > 1:
            yield "Y05", MEDIUM, ""
    if of in ("service", "product", "service_offering"):
        mine = when(state["valid_to"])
        for each in to(facts, ref, "depends_on requires"):
            ends = when(facts.all[each]["valid_to"])
            if ends and (mine is None or ends < mine):
                yield "L02", HIGH, each
    if of in RESTING:
        yield from _reasons(facts, ref)


def _reasons(facts: Facts, ref: str) -> Told:
    objectives = of_kind(to(facts, ref, "realizes decomposes justified_by"), "objective")
    if len(objectives) > 5:
        yield "V16", INFO, ""
    above = facts.uppers[ref]
    ended = [each for each in above if each in facts.all and over(kind(each), facts.all[each]["state"])]
    if ended:
        yield "V13p", COUNTED, ""
    if ended and not above & facts.live:
        yield "V13", HIGH, ""


def of_project(facts: Facts, ref: str, state: State) -> Told:
    if state["state"] == "completed" and facts.valid(state):
        promised = to(facts, ref, "delivers", everything=True) & facts.there.keys()
        if promised:
            yield "L06p", COUNTED, ""
        done = {"service": "operational", "outcome": "realised", "product": "in_use"}
        for each in promised:
            if facts.there[each]["state"] != done.get(kind(each)):
                yield "L06", MEDIUM, each


def of_objective(facts: Facts, ref: str, state: State) -> Told:
    if ref not in facts.live:
        return
    parents = to(facts, ref, "decomposes")
    if not of_kind(parents, "objective", "strategy"):
        yield "V11n", COUNTED, ""
    for each in parents:
        level, its = state["level"], says(facts, each, "level")
        if level == "operational" and (kind(each) == "strategy" or its == "strategic"):
            yield "V11", LOW, each
        if kind(each) == "objective" and level and its and LEVELS.index(its) > LEVELS.index(level):
            yield "V15", MEDIUM, each


def documents(facts: Facts, ref: str, _: State) -> Told:
    """A procedure or work instruction."""
    guided = of_kind(to(facts, ref, "guides"), "activity")
    if ref in facts.live and not guided and not of_kind(to(facts, ref, "part_of"), "procedure"):
        yield "V05", MEDIUM, ""


def of_outcome(facts: Facts, ref: str, _: State) -> Told:
    if ref in facts.live:
        first = by(facts, ref, "serves realizes")
        second = {each for between in first for each in by(facts, between, "serves realizes")}
        if not of_kind(first | second, "service"):
            yield "V09", MEDIUM, ""
