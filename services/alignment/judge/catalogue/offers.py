"""What is wrong with an offering, or with what a group is offered."""

from collections.abc import Iterator

from services.alignment.judge.catalogue.words import NAMED, OFFERED, back, refs
from services.alignment.judge.checks import Evidence
from services.alignment.judge.footprint import Reading
from services.alignment.judge.graph import Node

PROMISING = Reading(
    lambda node: node.live and node.get("service_level_targets") is not None,
    frozenset({"contract"}), ("service_level_targets",),
)  # fmt: skip


def is_offered(node: Node) -> bool:
    return not node.deleted and node.state in OFFERED and node.valid


def for_nobody(node: Node) -> Iterator[Evidence]:
    if not any(True for _ in node.over(["offers"], forward=True)):
        yield {"part": "service", "missing": "service"}
    groups = list(node.over(["targets"], forward=True))
    if groups and not any(each.live for each in groups):
        yield {"part": "consumer_group", "not_live": sorted(each.ref for each in groups)[:NAMED]}


def not_running(offering: Node) -> Iterator[Evidence]:
    idle = [each for each in dict.fromkeys(offering.over(["offers"], forward=True)) if each.seen and not each.live]
    if idle:
        yield {"not_live": refs(idle)}


def without_term(offering: Node) -> Iterator[Evidence]:
    bare = [
        place
        for place, each in enumerate(offering.get("components") or ())
        if (each.get("type") == "access" and not (each.get("terms") or each.get("limits")))
        or (each.get("type") == "action" and not each.get("target_time"))
    ]
    if bare:
        yield {"missing": "terms, limits or target_time", "components": bare[:NAMED]}


def alike(group: Node) -> Iterator[Evidence]:
    """Whatever is sold alike is named once, with the least of it."""
    sold: dict[str, list[Node]] = {}
    for each in back(group, "targets"):
        if each.kind == "service_offering" and each.get("components"):
            what = repr((sorted(map(str, each.get("service_ids") or ())), sorted(map(_what, each.get("components")))))
            sold.setdefault(what, []).append(each)
    for some in sold.values():
        if len(some) > 1:
            yield {"part": min(refs(some)), "offerings": refs(some)}


def _what(component: dict[str, object]) -> str:
    return repr(sorted((name, value) for name, value in component.items() if value is not None))
