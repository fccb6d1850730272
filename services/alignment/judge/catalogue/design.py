"""Services are designed in all four Ps."""

from functools import partial

from services.alignment.judge.catalogue import packages
from services.alignment.judge.catalogue.packages import DESIGNED, WITH, WITH_PRODUCTS
from services.alignment.judge.catalogue.seats import HELD
from services.alignment.judge.catalogue.words import IN_DESIGN_OR_LATER, STATUS, live, paths
from services.alignment.judge.checks import AnyOf, Evidence, Joined, Looks
from services.alignment.judge.clocks import Clock
from services.alignment.judge.conditions import Has
from services.alignment.judge.footprint import Reading, into, out
from services.alignment.judge.graph import Node
from services.alignment.judge.rule import Rule, Severity
from shared.contracts.design import FOUR_PS

SOURCE = "ITIL 2011 service design, the four Ps: people, processes, products, partners"
_TITLES = {"people": "people", "process": "processes", "product": "products", "partner": "partners"}
_SEVERITIES = {"partner": Severity.medium}
_SERVICE = frozenset({"service"})
_RUNNING = frozenset({"operational"})
_LIVE = {"role": "active", "process": "operational", "product": "in_use", "partner": "active"}
_REVIEWED = Clock("elements[].review_due")
_GRAVE = 4
_CARRIED = Reading(lambda node: node.live and node.kind == "service" and (node.criticality or 0) >= _GRAVE)


def _rule(number: int, p: str) -> Rule:
    kind = FOUR_PS[p]
    element = f"{kind}:e {_LIVE[kind]}"
    return Rule(
        f"X{number:02}", _SEVERITIES.get(p, Severity.high), "design", f"Design without {_TITLES[p]}",
        f"The design of a service that is designed or later names no live {kind} under {p}, and no reason why "
        "there need be none.",
        f"Review the design with the four owners at one table: name the {kind}, or say why it is not applicable.",
        Looks(partial(packages.uncovered, p=p), paths=WITH), _SERVICE, states=IN_DESIGN_OR_LATER, lacks=(p,),
        sentence=f"The design of {{it}} names no {p}.",
        passes=f"service:s operational, design_package:d accepted with {p}:e, {element}; "
               "d part_of s, d designed_with e",
        fails=f"service:s operational, design_package:d accepted, {element}; d part_of s",
        mended=f"design_package:d accepted with {p}:e; d designed_with e",
    )  # fmt: skip


def _of(*kinds: str) -> Joined:
    return Joined("an element", DESIGNED, live(*kinds))


def _overdue(package: Node) -> list[int]:
    return [
        place
        for place, each in enumerate(package.get("elements") or ())
        if each.get("not_applicable") and package.past(_REVIEWED, place)
    ]


def _reasons_to_review(package: Node) -> tuple[Evidence, ...]:
    found = [package.get("elements")[place]["type"] for place in _overdue(package)]
    return ({"missing": "a review of why it needs none", "of": sorted(set(found))},) if found else ()


def _carries_much(partner: Node, most: int) -> tuple[Evidence, ...]:
    designs = (d for d in partner.over(["designed_with"], forward=False) if d.state != "outdated" and not d.deleted)
    found = {s.ref for d in designs for s in d.over(["part_of"], forward=True) if _CARRIED.of(s)}
    found |= {s.ref for s in partner.over(["depends_on"], forward=False) if _CARRIED.of(s)}
    return ({"services": sorted(found)},) if len(found) > most else ()


