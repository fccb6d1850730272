"""The shape of a made-up organisation: what a unit of it consists of, and how much hangs on what.

A *unit* is of the size of one real model: a large organisation has more models, not larger ones. How many relations
leave an element is what three published ArchiMate models have together (a business one, and a departmental plan and an
architecture of a public administration; 605 relations): of the elements that have any, 57 % have one, 25 % two, 8 %
three, 6 % four, the others more, seldom ten. At the other ends 64 % have one, 18 % two, a hundredth eight and more.
"""

from random import Random
from typing import Any, NamedTuple

LEAVING = {1: 60, 2: 28, 3: 9, 4: 6, 5: 2, 6: 1, 7: 1}
"""How many elements of a unit have how many links."""
LINKS_PER_UNIT = sum(links * elements for links, elements in LEAVING.items())


class Layer(NamedTuple):
    """So many elements of a kind; ``relations`` are ``type kind``, to what a layer before has."""

    kind: str
    size: int
    state: str
    relations: tuple[str, ...] = ()
    more: dict[str, Any] = {}


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split(", "))


LAYERS = (
    Layer("strategy", 1, "in_force", more={"type": "business"}),
    Layer("strategy", 2, "in_force", _words("supports strategy"), {"type": "it"}),
    Layer("outcome", 4, "agreed"),
    Layer("kpi", 3, "active"),
    Layer("objective", 8, "in_force", _words("decomposes strategy, serves outcome")),
    Layer("capability", 8, "in_force", _words("realizes objective, realizes outcome")),
    Layer("tactic", 12, "in_force", _words("decomposes objective, decomposes strategy, realizes capability")),
    Layer("operation", 12, "in_force", _words("decomposes tactic")),
    Layer("process", 12, "operational", _words("justified_by objective, justified_by operation, serves outcome")),
    Layer("policy", 4, "published", _words("governs process, justified_by objective")),
    Layer("role", 4, "active", _words("performs process, realizes capability")),
    Layer("party", 3, "active", _words("performs process")),
    Layer("role_assignment", 4, "active"),
    Layer("product", 10, "in_use", _words("realizes capability, serves process, depends_on product")),
    Layer(
        "service", 14, "operational", _words("realizes objective, serves outcome, serves process, depends_on product")
    ),
    Layer("consumer_group", 2, "active"),
    Layer("service_offering", 10, "launched", _words("depends_on service, measured_by kpi")),
    Layer("contract", 6, "active", _words("measured_by kpi")),
    Layer("project", 2, "in_progress", _words("delivers service, justified_by objective")),
)
SLOTS = [(layer, number) for layer in LAYERS for number in range(layer.size)]
PLACES: dict[str, list[int]] = {}
for _place, (_layer, _) in enumerate(SLOTS):
    PLACES.setdefault(_layer.kind, []).append(_place)
_MAY_LINK = [place for place, (layer, _) in enumerate(SLOTS) if layer.relations]
_FANS = [links for links, elements in LEAVING.items() for _ in range(elements)]
Random(0).shuffle(_FANS)
FAN_OUT = dict(zip(_MAY_LINK, _FANS, strict=True))
DEPENDENT = [*PLACES["product"], *PLACES["service"]]
"""What may depend on the hub, as places of a unit."""
STATES = {layer.kind: layer.state for layer in LAYERS}
