"""Who owns, who is assigned, and who has which letter: by plain loops over the facts of one moment."""

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

LETTERS = ("responsible", "accountable", "consulted", "informed")
ALL = " ".join(LETTERS)


def seats(facts: Facts, place: str, type: str) -> set[str]:
    """The parties that are assigned there as a role of a type."""
    found = set()
    for seat in by(facts, place, "assigned_in"):
        if any(says(facts, role, "type") == type for role in to(facts, seat, "assigned_as")):
            found |= to(facts, seat, "assigns")
    return found


def holders(facts: Facts, role: str) -> set[str]:
    return {party for seat in by(facts, role, "assigned_as") for party in to(facts, seat, "assigns")}


def of_service(facts: Facts, ref: str, _: State) -> Told:
    if ref not in facts.live:
        return
    yield from owners_role(facts, ref)
    owners = to(facts, ref, "owned_by")
    results = to(facts, ref, "serves realizes")
    valued = {who for each in results for who in facts.over[each, "valued_by"]}
    if valued:
        yield "O13p", COUNTED, ""
        people = owners | {party for owner in owners for party in holders(facts, owner)}
        outcomes = of_kind(results, "outcome")
        standing = [w for o in outcomes for w in to(facts, o, "valued_by")]
        if owners and standing and not any(people & to(facts, who, "represents") for who in standing):
            yield "O13", MEDIUM, ""


def owners_role(facts: Facts, ref: str) -> Told:
    roles = of_kind(to(facts, ref, "owned_by"), "role")
    if not roles:
        yield "O04n", COUNTED, ""
    elif not any(by(facts, role, "assigned_as") for role in roles):
        yield "O04", HIGH, ""


def of_process(facts: Facts, ref: str, state: State) -> Told:
    live = ref in facts.live
    assigned = by(facts, ref, "assigned_in")
    anybody = any(facts.over[seat, "assigns"] for seat in assigned)
    if facts.valid(state) and state["state"] == "operational" and anybody:
        yield "O08p", COUNTED, ""
        if not seats(facts, ref, "process_manager"):
            yield "O08", MEDIUM, ""
    if not live:
        return
    yield from owners_role(facts, ref)
    owners = seats(facts, ref, "process_owner")
    as_roles = {role for seat in assigned for role in to(facts, seat, "assigned_as")}
    if any(says(facts, role, "type") == "process_owner" for role in as_roles):
        yield "O03p", COUNTED, ""
        if len(owners) > 1:
            yield "O03", CRITICAL, ""
    if (state["criticality"] or 0) >= 4:
        yield "O10p", COUNTED, ""
        if len(owners) == 1 and owners == seats(facts, ref, "process_manager") == seats(
            facts, ref, "process_practitioner"
        ):
            yield "O10", LOW, ""
    yield from _line(facts, ref)


def _line(facts: Facts, process: str) -> Told:
    activities = of_kind(by(facts, process, "part_of"), "activity")
    parts = by(facts, process, "part_of")
    if not any(of_kind(to(facts, each, "accountable"), "role") for each in parts):
        return
    yield "R13p", COUNTED, ""
    mine = to(facts, process, "owned_by")
    answering = {role for each in activities for role in to(facts, each, "accountable")}
    mine |= {r for r in answering if says(facts, r, "type") == "process_owner" or holders(facts, r) & mine}
    if answering and not answering & mine:
        yield "R13", MEDIUM, "owner"
    for each in activities:
        for role in to(facts, each, "accountable") - mine:
            lent = any(says(facts, seat, "delegated_by_id") for seat in by(facts, role, "assigned_as"))
            if says(facts, role, "type") == "process_practitioner" and not lent:
                yield "R13", MEDIUM, each
                break


def of_party(facts: Facts, ref: str, state: State) -> Told:
    if ref not in facts.live or not given(state["capacity"]):
        return
    yield "O07p", COUNTED, ""
    owned = of_kind(by(facts, ref, "owned_by"), "process", "service")
    letters = set()
    for seat in by(facts, ref, "assigns"):
        scopes = to(facts, seat, "assigned_in")
        for role in to(facts, seat, "assigned_as"):
            owned |= of_kind(by(facts, role, "owned_by"), "process", "service")
            letters |= {a for a in by(facts, role, "accountable") if to(facts, a, "part_of") & scopes}
    if 2 * len(letters) + 3 * len(owned) > 20 * state["capacity"]:
        yield "O07", MEDIUM, ""


