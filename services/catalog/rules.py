"""What the catalog refuses: pure functions over a new state and the facts around it."""

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from shared.contracts.agreement import Contract, ContractItem, Period
from shared.contracts.catalog import Service, ServiceOffering
from shared.contracts.design import FOUR_PS, Category, DesignPackage
from shared.errors import Fault
from shared.live import counts, entity, live, validity, why_not_live
from shared.rules import Facts, Lookup, Rules


def has_something_for_somebody(new: ServiceOffering, _: Facts) -> Iterator[Fault]:
    """It has goods, access or an action, and is for a consumer group."""
    if not new.components:
        detail = "It has no components: say which goods, access or action it consists of."
        yield Fault(pointer="/components", code="component-missing", detail=detail)
    if not new.consumer_group_ids:
        detail = "It is for no consumer group: name one in consumer_group_ids."
        yield Fault(pointer="/consumer_group_ids", code="consumer-group-missing", detail=detail)


def services_operate(new: ServiceOffering, facts: Facts) -> Iterator[Fault]:
    """Every service that it offers, and those of its components, are operational."""
    offered = [(f"/service_ids/{index}", id) for index, id in enumerate(new.service_ids)]
    parts = [(f"/components/{index}/service_id", each.service_id) for index, each in enumerate(new.components)]
    for pointer, id in offered + [part for part in parts if part[1]]:
        service = facts.get("service", id)
        if why := why_not_live(entity(service), new.updated_at):
            told = f"The service {service.key} is {why}" if service else "A service of it has been deleted"
            detail = f"{told}, not operational."
            yield Fault(pointer=pointer, code="service-not-operational", detail=detail)


def components_name_one_thing(new: ServiceOffering, _: Facts) -> Iterator[Fault]:
    for index, component in enumerate(new.components):
        if component.product_id and component.service_id:
            detail = "A component is a product or a service: leave out product_id or service_id."
            yield Fault(pointer=f"/components/{index}", code="one-of", detail=detail)


def items_name_one_thing(new: Contract, _: Facts) -> Iterator[Fault]:
    for index, item in enumerate(new.items):
        if (item.offering_id is None) == (item.service_id is None):
            detail = "A contract item names either an offering (offering_id) or a service (service_id)."
            yield Fault(pointer=f"/items/{index}", code="one-of", detail=detail)


def ends_after_start(new: Contract, _: Facts) -> Iterator[Fault]:
    spans: list[tuple[str, Period | ContractItem | None]] = [("/period", new.period)]
    spans += [(f"/items/{index}", item) for index, item in enumerate(new.items)]
    for pointer, span in spans:
        if span and span.start and span.end and span.start >= span.end:
            yield Fault(
                pointer=f"{pointer}/end", code="invalid-interval", detail="The end must be later than the start."
            )


RUNNING = frozenset({"active", "suspended"})
"""States in which a contract has begun and has not ended."""


def new_items_are_launched(new: Contract, facts: Facts) -> Iterator[Fault]:
    """What is retired is never newly contracted; when what runs is to end may still change."""
    if facts.old is None or not {facts.old.state, new.state} <= RUNNING:
        return
    there = {(item.offering_id, item.start) for item in facts.old.items}
    for index, item in enumerate(new.items):
        if (item.offering_id, item.start) not in there:
            yield from _launched(index, item, facts, item.start or new.updated_at)
        if item not in facts.old.items:
            yield from _over_by_sunset(index, item, facts)


def items_are_launched(new: Contract, facts: Facts) -> Iterator[Fault]:
    """Every offering of its items is launched when the item starts, and lasts as long.

    One that was suspended goes on, with what is retired until its sunset."""
    resumed = facts.old is not None and facts.old.state in RUNNING
    for index, item in enumerate(new.items):
        if resumed:
            yield from _launched(index, item, facts, new.updated_at, resumed=True)
        else:
            yield from _launched(index, item, facts, item.start or new.updated_at)
            yield from _over_by_sunset(index, item, facts)


def _over_by_sunset(index: int, item: ContractItem, facts: Facts) -> Iterator[Fault]:
    """What has no end of its own ends then."""
    offering = facts.get("service_offering", item.offering_id)
    if offering and offering.sunset_at and item.end and item.end > offering.sunset_at:
        detail = f"The offering {offering.key} lasts until its sunset, {offering.sunset_at:%Y-%m-%d}."
        yield Fault(pointer=f"/items/{index}/end", code="beyond-sunset", detail=detail)


def _launched(index: int, item: ContractItem, facts: Facts, at: datetime, *, resumed: bool = False) -> Iterator[Fault]:
    """At the moment from which it is covered; what goes on may be offered no longer."""
    if item.offering_id is None:
        return
    offering = facts.get("service_offering", item.offering_id)
    there = entity(offering)
    if offering is None:
        detail = "The offering of the item has been deleted."
    elif not (counts(there, at) if resumed else live(there, at)):
        detail = f"The offering {offering.key} is {why_not_live(there, at)}, and not launched when the item starts."
    elif offering.sunset_at and at >= offering.sunset_at:
        detail = (
            f"The offering {offering.key} is not launched any more after its sunset, {offering.sunset_at:%Y-%m-%d}."
        )
    else:
        return
    yield Fault(pointer=f"/items/{index}/offering_id", code="offering-not-launched", detail=detail)


