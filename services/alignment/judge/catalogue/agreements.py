"""What is wrong with a contract, and with what it covers."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from services.alignment.judge.catalogue.words import back, over, refs
from services.alignment.judge.checks import Evidence
from services.alignment.judge.clocks import Clock, instant
from services.alignment.judge.footprint import Reading, into, out
from services.alignment.judge.graph import Node

_MEMBERS = ("sunset_at", "migration_to_id", "updated_at")
OFFERED = Reading(
    lambda node: (node.seen, node.deleted, node.state, node.valid_from, node.valid_to, *map(node.get, _MEMBERS)),
    frozenset({"service_offering"}), _MEMBERS,
)  # fmt: skip
IS_OFFERING = Reading(
    lambda node: node.kind == "service_offering" and node.seen and not node.deleted, frozenset({"service_offering"})
)
_GONE = frozenset({"retired", "obsolete"})
_UNDER = frozenset({"ola", "uc"})


def _offerings(contract: Node) -> list[Node]:
    return [each for each in dict.fromkeys(contract.over(["covers"], forward=True)) if IS_OFFERING.of(each)]


def _instant(value: Any) -> datetime | None:
    return instant(value) if isinstance(value, str) else None


def begun_too_late(contract: Node) -> Iterator[Evidence]:
    """What was retired was so by its last change at the latest."""
    offerings = {each.id: each for each in _offerings(contract)}
    for item in contract.get("items") or ():
        offering, start = offerings.get(item.get("offering_id")), _instant(item.get("start"))
        if offering is None or start is None:
            continue
        ends = [_instant(offering.get("sunset_at"))]
        ends += [_instant(offering.get("updated_at"))] if offering.state in _GONE else []
        if any(end is not None and start >= end for end in ends):
            yield {"part": f"{offering.ref} {item['start']}", "offering": offering.ref, "start": item["start"]}


def stranded(contract: Node) -> Iterator[Evidence]:
    for each in _offerings(contract):
        if each.state in _GONE and not each.get("sunset_at") and not each.get("migration_to_id"):
            yield {"part": each.ref, "offering": each.ref, "state": each.state}


def has_end(contract: Node) -> bool:
    return contract.valid_to is not None or bool((contract.get("period") or {}).get("end"))


def undecided(contract: Node, ends: Iterable[Clock]) -> Iterator[Evidence]:
    if contract.get("renewal") in (None, "undecided") and any(contract.past(each) for each in ends):
        yield {"missing": "renewal"}


def unsigned(contract: Node) -> Iterator[Evidence]:
    signed = {each.get("side") for each in contract.get("signatories") or ()}
    missing = [side for side in ("provider", "customer") if side not in signed]
    if missing:
        yield {"missing": ", ".join(missing)}


def outlasting(contract: Node) -> Iterator[Evidence]:
    period = contract.get("period") or {}
    begins, ends = _instant(period.get("start")), _instant(period.get("end"))
    for each in _offerings(contract):
        lasts = [at for at in (each.valid_to, _instant(each.get("sunset_at"))) if at]
        too_long = bool(lasts) and ends is not None and ends > min(lasts)
        too_early = each.valid_from is not None and begins is not None and begins < each.valid_from
        if too_long or too_early:
            yield {"part": each.ref, "offering": each.ref}


_SERVICES = ((out("covers"),), (out("covers"), out("offers")))
WAYS = tuple(
    (*way, *more)
    for way in _SERVICES
    for more in (
        (),
        (into("covers"),),
        (out("depends_on"),),
        (out("depends_on"), into("covers")),
        (into("provides"),),
        (into("provides"), out("provides")),
        (out("depends_on"), out("provides")),
    )
)
"""From a contract to the services that it covers, to what those depend on and who provides them, and to contracts."""


def not_underpinned(contract: Node) -> Iterator[Evidence]:
    covered = over(contract, "covers")
    services = [each for each in covered if each.kind == "service"]
    services += [s for offering in covered for s in over(offering, "offers")]
    for service in dict.fromkeys(services):
        needed = over(service, "depends_on")
        partners = [each for each in (*back(service, "provides"), *needed) if each.kind == "partner"]
        if not needed and not partners:
            continue
        under = [*back(service, "covers"), *(c for each in needed for c in back(each, "covers"))]
        under += [c for each in partners for c in over(each, "provides")]
        if not any(each.kind == "contract" and each.type in _UNDER for each in under):
            yield {"part": service.ref, "service": service.ref, "needs": refs([*needed, *partners])}