def of_role_assignment(facts: Facts, ref: str, state: State) -> Told:  # noqa: C901  one condition a rule
    if ref not in facts.live:
        return
    roles, parties = to(facts, ref, "assigned_as"), to(facts, ref, "assigns")
    ends = when(state["valid_to"])
    if ends:
        yield "O06p", COUNTED, ""
        follows = False
        for role in roles:
            for other in facts.back[role, "assigned_as"]:
                its = facts.there.get(other)
                if its is None or other == ref or its["state"] not in ("proposed", "active"):
                    continue
                until = when(its["valid_to"])
                follows |= its["scope"] == state["scope"] and (until is None or until > ends)
        if facts.at >= ends - timedelta(days=60) and not state["deputy_id"] and not follows:
            yield "O06", MEDIUM, ""
    single = [
        r for r in roles if says(facts, r, "type") in ("process_owner", "service_owner") or says(facts, r, "seats") == 1
    ]
    if not single:
        yield "O11n", COUNTED, ""
    elif any(says(facts, party, "type") not in (None, "person") for party in parties):
        yield "O11", MEDIUM, ""
    asking = [role for role in roles if says(facts, role, "required_skills")]
    if asking:
        yield "O14p", COUNTED, ""
        if any(
            not _skilled(facts, party, need)
            for r in asking
            for party in parties
            for need in says(facts, r, "required_skills")
        ):
            yield "O14", MEDIUM, ""


def _skilled(facts: Facts, party: str, need: State) -> bool:
    for has in says(facts, party, "skills"):
        until = when(has["valid_to"])
        enough = (has["level"] or 0) >= (need["level"] or 0)
        if has["name"].lower() == need["name"].lower() and enough and (until is None or facts.at < until):
            return True
    return False


def of_role(facts: Facts, ref: str, state: State) -> Told:
    if ref not in facts.live:
        return
    letters = of_kind(by(facts, ref, ALL), "activity")
    if not letters:
        yield "R11n", COUNTED, ""
    elif not of_kind(by(facts, ref, "responsible accountable"), "activity"):
        yield "R11", MEDIUM, ""
    if state["type"] != "process_owner":
        if not letters:
            yield "R12n", COUNTED, ""
        for process in {p for a in letters for p in of_kind(to(facts, a, "part_of"), "process")}:
            everything = of_kind(by(facts, process, "part_of"), "activity")
            if len(everything) >= 4 and everything <= letters:
                yield "R12", MEDIUM, process
    yield from _assigned(facts, ref)


def _assigned(facts: Facts, role: str) -> Told:
    assigned = by(facts, role, "assigned_as")
    if not facts.back[role, "assigned_as"]:
        yield "O15n", COUNTED, ""
    if not assigned:
        return
    there = [seat for seat in assigned if to(facts, seat, "assigns")]
    if not there:
        yield "O15", HIGH, "left"
        return
    places = {place for seat in there for place in to(facts, seat, "assigned_in")}
    needed = {p for a in by(facts, role, "responsible accountable") for p in to(facts, a, "part_of")}
    for process in of_kind(needed, "process") - places:
        yield "O15", HIGH, process


def of_activity(facts: Facts, ref: str, state: State) -> Told:  # noqa: C901  one condition a rule
    if ref not in facts.live:
        return
    has = {letter: to(facts, ref, letter) for letter in LETTERS}
    consulted = of_kind(has["consulted"], "role")
    if consulted:
        yield "R05p", COUNTED, ""
    if len(consulted) > 4:
        yield "R05", LOW, ""
    if len(of_kind(has["informed"], "role")) > 6:
        yield "R06", INFO, ""
    doers = has["responsible"]
    strangers = [n for n in to(facts, ref, "precedes") if not doers & to(facts, n, "responsible")]
    if doers and strangers and not has["consulted"] and not has["informed"]:
        yield "R07", INFO, ""
    if not to(facts, ref, ALL, everything=True):
        yield "R10n", COUNTED, ""
    for role in set().union(*has.values()):
        mine = {letter for letter in LETTERS if role in has[letter]}
        if len(mine) > 1 and mine != {"responsible", "accountable"}:
            yield "R08", MEDIUM, role
    alone = doers if len(doers) == 1 else set[str]()
    for role in has["accountable"] | alone:
        if not by(facts, role, "assigned_as"):
            yield "R09", HIGH, role
    for role in to(facts, ref, ALL, everything=True):
        if role in facts.all and facts.all[role]["state"] == "retired":
            yield "R10", HIGH, role
    if state["segregated_from_ids"]:
        yield "R15p", COUNTED, ""
        for other in to(facts, ref, "relates_to"):
            if other.split("/")[1] in state["segregated_from_ids"]:
                checks = _with(facts, other, "responsible") | _with(facts, other, "accountable")
                if _with(facts, ref, "responsible") & checks:
                    yield "R15", HIGH, other
    yield from _practitioners(facts, ref)


def _practitioners(facts: Facts, activity: str) -> Told:
    assigned = {seat for role in to(facts, activity, "responsible") for seat in facts.back[role, "assigned_as"]}
    if not assigned:
        return
    yield "O09p", COUNTED, ""
    held = [seat for seat in assigned & facts.live if to(facts, seat, "assigns")]
    places = to(facts, activity, "part_of")
    if places and held and not any(places & to(facts, seat, "assigned_in") for seat in held):
        yield "O09", MEDIUM, ""


def _with(facts: Facts, activity: str, letter: str) -> set[str]:
    found = set()
    for role in to(facts, activity, letter):
        for seat in by(facts, role, "assigned_as"):
            if to(facts, seat, "assigned_in") & to(facts, activity, "part_of"):
                found |= to(facts, seat, "assigns")
    return found