_REASONED = Has(
    "a reason", lambda node: any(each.get("not_applicable") for each in node.get("elements") or ()), ("elements",)
)
_ON_A_PARTNER = AnyOf((
    Joined("a design", (into("designed_with"), out("part_of")), _CARRIED),
    Joined("a service", (into("depends_on"),), _CARRIED),
))  # fmt: skip
RULES = (
    *(_rule(number, p) for number, p in enumerate(FOUR_PS, 1)),
    Rule(
        "X05", Severity.medium, "design", "People without competence or assignment",
        "The design of a service that is designed or later names a role and not what it must be able to do, or one "
        "that "
        "nobody is assigned to.",
        "Write down the competence at the element, and assign somebody to the role.",
        Looks(packages.people, paths=(*WITH, *paths(STATUS, *((*DESIGNED, *way) for way in HELD)))), _SERVICE,
        states=IN_DESIGN_OR_LATER, given=_of("role"), few=True,
        sentence="The people in the design of {it} have no competence named, or nobody is assigned.",
        passes="service:s operational, design_package:d accepted with people:e:able, role:e active, "
               "role_assignment:h active, party:x active; d part_of s, d designed_with e, h assigned_as e, h assigns x",
        fails="service:s operational, design_package:d accepted with people:e:able, role:e active, "
              "role_assignment:h active, party:x active; d part_of s, d designed_with e, h assigns x",
        mended="; h assigned_as e",
    ),
    Rule(
        "X06", Severity.high, "design", "Designed with a process that does not run",
        "The design of an operational service names a process that is not operational, beside others that are there.",
        "Bring the process into operation, or design the service with one that is.",
        Looks(packages.processes, paths=WITH), _SERVICE, states=_RUNNING, given=_of("process"), few=True,
        sentence="The design of {it} names a process that does not run.",
        passes="service:s operational, design_package:d accepted with process:e, process:e operational; "
               "d part_of s, d designed_with e",
        fails="service:s operational, design_package:d accepted with process:e, process:e approved; "
              "d part_of s, d designed_with e",
        mended="process:e operational",
    ),
    Rule(
        "X07", Severity.high, "design", "Partner without an underpinning contract",
        "The design of an operational service names a live partner that provides no active contract of type uc, and "
        "none covers the service.",
        "Write the underpinning contract, or take the partner out of the design.",
        Looks(packages.partners, paths=(*WITH, *paths(STATUS, (*DESIGNED, out("provides")), (into("covers"),)))),
        _SERVICE, states=_RUNNING, given=_of("partner"), few=True,
        sentence="A partner of {it} is bound by no underpinning contract.",
        passes="service:s operational, design_package:d accepted with partner:e, partner:e active, contract:c active "
               "uc; "
               "d part_of s, d designed_with e, e provides c",
        fails="service:s operational, design_package:d accepted with partner:e, partner:e active, contract:c active "
              "sla; "
              "d part_of s, d designed_with e, e provides c",
        mended="contract:c active uc",
    ),
    Rule(
        "X08", Severity.high, "design", "Product without support",
        "The design of a service that is designed or later names a product that has been retired, beside others that "
        "are "
        "there, or whose support has ended.",
        "Replace it, or buy support and write its end down.",
        Looks(packages.products, paths=WITH_PRODUCTS), _SERVICE, states=IN_DESIGN_OR_LATER,
        given=_of("product"), few=True,
        sentence="{it} is designed with a product that has no support.",
        passes="service:s operational, design_package:d accepted with product:e, "
               "product:e end_of_support +end_of_support=2030-01-01; d part_of s, d designed_with e",
        fails="service:s operational, design_package:d accepted with product:e, "
              "product:e in_use +end_of_support=2026-02-01; d part_of s, d designed_with e",
        mended="product:e in_use +end_of_support=2030-01-01",
    ),
    Rule(
        "X09", Severity.low, "design", "Reason that was not looked at again",
        "A design package says why a service needs nothing of a P, and the review of that reason is overdue.",
        "Ask again whether it needs none, and set the next review.",
        Looks(_reasons_to_review, ("elements",), clocks=(_REVIEWED,)), frozenset({"design_package"}),
        given=_REASONED, few=True,
        sentence="{it} leaves out a P for a reason that nobody has looked at again.",
        passes="design_package:d accepted "
               "+elements=[type:partner/not_applicable:true/reason:none/review_due:2030-01-01]",
        fails="design_package:d accepted "
              "+elements=[type:partner/not_applicable:true/reason:none/review_due:2026-02-01]",
        mended="design_package:d accepted "
               "+elements=[type:partner/not_applicable:true/reason:none/review_due:2030-01-01]",
    ),
    Rule(
        "X10", Severity.medium, "design", "Partner that carries much",
        "More than {services} live services of criticality 4 or 5 are designed with one live partner or depend on it.",
        "Find a second source for one of them, or agree on how to get out.",
        lambda limit: Looks(partial(_carries_much, most=limit["services"]), paths=(
            *paths(STATUS, (into("designed_with"),)),
            *paths(_CARRIED, (into("designed_with"), out("part_of")), (into("depends_on"),)),
        )), frozenset({"partner"}), limits={"services": 2}, given=_ON_A_PARTNER, few=True,
        source="DORA, article 28: concentration of third-party risk",
        sentence="{it} carries more than {services} services of high criticality.",
        passes="partner:p active, service:s operational 4; s depends_on p",
        fails="partner:p active, service:s operational 4, service:t operational 4, service:u operational 4; "
              "s depends_on p, t depends_on p, u depends_on p",
        mended="; u depends_on p ended",
    ),
)  # fmt: skip
