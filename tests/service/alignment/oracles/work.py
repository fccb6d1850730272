"""Processes, what they hand over, and how services are designed: by plain loops over the facts of one moment."""

from tests.service.alignment.oracles.facts import (
    COUNTED,
    HIGH,
    LOW,
    MEDIUM,
    Facts,
    State,
    Told,
    by,
    of_kind,
    says,
    there,
    to,
    when,
)

Flow = dict[str, set[str]]


def of_process(facts: Facts, ref: str, state: State) -> Told:
    if facts.valid(state) and state["state"] == "operational":
        designs = of_kind(by(facts, ref, "designed_with"), "design_package")
        uses = of_kind(to(facts, ref, "serves realizes"), "service", "operation")
        if not designs and not uses and not of_kind(to(facts, ref, "justified_by"), "operation"):
            yield "P12", MEDIUM, ""
    if ref not in facts.live:
        return
    if not all(state[name] for name in ("purpose", "trigger", "inputs", "outputs")):
        yield "P11", LOW, ""
    parts = by(facts, ref, "part_of")
    activities = of_kind(parts, "activity")
    if not any(of_kind(to(facts, each, "precedes"), "activity") for each in parts):
        return
    yield "P09p", COUNTED, ""
    flow = {each: (to(facts, each, "precedes") & activities) - {each} for each in activities}
    places = {each: says(facts, each, "order") for each in activities}
    known = sorted({place for place in places.values() if place is not None})
    for each, place in places.items():
        if place is not None and place != known[-1]:
            after = known[known.index(place) + 1]
            flow[each] |= {other for other in activities if places[other] == after}
    yield from _astray(facts, flow)
    yield from _loops(facts, flow)


def reached(flow: Flow, starts: set[str]) -> set[str]:
    found = set(starts)
    while fresh := {then for each in found for then in flow[each]} - found:
        found |= fresh
    return found


def _astray(facts: Facts, flow: Flow) -> Told:
    if not any(flow.values()):
        return
    orders = {each: says(facts, each, "order") for each in flow if says(facts, each, "order") is not None}
    followed = set().union(*flow.values())
    if orders:
        starts = {each for each, order in orders.items() if order == min(orders.values())}
    else:
        starts = {each for each in flow if flow[each] and each not in followed} or set(flow)
    found = reached(flow, starts)
    for each in flow.keys() - found:
        yield "P09", MEDIUM, each
    ends = {each for each in flow if says(facts, each, "is_end")}
    for each in found - ends if ends else ():
        if not flow[each]:
            yield "P09", MEDIUM, f"stops {each}"


def _loops(facts: Facts, flow: Flow) -> Told:
    after = {each: reached(flow, flow[each]) for each in flow}
    for each in flow:
        circle = after[each]
        if each not in circle or any(each not in after[other] for other in circle):
            continue
        if each == min(circle) and not any(says(facts, other, "is_end") for other in circle):
            yield "P10", MEDIUM, each


def of_activity(facts: Facts, ref: str, state: State) -> Told:
    if ref not in facts.live:
        return
    procedures = of_kind(by(facts, ref, "guides"), "procedure")
    if not procedures:
        yield "P04", MEDIUM, ""
    if state["needs_instruction"]:
        yield "P05p", COUNTED, ""
        if not any(of_kind(by(facts, each, "part_of"), "work_instruction") for each in by(facts, ref, "guides")):
            yield "P05", MEDIUM, ""
    if not of_kind(by(facts, ref, "produced_by") | to(facts, ref, "hands_over"), "deliverable"):
        yield "P06", MEDIUM, ""


def of_handoff(facts: Facts, ref: str, state: State) -> Told:
    if ref not in facts.live:
        return
    takers = {n for a in facts.over[ref, "relates_to"] for n in to(facts, a, "precedes")}
    settled = any(each.split("/")[1] == state["to_activity_id"] for each in takers)
    if not state["deliverable_id"] or not state["acceptance"] or not settled:
        yield "P07", MEDIUM, ""


