"""What a service is designed with, by the design package that counts."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from services.alignment.judge.catalogue.words import NAMED, back, over
from services.alignment.judge.checks import Evidence
from services.alignment.judge.clocks import Clock
from services.alignment.judge.footprint import Path, Reading, into, out
from services.alignment.judge.graph import Node

SUPPORT = Clock("end_of_support")
_RUNS = ("operational", "under_review")


def current(service: Node) -> Node | None:
    """The design package that counts, of those that are valid: the accepted one, or else the newest not outdated."""
    packages = [each for each in service.over(["part_of"], forward=False) if each.kind == "design_package"]
    standing = [each for each in packages if each.seen and not each.deleted and each.valid and each.state != "outdated"]
    return max(
        standing, key=lambda each: (each.state == "accepted", each.get("created_at") or "", each.ref), default=None
    )


def elements(package: Node | None, p: str) -> list[Mapping[str, Any]]:
    return [each for each in (package and package.get("elements")) or () if each.get("type") == p]


def uncovered(service: Node, p: str) -> Iterator[Evidence]:
    """What is named counts while it is live; a reason why there need be none counts as well."""
    package = current(service)
    some = elements(package, p)
    if not any(each.live for each in _meant(package, some)) and not any(each.get("not_applicable") for each in some):
        gone = sorted(_named(some))[:NAMED]
        yield {"missing": p} | ({"package": package.ref} if package else {}) | ({"not_live": gone} if gone else {})


def _named(some: Iterable[Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    return {f"{each['ref']['kind']}/{each['ref']['id']}": each for each in some if each.get("ref")}


def _meant(package: Node | None, some: Iterable[Mapping[str, Any]]) -> list[Node]:
    """What elements name."""
    named = _named(some)
    return [each for each in package.over(["designed_with"], forward=True) if each.ref in named] if package else []


def _beside(service: Node, p: str) -> list[Node]:
    """What elements of a P name, where that is a design at all: something of it is live."""
    package = current(service)
    meant = _meant(package, elements(package, p))
    return list(dict.fromkeys(meant)) if any(each.live for each in meant) else []


def people(service: Node) -> Iterator[Evidence]:
    package = current(service)
    some = elements(package, "people")
    told = _named(some)
    for role in dict.fromkeys(_meant(package, some)):
        missing = [] if told[role.ref].get("competence") else ["competence"]
        if role.live and not any(over(seat, "assigns") for seat in back(role, "assigned_as")):
            missing.append("an assignment")
        if missing and package:
            yield {"part": role.ref, "role": role.ref, "missing": ", ".join(missing), "package": package.ref}


def processes(service: Node) -> Iterator[Evidence]:
    for each in _beside(service, "process"):
        if each.seen and each.state not in _RUNS:
            yield {"part": each.ref, "process": each.ref, "state": each.state}


def partners(service: Node) -> Iterator[Evidence]:
    for each in _beside(service, "partner"):
        contracts = [c for c in (*over(each, "provides"), *back(service, "covers")) if c.kind == "contract"]
        if each.live and not any(contract.type == "uc" for contract in contracts):
            yield {"part": each.ref, "partner": each.ref, "missing": "an underpinning contract that is active"}


def products(service: Node) -> Iterator[Evidence]:
    """Support that is over; where its end is known, from that day on."""
    for each in _beside(service, "product"):
        over_ = each.past(SUPPORT) or (each.state == "end_of_support" and each.get("end_of_support") is None)
        if each.seen and (each.state == "retired" or over_):
            yield {"part": each.ref, "product": each.ref, "state": each.state}


def _told(package: Node) -> tuple[object, ...]:
    return tuple(
        (each.get("type"), bool(each.get("not_applicable")), each.get("ref"), bool(each.get("competence")))
        for each in package.get("elements") or ()
    )


_PACKAGE = Reading(
    lambda node: (node.seen, node.deleted, node.valid, node.state, node.get("created_at"), _told(node)),
    frozenset({"design_package"}), ("created_at", "elements"),
)  # fmt: skip
_ELEMENT = Reading(lambda node: (node.seen, node.live, node.state))
_SUPPORTED = Reading(
    lambda node: (node.get("end_of_support") is None, node.past(SUPPORT)),
    frozenset({"product"}), ("end_of_support",), (SUPPORT,),
)  # fmt: skip
PACKAGES = (into("part_of"),)
DESIGNED = (*PACKAGES, out("designed_with"))
WITH = (Path(PACKAGES, _PACKAGE), Path(DESIGNED, _ELEMENT))
"""From a service to its packages and what they name."""
WITH_PRODUCTS = (*WITH, Path(DESIGNED, _SUPPORTED))
