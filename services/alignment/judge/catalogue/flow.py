"""How work flows: from activity to activity, by what is handed over."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise
from typing import Any

from services.alignment.judge.catalogue.words import back, over, refs
from services.alignment.judge.checks import Evidence
from services.alignment.judge.graph import Node


def unsettled(handoff: Node) -> Iterator[Evidence]:
    missing = [name for name in ("deliverable_id", "acceptance") if handoff.get(name) is None]
    next_ = [n for a in handoff.over(["relates_to"], forward=True) for n in a.over(["precedes"], forward=True)]
    if not any(each.live and each.id == handoff.get("to_activity_id") for each in next_):
        missing.append("to_activity_id")
    if missing:
        yield {"missing": ", ".join(missing)}


def loose(deliverable: Node) -> Iterator[Evidence]:
    makers = over(deliverable, "produced_by")
    if not makers:
        yield {"part": "made", "missing": "produced_by -> activity"}
    if not over(deliverable, "consumed_by") and not back(deliverable, "hands_over", "evidenced_by"):
        outputs = {
            text.casefold() for maker in makers for p in over(maker, "part_of") for text in p.get("outputs") or ()
        }
        called = {str(deliverable.get(name)).casefold() for name in ("name", "key") if deliverable.get(name)}
        if outputs.isdisjoint(called):
            yield {"part": "needed", "missing": "consumed_by -> activity"}


def _flow(process: Node) -> dict[Node, list[Node]]:
    """Its live activities, and to which others of them each leads: as it is drawn, and else to what is next in their
    order."""
    activities = {each: each.get("order") for each in back(process, "part_of") if each.kind == "activity"}
    flow = {each: [n for n in over(each, "precedes") if n in activities and n is not each] for each in activities}
    placed: defaultdict[Any, list[Node]] = defaultdict(list)
    for each, order in activities.items():
        placed[order].append(each)
    following = dict(pairwise(sorted(order for order in placed if order is not None)))
    for each, order in activities.items():
        flow[each] += [n for n in placed[following[order]] if n not in flow[each]] if order in following else []
    return flow


def astray(process: Node) -> Iterator[Evidence]:
    """It begins with what comes first in its order; where that says nothing, with what nothing else leads to."""
    flow = _flow(process)
    if not any(flow.values()):
        return
    led_to = {each for some in flow.values() for each in some}
    orders = [order for each in flow if (order := each.get("order")) is not None]
    starts = (
        [e for e in flow if e.get("order") == min(orders)]
        if orders
        else [e for e in flow if e not in led_to and flow[e]]
    )
    unreached = flow.keys() - _reached(starts or list(flow), flow.__getitem__)
    for each in unreached:
        yield {"part": each.ref, "unreached": each.ref}
    if any(each.get("is_end") for each in flow):
        for each, then in flow.items():
            if not then and not each.get("is_end") and each not in unreached:
                yield {"part": f"stops {each.ref}", "stops_at": each.ref}


def _reached(starts: Iterable[Node], on: Callable[[Node], Iterable[Node]]) -> set[Node]:
    found = set(starts)
    waiting = list(found)
    while waiting:
        fresh = set(on(waiting.pop())) - found
        found |= fresh
        waiting += fresh
    return found


def loops(process: Node) -> Iterator[Evidence]:
    """Each circle once, at its least activity."""
    flow = _flow(process)
    told = set[Node]()
    for each in sorted(flow, key=lambda node: node.ref):
        if each in told or not flow[each]:
            continue
        circle = _reached(flow[each], flow.__getitem__)
        if each in circle and all(each in _reached(flow[at], flow.__getitem__) for at in circle):
            told |= circle
            if not any(at.get("is_end") for at in circle):
                yield {"part": each.ref, "circle": refs(circle)}
