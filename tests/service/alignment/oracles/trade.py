"""Offerings, contracts and what is measured: by plain loops over the facts of one moment."""

from datetime import timedelta

from tests.service.alignment.oracles.facts import (
    COUNTED,
    CRITICAL,
    HIGH,
    INFO,
    LOW,
    MEDIUM,
    Facts,
    State,
    Told,
    by,
    given,
    of_kind,
    says,
    to,
    when,
)


def of_service_offering(facts: Facts, ref: str, state: State) -> Told:
    covering = of_kind(by(facts, ref, "covers"), "contract")
    if ref in facts.live and facts.older(ref, 180) and not covering:
        yield "F10", INFO, ""
    if not facts.valid(state) or state["state"] != "launched":
        return
    offered = facts.over[ref, "offers"]
    if not offered:
        yield "F04n", COUNTED, ""
    if any(each in facts.all and each not in facts.live for each in offered):
        yield "F04", HIGH, ""
    if not state["terms"] and not covering:
        yield "F05", HIGH, ""
    if not state["components"]:
        yield "F06n", COUNTED, ""
    for each in state["components"]:
        bare_access = each["type"] == "access" and not each["terms"] and not each["limits"]
        if bare_access or (each["type"] == "action" and not each["target_time"]):
            yield "F06", MEDIUM, ""
            break
    if not state["commitments"] and not any(says(facts, each, "service_level_targets") for each in covering):
        yield "F07", MEDIUM, ""


def of_consumer_group(facts: Facts, ref: str, _: State) -> Told:
    if ref not in facts.live:
        return
    offerings = of_kind(by(facts, ref, "targets"), "service_offering")
    if not offerings:
        yield "F08", MEDIUM, ""
        return
    yield "F09p", COUNTED, ""
    for each in offerings:
        mine = facts.all[each]
        alike = [o for o in offerings if mine["components"] and _same(mine, facts.all[o])]
        if len(alike) > 1 and each == min(alike):
            yield "F09", LOW, each


def _same(one: State, other: State) -> bool:
    def what(state: State) -> list[str]:
        return sorted(str(sorted(each.items(), key=str)) for each in state["components"])

    return what(one) == what(other) and sorted(one["service_ids"]) == sorted(other["service_ids"])


def of_contract(facts: Facts, ref: str, state: State) -> Told:  # noqa: C901  one condition a rule
    if ref not in facts.live:
        return
    covered = facts.over[ref, "covers"]
    offerings = of_kind(set(covered), "service_offering") & facts.there.keys()
    sides = {each["side"] for each in state["signatories"]}
    if sides != {"provider", "customer"}:
        yield "C06", HIGH, ""
    ends = [end for end in (when((state["period"] or {}).get("end")), when(state["valid_to"])) if end]
    if ends:
        yield "C05p", COUNTED, ""
        near = any(facts.at >= end - timedelta(days=90) for end in ends)
        if near and state["renewal"] in (None, "undecided"):
            yield "C05", MEDIUM, ""
    if state["type"] == "sla" and covered:
        yield "C04p", COUNTED, ""
        yield from _not_underpinned(facts, ref)
    if not offerings:
        return
    for rule in ("C01p", "C02p", "C07p"):
        yield rule, COUNTED, ""
    for offering in offerings:
        its = facts.there[offering]
        gone = its["state"] in ("retired", "obsolete")
        for item in state["items"]:
            start = when(item["start"])
            if item["offering_id"] == its["id"] and start:
                sunset = when(its["sunset_at"])
                changed = when(its["updated_at"])
                if (sunset and start >= sunset) or (gone and changed and start >= changed):
                    yield "C01", CRITICAL, f"{offering} {item['start']}"
        if gone and not its["sunset_at"] and not its["migration_to_id"]:
            yield "C02", HIGH, offering
        begins, stops = (when((state["period"] or {}).get(name)) for name in ("start", "end"))
        last = [at for at in (when(its["valid_to"]), when(its["sunset_at"])) if at]
        first = when(its["valid_from"])
        if (stops and last and stops > min(last)) or (begins and first and begins < first):
            yield "C07", HIGH, offering


def _not_underpinned(facts: Facts, contract: str) -> Told:
    services = of_kind(to(facts, contract, "covers"), "service")
    for each in to(facts, contract, "covers"):
        services |= to(facts, each, "offers")
    for service in services:
        needed = to(facts, service, "depends_on")
        partners = of_kind(by(facts, service, "provides") | needed, "partner")
        if needed or partners:
            under = by(facts, service, "covers")
            under |= {c for each in needed for c in by(facts, each, "covers")}
            under |= {c for each in partners for c in to(facts, each, "provides")}
            if not any(says(facts, each, "type") in ("ola", "uc") for each in of_kind(under, "contract")):
                yield "C04", HIGH, service


def of_objective(facts: Facts, ref: str, _: State) -> Told:
    if ref in facts.live:
        factors = by(facts, ref, "part_of")
        below = {kpi for each in factors for kpi in by(facts, each, "part_of")}
        if not of_kind(to(facts, ref, "measured_by") | below, "kpi"):
            yield "K01", MEDIUM, ""


def of_kpi(facts: Facts, ref: str, state: State) -> Told:
    if ref not in facts.live:
        return
    if not all(given(state[name]) for name in ("target", "baseline", "unit", "direction", "owner")):
        yield "K03", MEDIUM, ""
    if not of_kind(to(facts, ref, "part_of"), "csf") and not by(facts, ref, "measured_by"):
        yield "K06", LOW, ""


def measured(facts: Facts, ref: str, _: State) -> Told:
    """A process or success factor."""
    if ref in facts.live and not of_kind(to(facts, ref, "measured_by") | by(facts, ref, "part_of"), "kpi"):
        yield "K05", LOW, ""
