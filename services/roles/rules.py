"""What the roles service refuses: pure functions over a new state and the facts around it."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from shared.contracts import NODE_KINDS
from shared.contracts.process import Activity, Handoff, Process
from shared.contracts.roles import Role, RoleAssignment
from shared.errors import Fault
from shared.live import is_live, is_over, is_to_hold
from shared.rules import Facts, Lookup, Rules, subject_can_be_read, subject_is_unique

_OWNER = "process_owner"
_STATES = NODE_KINDS["process"].lifecycle.states


def one_owner_at_a_time(new: RoleAssignment, facts: Facts) -> Iterator[Fault]:
    """Accountability is whole: one owner of a process at any instant."""
    if new.state != "active" or not _owns(new, facts):
        return
    for other in facts.others("role_assignment"):
        if other.state == "active" and _owns(other, facts) and _overlap(new, other):
            detail = f"The owner's seat is taken at that time, by {other.key}: end that one first."
            yield Fault(pointer="/role_id", code="process-owner-exists", detail=detail)


def _owns(assignment: Any, facts: Facts) -> bool:
    role = facts.get("role", assignment.role_id)
    return assignment.scope.kind == "process" and role is not None and role.type == _OWNER


def _overlap(one: Any, other: Any) -> bool:
    return _begins_before_end(one, other) and _begins_before_end(other, one)


def _begins_before_end(one: Any, other: Any) -> bool:
    return one.valid_from is None or other.valid_to is None or one.valid_from < other.valid_to


def becomes_an_owners_role(new: Role, facts: Facts) -> Iterator[Fault]:
    """A role that becomes an owner's would fill seats behind the back of the line above."""
    if new.type != _OWNER or (facts.old and facts.old.type == _OWNER):
        return
    for held in facts.others("role_assignment"):
        if held.state == "active" and held.scope.kind == "process":
            detail = f"It is held in a process, by {held.key}: end that before it becomes an owner's role."
            yield Fault(pointer="/type", code="role-in-use", detail=detail)


def deputy_is_another(new: RoleAssignment, _: Facts) -> Iterator[Fault]:
    if new.deputy_id == new.party_id:
        yield Fault(pointer="/deputy_id", code="self-deputy", detail="Nobody is their own deputy.")


def letters_are_unique(new: Activity, _: Facts) -> Iterator[Fault]:
    seen = set()
    for index, each in enumerate(new.raci):
        if (each.role_id, each.letter) in seen:
            detail = f"The role has the letter {each.letter} already."
            yield Fault(pointer=f"/raci/{index}", code="duplicate", detail=detail)
        seen.add((each.role_id, each.letter))


def goes_to_another(new: Handoff, _: Facts) -> Iterator[Fault]:
    if new.from_activity_id == new.to_activity_id:
        detail = "A hand-off leads from one activity to another: from_activity_id and to_activity_id are the same."
        yield Fault(pointer="/to_activity_id", code="self-handoff", detail=detail)


def follows_its_process(new: Activity, facts: Facts) -> Iterator[Fault]:
    """It moves with its process: by itself it only catches up, or retires before."""
    process = facts.get("process", new.process_id)
    if process is not None and new.state not in (process.state, "retired"):
        detail = f"It follows its process, and {process.key} is {process.state}: move that."
        yield Fault(pointer="/to", code="process-state-mismatch", detail=detail)


def found_as_its_process(new: Activity, facts: Facts) -> Iterator[Fault]:
    """One that is registered as a draft begins as its process is."""
    if facts.registered and new.state != "draft":
        for fault in follows_its_process(new, facts):
            yield Fault(pointer="/state", code=fault["code"], detail=fault["detail"])


def owner_seat_is_filled(new: Process, facts: Facts) -> Iterator[Fault]:
    """A live party holds a live role of the type process_owner in it."""
    seats = [each for each in facts.others("role_assignment") if _owns(each, facts)]
    if not any(all(is_live(each, new.updated_at) for each in _seat(seat, facts)) for seat in seats):
        detail = "Nobody holds its owner's seat: assign a party to a role of the type process_owner."
        yield Fault(pointer="/owner", code="process-owner-missing", detail=detail)


def _seat(assignment: Any, facts: Facts) -> tuple[Any, Any, Any]:
    role, party = facts.get("role", assignment.role_id), facts.get("party", assignment.party_id)
    return assignment, role, party


def activities_have_raci(new: Process, facts: Facts) -> Iterator[Fault]:
    """Each activity has exactly one A and at least one R in its RACI, each of an active role."""
    at = new.updated_at
    for activity in facts.others("activity"):
        letters = [each.letter for each in activity.raci if is_live(facts.get("role", each.role_id), at)]
        if not is_over(activity, at) and (letters.count("A") != 1 or "R" not in letters):
            detail = f"The activity {activity.key} needs exactly one A and at least one R, each of an active role."
            yield Fault(pointer=f"/activities/{activity.key}", code="raci-incomplete", detail=detail)


def a_policy_governs(new: Process, facts: Facts) -> Iterator[Fault]:
    """A policy governs it, which may still be written."""
    at = new.updated_at
    links = [link for link in facts.into if link.type == "governs" and is_to_hold(link, at)]
    if all(is_over(facts.get("policy", link.source.id), at) for link in links):
        detail = "No policy governs it: link one to it by governs."
        yield Fault(pointer="/policies", code="policy-missing", detail=detail)


def activities_follow(new: Process, facts: Facts) -> Iterator[tuple[str, UUID, str, str]]:
    """Activities are run with their process."""
    for activity in (each for each in facts.others("activity") if each.state != new.state):
        yield "activity", activity.id, new.state, new.state_reason or f"With its process {new.key}."


def begins_as_its_process(new: Activity, facts: Facts) -> dict[str, Any]:
    """What is added to a process that is already run is run with it."""
    process = facts.get("process", new.process_id)
    return {"state": process.state} if process and process.state != "retired" else {}


RULES = Rules(
    always={
        "party": (subject_can_be_read, subject_is_unique),
        "role": (becomes_an_owners_role,),
        "role_assignment": (one_owner_at_a_time, deputy_is_another),
        "activity": (letters_are_unique, found_as_its_process),
        "handoff": (goes_to_another,),
    },
    on={
        ("process", "approved"): (owner_seat_is_filled, activities_have_raci, a_policy_governs),
        **{("activity", state): (follows_its_process,) for state in _STATES},
    },
    then={("process", state): (activities_follow,) for state in _STATES},
    fill={("activity", "draft"): begins_as_its_process},
    relations={("process", "approved"): ("governs",)},
    lookups={
        "party": (Lookup("party", "subject", "subject", alone=True),),
        # that of the role itself finds nobody: it only takes turns with who changes the role's type
        "role": (Lookup("role", "id", alone=True), Lookup("role_assignment", "role_id", when=("type",))),
        "role_assignment": (
            Lookup("role", "id", "role_id", alone=True),
            Lookup(
                "role_assignment", "scope_id", "scope.id", alone=True, also=(("role_id", "role"),), states=("active",)
            ),
        ),
        # so that an activity which is added while its process moves begins as the process then is
        "activity": (Lookup("process", "id", "process_id", alone=True),),
        "process": (
            Lookup("process", "id", alone=True),
            Lookup("role_assignment", "scope_id", also=(("role_id", "role"), ("party_id", "party")), when=("state",)),
            Lookup("activity", "process_id", also=(("raci.role_id", "role"),), when=("state",)),
        ),
    },
)
