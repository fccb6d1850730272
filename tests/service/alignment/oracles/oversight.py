"""AI systems and controls: by plain loops over the facts of one moment."""

from datetime import timedelta

from tests.service.alignment.oracles.facts import (
    COUNTED,
    CRITICAL,
    HIGH,
    MEDIUM,
    Facts,
    State,
    Told,
    by,
    of_kind,
    says,
    to,
    when,
)

DAYS = {"monthly": 30, "quarterly": 91, "semi_annual": 182, "annual": 365}


def is_agent(facts: Facts, ref: str) -> bool:
    return bool(says(facts, ref, "type") == "agent")


def of_agent(facts: Facts, ref: str, state: State) -> Told:
    if ref not in facts.live or state["type"] != "agent":
        return
    if not any(says(facts, each, "type") == "person" for each in to(facts, ref, "accountable")):
        yield "G01", CRITICAL, ""
    if state["risk_class"] in ("high", "unacceptable"):
        seats = {seat for role in to(facts, ref, "overseen_by") for seat in by(facts, role, "assigned_as")}
        if all(is_agent(facts, party) for seat in seats for party in to(facts, seat, "assigns")):
            yield "G03", HIGH, ""


def of_activity(facts: Facts, ref: str, state: State) -> Told:
    if ref not in facts.live:
        return
    anywhere, here = set[str](), dict[str, set[str]]()
    for letter in ("accountable", "responsible"):
        here[letter] = set()
        for role in to(facts, ref, letter):
            for seat in by(facts, role, "assigned_as"):
                anywhere |= to(facts, seat, "assigns")
                if to(facts, seat, "assigned_in") & to(facts, ref, "part_of"):
                    here[letter] |= to(facts, seat, "assigns")
    if any(is_agent(facts, each) for each in anywhere):
        yield "G02p", COUNTED, ""
    if any(is_agent(facts, each) for each in here["accountable"]):
        yield "G02", HIGH, "A"
    doing = here["responsible"]
    if state["decision"] and doing and all(is_agent(facts, each) for each in doing):
        yield "G02", HIGH, "R"


def of_control(facts: Facts, ref: str, state: State) -> Told:
    if ref not in facts.live:
        return
    doing = of_kind(by(facts, ref, "realizes"), "process", "activity")
    if not any(says(facts, each, "state") in ("operational", "under_review") for each in doing):
        yield "G04", HIGH, ""
    if not state["cadence"]:
        yield "G06n", COUNTED, ""
        return
    changed = [when(says(facts, each, "updated_at")) for each in to(facts, ref, "evidenced_by")]
    allowed = timedelta(days=DAYS[state["cadence"]])
    if not any(at and facts.at - at < allowed for at in changed):
        yield "G06", MEDIUM, ""


def of_policy(facts: Facts, ref: str, state: State) -> Told:
    if ref in facts.live and state["type"] == "obligation" and not of_kind(by(facts, ref, "realizes"), "control"):
        yield "G05", HIGH, ""
