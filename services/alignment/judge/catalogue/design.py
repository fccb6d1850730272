"""Services are designed in all four Ps. Source: ITIL 2011 service design: people, processes, products, partners."""

from collections.abc import Iterator
from functools import partial

from services.alignment.judge.catalogue.words import IN_DESIGN_OR_LATER
from services.alignment.judge.checks import Evidence, Looks
from services.alignment.judge.footprint import Path, Reading, into, out
from services.alignment.judge.graph import Node
from services.alignment.judge.rule import Rule, Severity
from shared.contracts.design import FOUR_PS


def current(service: Node) -> Node | None:
    """The design package that counts, of those that are valid: the accepted one, or else the newest not outdated."""
    packages = [each for each in service.over(["part_of"], forward=False) if each.kind == "design_package"]
    standing = [each for each in packages if each.seen and not each.deleted and each.valid and each.state != "outdated"]
    return max(
        standing, key=lambda each: (each.state == "accepted", each.get("created_at") or "", each.ref), default=None
    )


def _uncovered(service: Node, p: str) -> Iterator[Evidence]:
    """What is named counts while it is live; a reason why there need be none counts as well."""
    package = current(service)
    elements = [each for each in (package and package.get("elements")) or () if each.get("type") == p]
    named = {_ref(each["ref"]) for each in elements if each.get("ref")}
    there = package and any(each.ref in named and each.live for each in package.over(["designed_with"], forward=True))
    if not there and not any(each.get("not_applicable") for each in elements):
        gone = sorted(named)[:_NAMED]
        yield {"missing": p} | ({"package": package.ref} if package else {}) | ({"not_live": gone} if gone else {})


_NAMED = 10


def _ref(end: dict[str, str]) -> str:
    return f"{end['kind']}/{end['id']}"


_PACKAGE = Reading(
    lambda node: (node.seen, node.deleted, node.valid, node.state, node.get("created_at"), _told(node)),
    frozenset({"design_package"}), ("created_at", "elements"),
)  # fmt: skip
_ELEMENT = Reading(lambda node: node.live)


def _told(package: Node) -> tuple[object, ...]:
    elements = package.get("elements") or ()
    return tuple((each.get("type"), bool(each.get("not_applicable")), str(each.get("ref"))) for each in elements)


_PATHS = (Path((into("part_of"),), _PACKAGE), Path((into("part_of"), out("designed_with")), _ELEMENT))
_TITLES = {"people": "people", "process": "processes", "product": "products", "partner": "partners"}
_SEVERITIES = {"partner": Severity.medium}


def _rule(number: int, p: str) -> Rule:
    kind = FOUR_PS[p]
    element = f"{kind}:e {_LIVE[kind]}"
    return Rule(
        f"X{number:02}", _SEVERITIES.get(p, Severity.high), "design", f"Design without {_TITLES[p]}",
        f"The design of a service that is designed or later names no live {kind} under {p}, and no reason why "
        "there need be none.",
        f"Review the design with the four owners at one table: name the {kind}, or say why it is not applicable.",
        Looks(partial(_uncovered, p=p), paths=_PATHS), frozenset({"service"}), states=IN_DESIGN_OR_LATER, lacks=(p,),
        passes=f"service:s operational, design_package:d accepted with {p}:e, {element}; "
               "d part_of s, d designed_with e",
        fails=f"service:s operational, design_package:d accepted, {element}; d part_of s",
        mended=f"design_package:d accepted with {p}:e; d designed_with e",
    )  # fmt: skip


_LIVE = {"role": "active", "process": "operational", "product": "in_use", "partner": "active"}
RULES = tuple(_rule(number, p) for number, p in enumerate(FOUR_PS, 1))
