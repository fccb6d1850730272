"""What is wrong in a responsibility chart, read across (an activity) and down (a role)."""

from collections import defaultdict
from collections.abc import Iterator

from services.alignment.judge.catalogue.seats import is_assigned
from services.alignment.judge.catalogue.words import back, over, refs
from services.alignment.judge.checks import Evidence
from services.alignment.judge.graph import Node

LETTERS = {"responsible": "R", "accountable": "A", "consulted": "C", "informed": "I"}


def two_letters(node: Node) -> Iterator[Evidence]:
    letters: defaultdict[Node, str] = defaultdict(str)
    for type, letter in LETTERS.items():
        for role in over(node, type):
            letters[role] += letter
    for role, held in letters.items():
        if len(held) > 1 and held != "RA":
            yield {"part": role.ref, "role": role.ref, "letters": held}


def retired(node: Node) -> Iterator[Evidence]:
    for role in dict.fromkeys(node.over(LETTERS, forward=True)):
        if role.seen and role.state == "retired":
            yield {"part": role.ref, "role": role.ref, "state": role.state}


def vacant(node: Node) -> Iterator[Evidence]:
    """One A that nobody holds, or one R if it is the only one."""
    doers = over(node, "responsible")
    for role in dict.fromkeys([*over(node, "accountable"), *(doers if len(doers) == 1 else ())]):
        if not is_assigned(role):
            yield {"part": role.ref, "vacant": role.ref}


def without_talk(node: Node) -> Iterator[Evidence]:
    doers = set(over(node, "responsible"))
    others = [each for each in over(node, "precedes") if doers.isdisjoint(over(each, "responsible"))]
    if others and doers and not over(node, "consulted", "informed"):
        yield {"missing": "consulted, informed", "hands_over_to": refs(others)}


def everywhere(node: Node, least: int) -> Iterator[Evidence]:
    """In each activity of a process that has a few of them."""
    mine = set(back(node, *LETTERS))
    for process in dict.fromkeys(each for activity in mine for each in over(activity, "part_of")):
        all_ = [each for each in back(process, "part_of") if each.kind == "activity"]
        if process.kind == "process" and len(all_) >= least and mine.issuperset(all_):
            yield {"part": process.ref, "process": process.ref, "activities": len(all_)}


def no_a_for_its_owner(node: Node) -> Iterator[Evidence]:
    """Its owner is the role that owns it, one that the party which owns it holds, or one of that type."""
    owners = set(over(node, "owned_by"))
    accountable = {each: over(each, "accountable") for each in back(node, "part_of") if each.kind == "activity"}
    roles = {role for some in accountable.values() for role in some}
    owners |= {role for role in roles if role.type == "process_owner" or owners & _holders(role)}
    if roles and owners.isdisjoint(roles):
        yield {"part": "owner", "missing": "an A of the process owner"}
    for activity, some in accountable.items():
        outside = [r for r in some if r not in owners and r.type == "process_practitioner" and not _is_delegated(r)]
        if outside:
            yield {"part": activity.ref, "activity": activity.ref, "accountable": refs(outside)}


def _holders(role: Node) -> set[Node]:
    return {party for seat in back(role, "assigned_as") for party in over(seat, "assigns")}


def _is_delegated(role: Node) -> bool:
    return any(each.get("delegated_by_id") for each in back(role, "assigned_as"))


def does_and_approves(node: Node) -> Iterator[Evidence]:
    doing = holders(node, "responsible")
    for other in over(node, "relates_to"):
        if other.id in (node.get("segregated_from_ids") or ()):
            both = doing & (holders(other, "responsible") | holders(other, "accountable"))
            if both:
                yield {"part": other.ref, "activity": other.ref, "parties": refs(both)}


def holders(activity: Node, letter: str) -> set[Node]:
    """Who holds a role with this letter where the activity is."""
    processes = set(over(activity, "part_of"))
    seats = [seat for role in over(activity, letter) for seat in back(role, "assigned_as")]
    return {party for seat in seats if processes & {*over(seat, "assigned_in")} for party in over(seat, "assigns")}
