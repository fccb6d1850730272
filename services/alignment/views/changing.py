"""Relations that are fields: what a member is, once it refers to something more or no longer. Pure."""

from collections.abc import Mapping
from typing import Any

from services.alignment.queries.nodes import split
from shared.contracts import NODE_KINDS
from shared.contracts.reference import Reference

Json = dict[str, Any]


def reference_for(holder: str, far: str, relation: str, *, swapped: bool) -> Reference | None:
    """The field of the holder by which it makes a relation with the other one."""
    kind, other = split(holder)[0], split(far)[0]
    for each in NODE_KINDS[kind].references:
        is_it = each.relation == relation and each.swapped == swapped and each.start is None
        if is_it and (other in each.kinds or not each.kinds):
            return each
    return None


def added(state: Mapping[str, Any], reference: Reference, far: str) -> Json | None:
    """The member that refers to one more; None where that would take the place of another one, or needs more than is
    known."""
    name, is_list, condition, member = _parts(reference.path)
    value = _value(reference, far)
    if not is_list:
        return None if member or (state.get(name) and reference.relation != "owned_by") else {name: value}
    if member and not condition:
        return None
    item = {member: value, **condition} if member else value
    return {name: [*(state.get(name) or ()), item]}


def removed(state: Mapping[str, Any], reference: Reference, far: str) -> Json | None:
    """The member that refers to one less; None where there is nothing without it."""
    name, is_list, condition, member = _parts(reference.path)
    value = _value(reference, far)
    if not is_list:
        required = NODE_KINDS[str(state["kind"])].model.model_fields[name].is_required()
        return None if member or required else {name: None}
    items = state.get(name) or ()
    wanted = {member: value, **condition} if member else value
    left = [item for item in items if not _is(item, wanted)]
    return {name: left} if len(left) < len(items) else None


def replaced(state: Mapping[str, Any], reference: Reference, far: str, other: str) -> Json | None:
    """The member that refers to another one in the place of one; None where it does not refer by itself."""
    name, is_list, condition, member = _parts(reference.path)
    was, now = _value(reference, far), _value(reference, other)
    if not is_list:
        return None if member else {name: now}
    wanted = {member: was, **condition} if member else was
    items = state.get(name) or ()
    return {name: [({**item, member: now} if member else now) if _is(item, wanted) else item for item in items]}


def _is(item: Any, wanted: Any) -> bool:
    if isinstance(wanted, dict) and isinstance(item, dict):
        return all(item.get(name) == value for name, value in wanted.items())
    return bool(item == wanted)


def _value(reference: Reference, far: str) -> Any:
    kind, id = split(far)
    return id if reference.kinds else {"kind": kind, "id": id}


def _parts(path: str) -> tuple[str, bool, Json, str]:
    """The member, whether it is a list, what its items have to say, and the member of these that refers."""
    step, _, member = path.partition(".")
    name, bracket, condition = step.removesuffix("]").partition("[")
    said, _, value = condition.partition("=")
    return name, bool(bracket), {said: value} if said else {}, member