def of_deliverable(facts: Facts, ref: str, state: State) -> Told:
    if ref not in facts.live:
        return
    makers = to(facts, ref, "produced_by")
    if not makers:
        yield "P08", MEDIUM, "made"
    outputs = {t.lower() for m in makers for p in to(facts, m, "part_of") for t in says(facts, p, "outputs") or ()}
    needed = to(facts, ref, "consumed_by") or by(facts, ref, "hands_over evidenced_by")
    if not needed and not {state["name"].lower(), state["key"].lower()} & outputs:
        yield "P08", MEDIUM, "needed"


DESIGNED = ("designed", "developed", "built", "tested", "released", "operational")


def _package(facts: Facts, service: str) -> tuple[str, State] | None:
    found = [
        (each, facts.there[each])
        for each in facts.back[service, "part_of"]
        if each in facts.there and each.startswith("design_package/")
    ]
    counting = [(r, s) for r, s in found if s["state"] != "outdated" and facts.valid(s)]
    return max(counting, key=lambda e: (e[1]["state"] == "accepted", e[1]["created_at"], e[0]), default=None)


def _meant(facts: Facts, service: str, p: str) -> dict[str, State]:
    package = _package(facts, service)
    elements = package[1]["elements"] if package else []
    return {f"{e['ref']['kind']}/{e['ref']['id']}": e for e in elements if e["type"] == p and e["ref"]}


def _names(facts: Facts, service: str, kind: str) -> bool:
    """Whether any live package, accepted or not, names something live of a kind."""
    packages = by(facts, service, "part_of")
    return any(of_kind(to(facts, each, "designed_with"), kind) for each in packages)


def of_service(facts: Facts, ref: str, state: State) -> Told:  # noqa: C901  one condition a rule
    if not facts.valid(state) or state["state"] not in DESIGNED:
        return
    if _names(facts, ref, "role"):
        yield "X05p", COUNTED, ""
        for role, element in _meant(facts, ref, "people").items():
            seats = by(facts, role, "assigned_as")
            vacant = role in facts.live and not any(to(facts, seat, "assigns") for seat in seats)
            if vacant or not element["competence"]:
                yield "X05", MEDIUM, role
    if _names(facts, ref, "product"):
        yield "X08p", COUNTED, ""
        for product in _beside(facts, ref, "product"):
            its = facts.all.get(product)
            if its is None:
                continue
            ends = when(its["end_of_support"])
            unsupported = facts.at >= ends if ends else its["state"] == "end_of_support"
            if its["state"] == "retired" or unsupported:
                yield "X08", HIGH, product
    if state["state"] != "operational":
        return
    if _names(facts, ref, "process"):
        yield "X06p", COUNTED, ""
        for process in _beside(facts, ref, "process"):
            if process in facts.all and facts.all[process]["state"] not in ("operational", "under_review"):
                yield "X06", HIGH, process
    if _names(facts, ref, "partner"):
        yield "X07p", COUNTED, ""
        for partner in _beside(facts, ref, "partner") & facts.live:
            contracts = of_kind(to(facts, partner, "provides") | by(facts, ref, "covers"), "contract")
            if not any(says(facts, each, "type") == "uc" for each in contracts):
                yield "X07", HIGH, partner


def _beside(facts: Facts, service: str, p: str) -> set[str]:
    meant = set(_meant(facts, service, p))
    return meant if meant & facts.live else set()


def of_design_package(facts: Facts, ref: str, state: State) -> Told:
    if ref not in facts.live:
        return
    reasons = [each for each in state["elements"] if each["not_applicable"]]
    if reasons:
        yield "X09p", COUNTED, ""
    if any(due <= facts.at for each in reasons if (due := when(each["review_due"]))):
        yield "X09", LOW, ""


def of_partner(facts: Facts, ref: str, _: State) -> Told:
    if ref not in facts.live:
        return

    def heavy(refs: set[str]) -> set[str]:
        services = of_kind(refs, "service") & facts.live
        return {each for each in services if (facts.there[each]["criticality"] or 0) >= 4}

    depending = heavy(by(facts, ref, "depends_on"))
    packages = by(facts, ref, "designed_with", everything=True)
    if depending or any(heavy(to(facts, each, "part_of")) for each in packages & facts.live):
        yield "X10p", COUNTED, ""
        standing = [e for e in packages if (its := there(facts, e)) and its["state"] != "outdated"]
        if len(depending.union(*(heavy(to(facts, each, "part_of")) for each in standing))) > 2:
            yield "X10", MEDIUM, ""