def both_sides_signed(new: Contract, _: Facts) -> Iterator[Fault]:
    """It has a signatory for the provider and one for the customer."""
    signed = {signatory.side for signatory in new.signatories}
    for side in ("provider", "customer"):
        if side not in signed:
            detail = f"Nobody has signed for the {side}: add a signatory with the side {side}."
            yield Fault(pointer="/signatories", code="signatory-missing", detail=detail)


def elements_fit(new: DesignPackage, _: Facts) -> Iterator[Fault]:
    """An element names something of its P, or says why the service needs nothing of it."""
    for index, element in enumerate(new.elements):
        if bool(element.not_applicable) == (element.ref is not None):
            detail = "An element names what the service is designed with (ref), or is not applicable and says why."
            yield Fault(pointer=f"/elements/{index}", code="one-of", detail=detail)
        if element.not_applicable and not (element.reason or "").strip():
            detail = "An element that is not applicable needs a reason: say why the service does without it."
            yield Fault(pointer=f"/elements/{index}/reason", code="reason-missing", detail=detail)
        if element.ref and element.ref.kind != FOUR_PS[element.type]:
            detail = f"An element of the type {element.type} names a {FOUR_PS[element.type]}."
            yield Fault(pointer=f"/elements/{index}/ref/kind", code="element-type-mismatch", detail=detail)


def one_live_package(new: DesignPackage, facts: Facts) -> Iterator[Fault]:
    """A service is designed in one way at a time; what is accepted anew takes the place of what was before."""
    moves = facts.old is not None and facts.old.state == "reviewed" and not facts.registered
    if new.state != "accepted" or moves:
        return
    for other in facts.others("design_package"):
        if other.state == "accepted":
            detail = f"The service has an accepted design package already, {other.key}: mark that one outdated first."
            yield Fault(pointer="/service_id", code="package-exists", detail=detail)


def earlier_packages(new: DesignPackage, facts: Facts) -> Iterator[tuple[str, UUID, str, str]]:
    for other in facts.others("design_package"):
        if other.state == "accepted":
            yield "design_package", other.id, "outdated", f"The design package {new.key} has been accepted."


def design_covers_the_four_ps(new: Service, facts: Facts) -> Iterator[Fault]:
    """Its design package says something of people, process, product and partner, or why it needs none.

    What counts is the package that is accepted, or else the newest that is not outdated; while it is valid.
    """
    there = facts.others("design_package")
    packages = [each for each in there if each.state != "outdated" and not validity(each, new.updated_at)]
    if not packages:
        detail = "It has no design package: make one with an element for people, process, product and partner."
        yield Fault(pointer="/design_package", code="design-package-missing", detail=detail)
        return
    package = max(packages, key=lambda each: (each.state == "accepted", each.created_at, each.id))
    for missing in [p for p in FOUR_PS if p not in {element.type for element in package.elements}]:
        detail = f"The design package {package.key} says nothing of {missing}: add an element, or why there is none."
        yield Fault(pointer=f"/design_package/{missing}", code="design-incomplete", detail=detail)


def same_catalog(new: Category, facts: Facts) -> Iterator[Fault]:
    """A tree of categories stands in one catalogue, or in none yet; what is retired is not looked at any more."""
    if new.state == "retired":
        return
    parent = facts.get("category", new.parent_id)
    if parent and parent.catalog_id != new.catalog_id:
        detail = f"The category above it, {parent.key}, is not in the same catalogue."
        yield Fault(pointer="/parent_id", code="catalog-mismatch", detail=detail)
    for below in facts.others("category"):
        if below.parent_id == new.id and below.state != "retired" and below.catalog_id != new.catalog_id:
            detail = f"The category below it, {below.key}, is not in the same catalogue."
            yield Fault(pointer="/catalog_id", code="catalog-mismatch", detail=detail)


RULES = Rules(
    always={
        "service_offering": (components_name_one_thing,),
        "contract": (items_name_one_thing, ends_after_start, new_items_are_launched),
        "design_package": (elements_fit, one_live_package),
        "category": (same_catalog,),
    },
    on={
        ("service", "developed"): (design_covers_the_four_ps,),
        ("service_offering", "launched"): (has_something_for_somebody, services_operate),
        ("contract", "active"): (items_are_launched, both_sides_signed),
    },
    then={("design_package", "accepted"): (earlier_packages,)},
    lookups={
        "design_package": (Lookup("design_package", "service_id", "service_id", alone=True),),
        "service": (Lookup("design_package", "service_id", when=("state",)),),
        # those below it are looked at; with those beside it, it waits for whoever moves the one above them
        "category": (
            Lookup("category", "parent_id", alone=True, when=("catalog_id", "state")),
            Lookup("category", "parent_id", "parent_id", alone=True, turn_only=True),
        ),
    },
)
