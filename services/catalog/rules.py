"""What the catalog refuses: pure functions over a new state and the facts around it."""

from collections.abc import Iterator

from shared.contracts.catalog import Contract, ContractItem, ServiceOffering
from shared.errors import Fault
from shared.resource import Facts, Rules
from shared.resource.later import needs


def has_something_for_somebody(new: ServiceOffering, _: Facts) -> Iterator[Fault]:
    """An offering without goods, access or actions, or for nobody, is no offering."""
    if not new.components:
        yield Fault(pointer="/components", code="component-missing", detail="It has no goods, access or action.")
    if not new.consumer_group_ids:
        yield Fault(pointer="/consumer_group_ids", code="consumer-group-missing", detail="It is for no consumer group.")


def services_operate(new: ServiceOffering, facts: Facts) -> Iterator[Fault]:
    for index, id in enumerate(new.service_ids):
        service = facts.get("service", id)
        if service and service.state != "operational":
            detail = f"The service {service.key} is {service.state}, not operational."
            yield Fault(pointer=f"/service_ids/{index}", code="service-not-operational", detail=detail)


def items_name_one_thing(new: Contract, _: Facts) -> Iterator[Fault]:
    for index, item in enumerate(new.items):
        if (item.offering_id is None) == (item.service_id is None):
            detail = "A contract item names an offering or a service, and not both."
            yield Fault(pointer=f"/items/{index}", code="one-of", detail=detail)


def new_items_are_launched(new: Contract, facts: Facts) -> Iterator[Fault]:
    """What is retired is never newly contracted; what runs lasts to its sunset."""
    if new.state != "active" or facts.old is None or facts.old.state != "active":
        return
    for index, item in enumerate(new.items):
        if item not in facts.old.items:
            yield from _launched(index, item, facts)


def items_are_launched(new: Contract, facts: Facts) -> Iterator[Fault]:
    for index, item in enumerate(new.items):
        yield from _launched(index, item, facts)


def _launched(index: int, item: ContractItem, facts: Facts) -> Iterator[Fault]:
    offering = facts.get("service_offering", item.offering_id)
    if offering is None:
        return
    over = offering.sunset_at and item.start and item.start >= offering.sunset_at
    if offering.state != "launched" or over:
        detail = f"The offering {offering.key} is not launched when the item starts."
        yield Fault(pointer=f"/items/{index}/offering_id", code="offering-not-launched", detail=detail)


def both_sides_signed(new: Contract, _: Facts) -> Iterator[Fault]:
    signed = {signatory.side for signatory in new.signatories}
    for side in ("provider", "customer"):
        if side not in signed:
            yield Fault(pointer="/signatories", code="signatory-missing", detail=f"Nobody signs for the {side}.")


RULES = Rules(
    always={"contract": (items_name_one_thing, new_items_are_launched)},
    on={
        ("service", "developed"): (needs("design_package", "a design package that covers each of the four Ps"),),
        ("service_offering", "launched"): (has_something_for_somebody, services_operate),
        ("contract", "active"): (items_are_launched, both_sides_signed),
    },
)
